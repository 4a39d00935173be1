"""What Lithe has promised on each workload, and whether this run reached it.

The promises are times on a machine whose core peaks at 177 GFLOP/s; here they are scaled by the
ratio of the limits, which is that of the peaks.
"""

from common.goal import NOISE, Goal
from workloads import WORKLOADS

PROMISED_PEAK = 177e9
_WORTH_OF_TWO_THREADS = 1.7


def fastest(results, workload, peer, threads=1):
    """The result of a peer at its best on a workload, or None."""
    fitting = [r for r in results if (r["workload"], r["peer"], r["threads"]) == (
        workload.name, peer, threads)]
    return min(fitting, key=lambda r: r["median"], default=None)


def limit_seconds(workload, peak):
    """What a step's operations take at the measured peak of one core."""
    return workload.operations() / peak


def scaled(seconds, peak):
    """A time of the promised machine, at this machine's peak."""
    return seconds * PROMISED_PEAK / peak


def goals(results, chosen, peak):
    listed = []
    for workload in (w for w in WORKLOADS if w in chosen):
        listed.append(_time(results, workload, peak))
        listed += [_threads(results, workload)] if 2 in workload.threads else []
    return listed


def _time(results, workload, peak):
    unit, size = ("ms", 1e3) if workload.bounds.must >= 1e-4 else ("µs", 1e6)
    bounds, lithe = workload.bounds, fastest(results, workload, "lithe")
    must, worth, peer = (scaled(s, peak) * size for s in (bounds.must, bounds.worth, bounds.peer))
    limit = limit_seconds(workload, peak)
    notes = [f"limit {limit * size:.3g} {unit}", f"{bounds.peer_title} {peer:.3g} {unit} (scaled)"]
    notes += [f"{lithe['median'] / limit:.2f}x the limit"] if lithe else ["Lithe did not run"]
    peers = [r for r in results if r["peer"] != "lithe" and (r["workload"], r["threads"]) == (
        workload.name, 1)]
    if peers:
        best = min(peers, key=lambda r: r["median"])
        notes.append(f"the fastest here, {best['title']}, {best['median'] * size:.3g} {unit}"
                     + (f", {best['median'] / lithe['median']:.2f}x Lithe's" if lithe else ""))
    return Goal(workload.title, must, worth, lithe["median"] * size if lithe else None,
                smaller_is_better=True, note="; ".join(notes), unit=f" {unit}")


def _threads(results, workload):
    text = f"{workload.name}: two threads against one"
    one, two = (fastest(results, workload, "lithe", threads) for threads in (1, 2))
    if not one or not two:
        return Goal(text, NOISE, _WORTH_OF_TWO_THREADS, note="one core, or Lithe did not run")
    return Goal(text, NOISE, _WORTH_OF_TWO_THREADS, one["median"] / two["median"],
                note="never slower; 3% is the noise between two runs")
