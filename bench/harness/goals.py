"""What Lithe has promised on each workload, and whether a run reached it.

The promised times belong to a machine whose core peaks at 177 GFLOP/s; here they are scaled by the
ratio of the peaks.
"""

from . import catalogue, compare
from . import machine as machines
from .text import figure, one, seconds_unit

PROMISED_PEAK = 177e9
# "Never slower" has to allow for what two runs of the same program differ by.
NOISE = 0.97


def goals(results, workloads, machine):
    """In the order of the workloads; each a dict that goes into the JSON as it is."""
    listed = []
    for workload in workloads:
        lithe = compare.fastest(results, workload.name, compare.LITHE)
        limit = workload.operations() / machines.peak(machine, workload.precision)
        # A double's peak is half of a single's on both machines.
        scale = PROMISED_PEAK / machines.peak(machine, "float32")
        for key, bounds in workload.promise.items():
            listed += _KINDS[key](workload, bounds, lithe, limit, scale, results)
    return listed


def verdict(value, must, worth, smaller):
    if value is None:
        return "not measured"
    reached = (lambda bound: value <= bound) if smaller else (lambda bound: value >= bound)
    return "worth reached" if reached(worth) else "reached" if reached(must) else "MISSED"


def _goal(workload, text, value, bounds, unit="x", smaller=False, note=""):
    must, worth = bounds
    return {"workload": workload.name, "text": text, "value": value, "must": must, "worth": worth,
            "unit": unit, "smaller": smaller, "note": note,
            "verdict": verdict(value, must, worth, smaller)}


def _seconds(workload, bounds, lithe, limit, scale, _):
    unit, size = seconds_unit(bounds[0])
    return [_goal(workload, one(workload.per), lithe and lithe["median"] / size,
                  [bound * scale / size for bound in bounds], f" {unit}", True,
                  f"limit {figure(limit)}")]


def _limit(workload, bounds, lithe, limit, *_):
    return [_goal(workload, f"{one(workload.per)} against the limit",
                  lithe and lithe["median"] / limit, bounds, "x", True, f"limit {figure(limit)}")]


def _share(workload, bounds, lithe, limit, *_):
    return [_goal(workload, "share of the peak", lithe and 100 * limit / lithe["median"],
                  [100 * bound for bound in bounds], "%", False, f"limit {figure(limit)}")]


def _faster(workload, told, lithe, limit, scale, results):
    listed = []
    for peer, bounds in told.items():
        other = compare.fastest(results, workload.name, peer)
        title = next(p.title for p in catalogue.PEERS if p.name == peer)
        listed.append(_goal(workload, f"faster than {title} at its best",
                            other["median"] / lithe["median"] if lithe and other else None, bounds,
                            note=other["told"] if other else "the peer was not measured"))
    return listed


def _threads(workload, bounds, lithe, limit, scale, results):
    two = compare.fastest(results, workload.name, compare.LITHE, 2)
    note = "never slower; 3% is the noise between two runs" if bounds[0] == NOISE else ""
    return [_goal(workload, "two threads against one",
                  lithe["median"] / two["median"] if lithe and two else None, bounds, note=note)]


_KINDS = {"seconds": _seconds, "limit": _limit, "share": _share, "faster": _faster,
          "threads": _threads}
