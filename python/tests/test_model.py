"""Networks, models, predictors and learners."""

import gc
import pickle

import lithe
import numpy as np
import pytest


def test_a_sentence_that_does_not_parse_says_where():
    with pytest.raises(lithe.Error) as caught:
        lithe.Network("dense(30, sigmod)")
    error = caught.value
    assert isinstance(error, ValueError)
    assert error.kind == "sentence"
    assert "sigmod" in error.problem
    assert "sigmoid" in error.remedy
    assert "^" in str(error)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.problem, copy.where, copy.remedy, copy.kind) == (
        error.problem,
        error.where,
        error.remedy,
        error.kind,
    )


def test_networks_are_values():
    network = lithe.Network("flatten -> dense(3)").with_input((2, 2))
    assert network == lithe.Network("input(2x2) -> flatten -> dense(3)")
    assert network != lithe.Network("flatten -> dense(3)")
    assert network.input_shape == [2, 2]
    assert network.output_shape == [3]
    assert network.has_input
    assert pickle.loads(pickle.dumps(network)) == network
    for name in ("input_shape", "output_shape", "parameter_count", "forward_operations"):
        with pytest.raises(lithe.Error, match="with_input"):
            getattr(lithe.Network("dense(3)"), name)
    assert len({network, lithe.Network(str(network))}) == 1


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_models_come_back_from_files_and_pickles(tmp_path, precision):
    model = lithe.Model("input(4) -> dense(5, tanh) -> dense(3)", precision, seed=7)
    model.save(tmp_path / "m.safetensors")
    X = np.random.default_rng(0).normal(size=(6, 4))
    for other in (lithe.Model.load(tmp_path / "m.safetensors"), pickle.loads(pickle.dumps(model))):
        assert isinstance(other, lithe.Model)
        assert other.network == model.network
        assert other.precision == precision
        assert all(np.array_equal(other[name], model[name]) for name in model)
        assert np.array_equal(other.predict(X), model.predict(X))


def test_arrays_are_read_and_assigned():
    model = lithe.Model("input(2) -> dense(2)")
    assert list(model) == ["layers.0.weight", "layers.0.bias"]
    model["layers.0.weight"] = [[1, 2], [3, 4]]
    model["layers.0.bias"] = [10, 20]
    assert model.predict([[1.0, 1.0]]).tolist() == [[14, 26]]
    assert model["layers.0.weight"].dtype == np.float32
    with pytest.raises(KeyError):
        model["layers.7.weight"]
    with pytest.raises(ValueError, match=r"shape"):
        model["layers.0.bias"] = [1, 2, 3]


@pytest.mark.parametrize("units", [3, 40])  # within a panel of weights, and beyond
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_view_shows_what_is_learned_and_changes_it(units, precision):
    model = lithe.Model(f"input(5) -> dense({units}, tanh) -> dense(2)", precision)
    view = model["layers.0.weight"]
    before = view.copy()
    assert view.shape == before.shape == (5, units)
    assert view.dtype == before.dtype == precision
    assert (len(view), view.ndim, view.size) == (5, 2, 5 * units)
    X = np.random.default_rng(0).normal(size=(64, 5))
    examples = lithe.Examples(X, (X[:, 0] > 0).astype(int))
    trainer = lithe.Trainer(model, examples, loss="cross_entropy", batch=64, epochs=3, threads=1)
    trainer.run_epoch()
    assert not np.array_equal(view, before)
    # The trainer goes on from what is written between its epochs.
    view[:] = 0
    view[0] = np.arange(units)
    view[1:, 2] -= 1
    assert view[0].tolist() == list(range(units))
    assert (view[1:, 2] == -1).all() and (view[1:, 0] == 0).all()
    predictor = lithe.Predictor(model, batch=64)
    assert np.allclose(predictor(X), model.predict(X), atol=1e-5)
    model["layers.1.weight"][...] = 0
    model["layers.1.bias"][...] = 0
    assert trainer.run_epoch().loss == pytest.approx(np.log(2), rel=1e-6)
    assert np.allclose(predictor(X), model.predict(X), atol=1e-5)


def test_a_view_computes_as_an_array_does():
    model = lithe.Model("input(4) -> dense(3)")
    view = model["layers.0.weight"]
    model["layers.0.weight"] = np.arange(12.0).reshape(4, 3)
    array = view.copy()
    for result, wanted in [
        (view + 1, array + 1),
        (2 * view, 2 * array),
        (view @ array.T, array @ array.T),
        (np.ones(4, np.float32) @ view, np.ones(4, np.float32) @ array),
        (np.linalg.norm(view), np.linalg.norm(array)),
        (view.T, array.T),
        (view.mean(axis=0), array.mean(axis=0)),
        (view == 5, array == 5),
        (np.concatenate([view, view]), np.concatenate([array, array])),
        (np.asarray(view, dtype=np.float64), array.astype(np.float64)),
        (np.array(list(view)), array),
        (pickle.loads(pickle.dumps(view)), array),
    ]:
        assert type(result) is type(wanted)
        assert result.dtype == wanted.dtype
        assert np.array_equal(result, wanted)
    view += 1
    view *= view
    np.multiply(view, 2, out=view)
    assert np.array_equal(model["layers.0.weight"], (array + 1) ** 2 * 2)
    assert 2 * 1 in view and 7 not in view
    assert repr(view) == repr(view.copy())


def test_no_change_is_lost_in_a_copy():
    view = lithe.Model("input(4) -> dense(3)")["layers.0.weight"]
    view[0][1] = 5
    view[1:][:, 1:][0] += 3
    for row in view:
        row[2] = 9
    view[[True, False, False, False]] *= 2  # a copy, which is written back
    view[[3]][0, 0] = 77  # one that is not, as in NumPy
    assert view[0, 1] == 10 and view[0, 2] == 18 and view[1:, 2].tolist() == [9, 9, 9] and view[3, 0] != 77
    for change in (
        lambda: np.asarray(view).fill(1),
        lambda: view.T.fill(1),
        lambda: view.sort(),
    ):
        with pytest.raises(ValueError, match="read-only"):
            change()
    with pytest.raises(AttributeError):
        view.flat = 1
    with pytest.raises(ValueError, match="broadcast"):
        view[0] = [1, 2]
    if int(np.__version__.partition(".")[0]) >= 2:  # before, it asks for no more than to save a copy
        with pytest.raises(ValueError, match="copy"):
            np.array(view, copy=False)


def test_probabilities_need_a_loss():
    with pytest.raises(lithe.Error, match="has not been trained"):
        lithe.Model("input(4) -> dense(3)").predict_proba(np.zeros((1, 4)))


def test_a_view_keeps_its_model():
    view = lithe.Model("input(4) -> dense(3)")["layers.0.bias"]
    gc.collect()
    view[1] = 5
    assert view.tolist() == [0, 5, 0]


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "m.safetensors").write_bytes(b"no model")
    with pytest.raises(lithe.Error) as caught:
        lithe.Model.load(tmp_path / "m.safetensors")
    assert caught.value.kind == "model"
    with pytest.raises(lithe.Error) as caught:
        lithe.Model.load(tmp_path / "none.safetensors")
    assert caught.value.kind == "io"


def test_examples_of_another_width_are_refused():
    model = lithe.Model("input(4) -> dense(3)")
    for answer in (model.predict, lithe.Predictor(model, 2)):
        with pytest.raises(lithe.Error):
            answer(np.zeros((1, 5), dtype=np.float32))


def test_a_predictor_answers_as_the_model():
    model = lithe.Model("input(4) -> dense(30, sigmoid) -> dense(3)")
    X = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32)
    outputs = lithe.Predictor(model, batch=8)(X)
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, model.predict(X), rtol=1e-6, atol=1e-7)
    with pytest.raises(lithe.Error):
        lithe.Predictor(model, batch=4)(X)


def test_pixels_are_divided():
    model = lithe.Model("input(2) -> dense(1)")
    model["layers.0.weight"] = [[1], [0]]
    assert model.predict(np.array([[255, 0]], dtype=np.uint8)).item() == 1


def test_a_learner_does_what_a_trainer_does():
    X = np.random.default_rng(0).normal(size=(32, 3)).astype(np.float32)
    y = X @ np.array([[1.0], [-2.0], [0.5]], dtype=np.float32)
    model = lithe.Model("input(3) -> dense(1)", seed=2)
    learner = lithe.Learner(model, optimizer="sgd(0.1)", batch=32)
    for _ in range(300):
        learner.backward(2 * (learner.forward(X) - y) / len(X))
    np.testing.assert_allclose(model["layers.0.weight"].ravel(), [1, -2, 0.5], atol=1e-3)
    assert learner.steps == 300


def test_a_learner_goes_on_to_the_same_bits():
    X = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)

    def steps(learner, count):
        for _ in range(count):
            learner.backward(learner.forward(X))

    whole = lithe.Model("input(3) -> dense(2)")
    steps(lithe.Learner(whole, batch=8), 10)
    cut = lithe.Model("input(3) -> dense(2)")
    first = lithe.Learner(cut, batch=8)
    steps(first, 4)
    second = lithe.Learner(cut, batch=8)
    second.restore(first.state())
    steps(second, 6)
    assert all(np.array_equal(cut[name], whole[name]) for name in whole)


def test_input_gradients_against_differences():
    model = lithe.Model("input(3) -> dense(4, tanh) -> dense(1)")
    learner = lithe.Learner(model, batch=1, optimizer="sgd(1e-30)", input_gradient=True)
    x = np.array([[0.3, -0.2, 0.5]], dtype=np.float32)
    learner.forward(x)
    learner.backward([[1.0]])
    gradient = learner.input_gradient()[0]
    for k in range(3):
        step = np.zeros((1, 3))
        step[0, k] = 1e-2
        difference = (model.predict(x + step) - model.predict(x - step)).item() / 2e-2
        assert gradient[k] == pytest.approx(difference, rel=1e-3, abs=1e-4)


def test_learners_refuse_what_does_not_fit():
    learner = lithe.Learner(lithe.Model("input(3) -> dense(2)"), batch=4)
    X = np.zeros((4, 3), dtype=np.float32)
    with pytest.raises(lithe.Error, match="row"):
        learner.forward(X, [0, 9])
    with pytest.raises((lithe.Error, ValueError)):
        learner.backward(np.zeros((4, 2)))
    learner.forward(X)
    with pytest.raises(lithe.Error):
        learner.backward(np.zeros((4, 5)))
