"""The results of a row: medians over its runs, compared with the goals."""

import statistics

from harness import goals

_MEDIANS = ("seconds", "processor", "rate", "steps", "score", "again")


def result(subject):
    """Everything measured of a subject, as it goes into the JSON file."""
    runs = subject.runs
    medians = {key: statistics.median(values) for key in _MEDIANS
               if (values := [run[key] for run in runs if run.get(key) is not None])}
    row = subject.row
    # Where the training ends at a score, that evaluation counts; else the policy that is kept, the
    # best of several evaluations by luck too, has to show it again.
    judged = "score" if "target-return" in row.settings or "again" not in medians else "again"
    return {"workload": row.name, "peer": subject.name, "title": subject.title,
            "how": subject.how, "alike": subject.alike, "threads": row.threads, **medians,
            "judged": judged, "finished": sum(run["finished"] for run in runs),
            "runs": [_plain(run) for run in runs],
            # As the picture takes it: the time of the work, smaller is better.
            "median": medians["seconds"] if row.kind == "learn" else 1 / medians["rate"],
            "versions": runs[-1].get("versions", {})}


def _plain(run):
    return {key: value for key, value in run.items() if key != "versions"}


def told(row, peak, operations):
    """The row as it goes into the JSON, with its limit: steps a second at the peak of a core."""
    return {"name": row.name, "title": row.title, "kind": row.kind, "recipe": row.recipe,
            "settings": row.settings, "threads": row.threads, "must": row.must,
            "worth": row.worth, "elsewhere": row.elsewhere, "peak": peak,
            "limit": row.threads * peak / operations if operations else None}


def scaled(bounds, peak):
    """The goals for a core of 177 GFLOP/s, scaled to one with that peak."""
    scale = goals.PROMISED_PEAK / peak
    return {key: value * {"seconds": scale, "rate": 1 / scale}.get(key, 1)
            for key, value in bounds.items()}


def verdict(found, row, bounds=lambda asked: asked):
    """By the medians of Lithe's seeds."""
    if found is None:
        return "not measured"
    return ("stretch goal reached" if _reaches(found, bounds(row["worth"])) else
            "reached" if _reaches(found, bounds(row["must"])) else "MISSED")


def _reaches(found, bounds):
    measured = {**found, "score": found.get(found["judged"])}
    return all(measured[key] <= bound if key == "seconds" else measured[key] >= bound
               for key, bound in bounds.items())


def of(found, row, peer):
    return next((r for r in found["results"]
                 if r["workload"] == row["name"] and r["peer"] == peer), None)
