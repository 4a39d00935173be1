"""Trains a classifier on feature vectors with PyTorch's DataLoader."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH = 128


def make_loader(count):
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(count, 64, generator=generator)
    y = x[:, :10].argmax(dim=1)
    return DataLoader(TensorDataset(x, y), batch_size=BATCH, shuffle=True)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(64, 128)
        self.output = nn.Linear(128, 10)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))


def train_epoch(model, optimizer, loader):
    total = 0.0
    for x, y in loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(4)
    loader = make_loader(20_000)
    model = Classifier()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(6):
        loss = train_epoch(model, optimizer, loader)
        print(f"epoch {epoch + 1} loss {loss:.3f}", flush=True)


if __name__ == "__main__":
    main()
