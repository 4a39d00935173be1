"""Texts of a table's column."""

import json
import subprocess
from pathlib import Path

import lithe
import numpy as np
import pandas as pd
import pytest

PROGRAM = Path(lithe.__file__).parent / "bin" / "lithe"


def letters(path, rows=60):
    lines = [f'complaint,"still {i % 7} broken, no answer"' if i % 2 else "greeting,thank you so kind" for i in range(rows)]
    path.write_text("kind,text\n" + "\n".join(lines) + "\n")


def test_texts_of_a_column_are_those_of_the_command(tmp_path):
    letters(tmp_path / "letters.csv")
    table = lithe.read_table(tmp_path / "letters.csv", text="words", target="kind")
    assert table.X.dtype == np.int32 and table.X.shape[0] == len(table.lengths) == 60
    assert sorted(set(table.lengths.tolist())) == [4, 6]
    clf = lithe.Classifier(epochs=20, random_state=0, n_jobs=1).fit(table)
    assert str(clf.model_.network).startswith("input(6, lengths=true) -> embedding(")
    assert clf.score(table) == 1
    clf.model_.save(tmp_path / "m.safetensors")

    (tmp_path / "new.csv").write_text('text\nno answer\nthank you\n"never met, words"\n')
    assert clf.predict(table.read(tmp_path / "new.csv"))[:2].tolist() == ["complaint", "greeting"]
    expected = clf.predict_proba(table.read(tmp_path / "new.csv"))
    model = lithe.load(tmp_path / "m.safetensors")
    assert np.array_equal(model.predict_proba(tmp_path / "new.csv"), expected)
    frame = pd.read_csv(tmp_path / "new.csv")
    assert np.array_equal(model.predict_proba(frame), expected)
    assert np.array_equal(model.predict_proba(pd.DataFrame({"text": ["no answer"]})), expected[:1])
    longer = pd.DataFrame({"text": ["no answer " * 40]})  # than those of the training
    assert model.predict(longer).shape == (1, 2)
    out = subprocess.run([PROGRAM, "predict", tmp_path / "m.safetensors", tmp_path / "new.csv", "--json"],
                         check=True, capture_output=True, text=True).stdout  # fmt: skip
    assert [one["class"] for one in json.loads(out)] == clf.predict(table.read(tmp_path / "new.csv")).tolist()


def test_texts_have_the_same_bits_as_by_the_command(tmp_path):
    letters(tmp_path / "letters.csv")
    table = lithe.read_table(tmp_path / "letters.csv", text="chars", target="kind", window=9)
    model = lithe.Model(lithe.Network("embedding(40, 4) -> mean_over_time -> dense(2)").with_input(9, lengths=True), seed=5)
    classes = np.searchsorted(table.class_names, table.y)
    examples = lithe.Examples(table.X, classes, lengths=table.lengths)
    for _ in lithe.Trainer(model, examples, loss="cross_entropy", optimizer="adam(0.01)", batch=8, epochs=2, seed=5, threads=1):
        pass
    subprocess.run(
        [PROGRAM, "train", "--data", tmp_path / "letters.csv", "--text", "chars", "--target", "kind", "--window", "9",
         "--network", "embedding(40, 4) -> mean_over_time -> dense(2)", "--loss", "cross_entropy", "--optimizer",
         "adam(0.01)", "--batch", "8", "--epochs", "2", "--seed", "5", "--threads", "1", "--test-share", "0",
         "--output", tmp_path / "c.safetensors"], check=True, capture_output=True,
    )  # fmt: skip
    other = lithe.Model.load(tmp_path / "c.safetensors")
    for name in model:
        assert np.array_equal(np.asarray(model[name]), np.asarray(other[name]))


@pytest.mark.parametrize(
    "options, words",
    [({"text": "syllables"}, "chars, bytes or words"), ({"text": "words", "most_words": 1}, "most_words"),
     ({"text": "words", "window": 0}, "window"), ({"text_column": "none"}, "none")],
)  # fmt: skip
def test_what_cannot_be_a_text(tmp_path, options, words):
    letters(tmp_path / "letters.csv")
    with pytest.raises(lithe.Error, match=words):
        lithe.read_table(tmp_path / "letters.csv", target="kind", **options)
