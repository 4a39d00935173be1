#!/usr/bin/env python3
"""Writes positions_golden.json: what PyTorch's cross-entropy with ignore_index makes of a small
network that answers at each position, in float64.

    python3 tests/train/positions_golden.py     # needs PyTorch; `bench/peers.sh` makes a place with it
"""

import json
import pathlib

import torch

BATCH, LENGTH, CATEGORIES, SIZE, NONE = 3, 6, 5, 4, -1


def float32(tensor):
    return tensor.to(torch.float32).to(torch.float64)


def main():
    torch.manual_seed(3)
    tokens = torch.randint(0, CATEGORIES, (BATCH, LENGTH))
    targets = torch.randint(0, CATEGORIES, (BATCH, LENGTH))
    targets[0, 2] = targets[1, 3:] = targets[2, 0] = NONE
    # The last row is that of unknown categories.
    table = float32(torch.randn(CATEGORIES + 1, SIZE, dtype=torch.float64)).requires_grad_()
    weight = float32(torch.randn(SIZE, CATEGORIES, dtype=torch.float64)).requires_grad_()
    bias = float32(torch.randn(CATEGORIES, dtype=torch.float64)).requires_grad_()
    cases = []
    for smoothing in (0.0, 0.1):
        for parameter in (table, weight, bias):
            parameter.grad = None
        logits = table[tokens] @ weight + bias
        loss = torch.nn.CrossEntropyLoss(ignore_index=NONE, label_smoothing=smoothing)(
            logits.flatten(0, 1), targets.flatten())
        loss.backward()
        cases.append({
            "network": f"input({LENGTH}) -> embedding({CATEGORIES}, {SIZE}) -> dense({CATEGORIES})",
            "loss": f"cross_entropy({smoothing})", "inputs": tokens.flatten().tolist(),
            "targets": targets.flatten().tolist(), "mean_loss": loss.item(),
            "correct": int(((logits.argmax(-1) == targets) & (targets != NONE)).sum()),
            "counted": int((targets != NONE).sum()),
            "arrays": {"layers.0.weight": table.tolist(), "layers.1.weight": weight.tolist(),
                       "layers.1.bias": bias.tolist()},
            "gradients": {"layers.0.weight": table.grad.tolist(),
                          "layers.1.weight": weight.grad.tolist(),
                          "layers.1.bias": bias.grad.tolist()}})
    lines = ",\n".join(json.dumps(case) for case in cases)
    pathlib.Path(__file__).with_name("positions_golden.json").write_text(f"[{lines}]\n")


if __name__ == "__main__":
    main()
