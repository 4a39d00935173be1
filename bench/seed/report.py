"""The tables on the terminal."""

import goals


def tables(results, missing, listed_goals):
    parts = [_heading("Seconds an epoch of 50,000 images, one thread unless said"),
             *_results(results), _heading("What each ran on"), *_libraries(results),
             _heading("Against what Lithe must reach"), *_goals(listed_goals)]
    if missing:
        parts += [_heading("Missing"), *(f"{m['title']}: {m['reason']}" for m in missing)]
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
    return _aligned(rows, right={3, 4, 5, 6})


def _libraries(results):
    rows = [("who", "settings", "version", "BLAS", "kernels")]
    for r in results:
        versions = ", ".join(f"{name} {version}" for name, version in r["versions"].items())
        row = (r["title"], r["settings"], versions, r["blas"], r["kernels"])
        rows += [row] if row not in rows else []
    return _aligned(rows)


def _goals(listed):
    rows = [("goal", "measured", "must", "worth", "", "with")]
    for goal in listed:
        sign = "<=" if goal.smaller_is_better else ">="
        rows.append((goal.text, "-" if goal.value is None else f"{goal.value:.2f}x",
                     f"{sign} {goal.must:g}x", f"{sign} {goal.worth:g}x", goal.verdict(),
                     goal.note))
    return _aligned(rows, right={1})


def _heading(text):
    return f"\n{text}\n{'-' * len(text)}"


def _aligned(rows, right=frozenset()):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) if i in right else cell.ljust(width)
                      for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
            for row in rows]
