"""Classifies MNIST with a small convolutional network in PyTorch.

    mnist_torch.py FOLDER      which has the files of MNIST (train-images-idx3-ubyte and so on)
"""

import gzip
import pathlib
import sys

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

EPOCHS = 3


def read(folder, name):
    path = pathlib.Path(folder) / name
    data = path.read_bytes() if path.exists() else gzip.decompress((path.parent / f"{name}.gz").read_bytes())
    return np.frombuffer(data, np.uint8)


class Digits(Dataset):
    """Pictures as torchvision's own data sets give them."""

    def __init__(self, folder, part, transform, count):
        self.images = read(folder, f"{part}-images-idx3-ubyte")[16:].reshape(-1, 28, 28)[:count]
        self.labels = read(folder, f"{part}-labels-idx1-ubyte")[8:][:count]
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        image = Image.fromarray(self.images[index], mode="L")
        return self.transform(image), int(self.labels[index])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3)
        self.conv2 = nn.Conv2d(8, 16, 3)
        self.fc1 = nn.Linear(16 * 12 * 12, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


def train(model, loader, optimizer):
    model.train()
    for data, target in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(data), target)
        loss.backward()
        optimizer.step()


@torch.no_grad()
def test(model, loader):
    model.eval()
    right = 0
    for data, target in loader:
        right += (model(data).argmax(dim=1) == target).sum().item()
    return right / len(loader.dataset)


def main():
    folder = sys.argv[1]
    torch.manual_seed(1)
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
    train_loader = DataLoader(Digits(folder, "train", transform, 20_000), batch_size=64, shuffle=True)
    test_loader = DataLoader(Digits(folder, "t10k", transform, 10_000), batch_size=1000)
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(EPOCHS):
        train(model, train_loader, optimizer)
        print(f"epoch {epoch + 1}: accuracy {test(model, test_loader):.4f}", flush=True)


if __name__ == "__main__":
    main()
