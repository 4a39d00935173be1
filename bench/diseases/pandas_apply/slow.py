"""Learns prices of flats from a table, with features made anew from augmented rows each epoch."""

import numpy as np
import pandas as pd

ROWS = 150_000


def load_flats(rng):
    frame = pd.DataFrame({"area": rng.uniform(20, 200, ROWS), "rooms": rng.integers(1, 8, ROWS),
                          "floor": rng.integers(0, 20, ROWS), "year": rng.integers(1900, 2024, ROWS)})
    frame["price"] = 0.02 * frame.area + 0.3 * frame.rooms - 0.004 * (2024 - frame.year)
    return frame


def augment(frame, rng):
    return frame.assign(area=frame.area * rng.uniform(0.95, 1.05, len(frame)))


def add_features(frame):
    frame["per_room"] = frame.apply(lambda row: row["area"] / row["rooms"], axis=1)
    frame["age"] = (2024 - frame.year) / 100
    return frame


def fit(frame, weights, rate=2e-5):
    x = frame[["area", "rooms", "per_room", "age"]].to_numpy()
    y = frame["price"].to_numpy()
    for _ in range(100):
        error = x @ weights - y
        weights -= rate / len(y) * (x.T @ error)
    return weights, float(np.mean(error ** 2))


def main():
    rng = np.random.default_rng(20)
    flats = load_flats(rng)
    weights = np.zeros(4)
    for epoch in range(6):
        frame = add_features(augment(flats, rng))
        weights, loss = fit(frame, weights)
        print(f"epoch {epoch + 1} loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
