"""Products of bfloat16 values: the model stays in float32, and answers nearly the same."""

import numpy as np
import pytest

import lithe
from sklearn.base import clone


def data():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200, 12)).astype(np.float32)
    return X, (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype(int)


def test_estimators_round_their_products():
    X, y = data()
    exact = lithe.Classifier(random_state=1, epochs=3)
    rounded = clone(exact).set_params(precision="bfloat16")
    for estimator in (exact, rounded):
        estimator.fit(X, y)
    assert rounded.model_.precision == "float32"
    difference = np.abs(exact.predict_proba(X) - rounded.predict_proba(X)).max()
    assert 0 < difference < 0.05


def test_a_trainer_rounds_and_refuses():
    X, y = data()
    examples = lithe.Examples(X, y.astype(np.int32))
    weights = []
    for bfloat16 in (False, True, True):
        model = lithe.Model("input(12) -> dense(20, relu) -> dense(2)", seed=2)
        trainer = lithe.Trainer(
            model, examples, None, loss="cross_entropy", optimizer="adam(0.01)", epochs=1,
            threads=1, bfloat16=bfloat16,
        )  # fmt: skip
        trainer.run_epoch()
        weights.append(np.array(model["layers.0.weight"]))
    assert not np.array_equal(weights[0], weights[1])
    assert np.array_equal(weights[1], weights[2])
    with pytest.raises(lithe.Error, match="bfloat16"):
        lithe.Trainer(lithe.Model("input(12) -> dense(2)", "float64"), examples, None, bfloat16=True)
    with pytest.raises(lithe.Error, match=r"lithe\.Trainer"):
        lithe.Model("input(12) -> dense(2)", "bfloat16")
