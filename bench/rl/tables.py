"""The tables of a measurement, from its JSON: rows with their head first, and which of their
columns hold figures."""

from harness.text import figure, significant, times

from . import figures
from .subjects import LITHE

_OF_RATES = ("library", "settings", "seeds", "time", "CPU time", "steps/s", "of limit", "x Lithe")


def asked(found):
    """A row for each that was asked, with what was measured."""
    rows = [("task", "measured", "goal", "stretch goal", "reached?", "goal here", "stretch goal here",
             "reached?")]
    for row in found["workloads"]:
        lithe = figures.of(found, row, LITHE)

        def here(bounds, peak=row["peak"]):
            return figures.scaled(bounds, peak)

        moves = row["must"].keys() & {"seconds", "rate"}
        threads = f", {row['threads']} threads" if row["threads"] > 1 else ""
        rows.append((row["title"] + threads, _measured(row, lithe), _bounds(row["must"]),
                     _bounds(row["worth"]), figures.verdict(lithe, row),
                     *([_bounds(here(row[key])) for key in ("must", "worth")]
                       + [figures.verdict(lithe, row, here)] if moves else ["", "", ""])))
    return rows, set()


def elsewhere(found):
    """What others have been seen to reach: none of it is measured."""
    told = [(row["title"], row["elsewhere"]) for row in found["workloads"] if row["elsewhere"]]
    return [("task", "seen elsewhere"), *told], set()


def row(found, one):
    """Everything that was measured on one row, Lithe first."""
    lithe = figures.of(found, one, LITHE)
    head = ("library", "settings", "seeds", "mean return", "min..max", "retest", "time", "min..max",
            "CPU time", "steps", "steps/s", "of limit", "x Lithe")
    rows = [(r["title"], r["how"], _seeds(r), _number(r.get("score")), _range(r, "score"),
             _number(r.get("again")), figure(r["seconds"]), _range(r, "seconds", figure),
             figure(r["processor"]), f"{r['steps']:,.0f}" if "steps" in r else "-",
             f"{r['rate']:,.0f}",
             f"{r['rate'] / one['limit']:.1%}" if one["limit"] and r["alike"] else "-",
             _times(r, lithe, one))
            for r in found["results"] if r["workload"] == one["name"]]
    if one["kind"] != "learn":  # there is nothing to score
        kept = [i for i, title in enumerate(head) if title in _OF_RATES]
        head, *rows = [tuple(cells[i] for i in kept) for cells in (head, *rows)]
    return [head, *rows], set(range(2, len(head)))


def settings(found):
    rows = [("task", "recipe", "environments", "agent", "network", "steps", "evaluated every")]
    for one in found["workloads"]:
        told = one["settings"]
        if "agent" in told:
            rows.append((one["title"], one["recipe"] or "-", str(told["environments"]),
                         told["agent"], told["network"], f"{told['steps']:,}",
                         f"{told['evaluate-every']:,}" if "evaluate-every" in told else "-"))
    return rows, {2, 5, 6}


def versions(found):
    told = {r["title"]: ", ".join(f"{name} {version}" for name, version in r["versions"].items())
            for r in found["results"] if r["versions"]}
    return [("library", "versions"), *told.items()], set()


def _measured(row, lithe):
    if lithe is None:
        return "-"
    if "rate" in row["must"]:
        share = f" ({lithe['rate'] / row['limit']:.0%} of the limit)" if row["limit"] else ""
        return _rate(lithe["rate"]) + share
    return (f"{_number(lithe[lithe['judged']])} in {figure(lithe['seconds'])} "
            f"({figure(lithe['processor'])} CPU time)")


def _bounds(bounds):
    words = [f">= {bounds['score']:g}"] if "score" in bounds else []
    words += [f"<= {figure(bounds['seconds'])}"] if "seconds" in bounds else []
    words += [f">= {_rate(bounds['rate'])}"] if "rate" in bounds else []
    return " in ".join(words)


def _rate(rate):
    return f"{significant(rate / 1e6)} million/s" if rate >= 1e6 else f"{rate:,.0f}/s"


def _seeds(r):
    """How many, and how many of them reached the score, or the end of their steps, in time."""
    count = len(r["runs"])
    return str(count) if r["finished"] == count else f"{count} ({r['finished']} reached the goal)"


def _times(r, lithe, row):
    """How many times Lithe's time; who did not get there would have taken longer."""
    if lithe is None or r is lithe:
        return "-" if lithe is None else "1x"
    most = row["kind"] == "learn" and r["finished"] < len(r["runs"])
    return (">" if most else "") + times(r["median"] / lithe["median"])


def _number(value):
    return "-" if value is None else significant(value)


def _range(r, key, told=None):
    values = [run[key] for run in r["runs"] if run.get(key) is not None]
    tell = told or significant
    return f"{tell(min(values))}..{tell(max(values))}" if values else "-"
