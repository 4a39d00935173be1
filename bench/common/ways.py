"""Timing of work that is done again and again, and of the ways to write it."""

import time

_LEAST = 3


def seconds_of(work):
    """Seconds of a call, and what it answered."""
    begin = time.perf_counter()
    answer = work()
    return time.perf_counter() - begin, answer


def repeat(work, seconds):
    """Seconds of each call, until `seconds` are measured, three calls at least; the first, which
    compiles and fills caches, is left out."""
    work()
    taken = []
    while sum(taken) < seconds or len(taken) < _LEAST:
        taken.append(seconds_of(work)[0])
    return taken


def fastest_way(ways, trial):
    """The name of the fastest, and each one's seconds, which `trial` tells; a single one needs
    none."""
    taken = {name: trial(way) if len(ways) > 1 else 0 for name, way in ways.items()}
    return min(taken, key=taken.get), taken
