"""PyTorch compiled: the same modules through torch.compile, which PyTorch has from version 2 on."""

import torch

import torch_eager
from torch_eager import describe, prepare  # noqa: F401, what every peer has


def learners(job):
    return torch_eager.learners(job, wrap=torch.compile)


def calls(job, data):
    return torch_eager.calls(job, data, wrap=torch.compile)
