"""Tables and folders of pictures, read for the estimators."""

import copy
import gzip
import json
import pickle
import struct
import subprocess
import zlib

import lithe
import numpy as np
import pytest
from lithe._program import path as program

PETS = """kind,weight,born,pet
cat,4.5,2020-01-01,yes
ox,700,2019-05-05,no
dog,NA,2021-02-03,yes
ox,650.5,2018-12-31,no
,20,2020-06-01,yes
"""


@pytest.fixture
def pets(tmp_path):
    path = tmp_path / "pets.csv"
    path.write_text(PETS)
    return path


def test_a_table(pets):
    table = lithe.read_table(pets)
    assert table.feature_names == ["kind=cat", "kind=dog", "kind=ox", "weight", "born"]
    assert table.target_names == ["pet"]
    assert table.X.shape == (5, 5)
    assert table.X.dtype == np.float32
    assert table.y.tolist() == ["yes", "no", "yes", "no", "yes"]
    assert table.X_test is table.y_test is table.sample_weight is table.image is None
    assert table.X[:, :3].sum(axis=1).tolist() == [1, 1, 1, 1, 0]  # a missing category is none
    weight = table.X[:, 3] - table.X[0, 3]
    np.testing.assert_allclose(weight[2] + 4.5, (4.5 + 700 + 650.5 + 20) / 4, rtol=1e-5)
    assert "pets.csv" in str(table)
    assert "<pre>" in table._repr_html_()


def test_what_is_said_of_columns(pets):
    table = lithe.read_table(pets, "weight", missing="drop", ignore=["born", "kind"])
    assert table.feature_names == ["pet"]
    np.testing.assert_allclose(table.y, [4.5, 700, 650.5, 20])
    by_number = lithe.read_table(pets, 4, ignore=3, weight="weight", missing="drop")
    assert by_number.feature_names == ["kind=cat", "kind=ox"]
    np.testing.assert_allclose(by_number.sample_weight, [4.5, 700, 650.5])


def test_numbers_to_predict(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("x,price\n" + "".join(f"{i},$ {1000 + i * 1.5}\n" for i in range(40)))
    table = lithe.read_table(path)
    assert table.y.tolist() == [1000 + i * 1.5 for i in range(40)]
    assert table.class_names == []


def test_classes_that_are_numbers_stay_numbers(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text("x,y\n" + "".join(f"{i / 7},{i % 3}\n" for i in range(30)))
    assert lithe.read_table(path).y.tolist() == [i % 3 for i in range(30)]


def test_several_labels(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("x,a,b\n" + "".join(f"{i / 7},{i % 2},{i // 2 % 2}\n" for i in range(30)))
    table = lithe.read_table(path, ["a", "b"])
    assert table.y.tolist() == [[i % 2, i // 2 % 2] for i in range(30)]
    assert table.y.dtype.kind == "i"
    assert table.target_names == ["a", "b"]


def write_points(path, rows=200):
    random = np.random.default_rng(0)
    x, y = random.normal(size=(2, rows))
    colour = random.choice(["red", "blue"], rows)
    lines = [f"{a},{b},{c},{'in' if a * a + b * b < 1 else 'out'}\n" for a, b, c in zip(x, y, colour, strict=True)]
    path.write_text("x,y,colour,where\n" + "".join(lines))


def test_a_table_to_a_fitted_estimator_and_another_file(tmp_path):
    pytest.importorskip("sklearn")
    write_points(tmp_path / "points.csv")
    table = lithe.read_table(tmp_path / "points.csv", "where", test_share=0.25)
    assert len(table.X) == 150
    assert len(table.X_test) == len(table.y_test) == 50
    clf = lithe.Classifier(epochs=40, random_state=0, n_jobs=1).fit(table.X, table.y)
    assert clf.score(table.X_test, table.y_test) > 0.8
    new = tmp_path / "new.csv.gz"
    with gzip.open(new, "wt") as file:
        file.write("colour,y,x\nred,0.1,0.1\ngreen,3,3\n")  # other order, unknown colour, no target
    read = table.read(new)
    assert read.y is None
    assert clf.predict(read.X).tolist() == ["in", "out"]
    with pytest.raises(lithe.Error, match="green"):
        table.read(new, unseen="error")


def test_the_command_understands_the_same(tmp_path):
    """The same rows are held out, and the same is learned from the others."""
    write_points(tmp_path / "points.csv")
    table = lithe.read_table(tmp_path / "points.csv", test_share=0.2, seed=3)
    model = tmp_path / "points.safetensors"
    words = ["train", "--data", "points.csv", "--epochs", "1", "--seed", "3", "--output", str(model)]
    subprocess.run([program(), *words], cwd=tmp_path, capture_output=True, check=True)
    content = model.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    schema = json.loads(content[8 : 8 + length])["__metadata__"]["lithe.schema"]
    assert json.loads(schema) == json.loads(table._schema)
    assert len(table.X_test) == 40


def test_arrays_of_images(tmp_path):
    images = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)
    np.savez(tmp_path / "a.npz", x=images, y=np.array([0, 1, 2, 0, 1, 2]))
    table = lithe.read_table(tmp_path / "a.npz")
    assert table.image == (4, 5)
    assert np.array_equal(table.X, images.reshape(6, 20))
    assert table.X.dtype == np.uint8
    with pytest.raises(lithe.Error, match="no names"):
        table.read(tmp_path / "a.npz")


def test_bytes_that_are_no_pixels_are_numbers(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([[1, 200], [3, 4]], dtype=np.uint8), y=np.array([0, 1]))
    table = lithe.read_table(tmp_path / "a.npz")
    assert table.X.dtype == np.float32
    assert table.X.tolist() == [[1, 200], [3, 4]]
    assert table.image is None


def png(pixels):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    height, width = pixels.shape
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 150)):
        (tmp_path / "tones" / name).mkdir(parents=True)
        for i in range(10):
            pixels = random.integers(low, low + 100, (6, 8)).astype(np.uint8)
            (tmp_path / "tones" / name / f"{i}.png").write_bytes(png(pixels))
    return tmp_path / "tones"


def test_a_folder_of_pictures(folder, tmp_path):
    images = lithe.read_images(folder, data_dir=tmp_path / "cache")
    assert images.image == (6, 8)
    assert images.X.shape == (20, 48)
    assert images.X.dtype == np.uint8
    assert images.class_names == ["dark", "light"]
    assert [file.split("/")[0] for file in images.files] == images.y.tolist()
    assert images.X_test is None
    assert "dark" in str(images)
    held_out = lithe.read_images(folder, size=(3, 4), test_share=0.3, data_dir=tmp_path / "cache")
    assert held_out.image == (3, 4)
    assert len(held_out.X_test) == len(held_out.files_test) == 6


def test_pictures_to_a_fitted_estimator(folder, tmp_path):
    pytest.importorskip("sklearn")
    images = lithe.read_images(folder, data_dir=tmp_path / "cache")
    clf = lithe.Classifier("conv2d(2, 3, relu) -> flatten", image=images.image, epochs=100, random_state=0, n_jobs=1)
    assert clf.fit(images.X, images.y).score(images.X, images.y) == 1


def command(*words):
    """What the program prints as JSON."""
    done = subprocess.run([program(), *words, "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_command_reads_tables_as_a_fitted_classifier_does(tmp_path):
    pytest.importorskip("sklearn")
    write_points(tmp_path / "points.csv")
    table = lithe.read_table(tmp_path / "points.csv", "where")
    clf = lithe.Classifier(epochs=20, random_state=0, n_jobs=1).fit(table)
    given = lithe.Classifier(epochs=20, random_state=0, n_jobs=1).fit(table.X, table.y)
    assert all(np.array_equal(clf.model_[name], given.model_[name]) for name in clf.model_)
    assert np.array_equal(clf.predict(table), clf.predict(table.X))
    clf.model_.save(tmp_path / "m.safetensors")
    (tmp_path / "new.csv").write_text("colour,y,x\nred,0.1,0.1\ngreen,3,3\nblue,-1,0.2\n")
    answers = command("predict", tmp_path / "m.safetensors", tmp_path / "new.csv")
    assert [answer["class"] for answer in answers] == clf.predict(table.read(tmp_path / "new.csv")).tolist()
    report = command("evaluate", tmp_path / "m.safetensors", "--data", tmp_path / "points.csv")
    assert report["accuracy"] == pytest.approx(clf.score(table.X, table.y))
    with pytest.raises(ValueError, match="its own"):
        clf.fit(table, table.y)


def test_the_command_reads_tables_as_a_fitted_regressor_does(tmp_path):
    pytest.importorskip("sklearn")
    random = np.random.default_rng(0)
    rows = random.normal(size=(60, 2))
    lines = "".join(f"{a},{b},{3 * a - b + 100},{a + 1e4}\n" for a, b in rows)
    (tmp_path / "t.csv").write_text("a,b,one,other\n" + lines)
    table = lithe.read_table(tmp_path / "t.csv", ["one", "other"])
    reg = lithe.Regressor(epochs=5, random_state=0, n_jobs=1).fit(table)
    reg.model_.save(tmp_path / "m.safetensors")
    answers = command("predict", tmp_path / "m.safetensors", tmp_path / "t.csv")
    predicted = reg.predict(table)
    np.testing.assert_allclose([list(answer["values"].values()) for answer in answers], predicted, rtol=1e-12)


def test_a_class_that_was_held_out_wholly_is_known(tmp_path):
    pytest.importorskip("sklearn")
    lines = "".join(f"{i},{i},{'abc'[i // 4]}\n" for i in range(12))
    (tmp_path / "t.csv").write_text("x,when,y\n" + lines)
    table = lithe.read_table(tmp_path / "t.csv", "y", time="when", test_share=0.34)
    assert set(table.y) == {"a", "b"} and set(table.y_test) == {"c"}
    clf = lithe.Classifier(epochs=5, random_state=0, n_jobs=1).fit(table)
    assert clf.classes_.tolist() == ["a", "b", "c"]
    clf.model_.save(tmp_path / "m.safetensors")
    report = command("evaluate", tmp_path / "m.safetensors", "--data", tmp_path / "t.csv")
    assert report["accuracy"] == pytest.approx(clf.score(np.arange(12.0).reshape(-1, 1), list("aaaabbbbcccc")))


def test_the_command_reads_pictures_as_a_fitted_classifier_does(folder, tmp_path):
    pytest.importorskip("sklearn")
    images = lithe.read_images(folder, data_dir=tmp_path / "cache")
    clf = lithe.Classifier("conv2d(2, 3, relu) -> flatten", epochs=100, random_state=0, n_jobs=1).fit(images)
    assert clf.model_.network.input_shape == [6, 8]
    clf.model_.save(tmp_path / "m.safetensors")
    files = [folder / file for file in images.files]
    answers = command("predict", tmp_path / "m.safetensors", *files)
    assert [answer["class"] for answer in answers] == clf.predict(images).tolist()


def test_answers_that_are_learned_as_numbers_keep_no_schema(tmp_path):
    pytest.importorskip("sklearn")
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(30)))
    table = lithe.read_table(tmp_path / "t.csv", "y")
    reg = lithe.Regressor(epochs=2, random_state=0, n_jobs=1).fit(table)
    assert "lithe.schema" not in read_metadata(reg.model_, tmp_path)
    assert "lithe.schema" in read_metadata(lithe.Classifier(epochs=2, random_state=0).fit(table).model_, tmp_path)


def read_metadata(model, folder):
    model.save(folder / "m.safetensors")
    content = (folder / "m.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length])["__metadata__"]


def test_a_broken_picture(folder, tmp_path):
    (folder / "dark" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(lithe.Error, match=r"broken\.png") as raised:
        lithe.read_images(folder, data_dir=tmp_path / "cache")
    assert "--" not in str(raised.value)
    images = lithe.read_images(folder, skip_broken=True, data_dir=tmp_path / "cache")
    assert len(images.skipped) == 1
    assert len(images.X) == 20


def test_what_was_read_can_be_pickled(pets, folder):
    table, pictures = lithe.read_table(pets, target="pet"), lithe.read_images(folder)
    for one in (table, pictures):
        for other in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
            assert np.array_equal(other.X, one.X) and np.array_equal(other.y, one.y)
            assert str(other) == str(one)
    assert np.array_equal(pickle.loads(pickle.dumps(table)).read(pets).X, table.X)


@pytest.mark.parametrize("name", ["t.csv", "t.npz", "t.svm"])
@pytest.mark.parametrize("targets", [1, 2])
def test_targets_that_float32_does_not_tell_apart_are_refused(tmp_path, name, targets):
    """Times in seconds, whose float32 numbers are 128 apart."""
    if name == "t.svm" and targets == 2:
        pytest.skip("such a file has one")
    random = np.random.default_rng(0)
    x = random.normal(size=(50, 2)).astype(np.float32)
    times = 1.7e9 + 100 * random.normal(size=(50, 1))
    y = np.concatenate([x[:, :1], times], axis=1)[:, 2 - targets :]

    def write(y):
        if name == "t.npz":
            np.savez(tmp_path / name, x=x, y=y)
        elif name == "t.svm":
            lines = [f"{float(answer)!r} 1:{a} 2:{b}" for (answer,), (a, b) in zip(y, x, strict=True)]
            (tmp_path / name).write_text("\n".join(lines) + "\n")
        else:
            titles = ["a", "b", "other", "when"][: 2 + targets] if targets == 2 else ["a", "b", "when"]
            lines = [",".join(repr(float(value)) for value in [*a, *b]) for a, b in zip(x, y, strict=True)]
            (tmp_path / name).write_text("\n".join([",".join(titles), *lines]) + "\n")

    options = {"target": ["other", "when"]} if name == "t.csv" and targets == 2 else {}
    words = ["--target", "other", "--target", "when"] if options else []
    write(y)
    with pytest.raises(lithe.Error, match=r"near 1\.7e\+09") as raised:
        lithe.read_table(tmp_path / name, task="regression", **options)
    assert "subtract 1.7e+09" in raised.value.remedy
    command = [program(), "train", "--data", tmp_path / name, "--epochs", "1", *words, "--task", "regression"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "subtract 1.7e+09" in done.stderr
    write(y - y.mean(axis=0))
    assert lithe.read_table(tmp_path / name, task="regression", **options).y.std(axis=0).max() > 50
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    # The same of arrays; an estimator takes the mean off itself.
    with pytest.raises(lithe.Error, match="near"):
        lithe.Examples(x, y)
    lithe.Examples(x, y - y.mean(axis=0))


def test_mistakes(pets, tmp_path):
    with pytest.raises(lithe.Error) as raised:
        lithe.read_table(pets, "pett")
    assert "pett" in raised.value.problem
    with pytest.raises(lithe.Error) as raised:
        lithe.read_table(pets, missing="error")
    assert "missing=" in raised.value.remedy
    assert "--" not in str(raised.value)
    assert raised.value.kind == "data"
    with pytest.raises(lithe.Error) as raised:
        lithe.read_table(tmp_path / "none.csv")
    assert raised.value.kind == "io"
    for options in ({"missing": "average"}, {"task": "x"}, {"delimiter": "ab"}, {"decimal": ";"}):
        with pytest.raises(lithe.Error) as raised:
            lithe.read_table(pets, **options)
        assert raised.value.where == next(iter(options))
        assert raised.value.remedy
    with pytest.raises(lithe.Error):
        lithe.read_images(tmp_path / "none")
