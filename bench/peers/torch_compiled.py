"""PyTorch compiled: the same modules through torch.compile, which PyTorch has from version 2 on.

Compiling takes half a minute the first time, so that of the optimizer's forms the plain and the
fused one are tried alone."""

import torch

import torch_eager
from torch_eager import describe, prepare  # noqa: F401, what every peer has


def learners(job):
    found = torch_eager.learners(job, wrap=torch.compile)
    return {name: learner for name, learner in found.items()
            if name.startswith(("as it comes", "fused")) and "channels last" not in name}


def calls(job, data):
    return torch_eager.calls(job, data, wrap=torch.compile)
