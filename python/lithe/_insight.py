"""Reports on a training and on a model, as the pages of the command show them."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import _core
from ._examples import Examples
from ._model import Model
from ._reports import Report

__all__ = ["EvaluationReport", "ProfileReport", "WatchReport", "report_evaluation"]


class EvaluationReport(Report):
    """What `report_evaluation` gives: the figures of `lithe evaluate --report`, and its page."""

    def __init__(self, figures: dict[str, Any], page: str) -> None:
        super().__init__(_headline(figures), figures)
        self._page = page

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the page, one file of HTML that loads nothing."""
        Path(path).write_text(self._page, encoding="utf-8")


def _headline(figures: dict[str, Any]) -> str:
    if "subset_accuracy" in figures:
        text = f"all labels right {figures['subset_accuracy']:.1%}, accuracy {figures['accuracy']:.1%}"
    elif "accuracy" in figures:
        text = (
            f"accuracy {figures['accuracy']:.1%} ({figures['correct']} of {figures['total']}), "
            f"macro F1 {figures['macro_f1']:.3f}, calibration error {figures['ece']:.4f}"
        )
    else:
        text = f"rmse {figures['rmse']:.4g}, mae {figures['mae']:.4g}"
    lines = [f"{text}, loss {figures['loss']:.4g}"]
    for one in figures.get("classes", [])[:20]:
        lines.append(
            f"  {one['class']}: precision {one['precision']:.3f}, recall {one['recall']:.3f}, of {one['support']}"
        )
    return "\n".join(lines)


def report_evaluation(
    model: Model,
    examples: Examples,
    *,
    image: Sequence[int] = (),
    columns: bool = False,
    most_errors: int = 24,
    name: str = "the model",
    data: str = "the examples",
) -> EvaluationReport:
    """What a model gets right and wrong: the figures of `lithe evaluate`, and its page.

    Parameters
    ----------
    model : Model
    examples : Examples
        With the classes, labels or numbers that the model should answer.
    image : sequence of int
        The shape of an example as an image, which the page then shows: (28, 28).
    columns : bool
        Whether the report also says how much each column matters (of a model of a table); the model
        is evaluated many times for that.
    most_errors : int
        The most confident errors that the page shows.
    name, data : str
        What the page calls them.

    Returns
    -------
    EvaluationReport
        Keys of a classifier's, among others: "accuracy", "ece", "macro_f1", "classes" (a list with
        "precision", "recall", ...), "confusion" (rows are the true classes), "most_confident_errors".

    Raises
    ------
    lithe.Error
        Where there are no examples, or they do not fit the network.

    Examples
    --------
    >>> import lithe, numpy
    >>> X = numpy.random.default_rng(0).normal(size=(300, 2))
    >>> examples = lithe.Examples(X, (X[:, 0] > 0).astype(int))
    >>> model = lithe.Model("input(2) -> dense(8, tanh) -> dense(2)")
    >>> epochs = list(lithe.Trainer(model, examples, loss="cross_entropy", optimizer="adam(0.01)"))
    >>> report = lithe.report_evaluation(model, examples)
    >>> report["accuracy"] > 0.9, len(report["confusion"])
    (True, 2)
    """
    options = dict(
        shape=list(image), columns=columns, most_errors=most_errors, model=str(name), data=str(data)
    )  # fmt: skip
    figures, page = _core._report_evaluation(model, examples, options)
    return EvaluationReport(json.loads(figures), page)


class ProfileReport(Report):
    """What `Trainer.profile` gives: where the time of a training goes; in a notebook, a roofline."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(files["profile.txt"], json.loads(files["profile.json"]))
        self._files = files

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes profile.txt, profile.json, roofline.svg, trace.json (for Perfetto) and
        profile.folded (for flame graphs), as `lithe train --profile FOLDER` does."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, text in self._files.items():
            Path(folder, name).write_text(text, encoding="utf-8")

    def _repr_html_(self) -> str:
        return f"{self._files['roofline.svg']}<pre>{html.escape(self.text)}</pre>"


class WatchReport(Report):
    """What `Trainer.watched` gives: how the layers fare; in a notebook, their curves.

    Its "epochs" have the figures of the layers, and "diagnoses" what is wrong, the worst first.
    """

    def __init__(self, figures: dict[str, Any]) -> None:
        lines = [one["text"] for one in figures["diagnoses"]] or ["Nothing is wrong that could be seen."]
        super().__init__("\n".join([*lines, figures["watched"]]), figures)

    def _repr_html_(self) -> str:
        return f"{self['picture']}<pre>{html.escape(self.text)}</pre>"
