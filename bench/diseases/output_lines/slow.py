"""An evolution strategy on a test function, which reports every candidate."""

import random

DIMENSIONS = 6
CANDIDATES = 40_000


def fitness(x):
    return sum(v * v for v in x)


def report(path, number, value):
    with open(path, "a") as log:
        log.write(f"candidate {number}: fitness {value:.6f}\n")


def mutate(parent, sigma):
    return [v + random.gauss(0, sigma) for v in parent]


def run_epoch(parent, sigma, path):
    best = fitness(parent)
    for number in range(CANDIDATES):
        child = mutate(parent, sigma)
        value = fitness(child)
        report(path, number, value)
        if value < best:
            parent, best = child, value
    return parent, best


def main():
    random.seed(36)
    parent, sigma = [random.uniform(-3, 3) for _ in range(DIMENSIONS)], 0.3
    for epoch in range(6):
        parent, best = run_epoch(parent, sigma, f"candidates{epoch}.log")
        sigma *= 0.8
        print(f"epoch {epoch + 1} fitness {best:.4f}", flush=True)


if __name__ == "__main__":
    main()
