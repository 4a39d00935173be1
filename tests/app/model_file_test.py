#!/usr/bin/env python3
"""The reader of model files in NumPy (examples/read_model.py) computes what `lithe predict` computes,
for models of every layer and of every activation that it knows."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples"))
LITHE = os.environ["LITHE"]

try:
    import numpy as np
except ImportError:  # `make test` installs Debian's python3-numpy, which another Python does not see
    if sys.executable == "/usr/bin/python3" or not os.path.exists("/usr/bin/python3"):
        print("skipped: needs NumPy (apt-get install python3-numpy)")
        sys.exit(77)
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
import read_model  # noqa: E402

# Networks with an input of their own, which together have every layer.
NETWORKS = {
    "rows": "input(24) -> dense(12, relu) -> layer_norm -> dropout(0.2) -> dense(8, prelu) -> batch_norm "
            "-> gaussian_noise(0.1) -> residual(dense(8, tanh)) -> repeat(2, dense(5, elu(0.5)) -> prelu) "
            "-> dense(3, softmax) -> dense(1)",
    "images": "input(8x6x3) -> standardize -> conv2d(6, 3x3, relu, padding=same) -> batch_norm "
              "-> depthwise_conv2d(3, leaky_relu(0.2), padding=1, multiplier=2) -> spatial_dropout(0.1) "
              "-> max_pool -> conv2d(4, 2x3, prelu, groups=2, padding=same) "
              "-> conv_transpose2d(3, 4x3, stride=2, padding=same) "
              "-> avg_pool(3x2, stride=2, padding=same) -> residual(conv2d(3, 1) -> prelu) "
              "-> layer_norm -> flatten -> alpha_dropout(0.1) -> dense(1)",
    "windows": "input(9x11) -> conv2d(4, 3x2, selu, stride=2x1, padding=1) "
               "-> conv2d(4, 3, stride=1x2, padding=same, dilation=2x1) -> max_pool(3, stride=1, padding=1) "
               "-> conv_transpose2d(2, 3x2, stride=1x2, padding=1, dilation=1x2) "
               "-> conv2d(3, 3x3, padding=same, algorithm=winograd) -> global_avg_pool -> dense(1)",
    "steps_below_the_window": "input(5x5x2) -> conv_transpose2d(3, 2, stride=3, padding=same) "
                              "-> avg_pool(2, padding=1) -> softmax -> flatten -> dense(1)",
    "sequences": "input(20x3) -> conv1d(6, 3, silu, padding=same) -> max_pool "
                 "-> conv1d(4, 4, stride=2, groups=2, padding=2, dilation=2) -> avg_pool(2, stride=1) "
                 "-> batch_norm -> flatten -> dense(1)",
    "a_sequence_that_keeps_its_shape": "input(12x3) -> conv1d(3, 3, padding=same) -> max_pool(3, stride=2) "
                                       "-> flatten -> dense(1)",
    "a_picture_of_two_sizes": "input(12x3) -> max_pool(3x2, stride=2) -> flatten -> dense(1)",
    "ensembles": "input(24) -> ensemble(dense(8, tanh) -> dense(3), dense(3), times=2, mean=softmax) "
                 "-> ensemble(dense(4), mean=sigmoid) -> ensemble(dense(1), times=3)",
    "categories": "input(12) -> hard_sigmoid -> embedding(2, 5, normal(1)) -> mean_over_time -> dense(1)",
    "tied": "input(12) -> hard_sigmoid -> embedding(3, 5, normal(1)) -> gru(5, all) -> dense(3, tied=true) "
            "-> mean_over_time -> dense(1)",
    "columns": "input(12) -> hard_sigmoid -> embed_columns(2x3, 10, 2x5, init=normal(1)) -> dense(1)",
    "columns_of_several_rows": "input(12) -> hard_sigmoid -> embed_columns(2x3, 2, init=normal(1)) -> dense(1)",
    "columns_of_a_sequence": "input(4x3) -> hard_sigmoid -> embed_columns(2, 2x4, init=normal(1)) -> gru(2) -> dense(1)",
    "along_a_sequence": "input(10x3) -> lstm(5, all) -> layer_norm -> dense(4, softmax) -> gru(4, all, dropout=0.1) "
                        "-> dropout(0.1) -> rnn(3, relu, all) -> max_over_time -> dense(1)",
    "against_a_sequence": "input(10x3) -> rnn(6, give=all, reverse=true) -> conv1d(4, 3) -> layer_norm "
                          "-> dense(5, prelu) -> bidirectional(lstm(3, all)) -> mean_over_time -> dense(1)",
    "both_ways": "input(10x3) -> conv1d(4, 2, padding=causal, dilation=2) -> last -> bidirectional(gru(3)) -> dense(1)",
    "attention": "input(10x4) -> position -> transformer(2, 7, causal) -> attention(1, rotary=true) -> rms_norm "
                 "-> transformer(2, 5, norm=post, activation=tanh) -> mean_over_time -> dense(1)",
    "attention_to_a_row": "input(9) -> position(sinusoidal) -> attention(1) -> dense(4) -> rms_norm -> last "
                          "-> rms_norm -> dense(1)",
    "a_block_alone": "input(9x4) -> transformer(2, 6, rotary=true) -> last -> dense(1)",
    "a_plain_row": "input(16) -> conv1d(2, 3, padding=same) -> global_avg_pool -> dense(1)",
}


def run(*arguments):
    result = subprocess.run([LITHE, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    if result.returncode != 0:
        raise AssertionError(f"lithe {' '.join(map(str, arguments))}\n{result.stderr}")
    return result.stdout


def listed(category):
    return [line.split("(")[0] for line in run("list", category).splitlines() if line and line[0] != " "]


def all_names(layers):
    """The names of all layers and activations in a parsed network."""
    names = set()
    for name, arguments in layers:
        names.add(name)
        for value in arguments.values():
            if isinstance(value, list):
                names |= all_names(value)
    return names


class ModelFile(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.at = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def train(self, network, columns, precision="float64"):
        """A model of an epoch, and rows with Lithe's outputs for them."""
        random = np.random.default_rng(4)
        rows = random.normal(size=(40, columns)) * random.uniform(0.5, 2, columns) + 0.3
        table, model = self.at / "t.csv", self.at / "m.safetensors"
        header = ",".join(f"x{i}" for i in range(columns))
        rows = rows.astype(np.float32).astype(np.float64)  # as Lithe keeps tables
        target = np.sin(rows.sum(axis=1, keepdims=True))
        np.savetxt(table, np.hstack([rows, target]), delimiter=",", header=header + ",y", comments="")
        run("train", "--data", table, "--network", network, "--loss", "mean_squared", "--precision", precision,
            "--optimizer", "sgd(0.01)", "--batch", 10, "--epochs", 2, "--output", model)
        answers = json.loads(run("predict", model, table, "--json"))
        return model, rows, np.array([answer["outputs"] for answer in answers])

    def check(self, network, columns, precision="float64", tolerance=1e-11):
        model, rows, lithe = self.train(network, columns, precision)
        numpy = read_model.Network(model)(rows)
        self.assertEqual(numpy.shape, lithe.shape)
        self.assertGreater(np.ptp(lithe), 1e-6, "the outputs are all the same")
        np.testing.assert_allclose(numpy, lithe, rtol=tolerance, atol=tolerance)

    @staticmethod
    def columns(network):
        shape = read_model.parse(network)[0][1]["shape"]
        return int(np.prod(shape))

    def test_every_network(self):
        for name, network in NETWORKS.items():
            with self.subTest(name):
                self.check(network, self.columns(network))

    def test_single_precision(self):
        self.check(NETWORKS["images"], self.columns(NETWORKS["images"]), "float32", 2e-5)

    def test_every_activation(self):
        """Each that the reader knows; it may lack some of Lithe's."""
        known = {*read_model.ACTIVATIONS, "softmax", "prelu"}
        self.assertEqual(known - set(listed("activations")), set())
        for name in sorted(known):
            with self.subTest(name):
                self.check(f"input(6) -> dense(5, {name}) -> dense(4) -> {name} -> dense(1)", 6)

    def test_an_activation_that_the_reader_does_not_know_is_named(self):
        model, rows, _ = self.train("input(6) -> dense(5, tanh) -> dense(1)", 6)
        reader = read_model.Network(model)
        with unittest.mock.patch.dict(read_model.ACTIVATIONS):
            del read_model.ACTIVATIONS["tanh"]
            with self.assertRaisesRegex(ValueError, "does not know tanh"):
                reader(rows)

    def test_no_layer_is_left_out(self):
        """A layer that is added to Lithe must be added to the reader and to a network above."""
        covered = set().union(*(all_names(read_model.parse(network)) for network in NETWORKS.values()))
        activations = set(listed("activations"))
        self.assertEqual(set(listed("layers")) - covered - activations, set())

    def test_the_page_names_every_layer(self):
        page = (ROOT / "docs/model-file.md").read_text()
        for layer in set(listed("layers")) - set(listed("activations")):
            self.assertIn(f"`{layer}`", page)

    def test_sequences_of_unequal_length(self):
        random = np.random.default_rng(4)
        lengths = random.integers(1, 8, 40)
        x = random.normal(size=(40, 7, 3)).astype(np.float32)
        np.savez(self.at / "s.npz", x=x, y=random.normal(size=40), lengths=lengths)
        for name, network in {
            "along": "standardize -> dense(5, tanh) -> lstm(4, all) -> layer_norm -> gru(3) -> dense(1)",
            "both ways": "bidirectional(rnn(4, give=all)) -> prelu -> max_over_time -> dense(1)",
            "attention": "dense(4) -> transformer(2, 5, causal) -> attention(2, rotary=true) -> last -> dense(1)",
            "mean": "gru(4, all, reverse=true) -> softmax -> mean_over_time -> dense(1)",
            "last": "bidirectional(lstm(4)) -> dense(1)",
        }.items():
            with self.subTest(name):
                model = self.at / "m.safetensors"
                run("train", "--data", self.at / "s.npz", "--network", network, "--loss", "mean_squared",
                    "--task", "regression", "--precision", "float64", "--optimizer", "sgd(0.01)", "--batch", 10,
                    "--epochs", 2, "--output", model)
                answers = json.loads(run("predict", model, self.at / "s.npz", "--json"))
                lithe = np.array([answer["outputs"] for answer in answers])
                numpy = read_model.Network(model)(x.astype(np.float64), lengths)
                np.testing.assert_allclose(numpy, lithe, rtol=1e-11, atol=1e-11)

    def test_pictures_are_divided(self):
        """Pixels are bytes; the file says what they are divided by."""
        run("train", "--data", "digits", "--network", "dense(4, relu) -> dense(10)", "--loss", "quadratic",
            "--optimizer", "sgd(0.1)", "--batch", 100, "--epochs", 1, "--output", self.at / "d.safetensors")
        network = read_model.Network(self.at / "d.safetensors")
        self.assertEqual(network.divisor, 255)
        pixels = np.random.default_rng(1).integers(0, 256, (3, 784))
        weight, bias = (network.arrays[f"layers.0.{name}"] for name in ("weight", "bias"))
        hidden = np.maximum((pixels / 255).astype(np.float32) @ weight + bias, 0)
        weight, bias = (network.arrays[f"layers.1.{name}"] for name in ("weight", "bias"))
        np.testing.assert_allclose(network(pixels), hidden @ weight + bias, rtol=1e-4, atol=1e-5)


if __name__ == "__main__":
    unittest.main()
