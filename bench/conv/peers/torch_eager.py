"""PyTorch eager: modules, autograd and the library's own Adam."""

import torch
from torch import nn

from common import blas
from peers import example
from workloads import RATE

_FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}


def prepare(threads):
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)


def learners(batch):
    """Ways to train, each a function of the data."""
    ways = {f"{layout}, {way}": (layout, foreach) for layout in _FORMATS
            for way, foreach in (("foreach", True), ("one tensor at a time", False))}
    return {name: lambda data, how=how: Learner(data, batch, *how) for name, how in ways.items()}


class Learner:
    def __init__(self, data, batch, layout, foreach):
        self.batch, self.layout = batch, _FORMATS[layout]
        self.images, self.test_images = (_images(x) for x in (data.images, data.test_images))
        self.classes = torch.from_numpy(data.classes)
        self.model = _model().to(memory_format=self.layout)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=RATE, foreach=foreach)

    def train(self, order):
        """An epoch; its mean loss."""
        total = 0
        for rows in torch.from_numpy(order).split(self.batch):
            self.optimizer.zero_grad(set_to_none=True)
            x = self.images[rows].contiguous(memory_format=self.layout)
            loss = nn.functional.cross_entropy(self.model(x), self.classes[rows])
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(rows)
        return total / len(order)

    def classify(self):
        with torch.inference_mode():
            return self.model(self.test_images).argmax(dim=1).numpy()

    def parameters(self):
        return sum(p.numel() for p in self.model.parameters())


def calls(images):
    """Ways to read one image after another."""
    model = _model().eval()
    examples = _images(images).split(1)
    with torch.no_grad():
        traced = torch.jit.freeze(torch.jit.trace(model, examples[0]))

    def read(network):
        with torch.inference_mode():
            for x in examples:
                network(x)

    return {"inference mode": lambda: read(model), "traced and frozen": lambda: read(traced)}


def convolutions(part, batch):
    """Ways to make it, each a function that answers the result; and how to bring that into the
    order of example.py."""
    def to(array, axes, layout):
        return torch.from_numpy(array.transpose(axes).copy()).contiguous(
            memory_format=_FORMATS[layout])

    def way(layout):
        x, dy = (to(array, (0, 3, 1, 2), layout)
                 for array in (example.images(batch), example.gradient(batch)))
        w = to(example.weights(), (3, 2, 0, 1), layout)
        if part == "forward":
            return lambda: nn.functional.conv2d(x, w, padding=1)
        index = 0 if part == "input" else 1
        wanted = [index == 0, index == 1, False]
        return lambda: torch.ops.aten.convolution_backward(
            dy, x, w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, wanted)[index]

    back = (2, 3, 1, 0) if part == "weights" else (0, 2, 3, 1)
    return {layout: way(layout) for layout in _FORMATS}, lambda y: y.numpy().transpose(back)


def _images(pixels):
    return torch.from_numpy(pixels).view(-1, 1, 28, 28)


def _model():
    return nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


def describe():
    loaded = blas.describe()
    built = [line.strip(" -") for line in torch.__config__.show().splitlines()]
    used = [line for line in built if line.startswith("CPU capability usage")]
    return {"versions": {"torch": torch.__version__}, "blas": loaded["blas"],
            "kernels": ", ".join([loaded["kernels"]] + used)}
