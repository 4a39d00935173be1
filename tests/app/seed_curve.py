"""Replays a training run of Lithe in NumPy, from the same start and order, and compares.

    python3 tests/app/seed_curve.py --start start.safetensors --order order.u32 --curve curve.json \\
        --weights final.safetensors

The test tool that trained in float64 wrote the four files:
  start    the initial `layers.N.weight` [inputs, outputs] and `layers.N.bias` [outputs]
  order    the shuffled image numbers of every epoch, one after another, little-endian uint32
  curve    what `lithe train --json` prints
  weights  (optional) the same tensors after the last epoch
NumPy adds in another order, so an image on the border may be read otherwise: the counts may differ
by a few images, the weights by a small part of their norm. Exit status: 0 they agree, 1 they do
not, 2 misused, 77 (skipped) without NumPy or MNIST.
"""

import argparse
import json
import pathlib
import sys

try:
    import numpy as np
except ImportError:
    print("skipped: NumPy is not installed (python3-numpy)")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers"))
import mnist  # noqa: E402

SIZES, BATCH, RATE = (784, 30, 10), 10, 1.25


class Data:
    """The first `count` training images with a 1 for their digit, and the test images."""

    def __init__(self, count):
        self.images = mnist.images(mnist.TRAIN, np.float64, count)
        self.targets = np.eye(SIZES[-1])[mnist.labels(mnist.TRAIN)[:count]]
        self.test_images = mnist.images(mnist.TEST, np.float64)
        self.test_labels = mnist.labels(mnist.TEST)


class Network:
    """Sigmoids, quadratic loss and gradient descent, written as a textbook has them."""

    def __init__(self, weights, biases):
        self.weights, self.biases = weights, biases

    def train(self, images, targets):
        activations = self._forward(images)
        delta = activations[-1] - targets
        for layer in reversed(range(len(self.weights))):
            delta = delta * activations[layer + 1] * (1 - activations[layer + 1])
            above = delta @ self.weights[layer].T
            self.weights[layer] -= RATE / len(images) * activations[layer].T @ delta
            self.biases[layer] -= RATE / len(images) * delta.sum(axis=0)
            delta = above

    def classify(self, images):
        return self._forward(images)[-1].argmax(axis=1)

    def _forward(self, images):
        activations = [images]
        for weight, bias in zip(self.weights, self.biases):
            activations.append(1 / (1 + np.exp(-(activations[-1] @ weight + bias))))
        return activations


def main():
    options = _options()
    curve = json.loads(options.curve.read_text(encoding="utf-8"))
    lithe_counts = [epoch["correct"] for epoch in curve["epochs"]]
    order = np.fromfile(options.order, "<u4").reshape(len(lithe_counts), -1)
    try:
        data = Data(order.shape[1])
    except FileNotFoundError as error:
        print(f"skipped: {error}")
        return 77
    network = Network(*layers(read_safetensors(options.start)))
    agree = _compare_counts(_replay(network, order, data), lithe_counts, options.tolerance)
    if options.weights:
        theirs = layers(read_safetensors(options.weights))
        agree &= _compare_weights((network.weights, network.biases), theirs, options.relative)
    return 0 if agree else 1


def read_safetensors(path):
    """Every tensor of a safetensors file, by name."""
    content = path.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin])
    header.pop("__metadata__", None)
    types = {"F32": "<f4", "F64": "<f8"}
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        values = np.frombuffer(content[begin + first:begin + last], types[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def layers(tensors):
    """Lithe's tensors: weights [inputs, outputs], and biases."""
    weights, biases = [], []
    for layer, shape in enumerate(zip(SIZES, SIZES[1:])):
        weight, bias = tensors[f"layers.{layer}.weight"], tensors[f"layers.{layer}.bias"]
        if weight.shape != shape or bias.shape != shape[1:]:
            raise SystemExit(f"layer {layer} has weights {weight.shape} and biases {bias.shape}, "
                             f"expected {shape} and {shape[1:]}")
        weights.append(weight.astype(np.float64))
        biases.append(bias.astype(np.float64))
    return weights, biases


def _replay(network, order, data):
    """Test images that NumPy reads rightly after each epoch."""
    counts = []
    with np.errstate(over="ignore"):
        for epoch in order:
            for rows in epoch.reshape(-1, BATCH):
                network.train(data.images[rows], data.targets[rows])
            counts.append(int((network.classify(data.test_images) == data.test_labels).sum()))
    return counts


def _compare_counts(numpy_counts, lithe_counts, tolerance):
    agree = True
    for epoch, (ours, theirs) in enumerate(zip(numpy_counts, lithe_counts), start=1):
        near = abs(ours - theirs) <= tolerance
        agree &= near
        print(f"Epoch {epoch}: NumPy {ours}, Lithe {theirs}" + ("" if near else "  DIFFERENT"))
    return agree


def _compare_weights(ours, theirs, relative):
    agree = True
    for name, tensors in zip(("weights", "biases"), zip(ours, theirs)):
        for layer, (a, b) in enumerate(zip(*tensors)):
            distance = np.linalg.norm(a - b) / np.linalg.norm(a)
            near = bool(distance <= relative)  # false for NaN as well
            agree &= near
            print(f"Layer {layer}, {name}: relative distance {distance:.1e}"
                  + ("" if near else "  DIFFERENT"))
    return agree


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("start", "order", "curve"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--weights", type=pathlib.Path, help="Lithe's weights after the last epoch")
    parser.add_argument("--tolerance", type=int, default=3,
                        help="images of 10,000 that the counts may differ by")
    parser.add_argument("--relative", type=float, default=1e-6,
                        help="distance of the weights, relative to their norm")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
