"""Writes the figures of compare.py down: a line for the terminal, a page of the documents."""

from __future__ import annotations

import pathlib
import platform
import statistics

import sklearn
from datasets import CLASSES

TITLES = {"lithe": "Lithe", "mlp": "MLP", "mlp_scaled": "MLP, scaled", "boosting": "boosting"}
TEXT = pathlib.Path(__file__).with_name("page.txt")


def _figures(entry: dict, model: str, key: str = "score") -> list[float]:
    return [one[key] for one in entry["scores"][model].values()]


def _mean(entry: dict, model: str) -> float:
    return statistics.fmean(_figures(entry, model))


def _deviation(entry: dict, model: str) -> float:
    figures = _figures(entry, model)
    return statistics.stdev(figures) if len(figures) > 1 else 0.0


def gain(entry: dict, peer: str) -> float:
    """How much better Lithe is than a peer, in the peer's standard deviations."""
    sign = 1 if entry["task"] == CLASSES else -1
    difference = sign * (_mean(entry, "lithe") - _mean(entry, peer))
    return difference / max(_deviation(entry, peer), 1e-12)


def _cell(entry: dict, model: str) -> str:
    mean, deviation = _mean(entry, model), _deviation(entry, model)
    if entry["task"] == CLASSES:
        return f"{100 * mean:.1f} ± {100 * deviation:.1f}"
    digits = max(0, 3 - len(str(int(mean)))) if mean >= 1 else 4
    return f"{mean:.{digits}f} ± {deviation:.{digits}f}"


def summary(name: str, entry: dict) -> str:
    cells = [f"{name:14}"]
    for model in entry["scores"]:
        seconds = statistics.median(_figures(entry, model, "seconds"))
        cells.append(f"{model} {_cell(entry, model)} ({seconds:.2f} s)")
    if "lithe" in entry["scores"]:
        cells += [f"{gain(entry, peer):+.1f}" for peer in entry["scores"] if peer != "lithe"]
    return "  ".join(cells)


def _table(results: dict, task: str) -> str:
    lines = ["| data set | rows | columns | " + " | ".join(TITLES.values()) + " |",
             "|---|---|---|" + "---|" * len(TITLES)]
    for name, entry in results.items():
        if entry["task"] != task:
            continue
        means = {model: _mean(entry, model) for model in TITLES}
        best = (max if task == CLASSES else min)(means.values())
        cells = [f"**{_cell(entry, model)}**" if means[model] == best else _cell(entry, model)
                 for model in TITLES]
        lines.append(f"| {name} | {entry['rows']} | {entry['columns']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _seconds(results: dict) -> str:
    lines = ["| data set | " + " | ".join(TITLES.values()) + " |", "|---|" + "---|" * len(TITLES)]
    for name, entry in results.items():
        cells = [f"{statistics.median(_figures(entry, model, 'seconds')):.2f}" for model in TITLES]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _names(results: dict, wanted) -> str:
    return ", ".join(name for name, entry in results.items() if wanted(entry)) or "none"


def _verdict(results: dict, peer: str, title: str) -> str:
    better = sum(gain(entry, peer) > 0 for entry in results.values())
    return (f"- Beside {title}, Lithe's mean is better on {better} of {len(results)}. Worse by more "
            f"than one standard deviation (of {title}): "
            f"{_names(results, lambda entry: gain(entry, peer) < -1)}.")


def _processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def write_document(path: pathlib.Path, results: dict, version: str) -> None:
    peers = {"mlp": "the MLP", "mlp_scaled": "the scaled MLP", "boosting": "boosting"}
    path.write_text(TEXT.read_text().format(
        processor=_processor(), version=version.strip().capitalize(), sklearn=sklearn.__version__,
        python=platform.python_version(), classes=_table(results, CLASSES),
        numbers=_table(results, "regression"), seconds=_seconds(results),
        verdicts="\n".join(_verdict(results, peer, title) for peer, title in peers.items()),
        boosting=_names(results, lambda entry: gain(entry, "boosting") < 0)))
