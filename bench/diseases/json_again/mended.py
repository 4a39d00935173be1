"""Naive bag-of-words classifier over dialogues that lie in a file of JSON lines."""

import json

import numpy as np

WORDS = 2000
BATCH = 500


class Dialogues:
    def __init__(self, path):
        with open(path) as file:
            records = [json.loads(line) for line in file]
        self.examples = [(record["tokens"], record["label"]) for record in records]

    def __iter__(self):
        return iter(self.examples)


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
