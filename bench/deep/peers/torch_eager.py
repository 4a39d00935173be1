"""PyTorch eager: modules, autograd and the library's own optimizers, fused or foreach where it has
them for processors, and one tensor at a time."""

import inspect

import torch
from torch import nn

from common import blas
from data import start
from workloads import RATE

_ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "elu": nn.ELU, "sigmoid": nn.Sigmoid,
                "identity": nn.Identity}
_OPTIMIZERS = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop, "sgd": torch.optim.SGD}


def variants(workload, data, threads):
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    if workload.inference:
        return {"inference mode": lambda: _calls(workload, data)}
    known = inspect.signature(_OPTIMIZERS[workload.optimizer]).parameters
    ways = {"one tensor at a time": {"foreach": False}, "foreach": {"foreach": True},
            "fused": {"fused": True}}
    return {way: lambda arguments=arguments: _training(workload, data, arguments)
            for way, arguments in ways.items() if _accepts(workload, known, arguments)}


def _accepts(workload, known, arguments):
    """Whether this version's optimizer has the way for tensors on the processor."""
    if not arguments.keys() <= known.keys():
        return False
    try:
        weight = nn.Parameter(torch.zeros(1))
        weight.grad = torch.zeros(1)
        _OPTIMIZERS[workload.optimizer]([weight], lr=RATE[workload.optimizer], **arguments).step()
        return True
    except (RuntimeError, TypeError):
        return False


def _training(workload, data, arguments):
    model = _model(workload)
    optimizer = _OPTIMIZERS[workload.optimizer](model.parameters(), lr=RATE[workload.optimizer],
                                                **arguments)
    cost, targets = _cost(workload, data)
    batches = list(zip(torch.from_numpy(data.x).split(workload.batch),
                       targets.split(workload.batch)))

    def epoch():
        for x, y in batches:
            optimizer.zero_grad(set_to_none=True)
            cost(model(x), y).backward()
            optimizer.step()

    return epoch


def _calls(workload, data):
    model = _model(workload).eval()
    examples = torch.from_numpy(data.x).split(1)

    def epoch():
        with torch.inference_mode():
            for x in examples:
                model(x)

    return epoch


def _model(workload):
    layers = []
    for number, (weight, bias) in enumerate(start(workload), 2):
        linear = nn.Linear(*weight.shape)
        linear.weight = nn.Parameter(torch.from_numpy(weight.T.copy()))
        linear.bias = nn.Parameter(torch.from_numpy(bias))
        last = number == len(workload.sizes)
        layers += [linear, _ACTIVATIONS[workload.output if last else workload.activation]()]
        layers += [nn.BatchNorm1d(len(bias))] if workload.batch_norm and not last else []
    return nn.Sequential(*(layer for layer in layers if not isinstance(layer, nn.Identity)))


def _cost(workload, data):
    targets = torch.from_numpy(data.targets)
    if workload.loss == "cross_entropy":
        return nn.functional.cross_entropy, torch.from_numpy(data.classes)
    if workload.loss == "binary_cross_entropy":
        return nn.functional.binary_cross_entropy_with_logits, targets
    half = 0.5 / workload.batch
    return (lambda a, y: nn.functional.mse_loss(a, y, reduction="sum") * half), targets


def describe():
    loaded = blas.describe()
    built = [line.strip(" -") for line in torch.__config__.show().splitlines()]
    used = [line for line in built if line.startswith("CPU capability usage")]
    return {"versions": {"torch": torch.__version__}, "blas": loaded["blas"],
            "kernels": ", ".join([loaded["kernels"]] + used)}
