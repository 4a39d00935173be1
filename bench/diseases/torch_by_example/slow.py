"""A graph-free scoring network in PyTorch: trains on pairs of items."""

import torch
from torch import nn

BATCH = 64
WIDTH = 32


def make_pairs(count):
    generator = torch.Generator().manual_seed(30)
    left = torch.randn(count, WIDTH, generator=generator)
    right = torch.randn(count, WIDTH, generator=generator)
    return left, right, ((left * right).sum(dim=1) > 0).float()


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(WIDTH, 64)
        self.output = nn.Linear(64, 1)

    def forward(self, left, right):
        return self.output(torch.tanh(self.project(left) * self.project(right))).squeeze(-1)


def batch_loss(model, left, right, target):
    losses = []
    for a, b, t in zip(left, right, target):
        losses.append(nn.functional.binary_cross_entropy_with_logits(model(a, b), t))
    return torch.stack(losses).mean()


def main():
    torch.set_num_threads(1)
    torch.manual_seed(31)
    left, right, target = make_pairs(64 * 60)
    model = Scorer()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(6):
        total = 0.0
        for i in range(0, len(left), BATCH):
            loss = batch_loss(model, left[i:i + BATCH], right[i:i + BATCH], target[i:i + BATCH])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch + 1} loss {total * BATCH / len(left):.4f}", flush=True)


if __name__ == "__main__":
    main()
