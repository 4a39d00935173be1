"""What a defect costs: the slow program and its mended twin take turns; later epochs are compared."""

import os
import re
import statistics
import subprocess
import time

from programs import environment

QUIET = 0.1  # cores that others may use meanwhile
ATTEMPTS = 2  # for a quiet run
LIMIT = 180  # seconds


def sure(program, cost):
    """Whether a cost was measured without others, or by what they do not change."""
    return program.alone or cost["others"] <= 2 * QUIET


class Failed(Exception):
    """A program did not run to its end, or did other work than its twin."""


def true_cost(program, rounds, patience):
    """{"cost", "low", "high", "slow", "mended", "others"}: the ratio of the medians, its range over
    the rounds, seconds an epoch of each, and the cores that others used at most. Before a run it waits
    up to `patience` seconds for others to be quiet."""
    slow, mended, others = [], [], 0
    last = {}
    for _ in range(rounds):
        for text, times in ((program.slow, slow), (program.mended, mended)):
            seconds, results, busy = _quiet_run(program, text, patience)
            times.append(seconds)
            others = max(others, busy)
            last[text] = results
    _check_results(program, last[program.slow], last[program.mended])
    ratios = [s / m for s, m in zip(slow, mended)]
    middle = statistics.median
    return {"cost": middle(slow) / middle(mended), "low": min(ratios), "high": max(ratios),
            "slow": middle(slow), "mended": middle(mended), "others": round(others, 2)}


def _quiet_run(program, text, patience):
    """The quietest of a few runs: (median seconds of an epoch, numbers of the last, others' cores).
    Of a program that runs alone on its thread the processor time counts, and the first will do."""
    best = None
    for _ in range(1 if program.alone or not patience else ATTEMPTS):
        if not program.alone:
            _wait_until_quiet(patience)
        run = _run(program, text)
        if best is None or run[2] < best[2]:
            best = run
        if best[2] <= QUIET:
            break
    return best


def _run(program, text):
    begin, busy, own = time.monotonic(), _busy_seconds(), sum(os.times()[:4])
    process = subprocess.Popen(program.command(text), cwd=program.folder, env=environment(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    ends, last = [], ""
    for line in process.stdout:
        if line.lower().startswith("epoch"):
            ends.append(_processor_seconds(process.pid) if program.alone else time.monotonic())
            last = line
        if time.monotonic() - begin > LIMIT:
            process.kill()
    status = process.wait()
    others = _busy_seconds() - busy - (sum(os.times()[:4]) - own)
    if status != 0 or len(ends) < 4:
        raise Failed(f"{program.name}: `{text}` ended with status {status} after {len(ends)} epochs")
    epochs = [later - earlier for earlier, later in zip(ends, ends[1:])]
    results = [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?", last)]
    return statistics.median(epochs), results, max(others / (time.monotonic() - begin), 0)


def _processor_seconds(pid):
    """Of all threads of the process, those that have ended too."""
    scheduler_clock = 2  # include/linux/posix-timers.h: how the kernel numbers clocks of processes
    return time.clock_gettime((~pid << 3) | scheduler_clock)


def _wait_until_quiet(patience):
    end = time.monotonic() + patience
    busy = QUIET + 1
    while busy > QUIET and time.monotonic() < end:
        before = _busy_seconds()
        time.sleep(1)
        busy = _busy_seconds() - before


def _busy_seconds():
    """Of all processors since the machine's start, idle and waiting for disks left out."""
    with open("/proc/stat") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def _check_results(program, slow, mended):
    same = len(slow) == len(mended) and all(
        abs(a - b) <= program.tolerance * max(abs(a), abs(b)) for a, b in zip(slow, mended))
    if not same:
        raise Failed(f"{program.name}: the twins end with {slow} and {mended}")
