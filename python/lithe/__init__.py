"""Lithe trains small and medium neural networks on an ordinary processor, at its limit.

The estimators (`Classifier`, `Regressor`, ...) need scikit-learn; everything else needs NumPy alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._datasets import Dataset, dataset_names, fetch_dataset, load_dataset
from ._error import CopyWarning, Error
from ._examples import Examples
from ._images import Images, read_images
from ._insight import report_evaluation
from ._language import LanguageModel, Stepper, load
from ._learned import LearnedArray
from ._model import Model
from ._network import Network, catalogue
from ._predictor import Learner, Predictor
from ._reports import doctor, info
from ._tables import Table, read_table
from ._trainer import (
    EpochReport,
    LearningRateTest,
    Trainer,
    TrainingResult,
    calibrate_unknown,
    evaluate,
    find_learning_rate,
)
from ._transfer import copy_layers, ensemble, move_toward, replace_head
from ._windows import Windows, windows

if TYPE_CHECKING:
    from . import rl
    from ._autoencoder import Autoencoder
    from ._classifiers import Classifier, MultiLabelClassifier
    from ._outliers import OutlierDetector
    from ._regressors import Regressor

__all__ = [
    "Autoencoder",
    "Classifier",
    "CopyWarning",
    "Dataset",
    "EpochReport",
    "Error",
    "Examples",
    "Images",
    "LanguageModel",
    "LearnedArray",
    "Learner",
    "LearningRateTest",
    "Model",
    "MultiLabelClassifier",
    "Network",
    "OutlierDetector",
    "Predictor",
    "Regressor",
    "Stepper",
    "Table",
    "Trainer",
    "TrainingResult",
    "Windows",
    "calibrate_unknown",
    "catalogue",
    "copy_layers",
    "dataset_names",
    "doctor",
    "ensemble",
    "evaluate",
    "fetch_dataset",
    "find_learning_rate",
    "info",
    "load",
    "load_dataset",
    "move_toward",
    "read_images",
    "read_table",
    "replace_head",
    "report_evaluation",
    "rl",
    "windows",
]

_ESTIMATORS = {
    "Autoencoder": "_autoencoder",
    "Classifier": "_classifiers",
    "MultiLabelClassifier": "_classifiers",
    "OutlierDetector": "_outliers",
    "Regressor": "_regressors",
}


def __getattr__(name: str) -> Any:
    # scikit-learn takes a second to import, and is needed by the estimators alone.
    if name in _ESTIMATORS:
        from importlib import import_module

        return getattr(import_module(f".{_ESTIMATORS[name]}", __name__), name)
    if name == "rl":
        from importlib import import_module

        return import_module(".rl", __name__)
    raise AttributeError(f"module 'lithe' has no attribute '{name}'")


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext lithe` makes the magic `%lithe`."""
    from ._notebook import load

    load(ipython)


def __dir__() -> list[str]:
    return sorted(__all__)
