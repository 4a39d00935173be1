"""The tables on the terminal."""

import goals
from common import goal
from common.drawing import figure
from common.text import aligned, heading, libraries


def tables(results, missing, listed_goals, chosen, peak):
    parts = []
    for workload in chosen:
        limit = goals.limit_seconds(workload, peak)
        parts += [heading(f"{workload.title} ({workload.name}); limit {figure(limit)} at "
                          f"{peak / 1e9:.0f} GFLOP/s"),
                  *_results([r for r in results if r["workload"] == workload.name], workload,
                            results, limit)]
    parts += [heading("What each ran on"), *aligned(libraries(_without_ways(results))),
              heading("Against what Lithe must reach, scaled from "
                      f"{goals.PROMISED_PEAK / 1e9:.0f} GFLOP/s to {peak / 1e9:.0f}"),
              *aligned(goal.table(listed_goals), right={1})]
    if missing:
        parts += [heading("Missing"), *(f"{m['title']}: {m['reason']}" for m in missing)]
    return "\n".join(parts)


def times_lithe(result, workload, results):
    """How many times Lithe's time, on as many threads; None without Lithe."""
    lithe = goals.fastest(results, workload, "lithe", result["threads"])
    return result["median"] / lithe["median"] if lithe else None


def _results(own, workload, results, limit):
    rows = [("who", "settings", "median", "fastest..slowest", "epochs", "x limit", "x Lithe")]
    for r in own:
        ratio = times_lithe(r, workload, results)
        rows.append((r["title"], r["settings"], figure(r["median"]),
                     f"{figure(r['fastest'])}..{figure(r['slowest'])}", str(r["epochs"]),
                     f"{r['median'] / (limit / r['threads']):.2f}",
                     f"{ratio:.2f}" if ratio else "-"))
    return aligned(rows, right={2, 3, 4, 5, 6})


def _without_ways(results):
    """The libraries are the same for every way of writing a step and any number of threads."""
    return [{**r, "settings": r["origin"] and ", ".join(
        [r["origin"], *(f"{k}={v}" for k, v in r["environment"].items())])} for r in results]
