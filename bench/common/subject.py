"""A subject is one line of a table: a program and its settings, and its runs."""

import dataclasses
import os

from common import process


@dataclasses.dataclass(kw_only=True)
class Subject:
    name: str  # "lithe", or a peer's module
    title: str
    program: str  # Lithe's binary, or the peer's Python
    origin: str = ""  # whose packages that Python has
    settings: dict = dataclasses.field(default_factory=dict)
    threads: int = 1
    runs: list = dataclasses.field(default_factory=list)
    failure: str = ""

    @property
    def settings_title(self):
        if self.name == "lithe":
            return "one thread" if self.threads == 1 else f"{self.threads} threads"
        told = " ".join(f"{key}={value}" for key, value in self.settings.items())
        return f"{self.origin}, {told or 'as installed'}"

    def measure(self, *how):
        """One more run; a failure is kept and shown, and ends this subject's part."""
        if self.failure:
            return
        try:
            load = os.getloadavg()[0]  # before it adds to it
            self.runs.append({**self.answer(*how), "load": load})
        except process.Failed as failure:
            self.failure = str(failure)

    def answer(self, *how):
        """Runs the program once and answers what it printed."""
        raise NotImplementedError
