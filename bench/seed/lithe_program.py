"""Lithe's side: how it is called, and the one place that knows the names in its JSON."""

import os
import tempfile

from common import process


def train(binary, precision, threads, epochs, seed):
    """Trains the recipe `seed` and answers as a peer does, with the machine's limit added."""
    with tempfile.TemporaryDirectory() as folder:
        command = [os.path.abspath(binary), "train", "seed", "--precision", precision,
                   "--threads", str(threads), "--epochs", str(epochs), "--seed", str(seed),
                   "--output", os.path.join(folder, "model.safetensors"), "--json"]
        return _read(process.run_json(command, {}, threads))


def epochs(answer):
    """The epochs' seconds and the test images read rightly, from what `train --json` prints."""
    return ([epoch["seconds"] for epoch in answer["epochs"]],
            [epoch["correct"] for epoch in answer["epochs"]])


def _read(answer):
    try:
        seconds, correct = epochs(answer)
        return {"epochs": seconds, "correct": correct,
                "peak_flops": answer["limits"]["flops"],
                "operations_per_epoch": answer["operations_per_epoch"],
                "versions": {"lithe": answer.get("version", "not said")},
                "blas": "none, its own kernels", "kernels": answer.get("isa", "not said")}
    except (KeyError, TypeError) as error:
        raise process.Failed(f"Lithe's JSON is not as expected: {error!r}") from error
