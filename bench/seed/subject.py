"""A subject is one line of the table: a program, its precision and its settings, and its runs."""

import dataclasses
import pathlib
import statistics

import lithe_program
import process

_RUNNER = pathlib.Path(__file__).with_name("peer.py")
LEARNED = 8_000  # of 10,000: a network that learned nothing reads about 1,000


@dataclasses.dataclass
class Subject:
    name: str  # "lithe", or a peer's module
    title: str
    precision: str
    program: str  # Lithe's binary, or the peer's Python
    origin: str  # whose packages that Python has
    settings: dict = dataclasses.field(default_factory=dict)
    threads: int = 1
    slow: bool = False
    runs: list = dataclasses.field(default_factory=list)
    failure: str = ""

    @property
    def settings_title(self):
        if self.name == "lithe":
            return "one thread" if self.threads == 1 else f"{self.threads} threads"
        told = " ".join(f"{key}={value}" for key, value in self.settings.items())
        return f"{self.origin}, {told or 'as installed'}"

    def measure(self, epochs, seed):
        """One more run; a failure is kept and shown, and ends this subject's part."""
        if self.failure:
            return
        try:
            self.runs.append(self._answer(epochs, seed))
        except process.Failed as failure:
            self.failure = str(failure)

    def trial(self, images, seed):
        """The fastest of five short epochs, to choose among settings."""
        return min(self._answer(5, seed, images)["epochs"])

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

    def _answer(self, epochs, seed, images=None):
        if self.name == "lithe":
            return lithe_program.train(self.program, self.precision, self.threads, epochs, seed)
        command = [self.program, str(_RUNNER), self.name, "--precision", self.precision,
                   "--epochs", str(epochs), "--seed", str(seed)]
        command += ["--images", str(images)] if images else []
        return process.run_json(command, self.settings, self.threads)
