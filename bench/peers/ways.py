"""Timing of work that is done again and again, and of the ways to write it."""

import time
import typing

_LEAST = 3  # repetitions, as long as they do not take more than
_MOST = 3  # times the seconds asked for
TRIAL = 0.2  # of the seconds asked for, for each way


class Taken(typing.NamedTuple):
    """What passed on the clock, and the time that this process had of processors meanwhile, all its
    threads together. On a shared machine one thread's work passes less of the second."""

    seconds: float
    processor: float


def time_of(work):
    begin, used = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - begin, time.process_time() - used)


def repeat(work, seconds):
    """What each call took, until `seconds` are measured, three calls at least unless they are long;
    the first, which compiles and fills caches, was made before."""
    taken, passed = [], 0
    while passed < seconds or (len(taken) < _LEAST and passed < _MOST * seconds):
        taken.append(time_of(work))
        passed += taken[-1].seconds
    return taken


def times(taken, repetitions=1):
    """As the harness reads it; each time was for so many repetitions of what counts."""
    return {"seconds": [t.seconds / repetitions for t in taken],
            "processor_seconds": [t.processor / repetitions for t in taken]}


def fastest_way(ways, seconds, threads):
    """The name of the fastest of the works, and each one's seconds. On one thread the processor's
    time counts: other programs disturb it less."""
    tried = {}
    for name, work in ways.items():
        work()
        taken = repeat(work, TRIAL * seconds)
        tried[name] = min(t.processor if threads == 1 else t.seconds for t in taken)
    return min(tried, key=tried.get), tried
