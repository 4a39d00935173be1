"""LeNet-5 in PyTorch on synthetic digits."""

import torch
from torch import nn

BATCH = 128


def make_digits(count):
    generator = torch.Generator().manual_seed(14)
    shapes = torch.rand(10, 1, 28, 28, generator=generator)
    labels = torch.randint(0, 10, (count,), generator=generator)
    return shapes[labels] + 0.5 * torch.randn(count, 1, 28, 28, generator=generator), labels


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2))
        self.classifier = nn.Sequential(
            nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def train_epoch(model, optimizer, images, labels):
    total = 0.0
    for start in range(0, len(images), BATCH):
        optimizer.zero_grad()
        output = model(images[start:start + BATCH])
        loss = nn.functional.cross_entropy(output, labels[start:start + BATCH])
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total * BATCH / len(images)


def main():
    torch.manual_seed(15)
    images, labels = make_digits(6400)
    model = LeNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    for epoch in range(6):
        loss = train_epoch(model, optimizer, images, labels)
        print(f"epoch {epoch + 1} loss {loss:.3f}", flush=True)


if __name__ == "__main__":
    main()
