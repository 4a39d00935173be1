"""What Lithe has promised on each workload, and whether a run reached it.

A workload has a name, a title, `bounds`, the numbers of `threads` that it runs on, and
`operations()`. The promises are times on a machine whose core peaks at 177 GFLOP/s; here they are
scaled by the ratio of the limits, which is that of the peaks.
"""

import dataclasses

from common.goal import NOISE, Goal

PROMISED_PEAK = 177e9


@dataclasses.dataclass(frozen=True)
class Bounds:
    """Seconds that were promised where a core peaks at 177 GFLOP/s, and the best peer's there."""

    must: float
    worth: float
    peer: float = None
    peer_title: str = "the best peer elsewhere"
    # Two threads against one, where a workload runs on both.
    threads_must: float = NOISE
    threads_worth: float = 1.7


def fastest(results, workload, peer, threads=1):
    """The result of a peer at its best on a workload, or None."""
    fitting = [r for r in results if (r["workload"], r["peer"], r["threads"]) == (
        workload.name, peer, threads)]
    return min(fitting, key=lambda r: r["median"], default=None)


def limit_seconds(workload, peak):
    """What the workload's operations take at the measured peak of one core."""
    return workload.operations() / peak


def scaled(seconds, peak):
    """A time of the promised machine, at this machine's peak."""
    return seconds * PROMISED_PEAK / peak


def goals(results, chosen, peak):
    listed = []
    for workload in chosen:
        listed.append(_time(results, workload, peak))
        listed += [_threads(results, workload)] if 2 in workload.threads else []
    return listed


def _time(results, workload, peak):
    bounds, lithe = workload.bounds, fastest(results, workload, "lithe")
    unit, size = next((unit, size) for unit, size, least in (
        ("s", 1, 0.1), ("ms", 1e3, 1e-4), ("µs", 1e6, 0)) if bounds.must >= least)
    limit = limit_seconds(workload, peak)
    notes = [f"limit {limit * size:.3g} {unit}"]
    if bounds.peer:
        notes.append(f"{bounds.peer_title} {scaled(bounds.peer, peak) * size:.3g} {unit} (scaled)")
    notes += [f"{lithe['median'] / limit:.2f}x the limit, of processor time "
              f"{lithe['processor'] * size:.3g} {unit}"] if lithe else ["Lithe did not run"]
    peers = [r for r in results if r["peer"] != "lithe" and (r["workload"], r["threads"]) == (
        workload.name, 1)]
    if peers:
        best = min(peers, key=lambda r: r["median"])
        notes.append(f"the fastest here, {best['title']}, {best['median'] * size:.3g} {unit}"
                     + (f", {best['median'] / lithe['median']:.2f}x Lithe's" if lithe else ""))
    return Goal(workload.title, scaled(bounds.must, peak) * size, scaled(bounds.worth, peak) * size,
                lithe["median"] * size if lithe else None, smaller_is_better=True,
                note="; ".join(notes), unit=f" {unit}")


def _threads(results, workload):
    text, bounds = f"{workload.name}: two threads against one", workload.bounds
    one, two = (fastest(results, workload, "lithe", threads) for threads in (1, 2))
    if not one or not two:
        return Goal(text, bounds.threads_must, bounds.threads_worth, note="not run on both")
    never = bounds.threads_must == NOISE
    return Goal(text, bounds.threads_must, bounds.threads_worth, one["median"] / two["median"],
                note="never slower; 3% is the noise between two runs" if never else "")
