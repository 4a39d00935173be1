"""Naive bag-of-words classifier over dialogues that lie in a file of JSON lines."""

import json

import numpy as np

WORDS = 2000
BATCH = 500


class Dialogues:
    def __init__(self, path):
        self.path = path

    def __iter__(self):
        with open(self.path) as file:
            for line in file:
                record = json.loads(line)
                yield record["tokens"], record["label"]


def batches(dialogues):
    tokens, labels = [], []
    for words, label in dialogues:
        tokens.append(words)
        labels.append(label)
        if len(tokens) == BATCH:
            yield np.array(tokens), np.array(labels, np.float32)
            tokens, labels = [], []


def step(weights, bias, tokens, labels, rate=0.02):
    p = 1 / (1 + np.exp(-(weights[tokens].sum(axis=1) + bias)))
    error = p - labels
    np.add.at(weights, tokens, (-rate * error)[:, None])
    return bias - rate * error.mean(), float(np.mean(error ** 2))


def main():
    dialogues = Dialogues("dialogues.jsonl")
    weights, bias = np.zeros(WORDS, np.float32), 0.0
    for epoch in range(6):
        losses = []
        for tokens, labels in batches(dialogues):
            bias, loss = step(weights, bias, tokens, labels)
            losses.append(loss)
        print(f"epoch {epoch + 1} loss {np.mean(losses):.4f}", flush=True)


if __name__ == "__main__":
    main()
