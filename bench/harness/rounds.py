"""Finds the peers and their best settings, and lets all take turns while there is time."""

import dataclasses
import time

from . import checks, places, process, settings
from .subjects import LITHE, Subject

RUN_LIMIT = 75  # seconds that a program may take
_LEAST_LEFT = 5  # with less, nothing is begun
_TRIAL_SECONDS, _TRIAL_ROWS = 0.2, 6_400
_SEARCH_SHARE = 0.25  # of the time may go into finding settings


class Clock:
    """How much time is left of so many minutes; without, there is always some. `most` is how many
    seconds of it a program may take."""

    def __init__(self, minutes, most=RUN_LIMIT):
        self.most = most
        self.begin, self.seconds = time.monotonic(), 60 * minutes if minutes else float("inf")

    def passed(self):
        return time.monotonic() - self.begin

    def left(self, share=1):
        return share * self.seconds - self.passed()

    def limit(self, share=1):
        """The seconds that a run may take now; 0: there is no time for one."""
        left = self.left(share)
        return min(self.most, left) if left > _LEAST_LEFT else 0


def lithe_subjects(workloads, options):
    """Lithe as installed, on one thread, and on two where the workload asks for it."""
    command = (str(options.programs / "bench_lithe"),)
    return [Subject(name=LITHE, title="Lithe", workload=w, command=command, threads=threads)
            for w in workloads for threads in ([] if w.kind == "convolution" else [0])
            + _threads(w, options)]


def peer_subjects(peers, workloads, machine, options, clock):
    """Each peer as installed and at its best; and who is missing, and why."""
    found, missing, seen = [], [], {}
    for peer in peers:
        mine = [w for w in workloads if peer.takes(w)]
        there, reasons = places.places(peer, options, seen) if mine else ([], [])
        if mine and not there:
            missing.append({"title": peer.title, "workload": "everything",
                            "reason": "; ".join(reasons)})
        # Settings found on the first workload are good for the others; those of products and
        # convolutions together, for the others of its group.
        best = {}
        for workload in mine:
            # Debian's and PyPI's libraries are compared on one workload; on the others the newer
            # are taken.
            for place in there if workload.name == "seed-float32" else there[-1:]:
                installed = Subject(name=peer.name, title=peer.title, workload=workload,
                                    command=place.command, threads=0, origin=place.title)
                found.append(installed)
                # At its best on one core: on more it runs as installed.
                key = (place, workload.group if peer.knobs in ("torch", "xla") else "")
                first = dataclasses.replace(installed, threads=1, runs=[])
                if key not in best:
                    best[key] = _best_settings(first, peer, machine, options, clock)
                found.append(dataclasses.replace(first, settings=best[key], runs=[]))
    return found, missing


def _threads(workload, options):
    return [n for n in workload.threads if n in options.threads and n <= len(process.all_cores())]


def _best_settings(first, peer, machine, options, clock):
    groups = settings.knobs(peer.knobs, machine["instruction_sets"])
    if options.quick or not any(groups):
        return {}
    options.say(f"Best settings of {peer.title}, {first.workload.name}:")
    few = dataclasses.replace(first.workload, rows=min(first.workload.rows, _TRIAL_ROWS))

    def trial(subject):
        limit = clock.limit(_SEARCH_SHARE)
        if not limit:
            raise process.Failed("no time to try it")
        tried = dataclasses.replace(subject, workload=few)
        return tried.fastest(tried.answer(_TRIAL_SECONDS, limit))

    return settings.best(first, groups, trial, options.say).settings


def measure(subjects, workloads, options, clock):
    """Rounds in which every subject runs once, workload by workload. After the first, those that
    there is time for: Lithe, then the quickest. How many rounds were begun."""
    subjects.sort(key=lambda s: workloads.index(s.workload))  # Lithe first in each
    cost = {}  # seconds of the last run
    for number in range(options.rounds):
        for subject in affordable(subjects, cost, clock.left()):
            limit = clock.limit()
            if not limit:
                break
            options.say(f"{clock.passed():5.0f} s, round {number + 1} of {options.rounds}: "
                        f"{subject.workload.name}, {subject.title}, {subject.told()}")
            begin = time.monotonic()
            subject.measure(options.seconds, limit, cut=limit < clock.most)
            cost[id(subject)] = time.monotonic() - begin
            if subject.failure:
                options.say(f"  failed: {subject.failure}")
        if not clock.limit():
            return number + 1
    return options.rounds


def affordable(subjects, cost, left):
    """Those that can run in so many seconds, in their order, by what each took before."""
    chosen = set()
    for subject in sorted((s for s in subjects if not s.failure),
                          key=lambda s: (s.name != LITHE, cost.get(id(s), 0))):
        left -= cost.get(id(subject), 0)
        if left > 0:
            chosen.add(id(subject))
    return [s for s in subjects if id(s) in chosen]


def outcome(subjects):
    """The results of those that did the same work, and who was left out, and why."""
    reference, results, left_out = {}, [], []
    for s in subjects:
        if s.name == LITHE and s.runs:
            reference.setdefault(s.workload.name, s.runs[0]["check"])
    for s in subjects:
        own = s.name == LITHE
        reason = s.failure or (None if s.runs else "time was up")
        if not reason:
            # The others are held against Lithe, and Lithe against what it must have learned.
            checked = [checks.fault(s.workload, run["check"], None if own else
                                    reference.get(s.workload.name)) for run in s.runs]
            reason = next((fault for fault in checked if fault), None)
        if reason:
            left_out.append({"title": f"{s.title}, {s.told()}", "workload": s.workload.name,
                             "reason": reason})
        else:
            words = checks.words(s.workload, s.runs[0]["check"])
            results.append({**s.result(), "outcome": words})
    return results, left_out
