"""Texts as examples: from the column of a table, or a folder, to a model and its answers."""

import csv
import json
import os
import random
import unittest

from support import AppTest

WORDS = {"ham": "meeting lunch report project monday".split(), "spam": "free money win now offer".split()}
COMMON = "the a you to and of is it".split()
TRAIN = ["train", "--epochs", "8", "--optimizer", "adam(0.02)", "--batch", "16", "--threads", "1",
         "--output", "m.safetensors"]


def mails(count, seed):
    """(class, text), told apart by words; many lines and quotes, and words that come once."""
    draw = random.Random(seed)
    rows = []
    for i in range(count):
        kind = ("ham", "spam")[i % 2]
        words = [draw.choice(COMMON + WORDS[kind]) for _ in range(draw.randrange(8, 40))] + [f"word{seed}x{i}"]
        draw.shuffle(words)
        words[3] = '"' + words[3] + '",\n'
        rows.append((kind, " ".join(words)))
    return rows


class TextColumn(AppTest):
    def setUp(self):
        super().setUp()
        self.write_table("mails.csv", mails(200, 1))
        self.write_table("new.csv", mails(40, 2))

    def write_table(self, name, rows, header=("label", "body")):
        with open(os.path.join(self.folder, name), "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])

    def write_folder(self, name, rows):
        for i, (kind, text) in enumerate(rows):
            folder = os.path.join(self.folder, name, kind)
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, f"{i:03}" + ("", ".txt")[i // 2 % 2]), "w", encoding="utf-8") as file:
                file.write(text)

    def answers(self, file):
        return json.loads(self.run_lithe("predict", "m.safetensors", file, "--json").stdout)

    def accuracy(self, *arguments):
        return json.loads(self.run_lithe("evaluate", "m.safetensors", "--json", *arguments).stdout)["accuracy"]

    def test_a_model_tells_texts_apart(self):
        out = self.run_lithe(*TRAIN, "--data", "mails.csv", "--text", "words", "--target", "label").stdout
        self.assertIn("texts of 12 to 43 words", out)
        self.assertIn("body   text of ", out)
        self.assertIn("embedding(", out)
        self.assertIn("mean_over_time", out)
        self.assertGreater(self.accuracy(), 0.95)
        self.assertGreater(self.accuracy("--data", "new.csv"), 0.95)
        given = self.answers("new.csv")
        self.assertEqual(len(given), 40)
        self.assertGreater(sum(one["class"] == kind for one, (kind, _) in zip(given, mails(40, 2))), 37)
        # Without the answers, in another order of the columns, and each alone.
        self.write_table("bare.csv", [(text, 1) for _, text in mails(40, 2)], header=("body", "more"))
        self.assertEqual(self.answers("bare.csv"), given)
        self.write_table("one.csv", [(text,) for _, text in mails(40, 2)][7:8], header=("body",))
        self.assertEqual(self.answers("one.csv")[0]["outputs"], given[7]["outputs"])

    def test_unknown_words_and_empty_texts_have_answers(self):
        self.run_lithe(*TRAIN, "--data", "mails.csv", "--text-column", "body", "--target", "label")
        self.write_table("odd.csv", [("never heard that",), ("",), ("unseen words here",), ("NA",)], header=("body",))
        result = self.run_lithe("predict", "m.safetensors", "odd.csv", "--json")
        given = json.loads(result.stdout)
        self.assertEqual(given[0]["outputs"], given[2]["outputs"])
        self.assertEqual(given[1]["outputs"], given[3]["outputs"])
        self.assertIn("1 text is without a word", result.stderr)

    def test_what_stands_behind_the_window_is_cut_and_told(self):
        shown = self.run_lithe("data", "show", "mails.csv", "--text", "words", "--target", "label", "--window", "10",
                               "--most-words", "15").stdout
        self.assertIn("have more than 10 words, and what stands behind them is left out (--window 20", shown)
        self.assertIn("are none of the 15 that are known", shown)
        self.assertIn("The first text, as it is known", shown)
        self.assertIn("answer: ", shown)
        out = self.run_lithe(*TRAIN, "--data", "mails.csv", "--text-column", "body", "--target", "label", "--window",
                             "10", "--most-words", "15", "--network", "embedding(16, 8) -> gru(8) -> dense(2)").stdout
        self.assertIn("input(10, lengths=true) -> embedding(16, 8)", out)
        self.assertEqual(len(self.answers("new.csv")), 40)

    def test_networks_that_take_the_numbers_of_words_for_quantities_are_refused(self):
        for network, words in (("gru(8) -> dense(2)", "does not begin with an embedding"),
                               ("embedding(20, 4) -> mean_over_time -> dense(2)", "and embedding takes 20")):
            result = self.run_lithe(*TRAIN, "--data", "mails.csv", "--text-column", "body", "--target", "label",
                                    "--network", network, status=2)
            self.assertIn(words, result.stderr)
            self.assertIn("embedding(", result.stderr)

    def test_characters_folds_seeds_and_classes(self):
        text = ["--data", "mails.csv", "--text", "chars", "--target", "label", "--window", "100"]
        out = self.run_lithe(*TRAIN, *text, "--epochs", "1", "--network",
                             "embedding(40, 8) -> gru(8) -> dense(2)").stdout
        self.assertIn("characters", out)
        self.assertIn("3 trainings", self.run_lithe(*TRAIN, *text, "--epochs", "1", "--cv", "3").stdout)
        self.run_lithe(*TRAIN, *text, "--epochs", "1", "--classes", "1,0", "--per-class", "20")

    def test_numbers_are_predicted_from_texts(self):
        self.write_table("marks.csv", [(4.5 if kind == "ham" else 1.25, text) for kind, text in mails(200, 1)])
        self.run_lithe(*TRAIN, "--data", "marks.csv", "--text", "words", "--target", "label", "--task", "regression")
        self.assertLess(json.loads(self.run_lithe("evaluate", "m.safetensors", "--json").stdout)["rmse"], 0.8)

    def test_a_report_shows_words(self):
        self.run_lithe(*TRAIN, "--data", "mails.csv", "--text", "words", "--target", "label", "--epochs", "1",
                       "--optimizer", "sgd(1e-6)")
        self.run_lithe("evaluate", "m.safetensors", "--report", "report")
        with open(os.path.join(self.folder, "report", "index.html"), encoding="utf-8") as page:
            self.assertIn("body = ", page.read())

    def test_a_folder_of_texts(self):
        self.write_folder("mails", mails(200, 1))
        self.write_folder("new", mails(40, 2))
        for arguments in ([], ["--text", "words", "--window", "30"]):
            self.run_lithe(*TRAIN, "--data", "mails", *arguments)
            self.assertGreater(self.accuracy(), 0.9)
            self.assertGreater(self.accuracy("--data", "new"), 0.9)
        given = self.answers("new")
        self.assertEqual(given[0]["input"], "ham/000")
        self.assertEqual(given[1]["input"], "ham/002.txt")
        self.run_lithe(*TRAIN, "--data", "mails", "--test-data", "new")
        self.assertGreater(self.accuracy(), 0.9)
        self.assertIn("class", self.run_lithe("data", "show", "mails").stdout)
        # Also by a model of a table, and a folder without classes.
        self.run_lithe(*TRAIN, "--data", "mails.csv", "--text", "words", "--target", "label")
        self.assertGreater(self.accuracy("--data", "new"), 0.9)
        os.mkdir(os.path.join(self.folder, "flat"))
        for i, (_, text) in enumerate(mails(5, 2)):
            with open(os.path.join(self.folder, "flat", f"{i}.txt"), "w", encoding="utf-8") as file:
                file.write(text)
        self.assertEqual([one["input"] for one in self.answers("flat")], [f"{i}.txt" for i in range(5)])

    def test_learned_numbers_of_other_words_are_not_gone_on_with(self):
        self.run_lithe(*TRAIN, "--data", "mails.csv", "--text", "words", "--target", "label")
        result = self.run_lithe("train", "--data", "new.csv", "--text", "words", "--target", "label", "--from",
                                "m.safetensors", status=1)
        self.assertIn("other categories or words", result.stderr)

    def test_a_table_is_not_taken_for_plain_text(self):
        result = self.run_lithe("train", "--data", "mails.csv", "--text", "words", status=2)
        self.assertIn("--text-column COLUMN --target COLUMN", result.stderr)


if __name__ == "__main__":
    unittest.main()
