"""The tables on the terminal."""

import goals
from common import goal
from common.text import aligned, heading, libraries


def tables(results, missing, listed_goals):
    parts = [heading("Seconds an epoch of 50,000 images, one thread unless said"),
             *_results(results), heading("What each ran on"), *aligned(libraries(results)),
             heading("Against what Lithe must reach"),
             *aligned(goal.table(listed_goals), right={1})]
    if missing:
        parts += [heading("Missing"), *(f"{m['title']}: {m['reason']}" for m in missing)]
    return "\n".join(parts)


def times_lithe(result, results):
    """How many times Lithe's time, one thread and the same precision; None without Lithe."""
    lithe = goals.fastest(results, "lithe", result["precision"])
    return result["median"] / lithe["median"] if lithe else None


def _results(results):
    rows = [("who", "precision", "settings", "median", "fastest..slowest", "epochs", "x Lithe",
             "score (after epochs)")]
    for r in results:
        ratio = times_lithe(r, results)
        is_best = r is goals.fastest(results, r["peer"], r["precision"], r["threads"])
        rows.append((r["title"], r["precision"], r["settings"] + ("" if is_best else " (slower)"),
                     f"{r['median']:.4f}",
                     f"{r['fastest']:.4f}..{r['slowest']:.4f}", str(len(r["seconds"])),
                     f"{ratio:.2f}" if ratio else "-",
                     f"{r['correct'][-1]:,} ({len(r['correct'])})"
                     + ("" if r["learned"] else " DID NOT LEARN")))
    return aligned(rows, right={3, 4, 5, 6})
