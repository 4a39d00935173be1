#!/usr/bin/env python3
"""Writes golden.json: what PyTorch's optimizers make of ten gradients, in both precisions.

    python3 tests/optimizers/golden.py          # needs PyTorch; `bench/peers.sh` makes a place with it

Two formulas are written out here: Lion's (Chen and others, 2023, algorithm 2), which PyTorch does
not have, and NAdam's as PyTorch has it from 2.0 on (before, one factor of the product of momenta
was taken twice).
"""

import json
import pathlib

import numpy as np
import torch

SIZE, STEPS = 24, 10
ADAM = dict(lr=1e-3)

# The sentence that Lithe reads, and the same in PyTorch.
SETTINGS = {
    "sgd(0.1)": lambda p: torch.optim.SGD(p, lr=0.1),
    "sgd(0.1, l2=0.05)": lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.05),
    "sgd(0.1, clip_value=0.5)": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum(0.05, 0.9)": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "nesterov(0.05, 0.8)": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True),
    "adagrad(0.1)": lambda p: torch.optim.Adagrad(p, lr=0.1),
    "rmsprop(0.01)": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "rmsprop(0.01, decay=0.9, momentum=0.8)":
        lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, momentum=0.8),
    "adam(0.001)": lambda p: torch.optim.Adam(p, **ADAM),
    "adam(0.001, beta1=0.8, beta2=0.95)": lambda p: torch.optim.Adam(p, betas=(0.8, 0.95), **ADAM),
    "adam(0.001, l2=0.1)": lambda p: torch.optim.Adam(p, weight_decay=0.1, **ADAM),
    "adamw(0.001, weight_decay=0.05)": lambda p: torch.optim.AdamW(p, weight_decay=0.05, **ADAM),
    "nadam(0.002)": None,
    "radam(0.001)": lambda p: torch.optim.RAdam(p, **ADAM),
    "radam(0.001, beta2=0.9)": lambda p: torch.optim.RAdam(p, betas=(0.9, 0.9), **ADAM),
    "lion(0.001, weight_decay=0.1)": None,
}


def lion(weight, gradients):
    rate, beta1, beta2, decay = (weight.dtype.type(v) for v in (1e-3, 0.9, 0.99, 0.1))
    one, mean = weight.dtype.type(1), np.zeros_like(weight)
    history = []
    for g in gradients:
        update = np.sign(beta1 * mean + (one - beta1) * g)
        weight = weight * (one - rate * decay) - rate * update
        mean = beta2 * mean + (one - beta2) * g
        history.append(weight.tolist())
    return history


def nadam(weight, gradients):
    rate, beta1, beta2, epsilon = 0.002, 0.9, 0.999, 1e-8
    real = weight.dtype.type
    mean, squares, product = np.zeros_like(weight), np.zeros_like(weight), 1.0
    history = []
    for t, g in enumerate(gradients, start=1):
        now, after = (beta1 * (1 - 0.5 * 0.96 ** (step * 0.004)) for step in (t, t + 1))
        product *= now
        mean = mean + (g - mean) * real(1 - beta1)
        squares = squares * real(beta2) + g * g * real(1 - beta2)
        divisor = np.sqrt(squares / real(1 - beta2**t)) + real(epsilon)
        weight = weight - real(rate * (1 - now) / (1 - product)) * g / divisor
        weight = weight - real(rate * after / (1 - product * after)) * mean / divisor
        history.append(weight.tolist())
    return history


def run(sentence, start, gradients):
    if SETTINGS[sentence] is None:
        return {"lion": lion, "nadam": nadam}[sentence.split("(")[0]](start, gradients)
    parameter = torch.nn.Parameter(torch.tensor(start))
    optimizer = SETTINGS[sentence]([parameter])
    history = []
    for g in gradients:
        parameter.grad = torch.tensor(g)
        if "clip_value" in sentence:
            torch.nn.utils.clip_grad_value_([parameter], 0.5)
        optimizer.step()
        history.append(parameter.detach().numpy().tolist())
    return history


def main():
    random = np.random.default_rng(7)
    start = random.normal(size=SIZE)
    gradients = random.normal(size=(STEPS, SIZE))
    gradients[:, 3] = 0  # a weight that nothing moves
    gradients[4:, 5] = 0
    gradients[:, 7] *= 1e-4
    result = {"torch": torch.__version__, "settings": []}
    for name in ("float32", "float64"):
        w, g = start.astype(name), gradients.astype(name)
        result[name] = {"start": w.tolist(), "gradients": g.tolist()}
    for sentence in SETTINGS:
        entry = {"sentence": sentence}
        for name in ("float32", "float64"):
            entry[name] = run(sentence, start.astype(name), gradients.astype(name))
        result["settings"].append(entry)
    path = pathlib.Path(__file__).with_name("golden.json")
    path.write_text(json.dumps(result, separators=(",", ":")) + "\n")


main()
