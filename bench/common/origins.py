"""Which Python has a peer's package: Debian's and PyPI's bring different libraries."""

import dataclasses

from common import process


@dataclasses.dataclass(frozen=True)
class Origin:
    python: str
    title: str


def origins(package, pythons):
    """Which of `pythons` can import the package, and for the others why not."""
    found, reasons, places = [], [], set()
    for python in pythons:
        try:
            place = _place(python, package)
        except process.Failed as failure:
            reasons.append(f"{python}: {failure}")
            continue
        if place not in places:
            places.add(place)
            found.append(Origin(python, "Debian" if place.startswith("/usr/lib/") else "PyPI"))
    return found, reasons


def _place(python, package):
    code = f"import json, {package}; print(json.dumps({{'place': {package}.__file__}}))"
    return process.run_json([python, "-c", code], {}, threads=1)["place"]
