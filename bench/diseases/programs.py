"""The catalogue: each program with its commands, and where its defect stands in the source."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
# What a shell may have set would be a second defect, or hide the first.
_SETTINGS = ("OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "BLIS_", "ATEN_", "XLA_", "JAX_",
             "TORCH_", "TORCHINDUCTOR_", "DNNL_", "ONEDNN_", "NPY_", "MALLOC_", "GLIBC_", "PYTHON")


@dataclasses.dataclass
class Program:
    name: str
    expected: tuple  # names of findings, any of which is right; empty: the program is healthy
    slow: str
    mended: str = ""  # empty: there is nothing to mend
    file: str = ""  # in which the defect stands; empty: it belongs to no line
    lines: tuple = ()  # a text of each line that may be named
    build: tuple = ()  # commands that run once, before all others
    needs: tuple = ()  # packages of Python, and programs
    alone: bool = False  # one thread that never waits: its processor time is its time
    tolerance: float = 0.01  # by which results of the two may differ, relative
    options: "Options" = None

    @property
    def healthy(self):
        return not self.expected

    @property
    def sources(self):
        return HERE / self.name

    @property
    def folder(self):
        """Where it runs, and finds what was built."""
        return self.options.build / self.name

    def command(self, text):
        """The words of a command of the catalogue."""
        return [word.format(python=self.options.python, here=self.sources) for word in text.split()]

    def numbers_of_lines(self):
        """Of the lines that may be named. ValueError if a text stands in none or in several."""
        if not self.file:
            return set()
        source = (self.sources / self.file).read_text()
        numbers = set()
        for text in self.lines:
            if source.count(text) != 1:
                raise ValueError(f"{self.name}/{self.file} has `{text}` {source.count(text)} times")
            numbers.add(source[:source.index(text)].count("\n") + 1)
        return numbers

    def missing(self):
        """The first thing that it needs and that is not there, or ""."""
        for need in self.needs:
            if need.startswith("python:"):
                module = need.removeprefix("python:")
                if subprocess.run([self.options.python, "-c", f"import {module}"], env=environment(),
                                  capture_output=True).returncode != 0:
                    return f"{self.options.python} has no {module}"
            elif not shutil.which(need):
                return need
        return ""

    def prepare(self):
        """Runs its build commands, each once for what its sources are now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        newest = max(path.stat().st_mtime_ns for path in self.sources.iterdir())
        stamp = self.folder / ".built"
        state = f"{newest} {self.build}"
        if self.build and not (stamp.exists() and stamp.read_text() == state):
            for text in self.build:
                subprocess.run(self.command(text), cwd=self.folder, env=environment(), check=True)
            stamp.write_text(state)


@dataclasses.dataclass
class Options:
    build: pathlib.Path
    python: str


def environment():
    return {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}


def read(options, only=()):
    """The programs of catalogue.toml, or those of these names. ValueError: one is not there."""
    with open(HERE / "catalogue.toml", "rb") as file:
        entries = tomllib.load(file)
    for name in only:
        if name not in entries:
            raise ValueError(f"no program is called {name}; there are: {', '.join(entries)}")
    programs = []
    for name, entry in entries.items():
        if not only or name in only:
            fields = {key: tuple(value) if isinstance(value, list) else value
                      for key, value in entry.items()}
            programs.append(Program(name=name, options=options, **fields))
            programs[-1].numbers_of_lines()
    return programs
