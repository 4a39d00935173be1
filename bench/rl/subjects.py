"""Who is measured on a row: Lithe and its peers, each a subject that runs once for a seed.

What a run leaves: `seconds` and `processor` (of the whole command, evaluations included; a peer's
from the end of its imports), `rate` (steps a second without evaluations), `steps`, `score` (the
best mean return of an evaluation; a peer's last), `again` (the kept policy's on other episodes),
`finished` (false: its time or its steps were up before it got there).
"""

import dataclasses
import json
import os
import pathlib
import resource
import tempfile
import time
import tomllib
import typing

from harness import places, process

from . import rows

LITHE = "lithe"
PEERS = pathlib.Path(__file__).resolve().parent / "peers.toml"
_SCRIPTS = PEERS.parent / "peers"
_EPISODES = 100
_AGAIN = 1_000_000  # seeds of the episodes that judge anew, far from those of the training
_RATE_SECONDS = 20  # a peer's, where only its speed is asked for
_GRACE = 60  # seconds beside its time: imports, and the last evaluation


@dataclasses.dataclass(kw_only=True)
class Subject:
    name: str
    title: str
    row: rows.Row
    seeds: int
    once: typing.Callable  # (seed, seconds) to a run; may raise process.Failed
    how: str = ""
    alike: bool = True  # with Lithe's settings: the same operations
    runs: list = dataclasses.field(default_factory=list)
    failure: str = ""

    def measure(self, seed, seconds):
        """One more run; a failure is kept and shown, and ends this subject's part."""
        load = round(os.getloadavg()[0], 2)
        try:
            self.runs.append({"seed": seed, **self.once(seed, seconds), "load": load})
        except (process.Failed, KeyError) as failure:
            self.failure = f"its answer lacks {failure}" if isinstance(
                failure, KeyError) else str(failure)


def lithe(row, options):
    once = {"learn": _learn, "rate": _rate, "environment": _environment}[row.kind]
    # Other seeds are other episodes: of speed alone they say nothing, but noise has a median too.
    return Subject(name=LITHE, title="Lithe", row=row, seeds=options.seeds,
                   once=lambda seed, seconds: once(row, options, seed, seconds))


def peers(row, known, options, seen):
    """Those that take the row; and who is missing, and why. `seen` keeps what was asked."""
    found, missing = [], []
    for peer in (p for p in read_peers() if row.name in p["rows"] and _wanted(p, options)):
        try:
            there, reasons = _command(peer, options, seen)
            job, how = job_of(peer, row, known)
        except ValueError as error:
            there, reasons = None, [str(error)]
        if not there:
            missing.append({"title": peer["title"], "workload": row.name,
                            "reason": "; ".join(reasons)})
            continue
        found.append(Subject(name=peer["name"], title=peer["title"], row=row, how=how,
                             alike="own" not in peer,
                             seeds=min(options.peer_seeds, options.seeds),
                             once=_peer(row, job, there, options)))
    return found, missing


def read_peers(path=PEERS):
    with open(path, "rb") as file:
        return tomllib.load(file)["peer"]


def job_of(peer, row, known):
    """What the peer's script is told beside seed and seconds, and in words how it is set. Raises
    ValueError where the row asks for what peers do not have."""
    job = {"environment": row.gymnasium, "episodes": _EPISODES if row.kind == "learn" else 0,
           "evaluate_every": row.settings.get("evaluate-every", 0),
           "target_return": row.settings.get("target-return"), "threads": row.threads}
    if "own" in peer:
        return {**job, **peer["own"]}, _told(peer["own"])
    name, options = rows.agent(row.settings["agent"], known)
    # What an agent here has beside its published form is nothing that a peer could be told.
    lacking = [key for key in ("noise_correlation",) if options.get(key)]
    job |= {"agent": name, "environments": row.settings["environments"],
            "steps": row.settings["steps"], "network": rows.network(row.settings["network"]),
            "options": {**options, "optimizer": rows.optimizer(options["optimizer"])}}
    return job, "Lithe's settings" + "".join(f", without {key}" for key in lacking)


def _told(own):
    if "way" in own:
        return f"{own['count']} environments"
    count = own["environments"]
    return f"{count} environment{'s' * (count > 1)}, at most {own['steps']:,} steps"


def _wanted(peer, options):
    return not options.peers or peer["name"] in options.peers


def _command(peer, options, seen):
    """What runs it, in front of its job; or None, and why not."""
    if "program" in peer:
        # It is built where the packages are that it is built from.
        path = pathlib.Path(options.pythons[1]).with_name(peer["program"])
        return ((str(path),), []) if path.exists() else (
            None, [f"{path.name} is not built, which needs {peer['needs'][0]}", _remedy()])
    python, reasons = _python(peer["needs"], options, seen)
    return python and (python, str(_SCRIPTS / peer["script"])), reasons


def _remedy():
    return places.remedy("bench-rl-peers", "rl/peers.sh", "rl-peers")


def _python(packages, options, seen):
    """The first Python that has the packages, or None, and why not."""
    reasons = []
    for python in options.pythons:
        for package in packages:
            if (python, package) not in seen:
                seen[python, package] = places.ask(python, package)
        fault = next((a for p in packages if isinstance(a := seen[python, p], str)), None)
        if fault is None:
            return python, []
        reasons.append(f"{places.name(python, options)} {fault}")
    return None, [*reasons, _remedy()]


def _learn(row, options, seed, seconds):
    with tempfile.TemporaryDirectory() as folder:
        policy = str(pathlib.Path(folder) / "policy.safetensors")
        answer, times = _timed([options.lithe, "rl", "train", str(rows.recipe_path(row)), "--seed",
                                str(seed), "--threads", str(row.threads), "--output", policy,
                                "--json"], row.threads, seconds)
        again = process.run_json([options.lithe, "rl", "evaluate", policy, "--episodes",
                                  str(_EPISODES), "--seed", str(_AGAIN + seed), "--json"], {}, 1,
                                 seconds)
    target = row.settings.get("target-return")
    return {**times, "steps": answer["steps"], "rate": answer["steps"] / answer["seconds"],
            "score": answer["best_mean_return"], "again": again["mean_return"],
            "finished": target is None or answer["best_mean_return"] >= target}


def _rate(row, options, seed, seconds):
    settings = row.settings | {"seed": seed, "threads": row.threads}
    if options.quick:
        settings["steps"] //= 10
    told = [word for key, value in settings.items() for word in (f"--{key}", str(value))]
    with tempfile.TemporaryDirectory() as folder:
        policy = str(pathlib.Path(folder) / "policy.safetensors")
        answer, times = _timed([options.lithe, "rl", "train", *told, "--episodes", "1", "--output",
                                policy, "--json"], row.threads, seconds)
    return {**times, "steps": answer["steps"], "rate": answer["steps"] / answer["seconds"],
            "finished": True}


def _environment(row, options, seed, seconds):
    del seed  # it has its own
    name = row.settings["environment"]
    answer, times = _timed([str(options.programs / "bench_environments"), name, "--rounds", "5",
                            "--seconds", str(options.seconds), "--json"], 1, seconds)
    return {**times, "rate": answer[name]["median"], "finished": True}


def _peer(row, job, command, options):
    if row.kind == "environment":
        job |= {"seconds": options.seconds, "rounds": 5}

    def once(seed, seconds):
        most = min(seconds, _RATE_SECONDS if row.kind == "rate" else 60 * options.peer_minutes)
        told = {"seconds": most, **job, "seed": seed}
        answer, times = _timed([*command, json.dumps(told)], row.threads, most + _GRACE)
        if row.kind != "environment":
            answer["rate"] = answer["steps"] / answer["training_seconds"]
        return {**times, **answer,
                "finished": row.kind != "learn" or _finished(answer, row)}

    return once


def _finished(answer, row):
    """Whether it came to its end, with a policy as good as the recipe's tests ask for."""
    least = row.settings.get("score", float("-inf"))
    return bool(answer["finished"]) and answer["score"] >= least


def _timed(command, threads, limit):
    """The answer, and the seconds on the clock and of processors that it took."""
    used, begin = _used(), time.monotonic()
    answer = process.run_json(command, {}, threads, limit)
    return answer, {"seconds": time.monotonic() - begin, "processor": _used() - used}


def _used():
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime
