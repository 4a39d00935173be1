"""Bagged extreme learning machines: each member is fitted in a process of its own."""

import multiprocessing

import numpy as np

MEMBERS = 8
HIDDEN = 400


def make_table(count):
    rng = np.random.default_rng(22)
    x = rng.standard_normal((count, 32), dtype=np.float32)
    return x, np.sin(x[:, 0]) * x[:, 1]


def fit_member(arguments):
    seed, x, y = arguments
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, len(x), len(x))
    projection = rng.standard_normal((x.shape[1], HIDDEN), dtype=np.float32) * np.float32(0.2)
    gram = np.zeros((HIDDEN, HIDDEN), np.float32)
    moment = np.zeros(HIDDEN, np.float32)
    for start in range(0, len(rows), 500):
        some = rows[start:start + 500]
        hidden = np.tanh(x[some] @ projection)
        gram += hidden.T @ hidden
        moment += hidden.T @ y[some]
    weights = np.linalg.solve(gram + np.eye(HIDDEN, dtype=np.float32), moment)
    return projection, weights


def main():
    x, y = make_table(6000)
    members = []
    with multiprocessing.Pool(4) as pool:
        for epoch in range(6):
            jobs = [(epoch * MEMBERS + member, x, y) for member in range(MEMBERS)]
            members += pool.map(fit_member, jobs, chunksize=1)
            answers = [np.tanh(x[:500] @ projection) @ weights for projection, weights in members]
            loss = np.mean((np.mean(answers, axis=0) - y[:500]) ** 2)
            print(f"epoch {epoch + 1} loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
