"""The tables of a measurement, from its JSON: rows with their head first, and which of their
columns hold figures."""

from . import compare
from .text import figure, significant, times


def first(found):
    """What a reader can take in: a row for each of the first workloads. A ratio has the least and
    the most of the rounds beside it."""
    rows = [("workload", "limit", "Lithe, one thread", "fastest peer at its best", "x Lithe",
             "Lithe as installed", "fastest peer as installed", "x Lithe")]
    for one in compare.first(found):
        row = [compare.name(one), figure(one["limit_seconds"])]
        for threads in (1, 0):
            lithe = compare.fastest(found["results"], one["name"], compare.LITHE, threads)
            # What Lithe does not do as installed is compared with nothing.
            peer = lithe and compare.fastest_peer(found["results"], one["name"], threads)
            row += [figure(lithe["median"]) if lithe else "-", *_peer(found, peer)]
        rows.append(tuple(row))
    return rows, {1, 2, 4, 5, 7}


def readme(found):
    """The same in fewer columns, with PyTorch beside."""
    rows = [("what", "limit", "**Lithe**", "fastest peer", "x Lithe", "PyTorch eager")]
    for one in compare.first(found):
        lithe, torch = (compare.fastest(found["results"], one["name"], name)
                        for name in (compare.LITHE, "torch_eager"))
        peer = lithe and compare.fastest_peer(found["results"], one["name"])
        rows.append((compare.name(one), figure(one["limit_seconds"]),
                     f"**{figure(lithe['median'])}**" if lithe else "-", *_peer(found, peer),
                     figure(torch["median"]) if torch else "-"))
    return rows, {1, 2, 4, 5}


def _peer(found, peer):
    """Who, its time, and how many times Lithe's."""
    if not peer:
        return "-", "-"
    each = compare.rounds(found["results"], peer)
    spread = f" ({times(min(each))}..{times(max(each))})" if len(each) > 1 else ""
    return (f"{compare.who(peer)} {figure(peer['median'])}",
            times(compare.times_lithe(found["results"], peer)) + spread)


def summary(found):
    """A row a workload: Lithe on one thread and as installed, and the fastest peer beside each."""
    head = ("workload", "limit", "Lithe, one thread", "of peak", "fastest peer at its best", "",
            "x Lithe", "Lithe as installed", "fastest peer as installed", "", "x Lithe")
    rows = [head]
    for workload in found["workloads"]:
        if not compare.of(found["results"], workload["name"]):
            continue
        row = [workload["title"], figure(workload["limit_seconds"])]
        for threads in (1, 0):
            lithe = compare.fastest(found["results"], workload["name"], compare.LITHE, threads)
            peer = compare.fastest_peer(found["results"], workload["name"], threads)
            row.append(figure(lithe["median"]) if lithe else "-")
            if threads == 1:
                row.append(_share(workload, lithe) if lithe else "-")
            row += [peer["title"], figure(peer["median"]),
                    times(compare.times_lithe(found["results"], peer))] if peer else ["-"] * 3
        rows.append(tuple(row))
    return rows, {1, 2, 3, 5, 6, 7, 9, 10}


def workload(found, one):
    """Everything that was measured on one workload: as installed, then at best settings."""
    head = ("who", "how", "rounds", "median", "fastest..slowest", "spread", "GFLOP/s", "of peak",
            "x Lithe", "processor", "after an epoch" if one["kind"] == "train" else "result")
    results = sorted(compare.of(found["results"], one["name"]),
                     key=lambda r: (r["threads"], r["median"]))
    rows = [(r["title"], r["told"], str(len(r["medians"])), figure(r["median"]),
             f"{figure(r['fastest'])}..{figure(r['slowest'])}",
             f"{r['spread']:.0%}" if r["times"] > 1 else "-",
             significant(one["operations"] / r["median"] / 1e9), _share(one, r),
             times(compare.times_lithe(found["results"], r)), figure(r["processor"]),
             r["outcome"]) for r in results]
    return [head, *rows], {2, 3, 4, 5, 6, 7, 8, 9}


def goals(found):
    rows = [("workload", "promise", "measured", "must", "worth", "", "with")]
    for goal in found["goals"]:
        sign = "<=" if goal["smaller"] else ">="
        value = "-" if goal["value"] is None else f"{significant(goal['value'])}{goal['unit']}"
        bounds = [f"{sign} {significant(goal[k])}{goal['unit']}" for k in ("must", "worth")]
        rows.append((goal["workload"], goal["text"], value, *bounds, goal["verdict"],
                     goal["note"]))
    return rows, {2, 3, 4}


def libraries(found):
    """What each ran on, each said once; settings that choose kernels beside the kernels."""
    rows = [("who", "version", "BLAS", "kernels")]
    for r in found["results"]:
        versions = ", ".join(f"{name} {version}" for name, version in r["versions"].items())
        told = " ".join(f"{k}={v}" for k, v in r["settings"].items())
        row = (r["title"], f"{versions} ({r['origin']})" if r["origin"] else versions, r["blas"],
               r["kernels"] + (f" ({told})" if told else ""))
        rows += [row] if row not in rows else []
    return rows, set()


def blas(found):
    """The seed network with each BLAS in place of the native kernels."""
    rows = [("library", "kernels", "an epoch", "x native", "of 10,000 digits", "path")]
    native = next((r["median"] for r in found["blas"] if not r["path"] and r["median"]), None)
    for r in found["blas"]:
        rows.append((r["title"], r["core"] or "-", figure(r["median"]) if r["median"] else
                     r["failure"], times(r["median"] / native) if native and r["median"] else "-",
                     f"{r['correct']:,}" if r["correct"] else "-", r["path"] or "-"))
    return rows, {3, 4}


def left_out(found):
    """Those with the same reason on the same workload in one row."""
    together = {}
    for one in found["left_out"]:
        together.setdefault((one["workload"], one["reason"]), []).append(one["title"])
    rows = [(titles[0] if len(titles) == 1 else _all_of(titles), workload, reason)
            for (workload, reason), titles in together.items()]
    return [("who", "on what", "why"), *rows], set()


def _all_of(titles):
    """Each once, by its name alone."""
    return "; ".join(dict.fromkeys(title.split(",")[0] for title in titles))


def _share(one, result):
    """Of the peak of as many cores as it was given."""
    cores = result["threads"] or one["cores"]
    return f"{100 * one['limit_seconds'] / cores / result['median']:.0f}%"
