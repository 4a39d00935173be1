"""Trains on features of texts; two workers cut the texts into pieces and hash them."""

import concurrent.futures
import random

import numpy as np

BUCKETS = 1024


def make_texts(count):
    random.seed(23)
    letters = "etaoinshrdlu "
    return ["".join(random.choices(letters, k=120)) for _ in range(count)]


def hash_features(texts, drop):
    rows = []
    for text in texts:
        counts = [0.0] * BUCKETS
        for i in range(0, len(text) - 3):
            code = 0
            for letter in text[i:i + 3]:
                code = (code * 31 + ord(letter)) % BUCKETS
            if code % 17 != drop:
                counts[code] += 1.0
        rows.append(counts)
    return np.array(rows, np.float32)


def features(pool, texts, drop):
    half = len(texts) // 2
    parts = [pool.submit(hash_features, part, drop) for part in (texts[:half], texts[half:])]
    return np.concatenate([part.result() for part in parts])


def main():
    texts = make_texts(8000)
    labels = np.array([text.count("e") > 9 for text in texts], np.float32)
    weights = np.zeros(BUCKETS, np.float32)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        for epoch in range(5):
            x = features(pool, texts, epoch)
            for _ in range(20):
                p = 1 / (1 + np.exp(-(x @ weights)))
                weights -= np.float32(0.05 / len(x)) * (x.T @ (p - labels))
            print(f"epoch {epoch + 1} loss {float(np.mean((p - labels) ** 2)):.4f}", flush=True)


if __name__ == "__main__":
    main()
