"""Functions beside the classes: the same as the command's, and as in C++."""

import functools
import http.server
import json
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import lithe
import numpy as np
import pytest
from lithe._program import path as program

MNIST = Path(os.environ.get("LITHE_DATA", "/nowhere")) / "mnist"
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(400, 2)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int32)


def trained(**options):
    model = lithe.Model("input(2) -> dense(16, relu) -> dense(2)", seed=3)
    list(lithe.Trainer(model, lithe.Examples(X, Y), loss="cross_entropy", epochs=5, threads=1, **options))
    return model


def test_the_command_finds_the_same_learning_rate(tmp_path):
    network = "input(2) -> dense(8, tanh) -> dense(2)"
    np.savez(tmp_path / "d.npz", x_train=X, y_train=Y, x_test=X[:9], y_test=Y[:9])
    words = ["find-lr", "--data", "d.npz", "--network", network, "--loss", "cross_entropy"]
    words += ["--optimizer", "adam(0.001)", "--batch", "32", "--seed", "3", "--json"]
    done = subprocess.run([program(), *words], cwd=tmp_path, capture_output=True, text=True, check=True)
    model = lithe.Model(network, seed=3)
    before = model["layers.0.weight"].copy()
    test = lithe.find_learning_rate(
        model, lithe.Examples(X, Y), loss="cross_entropy", optimizer="adam(0.001)", batch=32, seed=3
    )
    assert test.best == pytest.approx(json.loads(done.stdout)["best"])
    assert len(test.learning_rates) == len(test.losses) > 50
    assert np.array_equal(model["layers.0.weight"], before)
    assert "<svg" in test._repr_html_()
    assert pickle.loads(pickle.dumps(test)).losses == test.losses
    with pytest.raises(lithe.Error, match="range of rates"):
        lithe.find_learning_rate(model, lithe.Examples(X, Y), loss="cross_entropy", lowest=2, highest=1)


def test_what_is_none_of_the_classes():
    model = trained()
    made = lithe.calibrate_unknown(
        model, lithe.Examples(X, Y), lithe.Examples(X[:200], Y[:200]), score="knn(5)", acceptance_rate=0.9
    )
    assert made["score"].startswith("knn")
    assert made["temperature"] > 0
    assert model.is_unknown(X[:200]).mean() == pytest.approx(0.1, abs=0.01)
    assert (model.is_unknown(X) == (model.unknown_score(X) > made["threshold"])).all()
    with pytest.raises(lithe.Error, match="score"):
        lithe.calibrate_unknown(model, lithe.Examples(X, Y), lithe.Examples(X, Y), score="nonsense")


def test_layers_of_another_model():
    old = trained()
    network, kept = lithe.replace_head(old.network, "dense(3)")
    assert str(network) == "input(2) -> dense(16, relu) -> dense(3)"
    new = lithe.Model(network, seed=9)
    assert lithe.copy_layers(old, new, kept) == [1]
    assert np.array_equal(new["layers.0.weight"], old["layers.0.weight"])
    with pytest.raises(lithe.Error, match=r"16x2.*16x3"):
        lithe.copy_layers(old, new)
    layers = new.layers()
    assert [(layer["number"], layer["output"], layer["parameters"]) for layer in layers] == [(1, (16,), 48), (2, (3,), 51)]
    other = trained()
    assert lithe.copy_layers(old, other) == [1, 2]
    start = other["layers.0.weight"].copy()
    lithe.move_toward(other, lithe.Model(old.network, seed=5), 0.5)
    wanted = (start + lithe.Model(old.network, seed=5)["layers.0.weight"]) / 2
    np.testing.assert_allclose(other["layers.0.weight"], wanted, atol=1e-6)
    with pytest.raises(lithe.Error):
        lithe.move_toward(other, new, 0.5)


def test_data_sets_by_name(tmp_path):
    assert {"digits", "mnist"} <= set(lithe.dataset_names())
    shapes = lithe.load_dataset("lithe:shapes")
    assert shapes.X.dtype == np.uint8
    assert shapes.X.shape[1] == np.prod(shapes.image)
    assert len(shapes.X_test) == len(shapes.y_test) > 0
    assert set(shapes.y) == set(shapes.class_names)
    with pytest.raises(lithe.Error, match="digits"):
        lithe.load_dataset("nothing")
    with pytest.raises(lithe.Error, match="fetch"):
        lithe.load_dataset("lithe:mnist", data_dir=tmp_path)


FETCH = """
import lithe, sys
try:
    lithe.fetch_dataset("mnist", data_dir=sys.argv[1], mirrors=sys.argv[2:])
except lithe.Error as error:
    print(error)
"""


@pytest.fixture(params=["with libcurl", "without"])
def fetch(request, tmp_path):
    """Fetches MNIST in another process, and gives what it printed."""
    environment = dict(os.environ)
    if request.param == "without":
        for name in ("libcurl.so.4", "libcurl-gnutls.so.4"):
            (tmp_path / name).touch()  # cannot be loaded, and goes before the system's
        environment["LD_LIBRARY_PATH"] = str(tmp_path)

    def run(*mirrors):
        words = [sys.executable, "-c", FETCH, tmp_path / "data", *mirrors]
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout

    return run


def test_a_fetch_that_cannot_be(fetch, tmp_path):
    told = fetch("http://127.0.0.1:9/")  # nobody listens on the discard port
    assert "no mirror could give 'train-images-idx3-ubyte.gz'" in told
    assert "127.0.0.1:9" in told
    assert not [path for path in (tmp_path / "data/mnist").iterdir() if path.stat().st_size]


@pytest.mark.skipif(not MNIST.is_dir(), reason="needs MNIST in $LITHE_DATA")
def test_a_fetch(fetch, tmp_path):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=str(MNIST))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            assert fetch("http://127.0.0.1:9/", f"http://127.0.0.1:{server.server_port}/") == ""
        finally:
            server.shutdown()
    assert len(lithe.load_dataset("lithe:mnist", data_dir=tmp_path / "data").X) == 60000


def test_a_data_set_to_a_fitted_estimator(tmp_path):
    pytest.importorskip("sklearn")
    digits = lithe.load_dataset("lithe:digits")
    digits.X, digits.y = digits.X[:500], digits.y[:500]
    clf = lithe.Classifier("flatten -> dense(30, relu)", epochs=5, random_state=0, n_jobs=1).fit(digits)
    assert clf.model_.network.input_shape == [28, 28]
    clf.model_.save(tmp_path / "m.safetensors")
    command = [program(), "evaluate", tmp_path / "m.safetensors", "--data", "lithe:digits", "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert report["accuracy"] == pytest.approx(clf.score(digits.X_test, digits.y_test))


def test_the_order_of_an_epoch():
    model = lithe.Model("input(2) -> dense(2)")
    trainer = lithe.Trainer(model, lithe.Examples(X, Y), loss="cross_entropy", threads=1)
    first, second = trainer.order(1), trainer.order(2)
    assert sorted(first) == list(range(400))
    assert not np.array_equal(first, second)
    assert np.array_equal(trainer.order(1), first)
