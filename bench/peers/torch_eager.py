"""PyTorch eager: modules, autograd and the library's own optimizers."""

import inspect

import numpy as np
import torch
from torch import nn

import data as start_of
import loaded_blas

_ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "elu": nn.ELU, "sigmoid": nn.Sigmoid}
_OPTIMIZERS = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop, "sgd": torch.optim.SGD}
_FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}


def prepare(threads):
    if threads > 0:
        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)


def learners(job, wrap=lambda model: model):
    """The optimizer as it comes; fused, foreach or one tensor at a time; images in two layouts."""
    kind, rate = _OPTIMIZERS[job["optimizer"]["name"]], job["optimizer"]["rate"]
    known = inspect.signature(kind).parameters
    ways = {"as it comes": {}, "one tensor at a time": {"foreach": False},
            "foreach": {"foreach": True}, "fused": {"fused": True}}
    ways = {name: given for name, given in ways.items() if _accepts(kind, rate, known, given)}
    layouts = _FORMATS if len(job["input"]) > 1 else ["contiguous"]
    return {name if len(layouts) == 1 else f"{name}, {layout}":
            lambda data, given=given, layout=layout: Learner(job, data, given, layout, wrap)
            for layout in layouts for name, given in ways.items()}


def _accepts(kind, rate, known, arguments):
    """Whether this version's optimizer has the way for tensors on the processor."""
    if not arguments.keys() <= known.keys():
        return False
    try:
        weight = nn.Parameter(torch.zeros(1))
        weight.grad = torch.zeros(1)
        kind([weight], lr=rate, **arguments).step()
        return True
    except (RuntimeError, TypeError):
        return False


class Learner:
    def __init__(self, job, data, arguments, layout, wrap):
        self.batch, self.layout = job["batch"], _FORMATS[layout]
        self.plain = _model(job).to(memory_format=self.layout)
        self.model = wrap(self.plain)
        self.optimizer = _OPTIMIZERS[job["optimizer"]["name"]](
            self.plain.parameters(), lr=job["optimizer"]["rate"], **arguments)
        self.x, self.test_x = (_inputs(job, x) for x in (data.x, data.test_x))
        self.loss, self.targets = _loss(job, data)

    def train(self, order):
        for rows in torch.from_numpy(order).split(self.batch):
            self.optimizer.zero_grad(set_to_none=True)
            x = self.x[rows].contiguous(memory_format=self.layout)
            self.loss(self.model(x), self.targets[rows]).backward()
            self.optimizer.step()

    def outputs(self):
        with torch.no_grad():
            answers = self.plain.eval()(self.test_x)
        self.plain.train()
        return answers.numpy()

    def parameters(self):
        return sum(p.numel() for p in self.plain.parameters())


def calls(job, data, wrap=None):
    model, examples = _model(job).eval(), _inputs(job, data.x).split(1)

    def every(network, keep):
        with torch.inference_mode():
            if keep:
                return [network(x).numpy().copy() for x in examples]
            for x in examples:
                network(x)
        return []

    if wrap:
        return {"compiled": lambda keep, network=wrap(model): every(network, keep)}
    with torch.no_grad():
        traced = torch.jit.freeze(torch.jit.trace(model, examples[0]))
    return {"inference mode": lambda keep: every(model, keep),
            "traced and frozen": lambda keep: every(traced, keep)}


def convolutions(job, x, weight, gradient):
    def to(array, axes, layout):
        return torch.from_numpy(array.transpose(axes).copy()).contiguous(
            memory_format=_FORMATS[layout])

    def way(layout):
        a, dy = (to(array, (0, 3, 1, 2), layout) for array in (x, gradient))
        w = to(weight, (3, 2, 0, 1), layout)
        if job["part"] == "forward":
            return lambda: nn.functional.conv2d(a, w, padding=1)
        index = 0 if job["part"] == "input" else 1
        wanted = [index == 0, index == 1, False]
        return lambda: torch.ops.aten.convolution_backward(
            dy, a, w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, wanted)[index]

    back = (2, 3, 1, 0) if job["part"] == "weights" else (0, 2, 3, 1)
    return {layout: way(layout) for layout in _FORMATS}, lambda y: y.numpy().transpose(back)


def _inputs(job, rows):
    x = torch.from_numpy(rows)
    return x.view(-1, 1, *job["input"]) if len(job["input"]) > 1 else x


def _model(job):
    layers, values = [], iter(start_of.start(job, channels_first=True))
    for layer in job["layers"]:
        kind = layer["layer"]
        if kind in ("max_pool", "flatten"):
            layers.append(nn.MaxPool2d(2) if kind == "max_pool" else nn.Flatten())
            continue
        weight, bias = next(values)
        if kind == "batch_norm":
            module = nn.BatchNorm1d(layer["units"])
        elif kind == "conv2d":
            module, weight = nn.Conv2d(*weight.shape[2:], weight.shape[:2]), np.ascontiguousarray(
                weight.transpose(3, 2, 0, 1))
        else:
            module, weight = nn.Linear(*weight.shape), np.ascontiguousarray(weight.T)
        module.weight, module.bias = (nn.Parameter(torch.from_numpy(a)) for a in (weight, bias))
        layers.append(module)
        if layer.get("activation", "identity") != "identity":
            layers.append(_ACTIVATIONS[layer["activation"]]())
    return nn.Sequential(*layers)


def _loss(job, data):
    targets = torch.from_numpy(data.targets)
    if job["loss"] == "cross_entropy":
        return nn.functional.cross_entropy, torch.from_numpy(data.classes)
    if job["loss"] == "binary_cross_entropy":
        return nn.functional.binary_cross_entropy_with_logits, targets
    half = 0.5 / job["batch"]
    return (lambda a, y: nn.functional.mse_loss(a, y, reduction="sum") * half), targets


def describe():
    loaded = loaded_blas.describe()
    built = [line.strip(" -") for line in torch.__config__.show().splitlines()]
    used = [line for line in built if line.startswith("CPU capability usage")]
    return {"versions": {"torch": torch.__version__}, "blas": loaded["blas"],
            "kernels": ", ".join([loaded["kernels"]] + used)}
