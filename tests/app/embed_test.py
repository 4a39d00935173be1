"""Columns of a table that are embedded, from the file to answers and the report."""

import json
import os
import unittest

from support import AppTest

SHOPS = 40


def sold(i):
    return (i % SHOPS) * 7 % 11 + i % 3


def table(rows=600, first="s"):
    lines = ["shop,size,sold"]
    lines += [f"{first}{i % SHOPS},{i % 3},{sold(i)}" for i in range(rows)]
    return "\n".join(lines) + "\n"


TRAIN = ["train", "--data", "shops.csv", "--task", "regression", "--network", "dense(16, relu) -> dense(1)",
         "--loss", "mean_squared", "--optimizer", "adam(0.02)", "--batch", "16", "--epochs", "15", "--threads", "1",
         "--output", "m.safetensors"]


class Embed(AppTest):
    def setUp(self):
        super().setUp()
        self.write("shops.csv", table())

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def fails(self, problem, *words, status=1):
        told = " ".join(self.run_lithe(*words, status=status).stderr.split())
        self.assertIn(problem, told)

    def test_a_model_learns_numbers_for_each_category(self):
        out = self.run_lithe(*TRAIN, "--embed", "shop=4").stdout
        self.assertIn("category of 40, 4 learned numbers for each", out)
        shown = " ".join(self.run_lithe("show", "m.safetensors").stdout.split())
        self.assertIn("input(2) -> standardize -> embed_columns(41x4, 1) -> dense(16, relu) -> dense(1)", shown)
        score = json.loads(self.run_lithe("evaluate", "m.safetensors", "--json", "--report", "report").stdout)
        self.assertLess(score["rmse"], 1.5)
        self.write("fresh.csv", "size,shop\n0,s3\n1,s3\n1,new\n")
        told = self.run_lithe("predict", "m.safetensors", "fresh.csv", "--json")
        answers = json.loads(told.stdout)
        self.assertEqual(len(answers["predictions"] if isinstance(answers, dict) else answers), 3)
        self.assertIn("a category that is not known", " ".join(told.stderr.split()))

    def test_auto_embeds_columns_of_many_categories(self):
        out = self.run_lithe("data", "show", "shops.csv", "--embed", "auto").stdout
        self.assertIn("category of 40, 13 learned numbers for each", out)

    def test_a_network_that_says_its_input(self):
        self.run_lithe(*TRAIN, "--embed", "shop=4", "--network", "input(2) -> dense(1)", "--epochs", "1")
        shown = " ".join(self.run_lithe("show", "m.safetensors").stdout.split())
        self.assertIn("input(2) -> embed_columns(41x4, 1) -> dense(1)", shown)

    def test_windows_of_rows_with_an_embedded_column(self):
        for network, sentence in (("gru(4) -> dense(1)", "input(5x3) -> standardize -> embed_columns(41x2, 2) -> gru(4)"),
                                  ("dense(1)", "input(15) -> standardize -> embed_columns(41x2, 2) -> dense(1)")):
            self.run_lithe(*TRAIN, "--window", "5", "--embed", "shop=2", "--network", network, "--epochs", "1")
            self.assertIn(sentence, " ".join(self.run_lithe("show", "m.safetensors").stdout.split()))
            self.run_lithe("evaluate", "m.safetensors")

    def test_training_goes_on_with_the_same_categories_alone(self):
        self.run_lithe(*TRAIN, "--embed", "shop=4")
        again = ["train", "--data", "shops.csv", "--task", "regression", "--epochs", "1", "--threads", "1",
                 "--from", "m.safetensors", "--output", "n.safetensors"]
        self.run_lithe(*again, "--embed", "shop=4")
        self.fails("learned numbers for other categories", *again)
        self.write("shops.csv", table(first="t"))
        self.fails("learned numbers for other categories", *again, "--embed", "shop=4")

    def test_mistakes(self):
        for words, problem, status in (("shop=0", "does not say how many learned numbers", 2),
                                       ("shop=x", "does not say how many learned numbers", 2),
                                       ("shop,shop", "named twice", 1), ("shp", "no column 'shp'", 1)):
            with self.subTest(words):
                self.fails(problem, *TRAIN, "--embed", words, status=status)
        self.fails("embedding takes rows of categories alone", *TRAIN, "--embed", "shop", "--network",
                   "embedding(9, 2) -> last -> dense(1)", status=2)


if __name__ == "__main__":
    unittest.main()
