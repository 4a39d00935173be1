"""A small multilayer perceptron in PyTorch, for tabular data."""

import torch
from torch import nn

BATCH = 20


def make_table(count):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(count, 64, generator=generator)
    y = (x[:, :4].sum(dim=1, keepdim=True) > 0).float()
    return x, y


def make_model():
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(64, 128), nn.Tanh(), nn.Linear(128, 128), nn.Tanh(),
                         nn.Linear(128, 1))


def train_epoch(model, optimizer, loss_function, x, y):
    total = 0.0
    for start in range(0, len(x), BATCH):
        optimizer.zero_grad()
        loss = loss_function(model(x[start:start + BATCH]), y[start:start + BATCH])
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / (len(x) / BATCH)


def main():
    x, y = make_table(32_000)
    model = make_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for epoch in range(6):
        loss = train_epoch(model, optimizer, nn.BCEWithLogitsLoss(), x, y)
        print(f"epoch {epoch + 1} loss {loss:.3f}", flush=True)


if __name__ == "__main__":
    main()
