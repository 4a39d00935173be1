"""A subject is one line of a table: a program on a workload, its settings, and its runs."""

import dataclasses
import json
import os
import statistics

from . import process

LITHE = "lithe"


@dataclasses.dataclass(kw_only=True)
class Subject:
    name: str  # "lithe", or a peer's
    title: str
    workload: object
    command: tuple
    threads: int  # 0: as installed, wherever and on as many as it takes by itself
    origin: str = ""  # of a package
    settings: dict = dataclasses.field(default_factory=dict)
    runs: list = dataclasses.field(default_factory=list)
    failure: str = ""

    @property
    def installed(self):
        return self.threads == 0

    def told(self):
        """Where it comes from, how it is set and, once it has run, which way was taken."""
        told = " ".join(f"{key}={value}" for key, value in self.settings.items())
        way = self.runs[-1]["way"] if self.runs and self.name != LITHE else ""
        threads = {0: "as installed", 1: "one thread"}.get(self.threads, f"{self.threads} threads")
        return ", ".join(word for word in (self.origin, threads, told, way) if word)

    def answer(self, seconds, limit):
        """Runs the program once and answers what it printed."""
        job = {"workload": self.workload.job(), "threads": self.threads, "seconds": seconds}
        answer = process.run_json([*self.command, json.dumps(job)], self.settings, self.threads,
                                  limit)
        if not _is_times(answer.get("seconds")) or not _is_times(answer.get("processor_seconds")):
            raise process.Failed("its answer has no times")
        if not isinstance(answer.get("check"), dict):
            raise process.Failed("its answer has nothing to check its work by")
        return answer

    def measure(self, seconds, limit, cut=False):
        """One more run; a failure is kept and shown, and ends this subject's part. `cut`: the limit
        is what is left of the whole time, and to pass it is nobody's fault."""
        load = round(os.getloadavg()[0], 2)  # before it adds to it
        try:
            self.runs.append({**self.answer(seconds, limit), "load": load})
        except process.Failed as failure:
            if not (cut and isinstance(failure, process.TimedOut)):
                self.failure = str(failure)

    def fastest(self, run):
        """The least of a run; on one thread of the processor's time, which other programs disturb
        less."""
        return min(run["processor_seconds" if self.threads == 1 else "seconds"])

    def result(self):
        """Everything measured, as it goes into the JSON file."""
        last = self.runs[-1]
        return {"workload": self.workload.name, "peer": self.name, "title": self.title,
                "threads": self.threads, "origin": self.origin, "told": self.told(),
                "settings": self.settings, "way": last["way"], "ways": last.get("ways", {}),
                **summary(self.runs), "loads": [run["load"] for run in self.runs],
                "versions": last.get("versions", {}), "blas": last.get("blas", ""),
                "kernels": last.get("kernels", ""), "check": last["check"]}


def summary(runs):
    """The median of the runs' medians, and the spread: of all times the least and the most, the
    quartiles' distance as a share of the median."""
    medians = [statistics.median(run["seconds"]) for run in runs]
    every = sorted(s for run in runs for s in run["seconds"])
    used = [s for run in runs for s in run["processor_seconds"]]
    median = statistics.median(medians)
    quartiles = statistics.quantiles(every, n=4, method="inclusive") if len(every) > 1 else [
        median] * 3
    return {"median": median, "medians": medians, "fastest": every[0], "slowest": every[-1],
            "spread": (quartiles[2] - quartiles[0]) / median, "times": len(every),
            "processor": statistics.median(used)}


def _is_times(values):
    return isinstance(values, list) and values != [] and all(
        isinstance(v, (int, float)) and 0 <= v < float("inf") for v in values)
