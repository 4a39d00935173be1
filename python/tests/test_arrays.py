"""Arrays of any kind go in, without a copy where they can be read where they are."""

import warnings

import lithe
import numpy as np
import pytest
from lithe._arrays import features


def kept(examples):
    return examples._kept[0].matrix


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize(
    "view",
    [
        lambda X: X,
        lambda X: X[::2],
        lambda X: X[3:],
        lambda X: X[:, 1:4],
        lambda X: X.reshape(len(X), 2, 3),
    ],
    ids=["whole", "every second row", "later rows", "some columns", "images"],
)
def test_is_read_where_it_is(dtype, view):
    X = np.arange(60).reshape(10, 6).astype(dtype)
    assert np.shares_memory(features(view(X)), X)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint16", "float16", "bool"])
def test_other_numbers_are_converted_without_loss(dtype):
    X = np.array([[0, 1], [1, 0]]).astype(dtype)
    assert np.array_equal(features(X), X)


def test_large_whole_numbers_keep_their_digits():
    assert features(np.array([[2**40 + 1]]))[0, 0] == 2**40 + 1


@pytest.mark.parametrize(
    "view",
    [np.asfortranarray, lambda X: X[::-1], lambda X: X[:, ::2], lambda X: X[:, ::-1]],
    ids=["Fortran", "reversed rows", "every second column", "reversed columns"],
)
def test_every_order_gives_the_same_answers(view):
    X = np.random.default_rng(0).normal(size=(20, 6))
    model = lithe.Model(f"input({view(X).shape[1]}) -> dense(3, tanh)", precision="float64")
    assert np.array_equal(model.predict(view(X)), model.predict(np.ascontiguousarray(view(X))))


def test_a_large_copy_is_said():
    X = np.zeros((1 << 20, 17), dtype=np.float32, order="F")
    with pytest.warns(lithe.CopyWarning, match="71 MB|68 MB"):
        features(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        features(np.asfortranarray(np.zeros((100, 3))))


def test_read_only_and_memory_mapped(tmp_path):
    X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    X.setflags(write=False)
    for array in (X, mapped):
        assert np.shares_memory(kept(lithe.Examples(array, np.zeros(50, dtype=int))), array)
    model = lithe.Model("input(3) -> dense(2)")
    assert np.array_equal(model.predict(mapped), model.predict(X))


def test_arrays_of_other_libraries_come_by_dlpack():
    class Foreign:
        def __init__(self, array):
            self._array = array

        def __dlpack__(self, **keywords):
            return self._array.__dlpack__(**keywords)

        def __dlpack_device__(self):
            return self._array.__dlpack_device__()

    X = np.ones((4, 2), dtype=np.float32)
    assert np.shares_memory(features(Foreign(X)), X)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (np.array([["a", "b"]]), "not numbers"),
        (np.array([[object(), 1]]), "not numbers"),
        (np.array([[1j, 2]]), "not numbers"),
        ([1.0, 2.0], "1 dimensions"),
        (3.0, "0 dimensions"),
    ],
)
def test_what_is_no_matrix_of_numbers_is_refused(X, words):
    with pytest.raises(lithe.Error, match=words) as caught:
        lithe.Examples(X)
    assert caught.value.kind == "data"


def test_ragged_lists_are_refused():
    with pytest.raises(ValueError):
        lithe.Examples([[1.0, 2.0], [3.0]])


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([0, 1], "3 examples and 2 answers"),
        ([0, -1, 1], "below 0"),
        ([0.5, np.nan, 1], "not|finite"),
        (["a", "b", "c"], "answers of type"),
    ],
)
def test_answers_that_do_not_fit_are_refused(y, words):
    with pytest.raises(lithe.Error, match=words):
        lithe.Examples(np.zeros((3, 2)), np.asarray(y))


@pytest.mark.parametrize("weights", [[1, 1], [1, -1, 1], [1, np.nan, 1]])
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(lithe.Error):
        lithe.Examples(np.zeros((3, 2)), [0, 1, 0], weights)


def test_the_arrays_outlive_their_names():
    def training():
        X = np.random.default_rng(0).normal(size=(5000, 40)).astype(np.float32)
        model = lithe.Model("input(40) -> dense(2)")
        examples = lithe.Examples(X, (X[:, 0] > 0).astype(int))
        return lithe.Trainer(model, examples, loss="cross_entropy", epochs=3, threads=1), X.sum()

    trainer, _ = training()
    junk = [np.full((5000, 40), np.nan, dtype=np.float32) for _ in range(8)]
    assert all(np.isfinite(report.loss) for report in trainer)
    assert len(junk) == 8
