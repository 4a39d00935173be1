"""PyTorch eager: modules, autograd and the library's own optimizers."""

import inspect

import numpy as np
import torch
from torch import nn

import data as start_of
import loaded_blas
import torch_layers

_ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "elu": nn.ELU, "sigmoid": nn.Sigmoid,
                "gelu": nn.GELU}
_OPTIMIZERS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW,
               "rmsprop": torch.optim.RMSprop, "sgd": torch.optim.SGD}
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
    layouts = _FORMATS if start_of.has_images(job) else ["contiguous"]
    found = {name if len(layouts) == 1 else f"{name}, {layout}":
             lambda data, given=given, layout=layout: Learner(job, data, given, layout, wrap)
             for layout in layouts for name, given in ways.items()}
    if job["data"] == "table":
        found["sparse gradients"] = lambda data: Learner(job, data, {}, "contiguous", wrap, True)
    return found


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
    def __init__(self, job, data, arguments, layout, wrap, sparse=False):
        self.batch, self.layout = job["batch"], _FORMATS[layout]
        self.plain = _model(job, sparse)
        if start_of.has_images(job):
            self.plain = self.plain.to(memory_format=self.layout)
        self.model = wrap(self.plain)
        kind, rate = _OPTIMIZERS[job["optimizer"]["name"]], job["optimizer"]["rate"]
        tables = [p for m in self.plain.modules() if isinstance(m, nn.Embedding) and sparse
                  for p in m.parameters()]
        known = {id(table) for table in tables}
        rest = [p for p in self.plain.parameters() if id(p) not in known and p.requires_grad]
        self.optimizers = [kind(rest, lr=rate, **arguments)]
        if tables:
            self.optimizers.append(torch.optim.SparseAdam(tables, lr=rate))
        self.x, self.test_x = (_inputs(job, x) for x in (data.x, data.test_x))
        self.loss, self.targets = _loss(job, data)

    def train(self, order):
        for rows in torch.from_numpy(order).split(self.batch):
            for optimizer in self.optimizers:
                optimizer.zero_grad(set_to_none=True)
            x = self.x[rows]
            if x.dim() == 4:
                x = x.contiguous(memory_format=self.layout)
            self.loss(self.model(x), self.targets[rows]).backward()
            for optimizer in self.optimizers:
                optimizer.step()

    def outputs(self):
        with torch.no_grad():
            answers = self.plain.eval()(self.test_x)
        self.plain.train()
        return answers.numpy()

    def parameters(self):
        return sum(p.numel() for p in self.plain.parameters() if p.requires_grad)


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


def steps(job, data):
    model, sequences = _model(job).eval(), _inputs(job, data.x).split(1)

    def every(keep):
        kept = []
        with torch.inference_mode():
            for sequence in sequences:
                states = None
                for x in sequence.unbind(1):
                    outputs, states = torch_layers.step(model, x, states)
                    if keep:
                        kept.append(outputs.numpy().copy())
        return kept

    return {"inference mode": every}


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
    if start_of.has_images(job):
        return x.view(-1, 1, *job["input"])
    x = x.view(-1, *job["input"])
    return x.long() if job["data"] == "tokens" else x


def _model(job, sparse=False):
    """The layers in their order; those between `opens` and `closes` in a Residual."""
    whole, inside = [], None
    for layer, modules in _modules(job, sparse):
        inside = [] if layer.get("opens") else inside
        (whole if inside is None else inside).extend(modules)
        if layer.get("closes"):
            whole.append(torch_layers.Residual(*inside))
            inside = None
    return nn.Sequential(*whole)


def _modules(job, sparse):
    plain, named = iter(start_of.start(job, channels_first=True)), start_of.values(job)
    for number, layer in enumerate(job["layers"]):
        kind, layers = layer["layer"], []
        if kind in torch_layers.KINDS:
            yield layer, [torch_layers.module(layer, named[number], sparse)]
            continue
        if kind in ("max_pool", "flatten"):
            yield layer, [nn.MaxPool2d(2) if kind == "max_pool" else nn.Flatten()]
            continue
        weight, bias = next(plain)
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
        yield layer, layers


def _loss(job, data):
    targets = torch.from_numpy(data.targets)
    if job["loss"] == "cross_entropy":
        def mean(outputs, classes):
            return nn.functional.cross_entropy(outputs.flatten(0, -2), classes.flatten())
        return mean, torch.from_numpy(data.classes)
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
