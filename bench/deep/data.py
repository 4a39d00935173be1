"""What the peers begin with: random examples and weights."""

import math

import numpy as np


class Data:
    """Random examples in the order in which they are taken: a step's rows lie together."""

    def __init__(self, workload, seed=1):
        rng = np.random.default_rng(seed)
        outputs = workload.sizes[-1]
        self.x = rng.standard_normal((workload.rows, workload.sizes[0]), dtype=np.float32)
        if workload.zeros > 0:
            self.x[rng.random(self.x.shape) < workload.zeros] = 0
        self.classes = rng.integers(0, max(outputs, 2), workload.rows)
        self.targets = np.eye(outputs, dtype=np.float32)[self.classes] if outputs > 1 else (
            self.classes[:, np.newaxis].astype(np.float32))

    def batches(self, array, workload):
        return array.reshape(workload.steps, workload.batch, *array.shape[1:])


def start(workload, seed=1):
    """The weights [inputs, units] and biases of every layer."""
    rng = np.random.default_rng(seed)
    return [(rng.standard_normal((a, b), dtype=np.float32) / np.float32(math.sqrt(a)),
             np.zeros(b, np.float32)) for a, b in zip(workload.sizes, workload.sizes[1:])]
