"""Estimators, by scikit-learn's own checks and in its company."""

import pickle
import warnings

import joblib
import lithe
import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
# Small enough for checks that fit hundreds of times. A batch of all examples, without any held out,
# is what makes an example of weight 2 the same as two examples.
SMALL = {"network": "dense(20, tanh)", "batch": 1000, "validation": 0, "random_state": 0, "n_jobs": 1}
CHECKED = [
    lithe.Classifier(epochs=100, optimizer="adam(0.01)", **SMALL),
    lithe.MultiLabelClassifier(epochs=100, optimizer="adam(0.01)", **SMALL),
    lithe.Regressor(epochs=300, optimizer="adam(0.02)", **SMALL),
    lithe.Autoencoder(epochs=100, optimizer="adam(0.02)", code=1, **SMALL),
    lithe.OutlierDetector(epochs=100, optimizer="adam(0.02)", code=1, **SMALL),
]


@parametrize_with_checks([clone(one).set_params(precision="float64") for one in CHECKED])
def test_checks_in_double_precision(estimator, check):
    check(estimator)


def equivalences_in_float32(estimator):
    """Two ways to the same weights round differently, and the check asks for 1e-7."""
    return {
        f"check_sample_weight_equivalence_on_{kind}_data": "float32 has 24 bits"
        for kind in ("dense", "sparse")
    }


@parametrize_with_checks(CHECKED, expected_failed_checks=equivalences_in_float32)
def test_checks_in_single_precision(estimator, check):
    check(estimator)


def fast(**parameters):
    return lithe.Classifier(**{"epochs": 15, "random_state": 0, "n_jobs": 1, **parameters})


def test_auto_is_good_on_what_everyone_tries():
    X, y = load_digits(return_X_y=True)
    half = len(X) // 2
    assert fast(epochs="auto").fit(X[:half], y[:half]).score(X[half:], y[half:]) > 0.92
    X, y = load_diabetes(return_X_y=True)
    assert lithe.Regressor(random_state=0, n_jobs=1).fit(X[:350], y[:350]).score(X[350:], y[350:]) > 0.4


def test_the_same_seed_gives_the_same_weights_as_a_trainer():
    X, y = load_iris(return_X_y=True)
    clf = lithe.Classifier("dense(8, tanh)", optimizer="adam(0.01)", batch=16, epochs=5, random_state=7).fit(X, y)
    seed = int(np.random.RandomState(7).randint(np.iinfo(np.int32).max))
    model = lithe.Model("input(4) -> standardize -> dense(8, tanh) -> dense(3)", seed=seed)
    examples = lithe.Examples(X, y)
    model._standardize(examples)
    for _ in lithe.Trainer(model, examples, loss="cross_entropy", optimizer="adam(0.01)", batch=16, epochs=5, seed=seed):
        pass
    assert all(np.array_equal(model[name], clf.model_[name]) for name in model)


def test_company():
    X, y = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), fast())
    assert pipeline.fit(X, y).score(X, y) > 0.95
    search = GridSearchCV(pipeline, {"classifier__network": ["", "dense(8, relu)"]}, cv=2, n_jobs=2)
    assert search.fit(X, y).best_score_ > 0.9
    assert CalibratedClassifierCV(fast(), cv=2).fit(X, y).score(X, y) > 0.9
    vote = VotingClassifier([("a", fast()), ("b", LogisticRegression())], voting="soft")
    assert vote.fit(StandardScaler().fit_transform(X), y).score(StandardScaler().fit_transform(X), y) > 0.9
    assert cross_val_score(fast(), X, y, cv=3, n_jobs=2).mean() > 0.9


def test_workers_compute_on_one_thread():
    from lithe._running import threads_for

    assert joblib.Parallel(n_jobs=2)(joblib.delayed(threads_for)(None) for _ in range(2)) == [1, 1]
    assert joblib.Parallel(n_jobs=2, backend="threading")(
        joblib.delayed(threads_for)(None) for _ in range(2)
    ) == [1, 1]
    assert threads_for(None) == 0
    assert threads_for(3) == 3
    assert threads_for(-1) >= 1


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_set_output(library):
    pytest.importorskip(library)
    X = load_iris().data
    frame = lithe.Autoencoder(epochs=3, random_state=0).set_output(transform=library).fit_transform(X)
    assert frame.shape == (150, 2)
    assert type(frame).__module__.startswith(library)


def colours(library, rows=300):
    module = pytest.importorskip(library)
    random = np.random.default_rng(0)
    colour = random.choice(["red", "green", "blue"], rows)
    size = random.normal(size=rows)
    frame = module.DataFrame({"colour": colour, "size": size})
    return frame, np.where((colour == "red") ^ (size > 0), "yes", "no")


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_with_categories(library):
    X, y = colours(library)
    clf = fast(epochs=60).fit(X, y)
    assert clf.score(X, y) > 0.95
    assert clf.n_features_in_ == 2
    # Before 1.9 scikit-learn learns polars' names by a protocol that polars 2 no longer has.
    if library == "pandas" or VERSION >= (1, 9) or hasattr(X, "__dataframe__"):
        assert list(clf.feature_names_in_) == ["colour", "size"]
    assert set(clf.predict(X)) <= {"yes", "no"}
    unseen = X.head(1)
    changed = type(X)({"colour": ["violet"], "size": [0.5]})
    assert clf.predict(unseen).shape == clf.predict(changed).shape == (1,)
    with pytest.raises(ValueError, match="could not convert"):
        fast(categories="none").fit(X, y)
    again = pickle.loads(pickle.dumps(clf))
    assert np.array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_pandas_category_dtype_and_missing_values():
    pandas = pytest.importorskip("pandas")
    X, y = colours("pandas")
    X["colour"] = X["colour"].astype("category")
    X.loc[0, "colour"] = None
    assert fast(epochs=60).fit(X, y).score(X, y) > 0.95
    X.loc[0, "size"] = np.nan
    with pytest.raises(ValueError, match="Input X contains NaN"):
        fast().fit(X, y)
    assert pandas.__version__


def test_a_frame_of_numbers_is_checked_by_name():
    pandas = pytest.importorskip("pandas")
    X, y = load_iris(return_X_y=True, as_frame=True)
    clf = fast(epochs=3).fit(X, y)
    with pytest.raises(ValueError, match="feature names"):
        clf.predict(X[X.columns[::-1]])
    assert isinstance(X, pandas.DataFrame)


def test_weights_of_classes_and_examples():
    random = np.random.default_rng(0)
    X = random.normal(size=(400, 1))
    y = (X[:, 0] + random.normal(size=400) > 2).astype(int)
    recall = [clf.fit(X, y).predict(X)[y == 1].mean() for clf in (fast(), fast(class_weight="balanced"))]
    assert recall[1] > recall[0]
    weights = np.where(y == 1, 20.0, 1.0)
    assert fast().fit(X, y, sample_weight=weights).predict(X)[y == 1].mean() > recall[0]
    with pytest.raises(ValueError, match="[Nn]egative"):
        fast().fit(X, y, sample_weight=-weights)


def test_own_validation_chooses_the_epoch():
    X, y = load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(150)
    X, y = X[order], y[order]
    clf = fast(epochs=400, patience=4, optimizer="adam(0.05)")
    clf.fit(X[:100], y[:100], X_val=X[100:], y_val=y[100:])
    losses = clf.history_["validation_loss"]
    assert clf.n_iter_ < 400
    assert clf.n_iter_ == len(losses) == int(np.argmin(losses)) + 1 + 4
    figures = lithe.evaluate(clf.model_, lithe.Examples(X[100:], y[100:]))
    assert figures["loss"] == pytest.approx(min(losses))
    with pytest.raises(ValueError, match="go together"):
        fast().fit(X, y, X_val=X)


def test_a_held_out_share_and_history():
    X, y = load_digits(return_X_y=True)
    clf = fast(validation=0.2, patience=3).fit(X, y)
    assert {"loss", "validation_loss", "validation_accuracy"} <= set(clf.history_)
    assert len(clf.history_["loss"]) == clf.n_iter_
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    assert len(clf.plot_history().lines) == 2


def test_partial_fit():
    X, y = load_digits(return_X_y=True)
    clf = fast(optimizer="adam(0.003)")
    for _ in range(4):
        clf.partial_fit(X[:900], y[:900], classes=np.arange(10))
    assert clf.score(X[900:], y[900:]) > 0.85
    with pytest.raises(ValueError, match="unseen labels"):
        clf.partial_fit(X[:2], [3, 11])
    with pytest.raises(ValueError, match="not the same"):
        clf.partial_fit(X[:2], y[:2], classes=[0, 1])


@pytest.mark.parametrize("batch", [16, 150])
@pytest.mark.parametrize("make", [lithe.Classifier, lithe.Regressor])
def test_calls_of_partial_fit_are_one_training(make, batch):
    """On the same examples: the optimizer goes on, and pickling in between changes nothing."""
    X, y = load_iris(return_X_y=True)
    options = {"network": "dense(8, tanh) -> dropout(0.2)", "optimizer": "adam(0.01)", "batch": batch}
    whole = make(epochs=6, random_state=3, n_jobs=1, **options).fit(X, y)
    parts = make(random_state=3, n_jobs=1, **options)
    for _ in range(6):
        parts = pickle.loads(pickle.dumps(parts.partial_fit(X, y)))
    assert all(np.array_equal(whole.model_[name], parts.model_[name]) for name in whole.model_)
    # A fit begins anew, and so does what follows it.
    assert np.array_equal(parts.set_params(epochs=6).fit(X, y).predict(X), whole.predict(X))


@pytest.mark.parametrize("make", [lithe.Classifier, lithe.Regressor])
def test_partial_fit_goes_on_where_a_fit_ended(make):
    X, y = load_iris(return_X_y=True)
    options = {"network": "dense(8, tanh) -> dropout(0.2)", "random_state": 3, "n_jobs": 1, "batch": 16}
    whole = make(epochs=6, optimizer="adam(0.01)", **options).fit(X, y)
    parts = make(epochs=2, optimizer="adam(0.01)", **options).fit(X, y)
    for _ in range(4):
        parts = pickle.loads(pickle.dumps(parts)).partial_fit(X, y)
    assert all(np.array_equal(whole.model_[name], parts.model_[name]) for name in whole.model_)
    # A schedule has ended with the fit; the rate is the one that it was made from.
    falling = make(epochs=2, optimizer="adam(linear(0.02, 0))", **options).fit(X, y)
    assert falling.partial_fit(X, y).history_["learning_rate"] == [0.02]


def test_partial_fit_refuses_to_choose_a_threshold():
    X, y = load_iris(return_X_y=True)
    clf = fast(unknown="energy", validation=0.2)
    for _ in range(2):
        with pytest.raises(ValueError, match="threshold"):
            clf.partial_fit(X, y)
        clf.fit(X, y)
    assert clf.is_unknown(X).mean() < 0.3


def test_partial_fit_learns_at_a_constant_rate():
    X, y = load_iris(return_X_y=True)
    clf = fast(optimizer="adam(one_cycle(0.02), weight_decay=0.1)")
    for _ in range(3):
        clf.partial_fit(X, y)
        assert clf.history_["learning_rate"] == [0.02]
    clf.set_params(optimizer="sgd(0.1)").partial_fit(X, y)
    assert clf.history_["learning_rate"] == [0.1]


def test_warm_start_goes_on():
    X, y = load_iris(return_X_y=True)
    clf = fast(epochs=5, warm_start=True, optimizer="adam(0.003)").fit(X, y)
    first = clf.loss_
    assert clf.fit(X, y).loss_ < first


def test_labels_of_any_kind():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])
    clf = fast().fit(X, names[y])
    assert list(clf.classes_) == list(names)
    assert list(clf.model_.class_names) == list(names)
    assert clf.score(X, names[y]) > 0.85
    with pytest.raises(ValueError, match="only one class"):
        fast().fit(X[:50], y[:50])
    with pytest.raises(ValueError, match="Unknown label type"):
        fast().fit(X, y + 0.5)


def test_unknown_examples():
    X, y = load_digits(return_X_y=True)
    known = y < 8
    clf = fast(unknown="knn(10)", validation=0.1).fit(X[known], y[known])
    assert clf.is_unknown(X[known]).mean() < 0.15
    assert clf.is_unknown(np.random.default_rng(0).uniform(0, 16, (100, 64))).mean() > 0.9
    assert clf.unknown_score(X).shape == (len(X),)
    with pytest.raises(ValueError, match="no score"):
        fast().fit(X, y).is_unknown(X)


def test_several_targets_in_their_units():
    X, y = load_diabetes(return_X_y=True)
    both = np.column_stack([y, 1e6 + 1000 * y])
    reg = lithe.Regressor("", epochs=60, random_state=0, n_jobs=1).fit(X, both)
    assert reg.predict(X).shape == both.shape
    assert reg.score(X, both) > 0.4


def test_targets_far_from_zero_keep_their_digits():
    X, y = load_diabetes(return_X_y=True)
    far = 1.7e9 + y  # float32 tells 128 apart here
    reg = lithe.Regressor("", epochs=60, random_state=0, n_jobs=1, warm_start=True).fit(X, far)
    assert reg.score(X, far) > 0.4
    assert reg.fit(X, far).score(X, far) > 0.4
    assert reg.partial_fit(X, far).score(X, far) > 0.4
    own = lithe.Regressor("", epochs=60, random_state=0, n_jobs=1)
    assert own.fit(X[:300], far[:300], X_val=X[300:], y_val=far[300:]).score(X[300:], far[300:]) > 0.3


def test_targets_of_0_and_1_are_numbers_to_a_regressor():
    X = np.random.default_rng(0).normal(size=(300, 2))
    y = (X > 0).astype(float)
    reg = lithe.Regressor(epochs=40, random_state=0, n_jobs=1).fit(X, y)
    assert 0.8 < reg.predict([[2.0, 2.0]]).mean() < 1.2
    constant = lithe.Regressor(epochs=3, random_state=0, n_jobs=1).fit(X, np.full((300, 2), 7.0))
    np.testing.assert_allclose(constant.predict(X[:3]), 7, atol=0.5)


def test_a_single_label():
    X = np.random.default_rng(0).normal(size=(300, 2))
    y = (X[:, :1] > 0).astype(int)
    clf = lithe.MultiLabelClassifier(epochs=30, random_state=0, n_jobs=1).fit(X, np.hstack([y, 1 - y]))
    assert clf.score(X, np.hstack([y, 1 - y])) > 0.9


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_dates_are_no_categories(library):
    module = pytest.importorskip(library)
    days = np.arange("2026-01-01", "2026-01-05", dtype="datetime64[D]")
    frame = module.DataFrame({"day": days, "size": [1.0, 2.0, 3.0, 4.0]})
    with pytest.raises(ValueError, match="dates or times"):
        fast().fit(frame, [0, 1, 0, 1])


def test_labels_that_hold_together():
    X = np.random.default_rng(0).normal(size=(500, 3))
    y = (X > 0).astype(int)
    clf = lithe.MultiLabelClassifier(epochs=30, random_state=0, n_jobs=1).fit(X, y)
    assert clf.score(X, y) > 0.85
    assert clf.predict_proba(X).shape == (500, 3)


def test_codes_and_what_they_stand_for():
    X = load_iris().data
    coder = lithe.Autoencoder(code=2, epochs=200, random_state=0, n_jobs=1).fit(X)
    back = coder.inverse_transform(coder.transform(X))
    np.testing.assert_allclose(back, coder.reconstruct(X), rtol=1e-4, atol=1e-4)
    assert np.mean((back - X) ** 2) < 0.2 * X.var(axis=0).mean()


def test_pixels():
    X, y = load_digits(return_X_y=True)
    pixels = (X * 15).astype(np.uint8)
    clf = fast(
        network="conv2d(8, 3, relu) -> flatten", image=(8, 8, 1)
    ).fit(pixels, y)
    assert clf.score(pixels, y) > 0.9
    # The same numbers give the same answers, whatever their type.
    np.testing.assert_allclose(clf.predict_proba(pixels.astype(float)), clf.predict_proba(pixels), rtol=1e-5, atol=1e-6)


def test_a_callback_ends_the_training():
    X, y = load_iris(return_X_y=True)
    seen = []
    clf = fast(callback=lambda estimator, report: seen.append(report.loss) or len(seen) == 3)
    assert clf.fit(X, y).n_iter_ == 3


def test_ctrl_c_leaves_a_model_that_answers():
    X, y = load_iris(return_X_y=True)

    def interrupt(estimator, report):
        if report.epoch == 2:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="interrupted"):
        clf = fast(callback=interrupt).fit(X, y)
    assert clf.predict(X).shape == y.shape
    assert clf.n_iter_ == 2


def test_mistakes_in_words_that_scikit_learn_uses():
    X, y = load_iris(return_X_y=True)
    with pytest.raises(lithe.Error, match="adm"):
        fast(optimizer="adm(0.1)").fit(X, y)
    with pytest.raises(lithe.Error, match="input"):
        fast(network="input(4) -> dense(3)").fit(X, y)
    with pytest.raises(ValueError, match="n_jobs"):
        fast(n_jobs=0).fit(X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        fast().fit(X, y[:-1])
    with pytest.raises(ValueError, match="could not convert string to float"):
        fast().fit(np.array([["a", "b"]] * 150, dtype=object), y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError):
            fast().fit([[1.0, 2.0], [3.0]], [0, 1])


def test_the_model_is_one_that_the_command_takes(tmp_path):
    X, y = load_iris(return_X_y=True)
    clf = fast().fit(X, y)
    clf.model_.save(tmp_path / "iris.safetensors")
    model = lithe.Model.load(tmp_path / "iris.safetensors")
    np.testing.assert_array_equal(model.predict_proba(X), clf.predict_proba(X))


def test_a_notebook_shows_the_diagram():
    clf = fast(epochs=2)
    X, y = load_iris(return_X_y=True)
    for shown in (clf, clf.fit(X, y), make_pipeline(lithe.Autoencoder(), clf)):
        html = shown._repr_mimebundle_()["text/html"]
        assert html == shown._repr_html_() or "sk-container-id" in html
        assert "Classifier" in html
        # scikit-learn's site says nothing of these estimators.
        assert "lithe.Classifier.html" not in html
        assert clf._get_doc_link() == ""
    if VERSION >= (1, 9):
        assert "n_iter_" in clf._repr_html_()
