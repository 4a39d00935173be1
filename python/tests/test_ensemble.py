"""Ensembles: the mean of several models, as one."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import cross_val_score

import lithe

OPTIONS = dict(network="dense(8, tanh)", epochs=10, random_state=3, n_jobs=1)


@pytest.fixture(scope="module")
def iris():
    return load_iris(return_X_y=True)


def members(estimator, X, y, count):
    """What single models with the seeds of the members answer."""
    seed = np.random.RandomState(estimator.random_state).randint(np.iinfo(np.int32).max)
    models = []
    for i in range(count):
        model = lithe.Model(lithe.Network("input(4) -> standardize -> dense(8, tanh) -> dense(3)"), seed=seed + i)
        examples = lithe.Examples(X, y)
        model._standardize(examples)
        # What the estimator chose by the data.
        trainer = lithe.Trainer(
            model, examples, loss="cross_entropy", optimizer="adam(0.01)", batch=16, epochs=10, seed=seed + i, threads=1
        )
        list(trainer)
        models.append(model)
    return models


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def test_answers_with_the_mean_of_probabilities(iris):
    X, y = iris
    estimator = lithe.Classifier(**OPTIONS, ensemble=3, optimizer="adam(0.01)", batch=16).fit(X, y)
    alone = [softmax(model.predict(X)) for model in members(estimator, X, y, 3)]
    assert np.allclose(estimator.predict_proba(X), np.mean(alone, axis=0), atol=1e-5)
    assert "times=3, mean=softmax)" in str(estimator.model_.network)
    assert estimator.score(X, y) > 0.9
    assert estimator.n_iter_ == 10 and len(estimator.history_["loss"]) == 10


def test_answers_with_the_mean_of_numbers():
    X, y = load_diabetes(return_X_y=True)
    single = lithe.Regressor(**OPTIONS)
    several = clone(single).set_params(ensemble=5)
    assert cross_val_score(several, X, y, cv=3).mean() > 0.3
    assert several.fit(X, y + 1e6).predict(X).mean() == pytest.approx(1e6 + y.mean(), abs=20)


def test_same_bits_with_any_number_of_threads(iris):
    X, y = iris
    answers = [lithe.Classifier(**OPTIONS | {"n_jobs": jobs}, ensemble=4).fit(X, y).predict_proba(X) for jobs in (1, 2, 4)]
    assert (answers[0] == answers[1]).all() and (answers[0] == answers[2]).all()


def test_the_file_is_a_model_like_any_other(iris, tmp_path):
    X, y = iris
    estimator = lithe.Classifier(**OPTIONS, ensemble=2).fit(X, y)
    estimator.model_.save(tmp_path / "m.safetensors")
    assert (lithe.Model.load(tmp_path / "m.safetensors").predict(X) == estimator.model_.predict(X)).all()


@pytest.mark.parametrize(
    ("parameters", "arguments", "name"),
    [
        ({"callback": lambda model, report: False}, {}, "callback"),
        ({"unknown": "energy"}, {}, "unknown"),
        ({}, {"X_val": np.ones((3, 4)), "y_val": [0, 1, 2]}, "X_val"),
        ({"ensemble": 0}, {}, "from 1 on"),
    ],
)
def test_what_goes_with_a_single_model(iris, parameters, arguments, name):
    with pytest.raises(ValueError, match=name):
        lithe.Classifier(**OPTIONS | {"ensemble": 2} | parameters).fit(*iris, **arguments)


def test_goes_on_with_a_single_model_alone(iris):
    estimator = lithe.Classifier(**OPTIONS, ensemble=2).fit(*iris)
    with pytest.raises(ValueError, match="partial_fit"):
        estimator.partial_fit(*iris)


def test_models_that_differ():
    one, other = lithe.Model("input(4) -> dense(3)"), lithe.Model("input(5) -> dense(3)")
    with pytest.raises(lithe.Error, match="another input"):
        lithe.ensemble([one, other])
    with pytest.raises(lithe.Error, match="no models"):
        lithe.ensemble([])
