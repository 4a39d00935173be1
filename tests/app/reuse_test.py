"""Layers of another model, watching, learning rates."""

import json
import os
import unittest

from support import AppTest, DIGITS


class Reuse(AppTest):
    def test_layers_of_another_model(self):
        self.train("--output", "old.safetensors", "--classes", "0..4", "--network",
                   "dense(30, sigmoid) -> dense(5)")
        arguments = ["train", "--data", "digits", "--from", "old.safetensors", "--classes", "5..9",
                     "--per-class", "50", "--freeze", "1", "--head", "dense(5)", "--loss",
                     "cross_entropy", "--batch", "10", "--epochs", "1", "--output",
                     "new.safetensors", "--json"]
        result = json.loads(self.run_lithe(*arguments).stdout)
        self.assertEqual(result["epochs"][0]["examples"], 250)
        self.assertTrue(result["network"].endswith("-> dense(5)"), result["network"])
        error = self.run_lithe("train", "--data", "digits", "--from", "old.safetensors", "--network",
                               "dense(31, sigmoid) -> dense(10)", status=1).stderr
        self.assertIn("784x30", error)
        self.assertIn("784x31", error)
        self.assertIn("1..6 or 1,3,5", self.run_lithe("train", *DIGITS, "--freeze", "one",
                                                      status=2).stderr)

    def test_mistakes_are_told(self):
        network = ["train", "--data", "digits", "--examples", "200", "--epochs", "1"]
        out = self.run_lithe(*network, "--network", "relu -> dense(10)", "--head", "dense(10)").stdout
        self.assertTrue(out.startswith("input(784) -> relu -> dense(10)"), out)
        for arguments, told in [(["--unfreeze-at", "3"], "--freeze"),
                                (["--patience", "3"], "--validation"),
                                (["--from", "none.safetensors"], "train it first")]:
            error = self.run_lithe(*network, "--network", "dense(10)", *arguments, status=2).stderr
            self.assertIn(told, error)
        with open(os.path.join(self.folder, "mine.toml"), "w", encoding="utf-8") as file:
            file.write('network = "dense(10)"\nepoch = 3\n')
        self.assertIn("try: epochs", self.run_lithe("train", "mine.toml", status=2).stderr)

    def test_watching_draws_and_diagnoses(self):
        out = self.train("--watch", "gradients", "--output", "w.safetensors").stdout
        self.assertIn("Diagnosis: ", out)
        with open(os.path.join(self.folder, "w.layers.svg"), encoding="utf-8") as file:
            self.assertIn("<svg", file.read())

    def test_learning_rate(self):
        out = self.run_lithe("find-lr", *DIGITS, "--highest", "100").stdout
        self.assertRegex(out, r"Begin with a learning rate of [\d.e-]+")
        self.assertTrue(os.path.exists(os.path.join(self.folder, "learning-rate.svg")))

    def test_a_run_that_explodes_says_where(self):
        error = self.run_lithe("train", "--data", "digits", "--network", "dense(50) -> dense(10)",
                               "--optimizer", "sgd(1000)", status=1).stderr
        for part in ["no longer a number", "layer", "step", "--recover"]:
            self.assertIn(part, error)


if __name__ == "__main__":
    unittest.main()
