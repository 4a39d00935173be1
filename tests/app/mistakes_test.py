"""Errors: what was wrong, where, and what to do."""

import os
import unittest

from support import AppTest, DIGITS


class Mistakes(AppTest):
    def error(self, *arguments, status):
        result = self.run_lithe(*arguments, status=status)
        self.assertEqual([f for f in os.listdir(self.folder)
                          if f not in ("cache", "bad", "empty")], [])
        return result.stderr + result.stdout

    def train_error(self, *arguments, status=2):
        return self.error("train", *DIGITS, *arguments, status=status)

    def test_sentences(self):
        out = self.train_error("--network", "dense(30) -> dence(10)")
        self.assertIn("no layer is called 'dence'", out)
        self.assertIn("^^^^^", out)
        self.assertIn("try: dense", out)
        self.assertIn("at most", self.train_error("--network", "x" * 100000))
        self.assertIn("try: flatten", self.train_error(
            "--network", "input(28x28) -> dense(10)").replace("put flatten", "try: flatten"))
        self.assertIn("784", self.train_error("--network", "input(700) -> dense(10)"))
        self.assertIn("from 1 to", self.train_error("--network", "dense(0)"))
        self.assertIn("40x40 does not fit into an image of 28x28", self.train_error(
            "--network", "conv2d(4, 40x40, padding=0) -> flatten -> dense(10)"))
        self.assertIn("quadratic", self.train_error("--loss", "quadratik"))
        self.assertIn("above 0", self.train_error("--optimizer", "sgd(-1)"))

    def test_numbers(self):
        self.train_error("--threads", "0")
        self.train_error("--threads", "1000000")
        self.train_error("--batch", "0")
        self.assertIn("2000", self.train_error("--batch", "2001"))
        self.assertIn("60000", self.train_error("--examples", "70000"))
        self.assertIn("avx2" if "avx2" in self.run_lithe("info").stdout else "scalar",
                      self.train_error("--isa", "mmx"))
        self.train_error("--precision", "float16")
        self.assertIn("learning", self.train_error("--optimizer", "sgd()"))

    def test_numbers_that_are_other_than_meant(self):
        for option, value, words in (
                ("--seed", "-1", "a whole number, 0 or more"),
                ("--seed", "18446744073709551616", "a whole number, 0 or more"),
                ("--epochs", "010", "from 0 to 1000000"),
                ("--epochs", "1e1", "from 0 to 1000000"),
                ("--per-class", "-1", "a whole number, 1 or more"),
                ("--validation", "200%", "10%"),
                ("--class-weights", "-1" + 9 * ",1", "from 0 to 1000000"),
                ("--class-weights", "nan" + 9 * ",1", "from 0 to 1000000"),
                ("--class-weights", "1e300" + 9 * ",1", "from 0 to 1000000"),
                ("--class-weights", "0" + 9 * ",0", "numbers above 0")):
            out = self.train_error(option, value)
            self.assertIn(option, out)
            self.assertIn(words, out)
        self.assertIn("--validation", self.train_error("--validation", "nan"))

    def test_lines_of_a_recipe(self):
        for text, words in (("epochs = 2\nstray line\n", "'stray line' is no line of a recipe at line 2"),
                            ("epochs =\n", "at line 1 of"),
                            ("2[, =[\n", "'2[, =[' is no line of a recipe at line 1"),
                            ("epochs\n", "at line 1 of"),
                            ("epochs = [\"", "'epochs' has no value at line 1 of"),
                            ("# it\nepochs = 2\n\nepochs = 3\n",
                             "'epochs' stands in line 2 already at line 4 of"),
                            ("epochs = 2\nepoch = 3\n", "at line 2 of"),
                            ("loss = \"quadratic\"\nepochs = -3\n", "at epochs, line 2 of"),
                            ("[part]\nepochs = 3\n", "'[part]' is no line of a recipe at line 1")):
            with open(os.path.join(self.folder, "bad"), "w") as file:
                file.write(text)
            self.assertIn(words, self.error("train", "./bad", status=2))

    def test_recipes(self):
        self.assertIn("try: seed", self.error("train", "sead", status=2))
        with open(os.path.join(self.folder, "bad"), "w") as file:
            file.write('learning_speed = 3\n')
        self.assertIn("learning_speed", self.error("train", "./bad", status=2))

    def test_files(self):
        os.mkdir(os.path.join(self.folder, "empty"))
        self.assertIn("lithe data fetch mnist",
                      self.train_error("--data", "mnist", "--data-dir", "empty", status=1))
        self.assertIn("no folder", self.train_error("--output", "there/is/none"))
        self.error("evaluate", "nothing.safetensors", "--data", "digits", status=1)
        with open(os.path.join(self.folder, "bad"), "wb") as file:
            file.write(b"\xff" * 100)
        self.assertIn("bad", self.error("evaluate", "bad", "--data", "digits", status=1))

    def test_a_rate_that_explodes(self):
        out = self.train_error("--network", "dense(30, relu) -> dense(10)", "--optimizer",
                               "sgd(1e5)", status=1)
        self.assertRegex(out, r"step \d+ of the training")
        self.assertIn("smaller learning rate", out)

    def test_a_fetch_that_cannot_be(self):
        # Nobody listens on the discard port of this machine.
        out = self.error("data", "fetch", "mnist", "--data-dir", "empty", "--mirror",
                         "http://127.0.0.1:9/", status=1)
        self.assertIn("127.0.0.1:9", out)


if __name__ == "__main__":
    unittest.main()
