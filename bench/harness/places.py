"""Where a peer is: Debian's Python and PyPI's bring different libraries; programs lie beside
Lithe's."""

import dataclasses
import os
import pathlib

from . import process

_BENCH = pathlib.Path(__file__).resolve().parents[1]
RUNNER = _BENCH / "peers" / "run.py"
_LIMIT = 60  # seconds to import a package


@dataclasses.dataclass(frozen=True)
class Place:
    command: tuple  # a job follows
    title: str


def places(peer, options, seen):
    """The places that a peer runs at, and for the others why not. `seen` keeps what was asked."""
    if peer.program:
        path = options.programs / peer.program
        if path.exists():
            return [Place((str(path),), "")], []
        return [], [f"{path.name} is not built, which needs {peer.needs}: `make bench-peers` in "
                    "Lithe's sources builds it"]
    found, reasons, versions = [], [], set()  # the same version twice says nothing new
    for python in options.pythons:
        key = (python, peer.package)
        if key not in seen:
            seen[key] = ask(python, peer.package)
        answer = seen[key]
        if isinstance(answer, str):
            reasons.append(f"{name(python, options)} {answer}")
        elif _too_old(answer["version"], peer.least):
            reasons.append(f"{name(python, options)} has version {answer['version']}, which "
                           "cannot do it")
        elif answer["version"] not in versions:
            versions.add(answer["version"])
            title = "Debian" if answer["place"].startswith("/usr/lib/") else "PyPI"
            found.append(Place((python, str(RUNNER), peer.name), title))
    return found, [] if found else [*reasons, _remedy(peer)]


def default_venv(name="peers"):
    """Where bench/peers.sh installs: in Lithe's sources, or for a Lithe without them."""
    if _in_sources():
        return _BENCH.parent / "build" / name
    folder = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(folder) / "lithe" / name


def name(python, options):
    """Without this machine's folders, which are nobody's business elsewhere."""
    return "the peers' Python" if python == options.pythons[1] else python


def _in_sources():
    return (_BENCH.parent / "Makefile").exists()


def _remedy(peer):
    if peer.least:
        return "`--python PATH` names one that can"
    return remedy("bench-peers", "peers.sh")


def remedy(target, script, name="peers"):
    """What installs peers: in the sources a target of make, else the script that it runs."""
    command = f"make {target}" if _in_sources() else f"sh {_BENCH / script} {default_venv(name)}"
    return f"`{command}` installs what can be had"


def ask(python, package):
    if not pathlib.Path(python).exists():
        return "is not there"
    code = (f"import json, {package}; print(json.dumps({{'place': {package}.__file__, "
            f"'version': {package}.__version__}}))")
    try:
        return process.run_json([python, "-c", code], {"TF_CPP_MIN_LOG_LEVEL": "3"}, 0, _LIMIT)
    except process.Failed as failure:
        return f"cannot: {failure}"


def _too_old(version, least):
    numbers = [int(part) for part in version.split(".")[:2] if part.isdigit()]
    return bool(least) and tuple(numbers) < least
