"""Metadata routing: weights and validation sets reach estimators inside searches and pipelines."""

import lithe
import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.metrics import make_scorer, r2_score
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

X, Y = load_iris(return_X_y=True)
SMALL = {"network": "dense(4, tanh)", "epochs": 8, "validation": 0, "random_state": 0, "n_jobs": 1}
FOLDS = KFold(3, shuffle=True, random_state=0)
# Nearly all of the weight is on one class.
WEIGHTS = np.where(Y == 0, 1.0, 0.01)
EVERY = [
    lithe.Classifier(**SMALL),
    lithe.MultiLabelClassifier(**SMALL),
    lithe.Regressor(**SMALL),
    lithe.Autoencoder(**SMALL),
    lithe.OutlierDetector(**SMALL),
]


@pytest.fixture(autouse=True)
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def same_weights(one, other):
    return all(np.array_equal(one.model_[name], other.model_[name]) for name in one.model_)


@pytest.mark.parametrize("estimator", EVERY, ids=[type(one).__name__ for one in EVERY])
def test_weights_reach_the_last_step_of_a_pipeline(estimator):
    scaled = StandardScaler().fit_transform(X)
    asks = clone(estimator).set_fit_request(sample_weight=True)
    pipeline = Pipeline([("scale", StandardScaler().set_fit_request(sample_weight=False)), ("net", asks)])
    pipeline.fit(X, Y, sample_weight=WEIGHTS)
    assert same_weights(pipeline["net"], clone(estimator).fit(scaled, Y, sample_weight=WEIGHTS))
    assert not same_weights(pipeline["net"], clone(estimator).fit(scaled, Y))


def search(net):
    return GridSearchCV(net, {"network": ["dense(4, tanh)", ""]}, cv=FOLDS, error_score="raise")


@pytest.mark.parametrize("weighted_score", [True, False])
def test_each_fold_of_a_search_gets_its_own_weights(weighted_score):
    net = lithe.Classifier(**SMALL).set_fit_request(sample_weight=True)
    found = search(net.set_score_request(sample_weight=weighted_score)).fit(X, Y, sample_weight=WEIGHTS)
    for fold, (learned, scored) in enumerate(FOLDS.split(X)):
        fitted = lithe.Classifier(**SMALL).fit(X[learned], Y[learned], sample_weight=WEIGHTS[learned])
        weights = WEIGHTS[scored] if weighted_score else None
        score = fitted.score(X[scored], Y[scored], sample_weight=weights)
        assert found.cv_results_[f"split{fold}_test_score"][0] == score
    again = lithe.Classifier(**{**SMALL, **found.best_params_}).fit(X, Y, sample_weight=WEIGHTS)
    assert same_weights(found.best_estimator_, again)
    assert not same_weights(found.best_estimator_, clone(again).fit(X, Y))


def test_a_search_over_a_pipeline():
    net = lithe.Regressor(**SMALL).set_fit_request(sample_weight=True)
    scale = StandardScaler().set_fit_request(sample_weight=False)
    pipeline = Pipeline([("scale", scale), ("net", net)])
    # Pipeline.score itself takes weights differently in scikit-learn 1.7 and 1.9; a scorer does not.
    scorer = make_scorer(r2_score).set_score_request(sample_weight=True)
    grid = {"net__network": ["dense(4, tanh)"]}
    found = GridSearchCV(pipeline, grid, scoring=scorer, cv=FOLDS, error_score="raise")
    found.fit(X, Y, sample_weight=WEIGHTS)
    scaled = StandardScaler().fit_transform(X)
    direct = lithe.Regressor(**SMALL).fit(scaled, Y, sample_weight=WEIGHTS)
    assert same_weights(found.best_estimator_["net"], direct)
    assert not same_weights(direct, clone(direct).fit(scaled, Y))
    score = found.score(X, Y, sample_weight=WEIGHTS)
    assert score == direct.score(scaled, Y, sample_weight=WEIGHTS)
    assert score != direct.score(scaled, Y)


def test_a_pipeline_brings_a_validation_set_to_the_same_scale():
    net = lithe.Classifier(**SMALL).set_fit_request(X_val=True, y_val=True)
    pipeline = Pipeline([("scale", StandardScaler()), ("net", net)], transform_input=["X_val"])
    pipeline.fit(X[::2], Y[::2], X_val=X[1::2], y_val=Y[1::2])
    scale = StandardScaler().fit(X[::2])
    direct = lithe.Classifier(**SMALL).fit(
        scale.transform(X[::2]), Y[::2], X_val=scale.transform(X[1::2]), y_val=Y[1::2]
    )
    assert pipeline["net"].history_["validation_loss"] == direct.history_["validation_loss"]


def test_weights_that_no_step_asked_for_are_an_error():
    with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
        search(lithe.Classifier(**SMALL)).fit(X, Y, sample_weight=WEIGHTS)


def test_a_clone_and_partial_fit_keep_what_they_ask_for():
    net = lithe.Classifier(**SMALL).set_partial_fit_request(sample_weight=True, classes=True)
    request = clone(net).get_metadata_routing().partial_fit.requests
    assert request == {"sample_weight": True, "classes": True, "lengths": None}
