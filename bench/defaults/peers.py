"""scikit-learn's models at their defaults, after what one ordinarily does to a table."""

from __future__ import annotations

import time
import warnings

import numpy
import pandas
from datasets import CLASSES, Table
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

# Categories of more values than this are no input: names of cars and universities.
MOST_CATEGORIES = 100


def prepared(table: Table) -> pandas.DataFrame:
    """The inputs with dates as days; columns of texts that are nearly all different are left out."""
    inputs = table.frame[table.inputs].copy()
    for name in inputs.select_dtypes(exclude="number").columns:
        dates = pandas.to_datetime(inputs[name], format="%Y-%m-%d", errors="coerce")
        if dates.notna().all():
            inputs[name] = (dates - pandas.Timestamp(0)).dt.days
        elif inputs[name].nunique() > MOST_CATEGORIES:
            inputs = inputs.drop(columns=name)
    return inputs


def _columns(inputs: pandas.DataFrame):
    numbers = inputs.select_dtypes("number").columns
    return numbers, inputs.columns.difference(numbers, sort=False)


def _mlp(table: Table, inputs: pandas.DataFrame, seed: int, scaled: bool):
    numbers, texts = _columns(inputs)
    ready = make_column_transformer(
        (SimpleImputer(), numbers),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts))
    kind = MLPClassifier if table.task == CLASSES else MLPRegressor
    steps = [ready, StandardScaler()] if scaled else [ready]
    return make_pipeline(*steps, kind(random_state=seed))


def _boosting(table: Table, inputs: pandas.DataFrame, seed: int):
    numbers, texts = _columns(inputs)
    ready = make_column_transformer(
        ("passthrough", numbers),
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=numpy.nan), texts))
    if table.task == CLASSES:
        return make_pipeline(ready, HistGradientBoostingClassifier(random_state=seed))
    model = HistGradientBoostingRegressor(random_state=seed)
    return make_pipeline(ready, MultiOutputRegressor(model) if len(table.targets) > 1 else model)


PEERS = {
    "mlp": lambda table, inputs, seed: _mlp(table, inputs, seed, scaled=False),
    "mlp_scaled": lambda table, inputs, seed: _mlp(table, inputs, seed, scaled=True),
    "boosting": _boosting,
}


def score(peer: str, table: Table, train: numpy.ndarray, test: numpy.ndarray,
          seed: int) -> dict[str, float]:
    """Accuracy or root mean squared error on the test rows, and processor seconds of fitting."""
    inputs = prepared(table)
    answers = table.frame[table.targets if len(table.targets) > 1 else table.targets[0]].to_numpy()
    model = PEERS[peer](table, inputs, seed)
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the default number of iterations
        model.fit(inputs.iloc[train], answers[train])
    seconds = time.process_time() - start
    predicted, truth = model.predict(inputs.iloc[test]), answers[test]
    value = (numpy.mean(predicted == truth) if table.task == CLASSES else
             numpy.sqrt(numpy.mean((predicted - truth) ** 2)))
    return {"score": float(value), "seconds": seconds}
