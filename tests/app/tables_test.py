"""Tables from training to answers."""

import json
import os
import unittest

from support import AppTest


class Tables(AppTest):
    """A table from end to end: text and missing values in, classes or numbers out."""

    def setUp(self):
        super().setUp()
        lines = ["size,colour,weight,kind"]
        for i in range(300):
            kind = ["apple", "melon", "plum"][i % 3]
            size = {"apple": 8, "melon": 25, "plum": 4}[kind] + i % 5 / 10
            weight = "" if i % 50 == 7 else f"{size * 20 + i % 7}"
            lines.append(f'{size},"{["red", "green"][i % 2]}",{weight},{kind}')
        self.table = os.path.join(self.folder, "fruit.csv")
        with open(self.table, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def train_table(self, *arguments):
        return self.run_lithe("train", "--data", self.table, "--batch", "10", "--threads", "1",
                              "--missing", "mean", "--output", "t.safetensors", *arguments)

    def test_classes(self):
        out = self.train_table("--network", "dense(12, relu) -> dense(3)", "--loss",
                               "cross_entropy", "--optimizer", "adam(0.02)", "--epochs", "8").stdout
        self.assertIn("\ninput(4) -> standardize -> dense(12, relu) -> dense(3)\n", out)
        self.assertIn("3 classes: apple 100, melon 100, plum 100", out)
        self.assertIn("60/60", out)
        self.assertRegex(self.run_lithe("evaluate", "t.safetensors", "--data", self.table).stdout,
                         r"^(59|60)/60 ")
        fresh = os.path.join(self.folder, "fresh.csv")
        with open(fresh, "w", encoding="utf-8") as file:
            file.write("weight,colour,size\n500,red,25\n80,green,4\n")  # another order, no answers
        rows = json.loads(self.run_lithe("predict", "t.safetensors", fresh, "--json").stdout)
        self.assertEqual([row["class"] for row in rows], ["melon", "plum"])
        card = json.loads(self.run_lithe("show", "t.safetensors", "--json").stdout)
        self.assertEqual(card["class_names"], ["apple", "melon", "plum"])
        self.assertIn("standardize", self.run_lithe("show", "t.safetensors").stdout)

    def test_numbers(self):
        out = self.train_table("--target", "weight", "--ignore", "kind", "--missing", "drop",
                               "--network", "dense(16, tanh) -> dense(1)", "--loss", "huber",
                               "--optimizer", "adam(one_cycle(0.1))", "--epochs", "30",
                               "--validation", "20%", "--patience", "30")
        self.assertRegex(out.stdout, r"Epoch 30: rmse [\d.]+ .*\n  validation  loss [\d.]+")

    def test_mistakes_name_line_and_column(self):
        error = self.run_lithe("train", "--data", self.table, "--network", "dense(3)", "--missing",
                               "error", status=1).stderr
        for part in ["fruit.csv", "line 9", "weight", "missing"]:
            self.assertIn(part, error)


if __name__ == "__main__":
    unittest.main()
