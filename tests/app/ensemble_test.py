"""lithe train --ensemble: several models in one file, whose answer is the mean of theirs."""

import csv
import json
import math
import os
import unittest

from support import AppTest

NETWORK = ["--network", "dense(6, tanh) -> dense(2)", "--loss", "cross_entropy", "--batch", "8",
           "--epochs", "3", "--optimizer", "adam(0.01)"]


class Ensemble(AppTest):
    def setUp(self):
        super().setUp()
        for name, first in (("t.csv", 0), ("u.csv", 120)):
            with open(self.path(name), "w") as file:
                file.write("a,b,kind,size\n")
                for i in range(first, first + 120):
                    a, b = math.sin(i), math.cos(2.3 * i)
                    file.write(f"{a:.4f},{b:.4f},{'far' if a * b > 0.1 else 'near'},{10 * a + b:.4f}\n")

    def path(self, name):
        return os.path.join(self.folder, name)

    def train(self, *options, status=0, output="m.safetensors"):
        return self.run_lithe("train", "--data", "t.csv", "--test-data", "u.csv", "--output", output, *options,
                              status=status)

    def test_answers_with_the_mean(self):
        out = self.train("--target", "kind", "--ignore", "size", *NETWORK, "--ensemble", "3").stdout
        self.assertIn("Member 3, seed 3: ", out)
        self.assertRegex(out, r"(?m)^Ensemble: \d+/\d+ ")
        shown = self.run_lithe("show", "m.safetensors").stdout
        self.assertIn("times=3, mean=softmax)", " ".join(shown.split()))
        self.run_lithe("evaluate", "m.safetensors")
        single = []
        for seed in "123":
            self.train("--target", "kind", "--ignore", "size", *NETWORK, "--seed", seed,
                       "--threads", "1", output=f"{seed}.safetensors")
            self.run_lithe("predict", f"{seed}.safetensors", "t.csv", "--output", "one.csv")
            single.append(self.probabilities("one.csv"))
        self.run_lithe("predict", "m.safetensors", "t.csv", "--output", "all.csv")
        with open(self.path("all.csv")) as file:
            rows = list(csv.DictReader(file))
        for i, row in enumerate(rows):
            for kind in ("far", "near"):
                values = [float(one[i][f"probability of {kind}"]) for one in single]
                mean = sum(values) / 3
                deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / 3)
                self.assertAlmostEqual(float(row[f"probability of {kind}"]), mean, places=5)
                self.assertAlmostEqual(float(row[f"std of probability of {kind}"]), deviation, places=3)

    def probabilities(self, name):
        with open(self.path(name)) as file:
            return list(csv.DictReader(file))

    def test_same_file_with_any_number_of_threads(self):
        for threads in ("1", "2", "3"):
            self.train("--target", "size", "--ignore", "kind", "--network", "dense(5, relu) -> dense(1)", "--loss",
                       "mean_squared", "--optimizer", "adam(0.01)", "--batch", "8", "--epochs", "2", "--validation",
                       "10%", "--ensemble", "4", "--threads", threads, output=f"{threads}.safetensors")
        contents = {self.read(f"{threads}.safetensors") for threads in "123"}
        self.assertEqual(len(contents), 1)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def test_prints_how_far_the_members_are_apart(self):
        self.train("--target", "size", "--ignore", "kind", "--ensemble", "2", "--epochs", "2", "--network",
                   "dense(5, relu) -> dense(1)", "--loss", "mean_squared", "--optimizer", "adam(0.01)", "--batch", "8")
        self.assertRegex(self.run_lithe("predict", "m.safetensors", "t.csv").stdout, r"(?m)^row 1: \S+ ± \S+$")
        first = json.loads(self.run_lithe("predict", "m.safetensors", "t.csv", "--json").stdout)[0]
        self.assertGreaterEqual(first["std"]["size"], 0)

    def test_json(self):
        result = json.loads(self.train("--target", "kind", "--ignore", "size", *NETWORK, "--ensemble", "2",
                                       "--json").stdout)
        self.assertEqual([one["seed"] for one in result["members"]], [1, 2])
        self.assertEqual((result["model"], result["score"]), ("m.safetensors", "accuracy"))
        self.assertGreater(result["ensemble"], 0.5)

    def test_options_of_a_single_training(self):
        for option in (["--cv", "3"], ["--seeds", "2"], ["--state", "s.state"], ["--watch", "gradients"], ["--explain"],
                       ["--unknown", "energy"], ["--curve", "c.svg"], ["--profile", "p"]):
            error = self.train("--target", "kind", *NETWORK, "--ensemble", "2", *option, status=2).stderr
            self.assertIn(f"{option[0]} is for a single training", " ".join(error.split()))


if __name__ == "__main__":
    unittest.main()
