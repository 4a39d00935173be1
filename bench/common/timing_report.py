"""The tables of a benchmark that times workloads, for the terminal or as Markdown."""

from common import goal, promises
from common.drawing import figure
from common.text import libraries


def sections(results, missing, listed_goals, chosen, peak):
    """(heading, rows of a table with its head first, columns of figures)."""
    parts = []
    for workload in chosen:
        limit = promises.limit_seconds(workload, peak)
        parts.append((f"{workload.title} ({workload.name}); limit {figure(limit)} at "
                      f"{peak / 1e9:.0f} GFLOP/s", *_results(workload, results, limit)))
    parts += [("What each ran on", libraries(_without_ways(results)), set()),
              ("Against what Lithe must reach, scaled from "
               f"{promises.PROMISED_PEAK / 1e9:.0f} GFLOP/s to {peak / 1e9:.0f}",
               goal.table(listed_goals), {1})]
    if missing:
        rows = [("who", "why"), *((m["title"], m["reason"]) for m in missing)]
        parts.append(("Missing", rows, set()))
    return parts


def times_lithe(result, workload, results, what="median"):
    """How many times Lithe's time, on as many threads; None without Lithe."""
    lithe = promises.fastest(results, workload, "lithe", result["threads"])
    return result[what] / lithe[what] if lithe and lithe[what] > 0 else None


def _ratio(result, workload, results, what):
    ratio = times_lithe(result, workload, results, what)
    return f"{ratio:.2f}" if ratio else "-"


def _results(workload, results, limit):
    own = [r for r in results if r["workload"] == workload.name]
    head = ("who", "settings", "median", "fastest..slowest", "runs", "GFLOP/s", "of peak",
            "x Lithe", "processor", "x Lithe")
    checked = all("outcome" in r for r in own)
    rows = [(*head, "outcome") if checked else head]
    for r in own:
        row = (r["title"], r["settings"], figure(r["median"]),
               f"{figure(r['fastest'])}..{figure(r['slowest'])}", str(r["runs"]),
               f"{workload.operations() / r['median'] / 1e9:.1f}",
               f"{100 * limit / r['threads'] / r['median']:.0f}%",
               _ratio(r, workload, results, "median"), figure(r["processor"]),
               _ratio(r, workload, results, "processor"))
        rows.append((*row, r.get("outcome", "")) if checked else row)
    return rows, set(range(2, len(head)))


def _without_ways(results):
    """The libraries are the same for every way of writing a step and any number of threads."""
    return [{**r, "settings": r["origin"] and ", ".join(
        [r["origin"], *(f"{k}={v}" for k, v in r["environment"].items())])} for r in results]
