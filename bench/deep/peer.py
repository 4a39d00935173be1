"""Runs one peer on one workload and prints one JSON line: the seconds of a step, epoch by epoch.

    python3 bench/deep/peer.py torch_eager relu1024 --seconds 1

A peer is a module in peers/ with a function `variants(workload, data, threads)` that names the ways
to write a step (an optimizer fused or not; buffers bound or not), each a function that prepares it
and answers an epoch to call, and a function `describe`. The fastest way is the one measured.
"""

import argparse
import importlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # of the package common

import data
import workloads
from common import ways

_TRIAL = 0.2  # of the time measured, for each way


def main():
    options = _options()
    module = importlib.import_module(f"peers.{options.peer}")
    workload = workloads.find(options.workload)
    variants = module.variants(workload, data.Data(workload), options.threads)
    epochs = {name: prepare() for name, prepare in variants.items()}
    way, trials = ways.fastest_way(epochs, _TRIAL * options.seconds, options.threads)
    taken = ways.repeat(epochs[way], options.seconds)
    print(json.dumps({"peer": options.peer, "workload": workload.name, "way": way, "ways": trials,
                      **ways.times(taken, workload.steps), **module.describe()}))


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=["torch_eager", "jax_scan", "numpy_buffers",
                                         "onnx_runtime"])
    parser.add_argument("workload", choices=[w.name for w in workloads.WORKLOADS])
    parser.add_argument("--seconds", type=float, default=1, help="measured, at least three epochs")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
