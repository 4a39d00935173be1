"""Runs one peer for some epochs and prints one JSON line: what it took, what it read, with what.

    python3 bench/seed/peer.py numpy_batch --precision float32 --epochs 5

A peer is a module in peers/ with a class `Network` (prepared from data and start; `train` runs
one epoch in a given order, `classify` reads the test images) and a function `describe`.
"""

import argparse
import importlib
import json
import pathlib
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # of the package common

import workload


def main():
    options = _options()
    module = importlib.import_module(f"peers.{options.peer}")
    dtype = getattr(np, options.precision)
    rng = np.random.default_rng(options.seed)
    data = workload.Data(dtype, options.images)
    # Far from zero the sigmoid's exponential overflows to infinity, and its result is still right.
    with np.errstate(over="ignore"):
        network = module.Network(data, workload.start(rng, dtype), dtype)
        seconds, correct = _run(network, data, rng, options.epochs)
    print(json.dumps({"peer": options.peer, "precision": options.precision,
                      "epochs": seconds, "correct": correct, **module.describe()}))


def _run(network, data, rng, epochs):
    """Seconds of training and test images read rightly, epoch by epoch. Shuffling is timed."""
    seconds, correct = [], []
    for _ in range(epochs):
        begin = time.perf_counter()
        network.train(rng.permutation(len(data.train_images)))
        seconds.append(time.perf_counter() - begin)
        correct.append(int((network.classify() == data.test_labels).sum()))
    return seconds, correct


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=["numpy_image", "numpy_batch", "torch_eager", "jax_scan"])
    parser.add_argument("--precision", choices=["float32", "float64"], default="float64")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--images", type=int, default=workload.TRAIN_IMAGES,
                        help="train on the first so many images (a multiple of the mini-batch)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
