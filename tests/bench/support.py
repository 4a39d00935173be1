"""What the tests of the harness share: the harness itself, and results as it would find them."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from harness import workloads  # noqa: E402

WORKLOADS = {w.name: w for w in workloads.read()}
MACHINE = {"processor": "A <processor>", "family": 1, "model": 2, "virtual_machine": False,
           "cores": 2, "isas": ["avx2"], "instruction_sets": ["avx2"], "memory_bytes": 2**34,
           "distribution": "Some Linux", "system": "Linux 6", "lithe": "0.1.0",
           "limits": {"flops_float32": 88.5e9, "flops_float64": 44.25e9}, "blas": []}


def result(workload, peer, median, threads=1, **more):
    return {"workload": workload, "peer": peer, "title": peer.title(), "threads": threads,
            "origin": "", "told": "told", "settings": {}, "way": "way", "ways": {},
            "median": median, "medians": [median], "fastest": median, "slowest": median,
            "spread": 0.0, "times": 1, "processor": median, "loads": [0.5],
            "versions": {peer: "1"}, "blas": "none", "kernels": "some", "check": {},
            "outcome": "the same", **more}


def found(names, results, goals=(), **more):
    """A measurement as the JSON has it."""
    told = [{"name": w.name, "group": w.group, "title": w.title, "short": w.short, "kind": w.kind, "per": w.per,
             "precision": w.precision, "network": w.network, "operations": w.operations(),
             "limit_seconds": w.operations() / 88.5e9, "cores": 2}
            for w in (WORKLOADS[n] for n in names)]
    return {"date": "2026-01-31", "quick": False, "rounds": 3, "seconds": 0.5, "minutes": 7.0,
            "machine": MACHINE, "workloads": told, "results": results, "goals": list(goals),
            "blas": [], "left_out": [], "not_compared": [], **more}
