"""One line of the table: how Lithe and its peers are run on a workload."""

import dataclasses
import pathlib

from common import process, timing
from workloads import Workload

_RUNNER = pathlib.Path(__file__).with_name("peer.py")
_TRIAL_SECONDS = 0.3


@dataclasses.dataclass(kw_only=True)
class Subject(timing.Subject):
    workload: Workload

    def trial(self):
        return self.fastest(self.answer(_TRIAL_SECONDS))

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
        return {**process.run_json(command, {}, self.threads), "way": "as it is"}
