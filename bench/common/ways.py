"""Timing of work that is done again and again, and of the ways to write it."""

import time
import typing

_LEAST = 3


class Taken(typing.NamedTuple):
    """What passed on the clock, and the time that this process had of processors meanwhile, all its
    threads together. On a shared machine one thread's work passes less of the second."""

    seconds: float
    processor: float


def time_of(work):
    """What a call took, and what it answered."""
    begin, used = time.perf_counter(), time.process_time()
    answer = work()
    return Taken(time.perf_counter() - begin, time.process_time() - used), answer


def repeat(work, seconds):
    """What each call took, until `seconds` are measured, three calls at least; the first, which
    compiles and fills caches, is left out."""
    work()
    taken = []
    while sum(t.seconds for t in taken) < seconds or len(taken) < _LEAST:
        taken.append(time_of(work)[0])
    return taken


def times(taken, repetitions=1):
    """As the drivers read it; each time was for so many repetitions of what counts."""
    return {"seconds": [t.seconds / repetitions for t in taken],
            "processor_seconds": [t.processor / repetitions for t in taken]}


def fastest_way(ways, seconds, threads):
    """The name of the fastest, and each one's seconds; each is tried for as many. A single one
    needs no trial. On one thread the processor's time counts: other programs disturb it less."""
    tried = {}
    for name, way in ways.items():
        taken = repeat(way, seconds) if len(ways) > 1 else [Taken(0, 0)]
        tried[name] = min(t.processor if threads == 1 else t.seconds for t in taken)
    return min(tried, key=tried.get), tried
