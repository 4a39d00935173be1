"""Reports on a training and on a model."""

import json
import subprocess

import lithe
import numpy as np
import pytest
from lithe._program import path as program

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(400, 2)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int32)
NETWORK = "input(2) -> dense(16, relu) -> dense(2)"


def trainer(**options):
    model = lithe.Model(NETWORK, seed=3)
    return model, lithe.Trainer(model, lithe.Examples(X, Y), loss="cross_entropy", epochs=3, threads=1, **options)


def test_the_evaluation_is_that_of_the_command(tmp_path):
    model, training = trainer()
    list(training)
    report = lithe.report_evaluation(model, lithe.Examples(X, Y), name="m.safetensors", data="d.npz")
    model.save(tmp_path / "m.safetensors")
    np.savez(tmp_path / "d.npz", x_train=X[:9], y_train=Y[:9], x_test=X, y_test=Y)
    words = [program(), "evaluate", "m.safetensors", "--data", "d.npz", "--report", "out"]
    subprocess.run(words, cwd=tmp_path, capture_output=True, check=True)
    told = json.loads((tmp_path / "out/report.json").read_text())
    assert told["confusion"] == report["confusion"]
    assert told["most_confident_errors"] == report["most_confident_errors"]
    assert told["classes"] == report["classes"]
    assert report["accuracy"] == pytest.approx((model.predict(X).argmax(1) == Y).mean())
    assert f"accuracy {report['accuracy']:.1%}" in str(report)
    report.save(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "m.safetensors on d.npz" in page
    assert page.startswith("<!DOCTYPE html>")


def test_an_evaluation_of_numbers():
    targets = X[:, :1] * 2
    model = lithe.Model("input(2) -> dense(1)", seed=1)
    list(lithe.Trainer(model, lithe.Examples(X, targets), optimizer="sgd(0.1)", epochs=5, threads=1))
    report = lithe.report_evaluation(model, lithe.Examples(X, targets))
    expected = np.sqrt(np.mean((model.predict(X) - targets) ** 2))
    assert report["rmse"] == pytest.approx(expected, rel=1e-4)
    assert str(report).startswith("rmse")


def test_an_evaluation_without_examples():
    model, _ = trainer()
    with pytest.raises(lithe.Error):
        lithe.report_evaluation(model, lithe.Examples(X[:0], Y[:0]))


def test_where_the_time_goes(tmp_path):
    _, training = trainer(profile=True)
    list(training)
    profile = training.profile()
    assert profile["epochs"] == 3
    assert {"dense" in row["name"] for row in profile["operations"]} == {True, False}
    assert "<svg" in profile._repr_html_()
    profile.save(tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"profile.txt", "profile.json", "roofline.svg", "trace.json", "profile.folded"}
    done = subprocess.run(
        [program(), "profile", "--compare", "out/profile.json", "out/profile.json"], cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout
    with pytest.raises(lithe.Error, match="profile=True"):
        trainer()[1].profile()


def test_how_the_layers_fare():
    model = lithe.Model("input(2) -> dense(16, relu) -> dense(2)", seed=3)
    bias = model["layers.0.bias"]
    bias[:] = -1000  # no unit answers
    training = lithe.Trainer(model, lithe.Examples(X, Y), loss="cross_entropy", threads=1, watch=True, epochs=3)
    with pytest.raises(lithe.Error, match="watch=True"):
        training.watched()
    list(training)
    report = training.watched()
    assert [epoch["epoch"] for epoch in report["epochs"]] == [1, 2, 3]
    first = report["epochs"][0]["layers"][0]
    assert (first["activation"], first["dead"]) == ("relu", 1)
    assert "dead_units" in {one["disease"] for one in report["diagnoses"]}
    assert "2 layers were watched" in str(report)
    assert "<svg" in report._repr_html_()
    with pytest.raises(lithe.Error, match="watch=True"):
        trainer()[1].watched()
