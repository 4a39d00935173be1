"""What is chosen, said and answered where `lithe train` is given a table and nothing more."""

import json
import os
import random
import unittest

from support import AppTest


class Defaults(AppTest):
    """Tables of one task each, small enough to train in a moment."""

    def write(self, name, header, rows):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
        return path

    def train(self, table, *options):
        return self.run_lithe("train", "--data", table, "--threads", "1", "--output",
                              "d.safetensors", *options).stdout

    def labels(self):
        rng = random.Random(1)
        rows = []
        for _ in range(300):
            x, y = rng.gauss(0, 1), rng.gauss(0, 1)
            rows.append((round(x, 4), round(y, 4), int(x > 0), int(y > 0), int(x + y > 0)))
        return self.write("labels.csv", "x,y,right,upper,far", rows)

    LABELS = ["--target", "right", "--target", "upper", "--target", "far"]

    def test_labels(self):
        out = self.train(self.labels(), *self.LABELS)
        self.assertIn("binary_cross_entropy", out)
        self.assertRegex(out, r"Epoch 1: \d+/60 +[\d.]+% all labels right")
        self.assertNotIn("rmse", out)
        card = json.loads(self.run_lithe("show", "d.safetensors", "--json").stdout)
        self.assertNotIn("rmse", json.dumps(card))
        fresh = self.write("fresh.csv", "x,y", [(2, 2), (-2, -2)])
        answers = self.run_lithe("predict", "d.safetensors", fresh).stdout.splitlines()
        self.assertRegex(answers[0],
                         r"^row 1: right \([\d.]+\), upper \([\d.]+\), far \([\d.]+\)$")
        self.assertRegex(answers[1], r"^row 2: no label; the most probable is \w+ \([\d.]+\)$")
        rows = json.loads(self.run_lithe("predict", "d.safetensors", fresh, "--json").stdout)
        self.assertEqual(rows[0]["labels"], ["right", "upper", "far"])
        self.assertEqual(rows[1]["labels"], [])
        self.assertEqual(sorted(rows[0]["probabilities"]), ["far", "right", "upper"])

    def test_scores_of_labels(self):
        table = self.labels()
        self.train(table, *self.LABELS)
        text = self.run_lithe("evaluate", "d.safetensors", "--data", table).stdout
        for line in (r"all labels right", r"\n  upper: accuracy [\d.]+%  F1 [\d.]+",
                     r"\n  all labels: accuracy [\d.]+%  micro F1 [\d.]+  macro F1 [\d.]+"):
            self.assertRegex(text, line)
        report = json.loads(
            self.run_lithe("evaluate", "d.safetensors", "--data", table, "--json").stdout)
        self.assertEqual([one["label"] for one in report["labels"]], ["right", "upper", "far"])
        self.assertAlmostEqual(report["subset_accuracy"], report["correct"] / report["total"])
        self.assertGreater(report["micro"]["f1"], 0.9)
        self.assertNotIn("rmse", report)
        self.run_lithe("evaluate", "d.safetensors", "--data", table, "--report", "page")
        with open(os.path.join(self.folder, "page", "index.html"), encoding="utf-8") as file:
            page = file.read()
        for words in ("subset accuracy", "micro F1", "<h2>Labels</h2>", "Permutation importance"):
            self.assertIn(words, page)

    def test_several_numbers_are_named(self):
        rng = random.Random(2)
        rows = []
        for _ in range(200):
            x = rng.gauss(0, 1)
            rows.append((round(x, 4), round(1000 * x + 5000, 3), round(-x, 4)))
        table = self.write("numbers.csv", "x,price,depth", rows)
        out = self.train(table, "--target", "price", "--target", "depth")
        self.assertIn("mean_squared", out)
        text = self.run_lithe("evaluate", "d.safetensors", "--data", table).stdout
        self.assertRegex(text, r"\n  price: rmse [\d.]+ .*\n  depth: rmse [\d.]+ ")
        report = json.loads(
            self.run_lithe("evaluate", "d.safetensors", "--data", table, "--json").stdout)
        self.assertEqual([one["target"] for one in report["values"]], ["price", "depth"])
        self.assertLess(report["values"][0]["rmse"], 300, "in its own units, whose spread is 1000")

    def rare(self):
        rng = random.Random(3)
        return self.write("rare.csv", "x,y,kind", [
            (round(rng.gauss(0 if i % 20 else 1.5, 1), 4), round(rng.gauss(0, 1), 4),
             "usual" if i % 20 else "rare") for i in range(400)])

    def test_a_class_that_is_never_predicted_is_named(self):
        options = ["--epochs", "5", "--optimizer", "sgd(0.01)"]
        out = self.train(self.rare(), *options)
        self.assertRegex(out, r"Never predicted .* this class: rare; --balanced")
        # The remedy works, and is not named again.
        self.assertNotIn("Never predicted", self.train(self.rare(), "--balanced", "--epochs", "40"))
        found = json.loads(self.train(self.rare(), *options, "--json"))
        self.assertEqual(found["never_predicted"], ["rare"])

    def test_inputs_without_scale_are_diagnosed(self):
        rng = random.Random(4)
        rows = []
        for _ in range(300):
            x, big = rng.gauss(0, 1), rng.gauss(0, 1) * 1e6
            rows.append((round(x, 4), round(big, 2), "yes" if x > 0 else "no"))
        table = self.write("big.csv", "x,income,kind", rows)
        network = ["--network", "dense(8, relu) -> dense(2)"]
        raw = [*network, "--no-standardize", "--epochs", "4"]
        out = self.train(table, *raw, "--optimizer", "adam(0.001)")
        self.assertRegex(out, r"Diagnosis: the inputs are not scaled: .* of income")
        # Here the loss soon is no number.
        error = self.run_lithe("train", "--data", table, *raw, "--optimizer", "sgd(0.1)",
                               status=1).stderr
        self.assertRegex(error, r"Diagnosis: the inputs are not scaled: .* of income")
        self.assertNotIn("Diagnosis", self.train(table, *network))

    def test_numbers_of_categories_stay_as_they_are(self):
        rng = random.Random(5)
        rows = [tuple(rng.randrange(9) for _ in range(4)) for _ in range(300)]
        table = self.write("numbers.csv", "a,b,c,d,kind",
                           [(*row, "even" if row[3] % 2 == 0 else "odd") for row in rows])
        out = self.train(table, "--network", "embedding(9, 8) -> last -> dense(2)", "--epochs", "20",
                         "--optimizer", "adam(0.05)")
        self.assertNotIn("standardize", out)
        self.assertIn("Epoch 20: 60/60", out)


if __name__ == "__main__":
    unittest.main()
