"""One line of the table: a program on one workload with its settings, and its runs."""

import dataclasses
import pathlib
import statistics

from common import process, subject
from workloads import Workload

_RUNNER = pathlib.Path(__file__).with_name("peer.py")
_TRIAL_SECONDS = 0.3


@dataclasses.dataclass(kw_only=True)
class Subject(subject.Subject):
    workload: Workload

    def trial(self):
        """Seconds of a step in a short run, to choose among settings."""
        return min(self.answer(_TRIAL_SECONDS)["step_seconds"])

    def result(self):
        """Everything measured, as it goes into the JSON file."""
        medians = [run["median"] for run in self.runs]
        every = [s for run in self.runs for s in run["step_seconds"]]
        last = self.runs[-1]
        return {"peer": self.name, "title": self.title, "workload": self.workload.name,
                "threads": self.threads, "origin": self.origin, "settings": self._told(last),
                "environment": self.settings, "program": self.program,
                "median": statistics.median(medians), "fastest": min(every),
                "slowest": max(every), "medians": medians, "epochs": len(every),
                **{key: value for key, value in last.items()
                   if key not in ("peer", "workload", "step_seconds", "median")}}

    def answer(self, seconds):
        if self.name == "lithe":
            return self._lithe(seconds)
        return process.run_json(
            [self.program, str(_RUNNER), self.name, self.workload.name, "--seconds", str(seconds),
             "--threads", str(self.threads)], self.settings, self.threads)

    def _lithe(self, seconds):
        w = self.workload
        command = [self.program, "--network", w.sentence(), "--batch", str(w.batch), "--steps",
                   str(w.steps), "--threads", str(self.threads), "--seconds", str(seconds)]
        command += ["--zeros", str(w.zeros)]
        command += ["--inference"] if w.inference else [
            "--loss", w.loss, "--optimizer", w.optimizer_sentence(), "--targets",
            "values" if w.loss == "binary_cross_entropy" else "classes"]
        answer = process.run_json(command, {}, self.threads)
        return {**answer, "way": "as it is", "versions": {"lithe": "this build"},
                "blas": "none, its own kernels", "kernels": answer["isa"]}

    def _told(self, run):
        """The settings, and the way of writing a step that was the fastest."""
        threads = "" if self.threads == 1 else f", {self.threads} threads"
        if self.name == "lithe":
            return self.settings_title
        return f"{self.settings_title}, {run['way']}{threads}"
