"""A wide multilayer perceptron in PyTorch, in large mini-batches."""

import torch
from torch import nn

BATCH = 1024


def make_data(count):
    generator = torch.Generator().manual_seed(9)
    x = torch.randn(count, 512, generator=generator)
    return x, (x[:, :10] + x[:, 10:20]).argmax(dim=1)


def make_model():
    torch.manual_seed(10)
    return nn.Sequential(nn.Linear(512, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(),
                         nn.Linear(1024, 10))


def train_epoch(model, optimizer, x, y):
    total = 0.0
    for start in range(0, len(x), BATCH):
        loss = nn.functional.cross_entropy(model(x[start:start + BATCH]), y[start:start + BATCH])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total * BATCH / len(x)


def main():
    x, y = make_data(8 * BATCH)
    model = make_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(6):
        print(f"epoch {epoch + 1} loss {train_epoch(model, optimizer, x, y):.4f}", flush=True)


if __name__ == "__main__":
    main()
