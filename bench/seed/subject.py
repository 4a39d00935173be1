"""One line of the table: a program, its precision and its settings, and its epochs."""

import dataclasses
import pathlib
import statistics

import lithe_program
from common import process, subject

_RUNNER = pathlib.Path(__file__).with_name("peer.py")
_IMAGES, _SLOW_IMAGES = 10_000, 1_000  # of a trial's epochs
LEARNED = 8_000  # of 10,000: a network that learned nothing reads about 1,000


@dataclasses.dataclass(kw_only=True)
class Subject(subject.Subject):
    precision: str
    slow: bool = False

    def trial(self, seed):
        """The fastest of five short epochs, to choose among settings."""
        return min(self.answer(5, seed, _SLOW_IMAGES if self.slow else _IMAGES)["epochs"])

    def result(self):
        """Everything measured, as it goes into the JSON file."""
        seconds = [s for run in self.runs for s in run["epochs"]]
        last = self.runs[-1]
        return {"peer": self.name, "title": self.title, "precision": self.precision,
                "threads": self.threads, "origin": self.origin, "settings": self.settings_title,
                "environment": self.settings, "program": self.program, "seconds": seconds,
                "median": statistics.median(seconds), "fastest": min(seconds),
                "slowest": max(seconds), "correct": last["correct"],
                "learned": last["correct"][-1] >= LEARNED,
                **{key: value for key, value in last.items()
                   if key not in ("peer", "precision", "epochs", "correct", "threads")}}

    def answer(self, epochs, seed, images=None):
        if self.name == "lithe":
            return lithe_program.train(self.program, self.precision, self.threads, epochs, seed)
        command = [self.program, str(_RUNNER), self.name, "--precision", self.precision,
                   "--epochs", str(epochs), "--seed", str(seed)]
        command += ["--images", str(images)] if images else []
        return process.run_json(command, self.settings, self.threads)
