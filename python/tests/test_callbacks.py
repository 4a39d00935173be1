"""Those that watch a fit: scikit-learn's callbacks, the progress, and a function of one's own."""

import io

import lithe
import numpy as np
import pytest
from lithe._watchers import Progress, duration
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

try:
    from sklearn.callback import ProgressBar, ScoringMonitor
except ImportError:
    ProgressBar = None

needs_callbacks = pytest.mark.skipif(ProgressBar is None, reason="scikit-learn before 1.9 has no callbacks")
X, Y = load_iris(return_X_y=True)
SMALL = {"network": "dense(4, tanh)", "epochs": 5, "random_state": 0, "n_jobs": 1}
LABELS = np.eye(3, dtype=int)[Y]
TARGETS = 1.7e9 + load_diabetes().target[:150]
EVERY = [
    (lithe.Classifier(**SMALL), Y, "predict_proba"),
    (lithe.MultiLabelClassifier(**SMALL), LABELS, "predict_proba"),
    (lithe.Regressor(**SMALL), TARGETS, "predict"),
    (lithe.Autoencoder(**SMALL), None, "transform"),
    (lithe.OutlierDetector(**SMALL), None, "decision_function"),
]
every_estimator = pytest.mark.parametrize(
    ("estimator", "y", "method"), EVERY, ids=[type(one[0]).__name__ for one in EVERY]
)


class Recorder:
    """A callback by scikit-learn's protocol that ends the fit after some epochs."""

    def __init__(self, epochs=100):
        self.epochs, self.calls, self.fitted = epochs, [], []

    def setup(self, estimator, context):
        self.calls.append("setup")

    def teardown(self, estimator, context):
        self.calls.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.calls.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None):
        self.calls.append(f"end {context.task_name}")
        if context.task_name == "epoch":
            self.fitted.append(fitted_estimator)
            self.metadata = metadata
        return len(self.fitted) == self.epochs


@needs_callbacks
@every_estimator
def test_a_callback_hears_of_each_epoch(estimator, y, method):
    recorder = Recorder()
    estimator.set_callbacks(recorder).fit(X, y)
    epoch = ["begin epoch", "end epoch"]
    assert recorder.calls == ["setup", "begin fit", *5 * epoch, "end fit", "teardown"]
    outputs = [getattr(fitted, method)(X) for fitted in recorder.fitted]
    assert np.array_equal(outputs[-1], getattr(estimator, method)(X))
    assert not np.array_equal(outputs[0], outputs[-1])
    estimator.set_callbacks()


@needs_callbacks
@every_estimator
def test_a_callback_ends_the_fit(estimator, y, method):
    recorder = Recorder(epochs=2)
    estimator.set_callbacks(recorder).fit(X, y, sample_weight=np.ones(150))
    assert estimator.n_iter_ == 2
    assert recorder.calls[-2:] == ["end fit", "teardown"]
    assert np.array_equal(recorder.metadata["sample_weight"], np.ones(150))
    assert len(getattr(estimator, method)(X)) == 150
    estimator.set_callbacks()


@needs_callbacks
def test_a_failing_fit_tears_its_callbacks_down():
    recorder = Recorder()
    clf = lithe.Classifier(**SMALL, callback=lambda *_: 1 / 0).set_callbacks(recorder)
    with pytest.raises(ZeroDivisionError):
        clf.fit(X, Y)
    assert recorder.calls[-1] == "teardown"


@needs_callbacks
def test_a_score_of_each_epoch():
    monitor = ScoringMonitor(scoring="accuracy")
    clf = lithe.Classifier(**SMALL).set_callbacks(monitor).fit(X, Y)
    scores = [row["accuracy"] for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert len(scores) == 5
    assert scores[-1] == clf.score(X, Y)


@needs_callbacks
def test_bars_within_a_search_and_a_pipeline(capsys, monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "200")
    pipeline = make_pipeline(StandardScaler(), lithe.Classifier(**SMALL))
    search = GridSearchCV(pipeline, {"classifier__network": ["", "dense(4)"]}, cv=2)
    search.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(X, Y)
    printed = capsys.readouterr().out
    # Two networks by two folds, and the best network again.
    assert printed.count("Classifier - fit") == 5
    assert "100%" in printed


@pytest.mark.skipif(ProgressBar is not None, reason="scikit-learn from 1.9 has callbacks")
def test_older_versions_have_no_callbacks():
    assert not hasattr(lithe.Classifier(), "set_callbacks")


@every_estimator
def test_a_function_ends_the_fit(estimator, y, method):
    losses = []
    estimator.set_params(callback=lambda _, report: losses.append(report.loss) or len(losses) == 3)
    assert estimator.fit(X, y).n_iter_ == 3
    assert len(getattr(estimator, method)(X)) == 150
    estimator.set_params(callback=None)


def test_a_line_for_each_epoch_where_nothing_can_be_drawn_anew(capsys):
    lithe.Classifier(**SMALL, verbose=1).fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("epoch 1/5  loss ")
    assert lines[0].endswith(" left")
    assert not lines[-1].endswith(" left")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def drawn(verbose):
    terminal = Terminal()
    progress = Progress(3, verbose, terminal)
    progress.within_epoch(0.5)
    model = lithe.Model("input(4) -> dense(3)")
    trainer = lithe.Trainer(model, lithe.Examples(X, Y), optimizer="adam(0.01)", batch=16, epochs=3, threads=1)
    for report in trainer:
        progress.end_epoch(report)
    progress.end()
    return terminal.getvalue()


def test_one_line_in_a_terminal():
    text = drawn(verbose=1)
    assert text.startswith("\repoch 1/3")
    assert text.rstrip(" \n").rsplit("\r", 1)[1].startswith("epoch 3/3  loss ")
    assert text.count("\n") == 1
    assert all(len(line) < 80 for line in text.split("\r"))
    assert drawn(verbose=2).count("\n") == 3
    assert "\r" not in drawn(verbose=2)


def test_a_training_that_ended_early_has_no_time_left():
    terminal = Terminal()
    progress = Progress(50, 1, terminal)
    progress.within_epoch(0.5)
    assert terminal.getvalue().endswith(" left")
    progress.end()
    assert not terminal.getvalue().rstrip().endswith(" left")


def test_times_as_people_say_them():
    assert [duration(seconds) for seconds in (8.4, 200, 7500)] == ["8 s", "3 min 20 s", "2 h 5 min"]
