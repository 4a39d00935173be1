"""Measures Lithe and its peers on deeper networks, in turn, and says who takes how long a step.

    python3 bench/deep/run.py --lithe build/release/bin/lithe \
        --bench build/release/bench/bench_deep --out build/bench

Every peer runs at the best settings found for it on each workload, each program pinned to a core
(two for two threads). In each round all of them run once, so that a noisy moment hits all alike.
Tables go to the terminal; deep.json, deep.md and deep.svg into the folder named by --out.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # of the package common

import catalogue
from common import timing
from subject import Subject
from workloads import WORKLOADS


def main():
    options = timing.parsed(
        timing.parser(__doc__.splitlines()[0], WORKLOADS, "bench_deep, which times Lithe's steps"),
        WORKLOADS)
    report = timing.Report("deep", "Seconds a step, float32", options.workloads, options)
    subjects, missing = timing.subjects(Subject, options.workloads, catalogue.PEERS, options)
    timing.measure(subjects, options.workloads, options, options.seconds)
    return report.write(subjects, missing)


if __name__ == "__main__":
    sys.exit(main())
