"""What `lithe predict` gives: the same in every form, and safe to print."""

import csv
import json
import os
import subprocess
import unittest
import zipfile

from support import LITHE, AppTest, write_png

RED, TAB = "re\x1b[31md", "bl\tue"


class Answers(AppTest):
    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8", newline="") as file:
            return file.read()

    def train(self, kinds=("x", "y"), *options):
        self.write("t.csv", "a,b,kind\n" + "".join(
            f'{i},{i * 7 % 11},"{kinds[i % 2]}"\n' for i in range(60)))
        self.write("new.csv", "a,b\n1,2\n3,4\n5,6\n")
        return self.run_lithe("train", "--data", "t.csv", "--epochs", "2", "--output",
                              "m.safetensors", *options)

    def test_every_form_says_the_same(self):
        self.train()
        for name in ("a.csv", "a.json", "a.npz"):
            self.assertEqual(self.run_lithe("predict", "m.safetensors", "new.csv", "--output",
                                            name).stdout, f"3 answers: {name}\n")
        printed = self.run_lithe("predict", "m.safetensors", "new.csv", "--json").stdout
        self.assertEqual(printed, self.read("a.json"))
        rows = list(csv.DictReader(self.read("a.csv").splitlines()))
        answers = json.loads(printed)
        self.assertEqual([row["input"] for row in rows], ["row 1", "row 2", "row 3"])
        for row, answer in zip(rows, answers):
            self.assertEqual((row["input"], row["class"]), (answer["input"], answer["class"]))
            for name in ("x", "y"):
                self.assertAlmostEqual(float(row["probability of " + name]),
                                       answer["probabilities"][name], places=6)
        with zipfile.ZipFile(os.path.join(self.folder, "a.npz")) as archive:
            self.assertEqual(sorted(archive.namelist()),
                             ["class.npy", "columns.npy", "input.npy", "values.npy"])
        lines = self.run_lithe("predict", "m.safetensors", "new.csv").stdout.splitlines()
        self.assertEqual([line.split(" (")[0] for line in lines],
                         [f"{a['input']}: {a['class']}" for a in answers])

    def test_numbers_have_the_names_of_their_targets(self):
        self.train(("0.5", "1.5"), "--target", "kind", "--target", "b")
        answer = json.loads(self.run_lithe("predict", "m.safetensors", "new.csv", "--json").stdout)[0]
        self.assertEqual(answer["values"], dict(zip(("b", "kind"), answer["outputs"])))

    def test_where_rows_come_from(self):
        self.train()
        with open(os.path.join(self.folder, "new.csv"), encoding="utf-8") as file:
            piped = subprocess.run([LITHE, "predict", "m.safetensors", "-"], cwd=self.folder,
                                   env=self.environment, stdin=file, capture_output=True, text=True,
                                   timeout=120, check=True).stdout
        self.assertEqual(piped, self.run_lithe("predict", "m.safetensors", "new.csv").stdout)
        self.write("new2.csv", "a,b\n7,8\n")
        both = self.run_lithe("predict", "m.safetensors", "new*.csv").stdout
        self.assertEqual([line.split(":")[0] for line in both.splitlines()],
                         ["new.csv, row 1", "new.csv, row 2", "new.csv, row 3", "new2.csv, row 1"])

    def test_rows_keep_their_numbers_where_others_are_left_out(self):
        self.train()
        self.write("new.csv", "a,b\n,9\n1,2\n,4\n,4\n5,6\n7,8\n,1\n")
        result = self.run_lithe("predict", "m.safetensors", "new.csv", "--missing", "drop")
        self.assertEqual([line.split(":")[0] for line in result.stdout.splitlines()],
                         ["row 2", "row 5", "row 6"])
        self.assertIn("new.csv: 4 rows are left out", result.stderr)

    def test_what_cannot_be_written_is_told_before(self):
        self.train()
        error = self.run_lithe("predict", "m.safetensors", "new.csv", "--output", "no/a.csv",
                               status=2).stderr
        self.assertIn("there is no folder 'no'", error)

    def test_no_control_character_reaches_the_terminal(self):
        """Of class names, columns, files and folders."""
        shown = self.train((RED, TAB)).stdout
        self.write("\x1bnew.csv", "a,b\n1,2\n")
        for arguments in (["data", "show", "t.csv"], ["evaluate", "m.safetensors"],
                          ["predict", "m.safetensors", "new.csv"],
                          ["predict", "m.safetensors", "\x1bnew.csv", "new.csv"]):
            result = self.run_lithe(*arguments)
            shown += result.stdout + result.stderr
        self.assertNotIn("\x1b", shown)
        self.assertNotIn("\t", shown)
        self.assertIn("re\\x1b[31md", shown)
        self.assertIn("\\x1bnew.csv, row 1: ", shown)
        for name in (RED, "plain"):
            os.makedirs(os.path.join(self.folder, "bars", name))
            for i in range(4):
                write_png(os.path.join(self.folder, "bars", name, f"\x07{i}.png"), [[i] * 8] * 8)
        shown = self.run_lithe("train", "--data", "bars", "--epochs", "1", "--output", "p.safetensors").stdout
        shown += self.run_lithe("data", "show", "bars").stdout
        shown += self.run_lithe("predict", "p.safetensors", "bars").stdout
        self.assertNotRegex(shown, "[\x07\x1b]")
        # Programs get the names as they are.
        answers = json.loads(self.run_lithe("predict", "p.safetensors", "bars", "--json").stdout)
        self.assertIn(RED, answers[0]["probabilities"])


if __name__ == "__main__":
    unittest.main()
