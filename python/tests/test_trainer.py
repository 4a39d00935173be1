"""Training: the same bits as the command, stops, states and signals."""

import os
import signal
import subprocess
import threading
import time

import lithe
import numpy as np
import pytest
from lithe._program import path as program

SENTENCE = "input(5) -> dense(8, tanh) -> dropout(0.1) -> dense(2)"
OPTIONS = {"loss": "cross_entropy", "optimizer": "adam(0.01)", "batch": 16, "epochs": 5, "seed": 3}


def arrays(rows=150):
    X = np.random.default_rng(0).normal(size=(rows, 5)).astype(np.float32)
    return X, (X[:, 0] > 0).astype(np.int32)


def trained(model=None, **options):
    model = model or lithe.Model(SENTENCE, seed=3)
    trainer = lithe.Trainer(model, lithe.Examples(*arrays()), **{**OPTIONS, **options})
    return model, list(trainer)


def same(one, other):
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_the_command_comes_to_the_same_bits(tmp_path):
    X, y = arrays()
    np.savez(tmp_path / "d.npz", x_train=X, y_train=y, x_test=X[:10], y_test=y[:10])
    words = [str(program()), "train", "--data", "d.npz", "--network", SENTENCE, "--output", "m.safetensors"]
    for name, value in OPTIONS.items():
        words += [f"--{name}", str(value)]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    assert same(trained()[0], lithe.Model.load(tmp_path / "m.safetensors"))


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_threads_change_no_bit(threads):
    assert same(trained(threads=threads)[0], trained(threads=1)[0])


def test_reports():
    X, y = arrays()
    test = lithe.Examples(*arrays(40))
    model = lithe.Model(SENTENCE)
    trainer = lithe.Trainer(model, lithe.Examples(X, y), test, **OPTIONS)
    reports = list(trainer)
    assert [report.epoch for report in reports] == [1, 2, 3, 4, 5]
    assert trainer.finished
    assert reports[-1].loss < reports[0].loss
    assert 0.5 < reports[-1].accuracy <= 1
    assert reports[-1].total == 40
    assert [report.loss for report in trainer.history] == [report.loss for report in reports]
    figures = lithe.evaluate(model, test)
    assert figures["correct"] == reports[-1].correct
    assert figures["loss"] == pytest.approx(reports[-1].test_loss)


def test_a_callback_ends_an_epoch():
    seen = []

    def look(done):
        seen.append(done)
        return len(seen) < 3

    trainer = lithe.Trainer(lithe.Model(SENTENCE), lithe.Examples(*arrays(2000)), **OPTIONS)
    report = trainer.run_epoch(look)
    assert report.stopped
    assert len(seen) == 3
    assert seen == sorted(seen)


def test_what_a_callback_raises_comes_out():
    def fail(done):
        raise LookupError("from the callback")

    trainer = lithe.Trainer(lithe.Model(SENTENCE), lithe.Examples(*arrays(2000)), **OPTIONS)
    with pytest.raises(LookupError, match="from the callback"):
        trainer.run_epoch(fail)
    assert trainer.run_epoch().epoch >= 1  # it goes on


@pytest.mark.parametrize("average", ["none", "ema(0.9)", "swa(20%)"])
@pytest.mark.parametrize("share", [0.3, 1])
def test_an_epoch_that_was_left_goes_on_to_the_same_bits(average, share):
    options = {**OPTIONS, "average": average, "validation": 0.2, "patience": 4}
    examples = lithe.Examples(*arrays(2000))
    whole, model = lithe.Model(SENTENCE, seed=3), lithe.Model(SENTENCE, seed=3)
    reports = list(lithe.Trainer(whole, examples, **options))
    trainer = lithe.Trainer(model, examples, **options)
    left = []

    def leave(done):
        if done >= share:
            left.append(done)
            raise LookupError

    while not trainer.finished:
        try:
            trainer.run_epoch(leave if len(left) == len(trainer.history) else None)
        except LookupError:
            continue
    trainer.finish()
    assert len(left) == len(reports)
    assert [report.loss for report in trainer.history] == [report.loss for report in reports]
    assert same(model, whole)


def test_states_go_on_to_the_same_bits(tmp_path):
    whole, _ = trained()
    model = lithe.Model(SENTENCE, seed=3)
    examples = lithe.Examples(*arrays())
    first = lithe.Trainer(model, examples, **OPTIONS)
    first.run_epoch()
    first.run_epoch()
    first.save_state(tmp_path / "run.state")
    again = lithe.Model(SENTENCE, seed=3)
    second = lithe.Trainer(again, examples, **OPTIONS)
    second.load_state(tmp_path / "run.state")
    assert len(list(second)) == 3
    assert same(again, whole)
    other = lithe.Trainer(lithe.Model(SENTENCE, seed=3), examples, **{**OPTIONS, "seed": 4})
    with pytest.raises(lithe.Error, match="seed"):
        other.load_state(tmp_path / "run.state")


def test_ctrl_c_ends_a_training_with_a_usable_model():
    X = np.random.default_rng(0).normal(size=(20000, 50)).astype(np.float32)
    model = lithe.Model("input(50) -> dense(200, relu) -> dense(2)")
    examples = lithe.Examples(X, (X[:, 0] > 0).astype(int))
    trainer = lithe.Trainer(model, examples, loss="cross_entropy", epochs=10_000, threads=1)
    sent = []

    def interrupt():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.5, interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        list(trainer)
    assert time.monotonic() - sent[0] < 5  # 0.1 s on a quiet machine
    trainer.finish()
    assert np.isfinite(model.predict(X[:3])).all()


def test_other_threads_of_python_run_meanwhile():
    counted = 0
    ended = False

    def count():
        nonlocal counted
        while not ended:
            counted += 1
            time.sleep(0.001)

    X = np.random.default_rng(0).normal(size=(20000, 50)).astype(np.float32)
    examples = lithe.Examples(X, (X[:, 0] > 0).astype(int))
    thread = threading.Thread(target=count)
    thread.start()
    model = lithe.Model("input(50) -> dense(200, relu) -> dense(2)")
    list(lithe.Trainer(model, examples, loss="cross_entropy", epochs=3, threads=1))
    ended = True
    thread.join()
    assert counted > 5


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"optimizer": "adm(0.1)"}, "sentence"),
        ({"loss": "nonsense"}, "sentence"),
        ({"batch": 0}, "usage"),
        ({"threads": 10**6}, "usage"),
        ({"validation": 1.5}, "usage"),
        ({"class_weights": [1.0]}, "usage"),
    ],
)
def test_what_does_not_fit_is_refused(options, kind):
    with pytest.raises(lithe.Error) as caught:
        trained(**options)
    assert caught.value.kind == kind


def test_a_state_that_cannot_be_written_is_said():
    with pytest.warns(UserWarning, match="state was not written"):
        trained(state="/no/such/folder/run.state")


def test_a_rate_that_explodes_is_an_error():
    X, y = arrays()
    model = lithe.Model("input(5) -> dense(1)")
    examples = lithe.Examples(X, X[:, 0] * 1e20)
    with pytest.raises(lithe.Error) as caught:
        list(lithe.Trainer(model, examples, loss="mean_squared", optimizer="sgd(1e5)", epochs=50))
    assert caught.value.kind == "numeric"
