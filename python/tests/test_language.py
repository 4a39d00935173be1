"""Language models, in the files of the command."""

import os
import pickle
import re
import subprocess
from pathlib import Path

import lithe
import numpy as np
import pytest

PROGRAM = Path(lithe.__file__).parent / "bin" / "lithe"
TEXT = "".join(f"Call me what you like. Some years ago, {i} or so, I went to sea.\n" for i in range(1, 120))
NETWORK = "embedding(16) -> gru(32, all)"
OPTIONS = {"window": 32, "optimizer": "adamw(one_cycle(1e-2))", "batch": 16, "epochs": 4, "n_jobs": 1}


@pytest.fixture(scope="module")
def lm():
    return lithe.LanguageModel(NETWORK, **OPTIONS).fit(TEXT)


def command(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, check=True).stdout


def test_it_learns(lm):
    assert lm.score(TEXT) < 2 < np.log2(len(lm.vocabulary_))
    assert len(lm.history_["loss"]) == 4 and lm.history_["loss"][-1] < lm.history_["loss"][0]
    assert str(lm.model_.network) == f"input(32) -> embedding({len(lm.vocabulary_)}, 16) -> gru(32, all) -> dense({len(lm.vocabulary_)})"
    assert lm.vocabulary_ == sorted(set(TEXT))


def test_the_command_goes_on_with_its_model(lm, tmp_path):
    lm.save(tmp_path / "lm.safetensors")
    printed = command(
        "predict", tmp_path / "lm.safetensors", "--text", "Call me ", "--length", 40, "--temperature", 0.7, "--top-k", 5, "--seed", 3
    )  # fmt: skip
    assert printed == "Call me " + lm.generate("Call me ", 40, temperature=0.7, top_k=5, seed=3) + "\n"
    (tmp_path / "text.txt").write_text(TEXT)
    bits = float(command("evaluate", tmp_path / "lm.safetensors", "--data", tmp_path / "text.txt").split()[0])
    assert bits == pytest.approx(lm.score(TEXT), rel=1e-3)


def test_it_is_the_command_s_model_to_the_bit(lm, tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    size = len(lm.vocabulary_)
    command(
        "train", "--data", tmp_path / "text.txt", "--text", "chars", "--window", 32, "--test-share", 0,
        "--network", f"embedding({size}, 16) -> gru(32, all) -> dense({size})", "--optimizer", OPTIONS["optimizer"],
        "--batch", 16, "--epochs", 4, "--threads", 1, "--output", tmp_path / "lm.safetensors",
    )  # fmt: skip
    other = lithe.load(tmp_path / "lm.safetensors")
    assert isinstance(other, lithe.LanguageModel) and other.window == 32 and other.tokens == "chars"
    for name in lm.model_:
        assert np.array_equal(np.asarray(lm.model_[name]), np.asarray(other.model_[name]))
    assert other.generate("Call me ", 30) == lm.generate("Call me ", 30)
    assert other.score(TEXT) == lm.score(TEXT)


def test_a_file_is_learned_from_as_its_text_is(lm, tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    other = lithe.LanguageModel(NETWORK, **OPTIONS).fit(tmp_path / "text.txt")
    assert np.array_equal(np.asarray(other.model_["layers.0.weight"]), np.asarray(lm.model_["layers.0.weight"]))
    assert other.score(tmp_path / "text.txt") == lm.score(TEXT)


def test_the_same_seed_draws_the_same_text(lm):
    drawn = [lm.generate("Some ", 50, seed=seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 50
    assert lm.generate("Some ", 50, temperature=0) == lm.generate("Some ", 50, top_k=1, seed=9)


def test_the_text_comes_in_pieces(lm):
    pieces = []
    assert lm.generate("Some ", 20, callback=pieces.append) == "".join(pieces) and len(pieces) == 20
    assert len(lm.generate("Some ", 20, callback=lambda piece: False)) == 1
    with pytest.raises(ZeroDivisionError):
        lm.generate("Some ", 20, callback=lambda piece: 1 / 0)


def test_tokens_are_numbers(lm):
    numbers = lm.encode("Call me")
    assert numbers.dtype == np.int32 and "".join(lm.vocabulary_[number] for number in numbers) == "Call me"
    assert lm.decode(numbers) == "Call me"
    with pytest.raises(lithe.Error, match="not there"):
        lm.decode([len(lm.vocabulary_)])


def test_words_and_bytes():
    words = lithe.LanguageModel("embedding(8) -> gru(8, all)", tokens="words", window=8, epochs=1, n_jobs=1).fit(TEXT)
    assert words.vocabulary_[1:3] and "Call" in words.vocabulary_
    assert len(words.generate("Call me", 5)) > 0
    raw = lithe.LanguageModel("embedding(8) -> gru(8, all)", tokens="bytes", window=8, epochs=1, n_jobs=1).fit(TEXT)
    made = raw.generate(b"Call \xff", 9)
    assert isinstance(made, bytes) and len(made) == 9
    assert isinstance(raw.generate("Call ", 9), str) and len(raw.vocabulary_) == 256


def test_attention_generates_beyond_its_window():
    network = "embedding(8) -> position -> transformer(2, 16, causal) -> layer_norm"
    made = lithe.LanguageModel(network, window=16, epochs=1, n_jobs=1).fit(TEXT)
    assert len(made.generate("Call me ", 100)) == 100


def test_it_comes_back_from_a_pickle(lm):
    again = pickle.loads(pickle.dumps(lm))
    assert again.generate("Some ", 20) == lm.generate("Some ", 20) and again.history_ == lm.history_
    assert pickle.loads(pickle.dumps(lithe.LanguageModel(window=8))).window == 8


def test_the_best_epoch_and_the_callback():
    ended = []
    made = lithe.LanguageModel(NETWORK, **OPTIONS | {"validation": 0.1}, callback=lambda model, report: ended.append(report.epoch) or report.epoch == 2)
    made.fit(TEXT)
    assert ended == [1, 2] and len(made.history_["validation_loss"]) == 2


def test_mistakes_say_what_to_do(lm, tmp_path):
    lithe.Model("input(3) -> dense(2)").save(tmp_path / "other.safetensors")
    ahead = lithe.LanguageModel("embedding(8) -> bidirectional(gru(4, all))", window=8, epochs=1, n_jobs=1).fit(TEXT)
    cases = [
        (lambda: lm.generate("Ω"), "not among", 'tokens="bytes"'),
        (lambda: lm.generate(""), "no text to go on with", "at least one"),
        (lambda: lm.generate("a", temperature=-1), "temperature of -1", "0 or more"),
        (lambda: lm.generate("a", length=0), "length=0", "from 1 on"),
        (lambda: lm.score("Call"), "window", "a text of 33 characters or more"),
        (lambda: lithe.LanguageModel().generate("a"), "not learned", "fit"),
        (lambda: lithe.LanguageModel().fit("aaaa" * 99), "nothing to learn", "different"),
        (lambda: lithe.LanguageModel().fit("abc"), "take 65", "a smaller window"),
        (lambda: lithe.LanguageModel().fit(3), "type int", "pathlib"),
        (lambda: lithe.LanguageModel("embedding(4) -> gru(8)").fit(TEXT), "each of 64 positions", "give=all"),
        (lambda: lithe.LanguageModel.load(tmp_path / "other.safetensors"), "not trained on text", "Model.load"),
        (lambda: ahead.generate("Call"), "reverse|bidirectional|ahead", ""),
    ]
    for call, problem, remedy in cases:
        with pytest.raises(lithe.Error, match=problem) as caught:
            call()
        assert re.search(remedy, caught.value.remedy + str(caught.value)), str(caught.value)
        assert os.sep + "tmp" not in str(caught.value) or "safetensors" in str(caught.value)
    assert isinstance(lithe.load(tmp_path / "other.safetensors"), lithe.Model)


def test_windows_that_go_on_are_the_command_s(tmp_path):
    lm = lithe.LanguageModel(NETWORK, **OPTIONS, stateful=True).fit(TEXT)
    (tmp_path / "text.txt").write_text(TEXT)
    size = len(lm.vocabulary_)
    command(
        "train", "--data", tmp_path / "text.txt", "--text", "chars", "--window", 32, "--test-share", 0, "--stateful",
        "--network", f"embedding({size}, 16) -> gru(32, all) -> dense({size})", "--optimizer", OPTIONS["optimizer"],
        "--batch", 16, "--epochs", 4, "--threads", 1, "--output", tmp_path / "lm.safetensors",
    )  # fmt: skip
    other = lithe.load(tmp_path / "lm.safetensors")
    for name in lm.model_:
        assert np.array_equal(np.asarray(lm.model_[name]), np.asarray(other.model_[name]))
    with pytest.raises(lithe.Error, match="stateful"):
        lithe.LanguageModel("embedding(16) -> position -> attention(4, causal)", **OPTIONS, stateful=True).fit(TEXT)
