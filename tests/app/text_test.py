"""Text: from a plain file to a model that goes on with it."""

import json
import math
import os
import re
import unittest

from support import AppTest

TEXT = "the sea, the sea and the white whale. " * 60
LETTERS = len(set(TEXT))


def train(*arguments, network="embedding(30, 12) -> gru(24, all) -> dense({})", data="book.txt", unit="chars"):
    return ["train", "--data", data, "--text", unit, "--window", "16", "--network", network.format(LETTERS),
            "--loss", "cross_entropy", "--optimizer", "adam(0.01)", "--batch", "4", "--epochs", "6", "--threads", "1",
            "--output", "m.safetensors", *arguments]


class Text(AppTest):
    def setUp(self):
        super().setUp()
        self.write("book.txt", TEXT)

    def write(self, name, content):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def generate(self, *arguments):
        return self.run_lithe("predict", "m.safetensors", "--text", *arguments).stdout

    def test_a_model_learns_a_text_and_goes_on_with_it(self):
        out = self.run_lithe(*train()).stdout
        self.assertIn(f"{len(TEXT)} characters, {LETTERS} different", out)
        self.assertIn("bits a character", out)
        self.assertIn("examples/s", out)
        score = json.loads(self.run_lithe("evaluate", "m.safetensors", "--json").stdout)
        self.assertEqual(score["per"], "character")
        self.assertLess(score["bits"], 1)
        self.assertAlmostEqual(score["bits"], score["loss"] / math.log(2), places=9)
        self.assertAlmostEqual(score["perplexity"], 2 ** score["bits"], places=6)
        self.assertEqual(score["total"] % 16, 0)
        self.assertIn(f"{score['bits']:.4f} bits a character", self.run_lithe("evaluate", "m.safetensors").stdout)
        text = self.generate("the white w", "--length", "31", "--temperature", "0")
        self.assertEqual(text, "the white whale. the sea, the sea and the \n")

    def test_windows_go_on_in_an_evaluation_as_they_did_in_the_training(self):
        network = "embedding(30, 12) -> gru(24, all) -> dense({})"
        out = self.run_lithe(*train("--stateful", "--epochs", "2", "--batch", "3", network=network)).stdout
        trained = re.findall(r"([0-9.]+) bits a character", out)[-1]
        shown = self.run_lithe("evaluate", "m.safetensors").stdout
        self.assertIn("Windows go on where the one before ended, in 3 streams, as in the training", shown)
        bits = json.loads(self.run_lithe("evaluate", "m.safetensors", "--json").stdout)["bits"]
        self.assertAlmostEqual(bits, float(trained), places=3)
        anew = self.run_lithe("evaluate", "m.safetensors", "--no-stateful").stdout
        self.assertIn("Each window begins without a past", anew)
        self.assertNotIn(f"{bits:.4f} bits", anew)
        # A model that was not trained so: one stream.
        self.run_lithe(*train("--epochs", "2", network=network))
        self.assertNotIn("Windows go on", self.run_lithe("evaluate", "m.safetensors").stdout)
        self.assertIn("in 1 stream\n", self.run_lithe("evaluate", "m.safetensors", "--stateful").stdout)
        self.assertIn("both go on and begin anew",
                      self.run_lithe("evaluate", "m.safetensors", "--stateful", "--no-stateful", status=2).stderr)

    def test_the_same_seed_makes_the_same_text(self):
        self.run_lithe(*train("--epochs", "1"))
        one = self.generate("the", "--length", "100", "--seed", "3", "--top-k", "5", "--temperature", "0.9")
        self.assertEqual(self.generate("the", "--length", "100", "--seed", "3", "--top-k", "5", "--temperature", "0.9"),
                         one)
        self.assertNotEqual(self.generate("the", "--length", "100", "--seed", "4"), one)
        self.assertEqual(len(one), 104)
        given = json.loads(self.generate("the", "--length", "100", "--seed", "3", "--top-k", "5", "--temperature",
                                         "0.9", "--json"))
        self.assertEqual(given["prompt"] + given["text"] + "\n", one)

    def test_another_text_is_judged_as_a_whole_and_the_own_one_by_its_end(self):
        self.run_lithe(*train("--test-share", "0.25"))
        self.write("other.txt", TEXT[:340])
        other = json.loads(self.run_lithe("evaluate", "m.safetensors", "--data", "other.txt", "--json").stdout)
        self.assertEqual(other["total"], 336)  # 21 windows of 16
        own = json.loads(self.run_lithe("evaluate", "m.safetensors", "--json").stdout)
        self.assertEqual(own["total"], (len(TEXT) // 4 - 1) // 16 * 16)
        whole = json.loads(self.run_lithe("evaluate", "m.safetensors", "--all-rows", "--json").stdout)
        self.assertEqual(whole["total"], (len(TEXT) - 1) // 16 * 16)
        self.write("other.txt", TEXT[:200] + "Q" + TEXT)
        result = self.run_lithe("evaluate", "m.safetensors", "--data", "other.txt", status=1)
        self.assertIn("'Q' is not among the", result.stderr)
        self.assertIn("line 1, byte 201", result.stderr)

    def test_words_and_bytes(self):
        self.run_lithe(*train(unit="words", network="embedding(8, 12) -> gru(24, all) -> dense(8)"))
        text = self.generate("the sea, the", "--length", "4", "--temperature", "0")
        self.assertEqual(text, "the sea, the sea and the white\n")
        self.assertIn("bits a word", self.run_lithe("evaluate", "m.safetensors").stdout)
        self.write("some.bin", bytes(i * 7 % 256 for i in range(2000)))
        self.run_lithe(*train(unit="bytes", data="some.bin",
                              network="embedding(256, 12) -> position -> transformer(2, 8, causal) -> dense(256)"))
        self.assertIn("bits a byte", self.run_lithe("evaluate", "m.safetensors").stdout)

    def test_data_show_prints_the_first_window_and_its_answer(self):
        out = self.run_lithe("data", "show", "book.txt", "--text", "chars", "--window", "10").stdout.splitlines()
        self.assertEqual(out[-2:], ["  the sea, t", "  he sea, th"])
        shown = json.loads(self.run_lithe("data", "show", "book.txt", "--text", "words", "--window", "8", "--json").stdout)
        self.assertEqual((shown["unit"], shown["vocabulary"]), ("words", 8))

    def test_a_network_is_chosen_for_a_text(self):
        out = self.run_lithe("train", "--data", "book.txt", "--text", "chars", "--window", "16", "--examples", "16",
                             "--epochs", "1", "--threads", "1").stdout
        self.assertIn(f'Chosen by the data: --network "embedding({LETTERS}, 64) -> lstm(256, all)', out)
        self.assertIn("--batch 16", out)

    def test_a_report_has_bits_and_perplexity(self):
        self.run_lithe(*train("--epochs", "1"))
        self.run_lithe("evaluate", "m.safetensors", "--report", "report")
        with open(os.path.join(self.folder, "report", "index.html"), encoding="utf-8") as page:
            content = page.read()
        self.assertIn("bits a character", content)
        self.assertIn("perplexity", content)

    def test_a_training_goes_on_from_its_state_to_the_same_bits(self):
        whole = train("--epochs", "3")
        self.run_lithe(*whole, "--json")
        with open(os.path.join(self.folder, "m.safetensors"), "rb") as file:
            expected = file.read()
        self.run_lithe(*train("--epochs", "1"), "--state", "s")
        self.run_lithe(*whole, "--state", "s", "--resume")
        with open(os.path.join(self.folder, "m.safetensors"), "rb") as file:
            self.assertEqual(len(file.read()), len(expected))


if __name__ == "__main__":
    unittest.main()
