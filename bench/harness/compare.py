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


def lithe_like(results, result):
    """Lithe on as many threads; as installed against as installed. Where it was measured on one
    thread alone, that."""
    return fastest(results, result["workload"], LITHE, result["threads"]) or fastest(
        results, result["workload"], LITHE, 1)


def times_lithe(results, result, what="median"):
    """How many times Lithe's time; None without Lithe."""
    lithe = lithe_like(results, result)
    return result[what] / lithe[what] if lithe and lithe[what] > 0 else None
