"""Results, as they stand in the JSON, found and compared like with like."""

LITHE = "lithe"


def of(results, workload, peer=None, threads=None):
    return [r for r in results if r["workload"] == workload
            and peer in (None, r["peer"]) and threads in (None, r["threads"])]


def fastest(results, workload, peer, threads=1):
    """A peer at its best on a workload, or None. With 0 threads: as installed."""
    return min(of(results, workload, peer, threads), key=lambda r: r["median"], default=None)


def fastest_peer(results, workload, threads=1):
    """The fastest of all but Lithe, or None."""
    return min((r for r in of(results, workload, threads=threads) if r["peer"] != LITHE),
               key=lambda r: r["median"], default=None)


def first(found):
    """The workloads that stand first: those with a short name; without any, all of them."""
    measured = [one for one in found["workloads"] if of(found["results"], one["name"])]
    return [one for one in measured if one.get("short")] or measured


def name(workload):
    return workload.get("short") or workload["title"]


def who(result):
    """Its name alone, without the way it is written."""
    return result["title"].split(",")[0]


def lithe_like(results, result):
    """Lithe on as many threads; as installed against as installed. Where it was measured on one
    thread alone, that."""
    return fastest(results, result["workload"], LITHE, result["threads"]) or fastest(
        results, result["workload"], LITHE, 1)


def times_lithe(results, result, what="median"):
    """How many times Lithe's time; None without Lithe."""
    lithe = lithe_like(results, result)
    return result[what] / lithe[what] if lithe and lithe[what] > 0 else None


def rounds(results, result):
    """How many times Lithe's time in each round, in which all took turns."""
    lithe = lithe_like(results, result)
    own = lithe.get("medians", []) if lithe else []
    return [theirs / mine for theirs, mine in zip(result.get("medians", []), own)]


def behind(found):
    """In words, on which of the first workloads a peer is faster, alike against alike; or nothing."""
    told = []
    for one in first(found):
        for threads, words in ((1, ""), (0, ", as installed")):
            peer = fastest_peer(found["results"], one["name"], threads)
            lithe = fastest(found["results"], one["name"], LITHE, threads)
            if peer and lithe and peer["median"] < lithe["median"]:
                told.append(f"{who(peer)} takes {peer['median'] / lithe['median']:.2f} times Lithe's "
                            f"time for \"{name(one)}\"{words}")
    return f"Lithe is not always ahead: {'; '.join(told)}." if told else ""
