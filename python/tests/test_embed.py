"""Categories as learned numbers."""

import pickle
import subprocess
from pathlib import Path

import lithe
import numpy as np
import pandas as pd
import polars as pl
import pytest

PROGRAM = Path(lithe.__file__).parent / "bin" / "lithe"
FAST = {"epochs": 20, "batch": 32, "optimizer": "adam(5e-3)", "random_state": 0, "n_jobs": 1}


def shops(rows=1200, seed=0):
    """A number that depends on which of 40 shops a row is of, and a little on x."""
    rng = np.random.default_rng(seed)
    effect = np.random.default_rng(99).normal(size=40)
    shop = rng.integers(0, 40, rows)
    x = rng.normal(size=rows)
    frame = pd.DataFrame({"shop": [f"s{i}" for i in shop], "kind": rng.choice(["u", "v"], rows), "x": x})
    return frame, effect[shop] + 0.3 * x


def test_auto_takes_columns_of_many_categories():
    X, y = shops()
    reg = lithe.Regressor("dense(16, relu)", embed="auto", **FAST).fit(X, y)
    assert "embed_columns(41x13, 3)" in str(reg.model_.network)  # 40 shops and one for others; u, v and x
    fresh, answers = shops(300, seed=1)
    assert reg.score(fresh, answers) > 0.95


@pytest.mark.parametrize("embed", [{"shop": 3}, {"shop": 3, "kind": 2}, ["shop"], {"shop": None}])
def test_columns_by_name(embed):
    X, y = shops(400)
    reg = lithe.Regressor("dense(8, relu)", embed=embed, **FAST | {"epochs": 2}).fit(X, y)
    sizes = {"shop": 13, "kind": 2} | {name: size for name, size in dict(embed if isinstance(embed, dict) else {}).items() if size}
    assert f"41x{sizes['shop']}" in str(reg.model_.network)
    assert ("3x2" in str(reg.model_.network)) == ("kind" in embed)
    polars = lithe.Regressor("dense(8, relu)", embed=embed, **FAST | {"epochs": 2}).fit(pl.DataFrame(X.to_dict("list")), y)
    assert np.array_equal(polars.predict(pl.DataFrame(X.to_dict("list"))), reg.predict(X))


def test_a_category_that_was_not_met_has_the_row_of_rare_ones():
    X, y = shops(400)
    X.loc[0, "shop"], X.loc[1, "shop"] = "rare", "rarer"
    clf = lithe.Classifier("dense(8, relu)", embed={"shop": 2}, **FAST | {"epochs": 2}).fit(X, y > 0)
    assert "41x2" in str(clf.model_.network)
    new = X[:1].assign(shop="never met")
    assert np.array_equal(clf.predict_proba(new), clf.predict_proba(X[:1]))
    assert not np.array_equal(clf.predict_proba(new), clf.predict_proba(X[:1].assign(shop="s1")))


def test_a_missing_value_is_a_category_where_there_were_some():
    X, y = shops(400)
    X.loc[X.index < 100, "shop"] = None
    clf = lithe.Classifier("dense(8, relu)", embed={"shop": 2}, **FAST | {"epochs": 5}).fit(X, y > 0)
    assert "42x2" in str(clf.model_.network)
    missing, new = X[:1], X[:1].assign(shop="never met")
    assert not np.array_equal(clf.predict_proba(missing), clf.predict_proba(new))


def test_columns_of_an_array_by_number():
    X, y = shops(600)
    codes = np.column_stack([X["shop"].str[1:].astype(float), X["x"]])
    reg = lithe.Regressor("dense(16, relu)", embed={0: 4}, **FAST).fit(codes, y)
    assert "embed_columns(41x4, 1)" in str(reg.model_.network) and reg.score(codes, y) > 0.9
    assert np.isfinite(reg.predict([[12345.0, 0.0]])).all()
    mixed = np.array(X[["shop", "x"]], dtype=object)
    texts = lithe.Regressor("dense(16, relu)", embed="auto", **FAST).fit(mixed, y)
    assert "41x" in str(texts.model_.network) and texts.score(mixed, y) > 0.9
    listed = lithe.Regressor("dense(16, relu)", embed=[0], **FAST).fit(mixed.tolist(), y)
    assert str(listed.model_.network) == str(texts.model_.network)
    with pytest.raises(ValueError, match="2 features"):
        reg.predict(np.ones((3, 5)))


def test_the_model_keeps_the_categories(tmp_path):
    X, y = shops(500)
    reg = lithe.Regressor("dense(8, relu)", embed="auto", **FAST | {"epochs": 2}).fit(X, pd.Series(y, name="sold"))
    reg.model_.save(tmp_path / "m.safetensors")
    X.to_csv(tmp_path / "X.csv", index=False)
    model = lithe.load(tmp_path / "m.safetensors")
    assert model.target_names == ["sold"]
    for given in (X, pl.DataFrame(X.to_dict("list")), tmp_path / "X.csv"):
        assert np.allclose(model.predict(given)[:, 0], reg.predict(X), rtol=1e-6)
    subprocess.run([PROGRAM, "predict", tmp_path / "m.safetensors", tmp_path / "X.csv", "--output", tmp_path / "out.csv"], check=True, capture_output=True)
    assert np.allclose(pd.read_csv(tmp_path / "out.csv")["sold"], reg.predict(X), rtol=1e-5)
    again = pickle.loads(pickle.dumps(reg))
    assert np.array_equal(again.predict(X), reg.predict(X))


def test_classes_are_kept_too(tmp_path):
    X, y = shops(500)
    names = np.where(y > 0, "up", "down")
    clf = lithe.Classifier("dense(8, relu)", embed="auto", **FAST | {"epochs": 2}).fit(X, names)
    clf.model_.save(tmp_path / "m.safetensors")
    X.assign(answer=names).rename(columns={"answer": "y"}).to_csv(tmp_path / "X.csv", index=False)
    printed = subprocess.run([PROGRAM, "evaluate", tmp_path / "m.safetensors", "--data", tmp_path / "X.csv"], check=True, capture_output=True, text=True).stdout
    assert printed.startswith(f"{round(clf.score(X, names) * 500)}/500")


def test_a_table_is_embedded_as_by_the_command(tmp_path):
    X, y = shops(500)
    X.assign(y=y).to_csv(tmp_path / "t.csv", index=False)
    table = lithe.read_table(tmp_path / "t.csv", embed={"shop": 3})
    assert table.feature_names == ["shop", "kind=u", "kind=v", "x"] and table.X.shape == (500, 4)
    reg = lithe.Regressor("dense(8, relu)", **FAST | {"epochs": 2}).fit(table)
    assert "embed_columns(41x3, 3)" in str(reg.model_.network)
    assert np.allclose(reg.model_.predict(tmp_path / "t.csv")[:, 0], reg.predict(table), rtol=1e-6)
    auto = lithe.read_table(tmp_path / "t.csv", embed="auto")
    assert "41x13" in str(lithe.Regressor(**FAST | {"epochs": 1}).fit(auto).model_.network)


def test_mistakes():
    X, y = shops(100)
    for embed, words in (({"shp": 3}, "'shp'"), ({"shop": 0}, "1 to 4096"), ("shop", "'auto'"), ({"shop": 9999}, "4096")):
        with pytest.raises(ValueError, match=words):
            lithe.Regressor(embed=embed, epochs=1).fit(X, y)
    with pytest.raises(ValueError, match="no value"):
        lithe.Regressor(embed={"shop": 2}, epochs=1).fit(X.assign(shop=None), y)
    with pytest.raises(lithe.Error, match="embedding takes rows of categories alone"):
        lithe.Regressor("embedding(40, 3)", embed={"shop": 2}, epochs=1).fit(X, y)


def test_what_fit_did_not_meet_is_the_same_by_the_command(tmp_path):
    X, y = shops(400)
    X.loc[X.index < 60, "kind"] = "v"  # the most frequent one
    reg = lithe.Regressor("dense(8, relu)", embed={"shop": 2}, **FAST | {"epochs": 2}).fit(X, y)
    new = X[:3].assign(kind=["never met", None, "u"])
    usual = X[:3].assign(kind=["v", "v", "u"])
    assert np.array_equal(reg.predict(new), reg.predict(usual))
    assert not np.array_equal(reg.predict(new), reg.predict(X[:3].assign(kind="u")))
    assert np.allclose(reg.model_.predict(new)[:, 0], reg.predict(new), rtol=1e-6)  # by the rules of the command

    # Where values were missing, a missing one is none of the categories in both.
    X.loc[X.index < 5, "kind"] = None
    reg = lithe.Regressor("dense(8, relu)", embed={"shop": 2}, **FAST | {"epochs": 2}).fit(X, y)
    assert np.allclose(reg.model_.predict(new)[:, 0], reg.predict(new), rtol=1e-6)
    assert not np.array_equal(reg.predict(new)[1:2], reg.predict(usual)[1:2])
