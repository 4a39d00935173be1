"""Sequences of unequal length, and answers at each position."""

import pickle
import re

import lithe
import numpy as np
import pytest
from sklearn import config_context
from sklearn.model_selection import GridSearchCV, cross_val_score

SMALL = {"epochs": 3, "batch": 16, "random_state": 0, "n_jobs": 1}


def waves(n=80, seed=0, channels=2):
    """Slow and fast waves of 5 to 20 positions, and which a wave is."""
    rng = np.random.default_rng(seed)
    X, y = [], np.arange(n) % 2
    for fast in y:
        angle = rng.uniform(0, 6) + np.arange(rng.integers(5, 21)) * (0.9 if fast else 0.4)
        X.append(np.stack([np.sin(angle + k) for k in range(channels)], axis=1))
    return X, y


def padded(X, behind=0.0, more=0):
    lengths = np.array([len(one) for one in X])
    array = np.full((len(X), lengths.max() + more, *X[0].shape[1:]), behind)
    for row, one in zip(array, X, strict=True):
        row[: len(one)] = one
    return array, lengths


def same(a, b):
    return all(np.array_equal(np.asarray(a[name]), np.asarray(b[name])) for name in a)


@pytest.mark.parametrize("behind", [0.0, 1e30, np.nan, -np.inf])
@pytest.mark.parametrize("network", ["gru(8)", "bidirectional(lstm(4))", "rnn(8, give=all) -> max_over_time", "gru(8, reverse=true)"])
def test_what_stands_behind_the_end_changes_nothing_to_the_bit(network, behind):
    X, y = waves()
    array, lengths = padded(X, behind)
    listed = lithe.Classifier(network, **SMALL).fit(X, y)
    filled = lithe.Classifier(network, **SMALL).fit(array, y, lengths=lengths)
    assert same(listed.model_, filled.model_)
    together = listed.predict_proba(X)
    assert np.array_equal(filled.predict_proba(array, lengths=lengths), together)
    # Beside longer ones, and alone.
    assert np.array_equal(listed.predict_proba(*padded(X, behind, more=7)[:1], lengths=lengths), together)
    for place in (0, 1, 2):
        assert np.array_equal(listed.predict_proba(X[place : place + 1])[0], together[place])


def test_longer_sequences_than_those_of_fit_are_taken():
    X, y = waves()
    clf = lithe.Classifier("gru(8)", **SMALL).fit(X, y)
    before = clf.predict_proba(X)
    longer = np.concatenate([X[0]] * 9)
    assert len(longer) > clf.model_.network.input_shape[0]
    mixed = clf.predict_proba([*X, longer])
    assert np.array_equal(mixed[:-1], before)
    assert np.array_equal(mixed[-1:], clf.predict_proba([longer]))
    assert np.array_equal(clf.predict_proba(X), before)


def test_lists_objects_and_rows_of_one_channel_are_sequences():
    X, y = waves(channels=1)
    objects = np.empty(len(X), dtype=object)
    objects[:] = X
    rows = [one[:, 0] for one in X]
    made = [lithe.Classifier("gru(8)", **SMALL).fit(given, y) for given in (X, objects, rows)]
    assert str(made[0].model_.network).startswith("input(20x1, lengths=true) -> standardize")
    assert same(made[0].model_, made[1].model_) and same(made[0].model_, made[2].model_)
    equal = [row[:5] for row in rows]  # equally long ones are sequences too, once fit has met others
    assert np.array_equal(made[2].predict_proba(equal), made[0].predict_proba([one[:5] for one in X]))


def test_sequences_of_one_length_are_arrays_of_three_dimensions():
    X, y = waves()
    array = np.stack([one[:5] for one in X])
    clf = lithe.Classifier("gru(8)", **SMALL).fit(array, y)
    assert clf.model_.network.input_shape == [5, 2] and not clf.model_.network.has_lengths
    assert clf.predict(array).shape == (80,)
    with pytest.raises(ValueError, match=r"examples of the shape \(4, 2\), but Classifier is expecting"):
        clf.predict(array[:, :4])
    with pytest.raises(ValueError, match="was fitted with examples"):
        clf.predict(array.reshape(80, -1))
    flat = lithe.Classifier("dense(4)", **SMALL).fit(array.reshape(80, -1), y)
    with pytest.raises(ValueError, match="was fitted with rows of values"):
        flat.predict(array)


def test_padding_does_not_pass_for_values_where_lengths_are_forgotten():
    X, y = waves()
    array, lengths = padded(X)
    clf = lithe.Classifier("gru(8)", **SMALL).fit(X, y)
    for call in (clf.predict, clf.model_.predict, clf.predict_proba, lambda X: clf.score(X, y)):
        with pytest.raises(lithe.Error, match="without lengths") as caught:
            call(array)
        assert "lengths=" in caught.value.remedy
    assert np.array_equal(clf.predict(list(array[:2])), clf.predict(array[:2], lengths=[20, 20]))
    with pytest.raises(lithe.Error, match="channels"):
        clf.model_.predict([one[:, :1] for one in X])


def test_sequences_of_categories():
    rng = np.random.default_rng(0)
    X = [rng.integers(0, 9, rng.integers(3, 12)) for _ in range(60)]
    y = np.array([int(one[0] > 4) for one in X])
    clf = lithe.Classifier("embedding(9, 4) -> gru(8)", **SMALL | {"epochs": 30, "optimizer": "adam(0.02)"}).fit(X, y)
    assert str(clf.model_.network).startswith("input(11, lengths=true) -> embedding(9, 4)")
    assert clf.score(X, y) > 0.9


def test_mistakes_say_what_to_do():
    X, y = waves(6)
    array, lengths = padded(X)
    fit = lithe.Classifier("gru(4)", **SMALL).fit
    cases = [
        (lambda: fit([X[0], X[1][:, :1]], [0, 1]), r"X\[0\] has", "same number of channels"),
        (lambda: fit([X[0], X[1][:0]], [0, 1]), "empty sequence", "leave it out"),
        (lambda: fit([X[0], X[1][None]], [0, 1]), "3 dimensions", "length.*channels"),
        (lambda: fit([X[0], np.where(X[1] > 2, 0, np.nan)], [0, 1]), "NaN", "replace"),
        (lambda: fit(array, y, lengths=lengths[:2]), "lengths of the shape", "one for each"),
        (lambda: fit(array, y, lengths=lengths * 0), "length 0", "from 1 to"),
        (lambda: fit(array, y, lengths=lengths + 20), "length", "from 1 to"),
        (lambda: fit(array, y, lengths=lengths * 1.0), "type float64", "whole numbers"),
        (lambda: fit(X, y, lengths=lengths), "list of sequences", "leave them out"),
        (lambda: lithe.Classifier("conv1d(4, 3) -> mean_over_time").fit(X, y), "conv1d", "in front of it"),
        (lambda: fit(X, y).predict([one[:, :1] for one in X]), "2 channels", "list of sequences"),
        (lambda: fit(X, [[0] * len(one) for one in X]), "each position", "gru"),
        (lambda: lithe.Classifier("gru(4, all)").fit(X, y), "answers of the shape", "one for each position"),
        (lambda: lithe.Classifier("gru(4, all)").fit(X, [[0, 1]] * 5 + [[0]]), "2 answers for", "one for each position"),
        (lambda: lithe.Classifier("gru(4, all)").fit(X, [-np.ones(len(one), int) for one in X]), "no position", "-1"),
        (lambda: lithe.Classifier("gru(4, all)").fit(array, np.zeros(array.shape[:2])), "float64", "whole numbers"),
    ]
    for call, problem, remedy in cases:
        with pytest.raises(lithe.Error, match=problem) as caught:
            call()
        assert re.search(remedy, caught.value.remedy or str(caught.value)), str(caught.value)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        fit(X, y[:-1])


def test_own_validation_weights_and_going_on():
    X, y = waves()
    clf = lithe.Classifier("gru(8)", **SMALL).fit(X, y, X_val=X[:10], y_val=y[:10])
    array, lengths = padded(X[:10])
    other = lithe.Classifier("gru(8)", **SMALL).fit(X, y, X_val=array, y_val=y[:10], lengths_val=lengths)
    assert clf.history_["validation_loss"] == other.history_["validation_loss"]
    held = lithe.Classifier("gru(8)", validation=0.2, **SMALL).fit(X, y)
    assert len(held.history_["validation_loss"]) == 3
    held.partial_fit(X[:20], y[:20])
    with pytest.raises(lithe.Error, match="longest"):
        held.partial_fit([np.ones((99, 2))], y[:1])
    weights = np.where(np.arange(80) < 60, 1.0, 0.0)
    least = np.concatenate([y[:60], 1 - y[60:]])
    weighted = [lithe.Classifier("gru(8)", **SMALL).fit(X, given, weights) for given in (y, least)]
    assert same(weighted[0].model_, weighted[1].model_)


def test_scikit_learn_divides_lists_and_lengths():
    X, y = waves()
    clf = lithe.Classifier("gru(8)", **SMALL)
    scores = cross_val_score(clf, X, y, cv=2)
    search = GridSearchCV(clf, {"network": ["gru(4)", "gru(8)"]}, cv=2).fit(X, y)
    assert search.best_estimator_.predict(X).shape == (80,)
    array, lengths = padded(X)
    with config_context(enable_metadata_routing=True):
        asked = lithe.Classifier("gru(8)", **SMALL).set_fit_request(lengths=True).set_score_request(lengths=True)
        routed = cross_val_score(asked, array, y, cv=2, params={"lengths": lengths})
    assert np.array_equal(scores, routed)


def test_an_estimator_of_sequences_comes_back_from_a_pickle():
    X, y = waves()
    clf = lithe.Classifier("gru(8)", **SMALL).fit(X, y)
    assert np.array_equal(pickle.loads(pickle.dumps(clf)).predict_proba(X), clf.predict_proba(X))


# Answers at each position.


def test_a_class_at_each_position():
    X, _ = waves()
    y = [(one[:, 0] > 0).astype(int) for one in X]
    clf = lithe.Classifier("gru(8, all)", **SMALL | {"epochs": 30, "optimizer": "adam(0.02)"}).fit(X, y)
    assert clf.score(X, y) > 0.9
    listed = clf.predict(X)
    assert [len(one) for one in listed] == [len(one) for one in X]
    array, lengths = padded(X)
    filled = clf.predict(array, lengths=lengths)
    assert filled.shape == (80, 20)
    for row, one, length in zip(filled, listed, lengths, strict=True):
        assert np.array_equal(row[:length], one) and (row[length:] == -1).all()
    probabilities = clf.predict_proba(array, lengths=lengths)
    assert probabilities.shape == (80, 20, 2) and np.isnan(probabilities[lengths < 20, -1]).all()
    right = np.concatenate(listed) == np.concatenate(y)
    assert clf.score(array, padded(y, -1)[0].astype(int), lengths=lengths) == pytest.approx(right.mean())


def test_texts_can_be_classes_at_each_position():
    X, _ = waves()
    y = [np.where(one[:, 0] > 0, "up", "down") for one in X]
    clf = lithe.Classifier("gru(8, all)", **SMALL).fit(X, y)
    assert clf.classes_.tolist() == ["down", "up"] and set(clf.predict(X)[0]) <= {"down", "up"}
    array, lengths = padded(X)
    assert set(clf.predict(array, lengths=lengths)[lengths < 20, -1]) == {""}


def test_positions_without_a_target_change_nothing_to_the_bit():
    X, _ = waves()
    array, lengths = padded(X)
    rng = np.random.default_rng(1)
    y = np.where(rng.random(array.shape[:2]) < 0.3, -1, (array[:, :, 0] > 0).astype(int))
    y[:, 0] = 0
    behind = np.arange(20) >= lengths[:, None]
    made = []
    for junk in (-1, 0, 1):
        answers = np.where(behind, junk, y)
        made.append(lithe.Classifier("gru(8, all)", **SMALL).fit(array, answers, lengths=lengths))
        assert made[-1].score(array, answers, lengths=lengths) == made[0].score(array, y, lengths=lengths)
    assert made[0].classes_.tolist() == [0, 1]
    assert same(made[0].model_, made[1].model_) and same(made[0].model_, made[2].model_)


@pytest.mark.parametrize("targets", [1, 3])
def test_numbers_at_each_position(targets):
    X, _ = waves()
    array = np.stack([one[:5] for one in X])
    y = np.cumsum(array[:, :, :1], axis=1) * np.arange(1, targets + 1) + 50
    y = y[:, :, 0] if targets == 1 else y
    holes = y.copy()
    holes[::3, 2] = np.nan
    reg = lithe.Regressor("gru(16, all)", **SMALL | {"epochs": 60, "optimizer": "adam(0.02)"}).fit(array, holes)
    predicted = reg.predict(array)
    assert predicted.shape == y.shape and not np.isnan(predicted).any()
    assert reg.score(array, holes) > 0.9
    known = ~np.isnan(holes)
    assert np.sqrt(np.mean((predicted - y)[known] ** 2)) < 0.5 * y.std()
    with pytest.raises(ValueError, match="infinity"):
        reg.fit(array, np.where(known, y, np.inf))


def test_numbers_at_each_position_of_sequences_of_unequal_length():
    X, _ = waves()
    y = [np.cumsum(one[:, 0]) for one in X]
    reg = lithe.Regressor("gru(16, all)", **SMALL | {"epochs": 40, "optimizer": "adam(0.02)"}).fit(X, y)
    assert reg.score(X, y) > 0.8
    assert [one.shape for one in reg.predict(X[:3])] == [(len(one),) for one in X[:3]]
    array, lengths = padded(X)
    filled = reg.predict(array, lengths=lengths)
    assert np.array_equal(np.isnan(filled), np.arange(20) >= lengths[:, None])


# Underneath.


def test_a_trainer_takes_sequences_as_the_estimator_does():
    X, y = waves()
    network = lithe.Network("gru(8) -> dense(2)").with_input((20, 2), lengths=True)
    array, lengths = padded(X, np.nan)
    made = []
    for examples in (lithe.Examples(X, y), lithe.Examples(array, y, lengths=lengths)):
        model = lithe.Model(network)
        trainer = lithe.Trainer(model, examples, loss="cross_entropy", optimizer="adam(0.01)", epochs=2, threads=1)
        list(trainer)
        made.append(model)
        assert lithe.evaluate(model, examples)["total"] == 80
    assert same(*made)
    assert np.array_equal(made[0].predict(X), made[0].predict(array, lengths=lengths))
    again = pickle.loads(pickle.dumps(lithe.Examples(array, y, lengths=lengths)))
    assert lithe.evaluate(made[0], again) == lithe.evaluate(made[0], lithe.Examples(X, y))


def test_examples_with_answers_at_each_position():
    X, _ = waves()
    y = [(one[:, 0] > 0).astype(np.uint8) for one in X]
    network = lithe.Network("gru(8, all) -> dense(2)").with_input((20, 2), lengths=True)
    examples = lithe.Examples(X, y)
    assert examples.positions == 20 and examples.classes == 2
    model = lithe.Model(network)
    list(lithe.Trainer(model, examples, loss="cross_entropy", optimizer="adam(0.02)", epochs=20, batch=16, threads=1))
    figures = lithe.evaluate(model, examples)
    assert figures["total"] == sum(len(one) for one in X)
    outputs = model.predict(X)
    right = sum(int((out.argmax(axis=1) == of).sum()) for out, of in zip(outputs, y, strict=True))
    assert figures["correct"] == right
    again = pickle.loads(pickle.dumps(examples))
    assert lithe.evaluate(model, again) == figures
    with pytest.raises(lithe.Error, match="no target at any position"):
        lithe.Examples(np.ones((2, 3, 1)), [[-1, -1, -1], [0, 1, 0]], per_position=True)


def test_a_predictor_and_a_learner_take_sequences():
    X, _ = waves(20)
    array, lengths = padded(X, np.nan)
    model = lithe.Model(lithe.Network("gru(4) -> dense(3)").with_input((25, 2), lengths=True), seed=2)
    wanted = model.predict(X)
    predictor = lithe.Predictor(model, batch=20)
    assert np.allclose(predictor(X), wanted, atol=1e-6)
    assert np.array_equal(predictor(X), predictor(array, lengths))
    learner = lithe.Learner(model, batch=20)
    assert np.array_equal(learner.forward(X), predictor(X))
    assert np.array_equal(learner.forward(array, [3, 1], lengths), predictor(X)[[3, 1]])
    for call in (predictor, learner.forward):
        with pytest.raises(lithe.Error, match="positions"):
            call([np.ones((26, 2))])


def test_sequences_that_are_none_of_the_classes():
    X, y = waves()
    clf = lithe.Classifier("gru(8)", unknown="energy", validation=0.2, **SMALL).fit(X, y)
    array, lengths = padded(X, np.nan)
    assert clf.is_unknown(X).shape == (80,)
    assert np.array_equal(clf.unknown_score(X), clf.unknown_score(array, lengths=lengths))
    assert np.array_equal(clf.unknown_score(X), clf.model_.unknown_score(X))


def test_labels_and_reports_of_sequences():
    X, y = waves()
    labels = np.stack([y, 1 - y, np.ones(80, int) * (np.arange(80) % 3 == 0)], axis=1)
    clf = lithe.MultiLabelClassifier("gru(8)", **SMALL).fit(X, labels)
    assert clf.predict(X).shape == (80, 3) and 0 <= clf.score(X, labels) <= 1
    model = lithe.Classifier("gru(8)", **SMALL).fit(X, y).model_
    assert len(lithe.report_evaluation(model, lithe.Examples(X, y))["confusion"]) == 2


def test_steps_are_what_the_whole_sequence_gives():
    model = lithe.Model("input(6x2) -> gru(4, all) -> dense(3)", seed=3)
    X = np.random.default_rng(0).normal(size=(6, 2))
    whole = model.predict(X[None])[0]
    assert whole.shape == (6, 3)
    stepper = lithe.Stepper(model)
    assert np.allclose([stepper(one) for one in X], whole, atol=1e-6)
    assert stepper.positions == 6 and stepper.most == 0
    stepper.reset()
    assert np.allclose(stepper(X[0]), whole[0], atol=1e-6)
    with pytest.raises(lithe.Error):
        lithe.Stepper(lithe.Model("input(6x2) -> gru(4, all, reverse=true) -> dense(3)"))


# Files.


def test_files_of_sequences(tmp_path):
    X, y = waves()
    lines = ["@classLabel true slow fast", "@data"]
    for one, fast in zip(X, y, strict=True):
        channels = ":".join(",".join(repr(float(value)) for value in channel) for channel in one.T)
        lines.append(f"{channels}:{'fast' if fast else 'slow'}")
    (tmp_path / "waves.ts").write_text("\n".join(lines) + "\n")
    table = lithe.read_table(tmp_path / "waves.ts", test_share=0.25)
    assert table.X.shape[2] == 2 and len(table.lengths) == 60 and len(table.lengths_test) == 20
    assert table.image is None and set(table.y) == {"slow", "fast"}
    clf = lithe.Classifier("gru(8)", **SMALL).fit(table)
    assert 0 <= clf.score(table) <= 1
    assert 0 <= clf.score(table.X_test, table.y_test, lengths=table.lengths_test) <= 1
    np.savez(tmp_path / "waves.npz", x=table.X, y=np.arange(60) % 2, lengths=table.lengths)
    arrays = lithe.read_table(tmp_path / "waves.npz")
    assert np.array_equal(arrays.lengths, table.lengths) and np.array_equal(arrays.X, table.X)
