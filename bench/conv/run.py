"""Measures Lithe and its peers on LeNet-5 and on a convolution alone, in turn.

    python3 bench/conv/run.py --lithe build/release/bin/lithe \
        --bench build/release/bench/bench_conv --out build/bench

Every peer runs at the best settings found for it on each workload, each program pinned to a core
(two for two threads). In each round all of them run once, so that a noisy moment hits all alike.
Tables go to the terminal; conv.json, conv.md and conv.svg into the folder named by --out.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # of the package common

import catalogue
import checks
from common import timing
from subject import Subject
from workloads import WORKLOADS


def main():
    parser = timing.parser(__doc__.splitlines()[0], WORKLOADS,
                           "bench_conv, Lithe's side; the peers' programs lie beside it")
    parser.add_argument("--epochs", type=int, default=2, help="of each run")
    options = timing.parsed(parser, WORKLOADS)
    epochs = 1 if options.quick else options.epochs
    report = timing.Report("conv", "Seconds of LeNet-5's epochs and calls, and of a convolution, "
                           "float32", options.workloads, options, checks.outcome)
    subjects, missing = timing.subjects(Subject, options.workloads, catalogue.PEERS, options)
    timing.measure(subjects, options.workloads, options, epochs, options.seconds)
    return report.write(subjects, missing)


if __name__ == "__main__":
    sys.exit(main())
