"""Forecasts by models of windows."""

import subprocess
from pathlib import Path

import lithe
import numpy as np
import pandas as pd
import polars as pl
import pytest

PROGRAM = Path(lithe.__file__).parent / "bin" / "lithe"
TRAIN = ["--optimizer", "adam(one_cycle(1e-2))", "--batch", "32", "--epochs", "2"]
FAST = {"optimizer": "adam(one_cycle(1e-2))", "batch": 32, "epochs": 2, "random_state": 0, "n_jobs": 1}


def load(rows=700, scale=1):
    t = np.arange(rows)
    rng = np.random.default_rng(3)
    day = 50 + 10 * np.sin(t * 2 * np.pi / 24) + rng.uniform(0, 2, rows)
    return pd.DataFrame({"hour": t, "warm": rng.normal(size=rows), "load": scale * day})


def command(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecast")
    load().to_csv(folder / "load.csv", index=False)
    command(
        "train", "--data", folder / "load.csv", "--time", "hour", "--ignore", "warm", "--window", 24, "--horizon", "1..6",
        "--network", "gru(16) -> dense(6)", *TRAIN, "--output", folder / "m.safetensors",
    )  # fmt: skip
    return folder


def test_a_model_of_the_command_forecasts_in_python(trained):
    model = lithe.load(trained / "m.safetensors")
    command("predict", trained / "m.safetensors", trained / "load.csv", "--steps", 10, "--output", trained / "next.csv")
    wanted = pd.read_csv(trained / "next.csv")["load"]
    for given in (load(), pl.from_pandas(load()), trained / "load.csv", str(trained / "load.csv")):
        made = model.forecast(given, steps=10)
        assert made.shape == (10, 1) and np.allclose(made[:, 0], wanted, rtol=1e-5)
    assert model.target_names[0] == "load, 1 row ahead" and len(model.target_names) == 6


def test_it_answers_for_each_window(trained):
    model = lithe.load(trained / "m.safetensors")
    answers = model.predict(load())
    assert answers.shape == (700 - 24 + 1, 6)  # the last window ends with the last row
    values = load()["load"].to_numpy()
    assert np.array_equal(answers[3], model.predict(values[3:27].reshape(1, 24, 1).astype(np.float32))[0])
    assert np.allclose(answers[-1], model.forecast(load(), 6)[:, 0], rtol=1e-6)


def test_a_table_of_windows(trained):
    table = lithe.read_table(trained / "load.csv", time="hour", ignore="warm", window=24, test_share=0.2, season=24)
    assert table.X.shape[1:] == (24, 1) and set(table.naive) == {"last value", "24 rows before"}
    rows = load()["load"].to_numpy()
    by_hand = lithe.windows(rows.astype(np.float32), window=24, test_share=0.2)
    assert np.allclose(table.X, by_hand.X) and np.allclose(table.y, by_hand.y)
    assert np.allclose(table.X_test, by_hand.X_test) and np.allclose(table.y_test, by_hand.y_test)
    for name, rmse in by_hand.test.naive(season=24).items():
        assert table.naive[name] == pytest.approx(rmse, rel=1e-5)
    assert not table.X.flags.owndata  # a view of the rows
    reg = lithe.Regressor("gru(16)", **FAST).fit(table)
    assert reg.score(table.X_test, table.y_test) > 0.5
    reg.model_.save(trained / "table.safetensors")
    command("predict", trained / "table.safetensors", trained / "load.csv", "--steps", 3, "--output", trained / "three.csv")
    assert np.allclose(reg.model_.forecast(load(), 3)[:, 0], pd.read_csv(trained / "three.csv")["load"], rtol=1e-5)
    again = table.read(trained / "load.csv")
    assert again.X.shape == (700 - 24, 24, 1)


def test_several_series(tmp_path):
    both = pd.concat([load().assign(shop="a"), load(scale=2).assign(shop="b")]).sort_values("hour", kind="stable")
    both.to_csv(tmp_path / "both.csv", index=False)
    table = lithe.read_table(tmp_path / "both.csv", target="load", time="hour", ignore="warm", group="shop", window=24, test_share=0.2)
    reg = lithe.Regressor("gru(16)", **FAST).fit(table)
    assert reg.score(table.X_test, table.y_test) > 0.5 and reg.predict(table).shape == table.y.shape
    made = reg.model_.forecast(both, steps=4)
    assert set(made) == {"a", "b"} and made["a"].shape == (4, 1)
    assert made["b"].mean() > 1.5 * made["a"].mean()


def test_mistakes_say_what_to_do(trained):
    model = lithe.load(trained / "m.safetensors")
    frame = load()
    command(
        "train", "--data", trained / "load.csv", "--time", "hour", "--window", 24, "--network", "gru(4) -> dense(1)", *TRAIN,
        "--output", trained / "warm.safetensors",
    )  # fmt: skip
    cases = [
        (lambda: model.forecast(frame.drop(columns="load"), 3), 'no column "load"', "load"),
        (lambda: model.forecast(frame[:5], 3), "there are 5", "a file with 24 rows or more"),
        (lambda: model.forecast(frame[::-1], 3), "earlier", "sorted"),
        (lambda: model.forecast(frame, 0), "0 rows", "1 or more"),
        (lambda: model.forecast(np.ones((30, 2)), 3), "type ndarray", "data frame"),
        (lambda: lithe.load(trained / "warm.safetensors").forecast(frame, 3), "warm", "ignore"),
        (lambda: lithe.Model("input(3) -> dense(1)").forecast(frame, 3), "how tables are read", "trained on a table"),
    ]
    for call, problem, remedy in cases:
        with pytest.raises(lithe.Error, match=problem) as caught:
            call()
        assert remedy in caught.value.remedy, caught.value.remedy
        assert "frame.csv" not in str(caught.value)
