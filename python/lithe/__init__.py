"""Lithe trains small and medium neural networks on an ordinary processor, at its limit.

The estimators (`Classifier`, `Regressor`, ...) need scikit-learn; everything else needs NumPy alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._error import CopyWarning, Error
from ._examples import Examples
from ._images import Images, read_images
from ._learned import LearnedArray
from ._model import Model
from ._network import Network, catalogue
from ._predictor import Learner, Predictor
from ._reports import doctor, info
from ._tables import Table, read_table
from ._trainer import EpochReport, Trainer, TrainingResult, evaluate

if TYPE_CHECKING:
    from . import rl
    from ._autoencoder import Autoencoder
    from ._estimators import Classifier, MultiLabelClassifier, Regressor
    from ._outliers import OutlierDetector

__all__ = [
    "Autoencoder",
    "Classifier",
    "CopyWarning",
    "EpochReport",
    "Error",
    "Examples",
    "Images",
    "LearnedArray",
    "Learner",
    "Model",
    "MultiLabelClassifier",
    "Network",
    "OutlierDetector",
    "Predictor",
    "Regressor",
    "Table",
    "Trainer",
    "TrainingResult",
    "catalogue",
    "doctor",
    "evaluate",
    "info",
    "read_images",
    "read_table",
    "rl",
]

_ESTIMATORS = {
    "Autoencoder": "_autoencoder",
    "Classifier": "_estimators",
    "MultiLabelClassifier": "_estimators",
    "OutlierDetector": "_outliers",
    "Regressor": "_estimators",
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


def __dir__() -> list[str]:
    return sorted(__all__)
