"""The frame of a benchmark that times workloads: finds the peers and their best settings, lets all
take turns, and writes what was found."""

import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import sys

from common import goal, machine, origins, process, promises, settings, subject
from common import timing_picture, timing_report
from common.text import aligned, heading, markdown


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    title: str
    package: str  # what must be importable, and whose settings are tried (common/settings.py)
    workloads: tuple  # names
    threads: tuple = (1, 2)  # as far as the workload asks for them
    program: str = ""  # a program of its own, built where what it needs is there
    needs: str = ""
    arguments: tuple = ()  # of the program, beside the workload's

    def places(self, options):
        """Where it can run, and why not elsewhere."""
        if not self.program:
            return origins.origins(self.package, options.pythons)
        path = options.bench.parent / self.program
        if path.exists():
            return [origins.Origin(str(path), "system")], []
        return [], [f"{path} was not built: it needs Debian's {self.needs}, or what that holds"]


@dataclasses.dataclass(kw_only=True)
class Subject(subject.Subject):
    """One line of the table: a program on one workload with its settings, and its runs.

    A run answers seconds, one for each time that the workload was done, and as many seconds of
    processors.
    """

    workload: object
    arguments: tuple = ()

    def trial(self):
        """Seconds in a short run, to choose among settings."""
        raise NotImplementedError

    def fastest(self, run):
        """The least of a run; on one thread of the processor's time, which other programs disturb
        less."""
        return min(run["processor_seconds" if self.threads == 1 else "seconds"])

    def result(self):
        """Everything measured, as it goes into the JSON file."""
        medians = [statistics.median(run["seconds"]) for run in self.runs]
        every = [s for run in self.runs for s in run["seconds"]]
        used = [s for run in self.runs for s in run["processor_seconds"]]
        last = self.runs[-1]
        return {"peer": self.name, "title": self.title, "workload": self.workload.name,
                "threads": self.threads, "origin": self.origin, "settings": self._told(last),
                "environment": self.settings, "program": self.program,
                "median": statistics.median(medians), "fastest": min(every),
                "slowest": max(every), "medians": medians, "runs": len(every),
                "loads": [run["load"] for run in self.runs],
                "processor": statistics.median(used),
                **{key: value for key, value in last.items()
                   if key not in ("peer", "workload", "seconds", "processor_seconds", "load")}}

    def _told(self, run):
        """The settings, and the way of writing it that was the fastest."""
        threads = "" if self.threads == 1 else f", {self.threads} threads"
        if self.name == "lithe":
            return self.settings_title
        return f"{self.settings_title}, {run['way']}{threads}"


def subjects(make, workloads, peers, options):
    """Lithe and every peer that is there on their workloads; and what is missing.

    `make` makes a Subject of the benchmark.
    """
    found = [make(name="lithe", title="Lithe", program=str(options.bench), threads=threads,
                  workload=workload)
             for workload in workloads for threads in _threads(workload, options)]
    missing = []
    for peer in peers:
        mine = [w for w in workloads if w.name in peer.workloads]
        places, reasons = peer.places(options) if mine else ([], [])
        if mine and not places:
            missing.append({"title": peer.title, "reason": "; ".join(reasons)})
        for workload in mine:
            for place in places:
                found += _at_best(make, peer, workload, place, options)
    return found, missing


def _threads(workload, options):
    return [n for n in workload.threads if n in options.threads and n <= len(process.all_cores())]


def _at_best(make, peer, workload, place, options):
    """The peer at its best on one thread, and from there on two if that is asked for."""
    tried = make(name=peer.name, title=peer.title, program=place.python, origin=place.title,
                 workload=workload, arguments=peer.arguments)
    best = []
    for threads in (n for n in _threads(workload, options) if n in peer.threads):
        tried = dataclasses.replace(tried, threads=threads, runs=[])
        if not options.quick:
            _say(f"Best settings of {peer.title}, {workload.name}, {threads} thread(s):")
            knobs = settings.knobs if threads == 1 else settings.thread_knobs
            tried = settings.best(tried, knobs(peer.package), lambda s: s.trial(), _say)
        best.append(tried)
    return best


def measure(all_subjects, workloads, options, *how):
    """Rounds in which every subject runs once, workload by workload."""
    for number in range(options.rounds):
        for one in sorted(all_subjects, key=lambda s: workloads.index(s.workload)):
            _say(f"Round {number + 1} of {options.rounds}: {one.workload.name}, "
                 f"{one.title}, {one.settings_title}, {one.threads} thread(s)")
            one.measure(*how)


class Report:
    """What a benchmark writes: tables on the terminal; JSON, Markdown and a picture in a folder."""

    def __init__(self, name, title, workloads, options, outcome=None):
        """`outcome` tells from a result, and all results, what came out, in words."""
        self.name, self.title, self.workloads, self.options = name, title, workloads, options
        self.outcome = outcome
        self.machine = machine.describe()
        self.peak = process.run_json([options.lithe, "info", "--json"], {}, 1)["limits"][
            "flops_float32"]

    def write(self, all_subjects, missing):
        """The status that the program should end with."""
        missing = missing + [
            {"title": f"{s.title}, {s.workload.name}, {s.settings_title}", "reason": s.failure}
            for s in all_subjects if s.failure]
        self.machine["load_at_end"] = os.getloadavg()[0]
        results = [s.result() for s in all_subjects if s.runs]
        for result in results if self.outcome else ():
            result["outcome"] = self.outcome(result, results)
        listed = promises.goals(results, self.workloads, self.peak)
        sections = timing_report.sections(results, missing, listed, self.workloads, self.peak)
        print(self._head())
        for words, rows, right in sections:
            print("\n".join([heading(words), *aligned(rows, right)]))
        self._files(results, missing, listed, sections)
        # A missing peer is a gap in the table; Lithe failing is a failure.
        return 1 if any(s.failure for s in all_subjects if s.name == "lithe") else 0

    def _head(self):
        here = self.machine
        return (f"{here['processor']}, {here['cores']} cores, {here['system']}, "
                f"{self.peak / 1e9:.0f} GFLOP/s a core measured, load {here['load_at_start']:.1f} "
                f"at the start and {here['load_at_end']:.1f} at the end"
                + (", QUICK: settings as installed, too little to quote"
                   if self.options.quick else ""))

    def _files(self, results, missing, listed, sections):
        self.options.out.mkdir(parents=True, exist_ok=True)
        base = self.options.out / self.name
        document = {"machine": self.machine, "peak_flops": self.peak,
                    "rounds": self.options.rounds, "quick": self.options.quick,
                    "workloads": [{**dataclasses.asdict(w), "operations": w.operations(),
                                   "network": w.sentence(),
                                   "limit_seconds": promises.limit_seconds(w, self.peak)}
                                  for w in self.workloads],
                    "results": results, "missing": missing, "goals": goal.as_json(listed)}
        texts = {".json": json.dumps(document, indent=1) + "\n",
                 ".md": "\n".join([f"# {self.title}", "", self._head(),
                                   *(line for words, rows, right in sections
                                     for line in ("", f"## {words}", "",
                                                  *markdown(rows, right))), ""]),
                 ".svg": timing_picture.draw(self.title, self.machine, results, self.workloads,
                                             self.peak)}
        for ending, text in texts.items():
            base.with_suffix(ending).write_text(text, encoding="utf-8")
        print("\nWritten: " + ", ".join(str(base.with_suffix(e)) for e in texts))


def parser(description, workloads, bench):
    """The options that every such benchmark has."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--lithe", required=True, help="Lithe's program: it knows the peak")
    options.add_argument("--bench", type=pathlib.Path, required=True, help=bench)
    options.add_argument("--out", type=pathlib.Path, required=True, help="folder of the results")
    options.add_argument("--workloads", nargs="+", choices=[w.name for w in workloads],
                         help="only these")
    options.add_argument("--threads", type=int, nargs="+", choices=(1, 2), default=(1, 2),
                         help="only so many, where a workload runs on both")
    options.add_argument("--seconds", type=float, default=1, help="of each run, measured")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--quick", action="store_true",
                         help="one short round, as installed: to see that all runs")
    options.add_argument("--system-python", default="/usr/bin/python3",
                         help="the Python that has the system's NumPy and PyTorch")
    options.add_argument("--venv", type=pathlib.Path,
                         help="where bench/peers.sh installed (default: peers beside --out)")
    return options


def parsed(options, workloads):
    """The options as given, and what follows from them."""
    given = options.parse_args()
    venv = given.venv or given.out.parent / "peers"
    given.pythons = [given.system_python, str(venv.absolute() / "bin" / "python")]
    given.workloads = [w for w in workloads if not given.workloads or w.name in given.workloads]
    if given.quick:
        given.rounds, given.seconds = 1, 0.1
    return given


def _say(text):
    print(text, file=sys.stderr, flush=True)
