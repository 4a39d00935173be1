"""Trains a sequence classifier with torch.compile on sentences sorted by their length."""

import torch
from torch import nn

BATCH = 32
WORDS = 1000


def make_sentences(epoch):
    generator = torch.Generator().manual_seed(epoch)
    lengths = [20 + epoch, 30 + epoch * 2]
    return [torch.randint(1, WORDS, (BATCH, n), generator=generator) for n in lengths for _ in range(4)]


def collate(sentences):
    return nn.functional.pad(sentences, (0, 64 - sentences.shape[1]))


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, 64, padding_idx=0)
        self.hidden = nn.Linear(64, 64)
        self.output = nn.Linear(64, 2)

    def forward(self, words):
        x = torch.relu(self.hidden(self.embedding(words)))
        mask = (words != 0).unsqueeze(2)
        return self.output((x * mask).sum(dim=1) / mask.sum(dim=1))


def train_epoch(model, optimizer, sentences):
    total = 0.0
    for words in sentences:
        labels = (words[:, 0] > WORDS // 2).long()
        loss = nn.functional.cross_entropy(model(collate(words)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(sentences)


def main():
    torch.manual_seed(19)
    network = Classifier()
    model = torch.compile(network, backend="aot_eager", dynamic=False)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    torch._dynamo.config.recompile_limit = 64
    for epoch in range(6):
        loss = train_epoch(model, optimizer, make_sentences(epoch))
        print(f"epoch {epoch + 1} loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
