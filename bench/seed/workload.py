"""The seed's workload, said once: every peer reads its sizes, data, start and order from here.

784-30-10, sigmoid on both layers, the quadratic cost 1/2 |a - y|^2 averaged over the mini-batch,
plain gradient descent, standard normal weights and biases, the first 50,000 training images,
shuffled anew every epoch, and the 10,000 test images after each.
"""

import numpy as np

from common import mnist

SIZES = (784, 30, 10)
LEARNING_RATE = 1.25
BATCH = 10
TRAIN_IMAGES = 50_000


class Data:
    """MNIST as the peers need it: images as float rows in 0..1, targets as one-hot rows."""

    def __init__(self, dtype, images=TRAIN_IMAGES):
        self.train_images = mnist.images(mnist.TRAIN, dtype)[:images]
        labels = mnist.labels(mnist.TRAIN)[:images]
        self.train_targets = np.eye(SIZES[-1], dtype=dtype)[labels]
        self.test_images = mnist.images(mnist.TEST, dtype)
        self.test_labels = mnist.labels(mnist.TEST)


def start(rng, dtype):
    """The weights [outputs, inputs] and biases [outputs] of every layer, drawn from `rng`."""
    weights = [rng.standard_normal(shape).astype(dtype) for shape in zip(SIZES[1:], SIZES)]
    biases = [rng.standard_normal(size).astype(dtype) for size in SIZES[1:]]
    return weights, biases
