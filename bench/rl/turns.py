"""Lets everybody take turns, seed by seed, and gathers what came of it."""

from . import figures, rows, subjects


def subjects_of(listed, known, options):
    """Lithe, then its peers, row by row; and who is missing, and why."""
    everybody, missing, seen = [], [], {}
    for row in listed:
        reason = _not_measured(row, options)
        if reason:
            missing.append({"title": "everybody", "workload": row.name, "reason": reason})
            continue
        found, lacking = subjects.peers(row, known, options, seen)
        everybody += [subjects.lithe(row, options), *found]
        missing += lacking
    return everybody, missing


def _not_measured(row, options):
    if not row.settings:
        return f"there is no recipe {rows.recipe_path(row).name}"
    if row.long and not options.what and not options.all:
        return "it takes long: --all, or its name, measures it"
    return None


def measure(everybody, options, clock):
    """Every subject with its first seed, then all with the second, while there is time."""
    for seed in range(1, max((s.seeds for s in everybody), default=0) + 1):
        for subject in (s for s in everybody if seed <= s.seeds and not s.failure):
            limit = clock.limit()
            if not limit:
                return
            options.say(f"{clock.passed():5.0f} s, seed {seed} of {subject.seeds}: "
                        f"{subject.row.name}, {subject.title}")
            subject.measure(seed, limit)
            if subject.failure:
                options.say(f"  failed: {subject.failure}")


def outcome(everybody):
    """The results, and who was left out, and why."""
    left_out = [{"title": s.title, "workload": s.row.name, "reason": s.failure or "time was up"}
                for s in everybody if s.failure or not s.runs]
    return [figures.result(s) for s in everybody if s.runs and not s.failure], left_out


def added(before, found, order):
    """A measurement with those rows of an earlier one, of this machine, that were not measured
    now."""
    earlier, now = ({r["workload"] for r in one["results"]} for one in (before, found))
    listed, again = ({w["name"] for w in one["workloads"]} for one in (before, found))
    kept = listed - now - (again - earlier)

    def both(key, name):
        together = [one for one in before[key] if one[name] in kept]
        together += [one for one in found[key] if one[name] not in kept]
        return sorted(together, key=lambda one: order.index(one[name]))

    dates = sorted({before["date"], found["date"]})
    return {**found, "date": " to ".join(dates), "workloads": both("workloads", "name"),
            "results": both("results", "workload"),
            "left_out": both("left_out", "workload"),
            "minutes": before["minutes"] + found["minutes"],
            "peer_minutes": max(before["peer_minutes"], found["peer_minutes"])}
