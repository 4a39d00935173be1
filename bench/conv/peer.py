"""Runs one peer on one workload and prints one JSON line, as the programs in C++ do (task.h).

    python3 bench/conv/peer.py torch_eager --kind train --batch 128 --epochs 2

A peer is a module in peers/ with `prepare(threads)`, the ways to do each kind of work (`learners`,
`calls`, `convolutions`), and `describe()`. The fastest way in a short trial is the one measured.
"""

import argparse
import importlib
import json
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # of the package common

from common import mnist, ways
from peers import example
from workloads import IMAGES

_CALLS = 1_000
_TRIAL, _TRIAL_IMAGES = 0.2, 6_400  # of the seconds measured, for each way; of an epoch


class Data:
    def __init__(self):
        self.images = mnist.images(mnist.TRAIN, np.float32)
        self.classes = mnist.labels(mnist.TRAIN).astype(np.int64)
        self.test_images = mnist.images(mnist.TEST, np.float32)
        self.test_classes = mnist.labels(mnist.TEST)

    def first(self, images):
        """The same with fewer images to learn from."""
        few = Data.__new__(Data)
        few.__dict__.update(vars(self), images=self.images[:images], classes=self.classes[:images])
        return few


def main():
    options = _options()
    module = importlib.import_module(f"peers.{options.peer}")
    module.prepare(options.threads)
    answer = {"train": _train, "call": _call, "convolution": _convolution}[options.kind](
        module, options)
    print(json.dumps({"peer": options.peer, **answer, **module.describe()}))


def _train(module, options):
    data = Data()
    learners = module.learners(options.batch)
    few = data.first(min(_TRIAL_IMAGES, options.images))
    trials = {name: _trial(make, few) for name, make in learners.items()}
    way, tried = ways.fastest_way(trials, 0, options.threads)
    data = data.first(options.images)
    learner, rng = learners[way](data), np.random.default_rng(1)
    taken, losses, correct = [], [], []
    for _ in range(options.epochs):
        one, loss = ways.time_of(lambda: learner.train(rng.permutation(len(data.classes))))
        taken.append(one)
        losses.append(loss)
        correct.append(int((learner.classify() == data.test_classes).sum()))
    return {**ways.times(taken), "way": way, "ways": tried,
            "check": {"loss": losses, "correct": correct, "parameters": learner.parameters()}}


def _trial(make, data):
    learner, order = make(data), np.arange(len(data.classes))
    return lambda: learner.train(order)


def _call(module, options):
    works = module.calls(mnist.images(mnist.TRAIN, np.float32)[:_CALLS])
    return {**_repeated(works, options, _CALLS)[1], "check": {}}


def _convolution(module, options):
    works, plain = module.convolutions(options.part, options.batch)
    work, answer = _repeated(works, options)
    return {**answer, "check": {"fingerprint": example.fingerprint(plain(work()))}}


def _repeated(works, options, repetitions=1):
    """The fastest of the works, and what it took."""
    way, tried = ways.fastest_way(works, _TRIAL * options.seconds, options.threads)
    taken = ways.repeat(works[way], options.seconds)
    return works[way], {**ways.times(taken, repetitions), "way": way, "ways": tried}


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=["torch_eager", "jax_scan"])
    parser.add_argument("--kind", choices=["train", "call", "convolution"], default="train")
    parser.add_argument("--part", choices=["forward", "weights", "input"], default="forward")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
