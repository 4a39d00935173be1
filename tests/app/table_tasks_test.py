"""Tables: what a model can be shown, several targets and labels, and what is told of it."""

import json
import os
import random
import re
import subprocess
import unittest

from support import LITHE, TableTest, check_words, write_png


class TableTasks(TableTest):
    def setUp(self):
        super().setUp()
        self.random = random.Random(2)

    def error(self, *words):
        """An error's text in one line."""
        result = subprocess.run([LITHE, *words], cwd=self.folder, env=self.environment,
                                capture_output=True, text=True, check=False)
        self.assertIn(result.returncode, (1, 2), result.stdout + result.stderr)
        check_words(self, result)
        return re.sub(r"\s+", " ", result.stderr)

    def two_targets(self, name, write):
        lines = ["a,b,u,v"]
        for _ in range(200):
            a, b = self.random.random(), self.random.random()
            lines.append(f"{a:.3f},{b:.3f},{write(a)},{write(b)}")
        return self.write(name, lines)

    def test_a_model_takes_its_own_kind(self):
        table = self.write("t.csv", ["a,b,c,d,y", *(",".join(f"{self.random.random():.3f}" for _ in range(4))
                                                    + f",{'pq'[i % 2]}" for i in range(60))])
        for kind in "pq":
            os.makedirs(os.path.join(self.folder, "pictures", kind))
            for i in range(12):
                write_png(os.path.join(self.folder, "pictures", kind, f"{i}.png"),
                          [[self.random.randrange(256) for _ in range(2)] for _ in range(2)])
        self.run_lithe("train", "--data", table, "--epochs", "1", "--output", "table.safetensors")
        self.run_lithe("train", "--data", "pictures", "--size", "2x2", "--network", "flatten -> dense(2)",
                       "--epochs", "1", "--output", "pictures.safetensors")
        for words in (["predict", "table.safetensors", "pictures/p/0.png"],
                      ["predict", "table.safetensors", "pictures"],
                      ["evaluate", "table.safetensors", "--data", "pictures"]):
            error = self.error(*words)
            self.assertIn("trained on the columns of a table (a, b, c, d), and this is a", error)
            self.assertIn("pictures", error)
        for words in (["predict", "pictures.safetensors", table],
                      ["evaluate", "pictures.safetensors", "--data", table]):
            error = self.error(*words)
            self.assertIn("trained on images, and this is a table", error)
            self.assertIn("t.csv", error)
        self.assertIn("lithe predict table.safetensors t.csv",
                      self.error("predict", "t.csv", "table.safetensors"))
        self.assertIn("lithe evaluate MODEL", self.error("evaluate", "t.csv"))
        self.run_lithe("predict", "table.safetensors", table)
        self.run_lithe("predict", "pictures.safetensors", "pictures")

    def test_labels(self):
        for write in (lambda x: int(x > .5), lambda x: "ja" if x > .5 else "nein",
                      lambda x: "oui" if x > .5 else "non"):
            path = self.two_targets("t.csv", write)
            options = ["--target", "u", "--target", "v"]
            out = self.train(path, *options, "--epochs", "20").stdout
            self.assertRegex(out, r"all labels right")
            self.assertIn("--loss binary_cross_entropy", re.sub(r"\s+", " ", out))
            self.assertRegex(self.run_lithe("evaluate", "m.safetensors").stdout,
                             r"(3[6-9]|40)/40 \S+ all labels right")
        folds = self.train(path, *options, "--epochs", "20", "--cv", "3").stdout
        self.assertRegex(folds, r"Fold 1 of 3: \d+/67 \S+ all labels right")
        share = float(re.search(r"All labels right ([\d.]+)%, standard deviation", folds)[1])
        self.assertGreater(share, 80)
        run = json.loads(self.train(path, *options, "--epochs", "5", "--cv", "2", "--json").stdout)
        self.assertEqual(run["score"], "subset_accuracy")
        new = self.write("new.csv", ["a,b", "0.95,0.02", "0.03,0.9", "0.9,0.97"])
        self.run_lithe("predict", "m.fold1.safetensors", new, "--output", "a.csv")
        with open(os.path.join(self.folder, "a.csv"), encoding="utf-8") as file:
            self.assertEqual([line.split(",")[1] for line in file.read().splitlines()[1:]],
                             ["u", "v", "u; v"])
        self.run_lithe("evaluate", "m.fold1.safetensors", "--report", "report")

    def test_targets_that_do_not_fit(self):
        labels = self.two_targets("labels.csv", lambda x: int(x > .5))
        texts = self.two_targets("texts.csv", lambda x: "rot" if x > .5 else "blau")
        both = ["--target", "u", "--target", "v"]
        train = ["train", "--epochs", "1", "--data"]
        for words, parts in (
                ([*train, labels, "--target", "u", "--task", "multi-label"],
                 ["several labels are several targets", "--task classification"]),
                ([*train, texts, *both, "--task", "classification"],
                 ["the classes of one target", "--target \"u\" alone"]),
                ([*train, texts, *both], ["has texts such as", "line 2, column 3", "--target \"u\" alone"]),
                ([*train, labels, "--target", "u,v"], ["--target u --target v"]),
                ([*train, labels, *both, "--network", "dense(2, sigmoid)"], ["leave sigmoid out at the end"]),
                (["train", "labels.csv"], ["no recipe", "--data labels.csv"])):
            error = self.error(*words)
            for part in parts:
                self.assertIn(part, error)
        with open(os.path.join(self.folder, "t.libsvm"), "w", encoding="utf-8") as file:
            file.writelines(f"{i % 2} 1:{i % 7}\n" for i in range(60))
        self.assertIn("the file has one target", self.error(*train, "t.libsvm", "--task", "multi-label"))
        self.run_lithe(*train, texts, "--target", "u")
        self.run_lithe(*train, labels, *both, "--network", "dense(2)")

    def test_each_target_has_its_score(self):
        path = self.write("t.csv", ["a,b,u,v", *(f"{a:.3f},{b:.3f},{3 * a:.4f},{30000 * b + a:.2f}" for a, b in (
            (self.random.random(), self.random.random()) for _ in range(200)))])
        options = ["--target", "u", "--target", "v", "--epochs", "20"]
        out = self.train(path, *options).stdout
        self.assertRegex(out, r"rmse \S+ over 2 targets")
        small, large = (float(re.search(rf"^  {name}: rmse (\S+)", out, re.M)[1]) for name in "uv")
        self.assertLess(small, 1)
        self.assertGreater(large, 100)
        run = json.loads(self.train(path, *options, "--json").stdout)
        self.assertIsNone(run["epochs"][-1]["correct"])
        self.assertAlmostEqual(run["targets"]["u"]["rmse"], small, 3)
        self.assertIsNone(json.loads(self.run_lithe("evaluate", "m.safetensors", "--json").stdout)["correct"])
        self.assertIn("over 2 targets", self.train(path, *options, "--cv", "2").stdout)
        self.train(path, *options)
        answers = self.run_lithe("predict", "m.safetensors", path).stdout.splitlines()
        self.assertRegex(answers[0], r"^row 1: u -?[\d.]+, v -?[\d.]+$")

    def test_each_training_has_its_curve(self):
        path = self.write("t.csv", ["a,y", *(f"{i},{'pq'[i % 2]}" for i in range(40))])
        out = self.train(path, "--epochs", "2", "--cv", "2", "--curve", "c.svg").stdout
        self.assertIn("Pictures of loss and score: c.fold1.svg, one for each training", out)
        self.train(path, "--epochs", "2", "--seeds", "2", "--curve", "c.svg")
        self.assertEqual([name for name in sorted(os.listdir(self.folder)) if name.endswith(".svg")],
                         ["c.fold1.svg", "c.fold2.svg", "c.seed1.svg", "c.seed2.svg"])

    def test_a_class_that_is_never_predicted_is_named(self):
        path = self.write("t.csv", ["a,y", *(f"{i * 7 % 10},{'no' if i % 20 else 'yes'}" for i in range(200))])
        self.train(path, "--epochs", "2")
        for more in ([], ["--report", "r"]):
            self.assertIn("Never predicted, although some examples are of this class: yes",
                          self.run_lithe("evaluate", "m.safetensors", *more).stdout)

    def test_what_new_rows_lack_is_said(self):
        path = self.write("t.csv", ["a,b,y", *(f"{i},{i % 7},{'pq'[i % 2]}" for i in range(40))])
        self.train(path, "--epochs", "1")
        for lines, command, words in (
                (["1,2", "3,4"], ["predict"], 'no columns "a", "b"'),
                (["1,2", "3,4"], ["predict"], 'the model needs "a", "b"'),
                (["1,2"], ["predict"], "the model's table has: a,b"),
                (["a,b", "1,2"], ["evaluate", "--data"], "`lithe predict`, which needs none"),
                (["a,b,y", "1,2,r"], ["evaluate", "--data"], "the classes of the model are p, q")):
            new = self.write("new.csv", lines)
            self.assertIn(words, self.error(command[0], "m.safetensors", *command[1:], new))

    def test_what_was_missing_is_of_the_whole_file(self):
        path = self.write("t.csv", ["a,b,y", *(f"{i},{i % 7 if i % 5 else ''},{'pq'[i % 2]}" for i in range(50))])
        self.train(path, "--epochs", "1")
        self.assertIn('In the whole file: 10 missing values of "b"', self.run_lithe("evaluate", "m.safetensors").stderr)

    def test_codes_that_are_all_different_are_left_out_once(self):
        path = self.write("t.csv", ["phone,a,y", *(f"0{301234567 + 7919 * i % 99991},{i % 7},{'pq'[i % 2]}"
                                                   for i in range(200))])
        out = self.run_lithe("data", "show", path).stdout
        self.assertIn("left out: its texts are nearly all different", out)
        self.assertNotIn("taken for a category", out)

    def test_which_rows_are_held_out_is_said(self):
        path = self.write("t.csv", ["day,town,a,y", *(f"2024-01-{i % 28 + 1:02},t{i % 5},{i % 7},{'pq'[i % 2]}"
                                                      for i in range(100))])
        for options, words in ((["--time", "day"], "the last ones by \"day\""),
                               (["--group", "town"], "whole groups of \"town\""),
                               ([], "drawn at random from each class")):
            out = re.sub(r"\s+", " ", self.run_lithe("data", "show", path, *options).stdout)
            self.assertIn(words, out)
            self.assertEqual("from each class" in out, not options)

    def test_few_rows_and_one_class_are_warned_of(self):
        tiny = self.write("t.csv", ["a,y", "1,p", "2,q", "3,p", "1,q", "2,p"])
        out = self.run_lithe("data", "show", tiny).stdout
        self.assertIn("only 1 row is tested on", re.sub(r"\s+", " ", out))
        self.assertIn(": 1 feature\n", out)
        self.train(tiny, "--cv", "5", "--epochs", "2")
        one = self.write("one.csv", ["a,y", *(f"{i}.5,p" for i in range(60))])
        out = self.run_lithe("data", "show", one).stdout
        self.assertIn("Warning: all rows have the same class, \"p\"", out)
        self.assertIn("1 class: p 60", out)

    def test_encodings(self):
        lines = ["größe,y", *(f"{i % 7}.5,{'groß' if i % 7 > 3 else 'klein'}" for i in range(60))]
        shown = {name: json.loads(self.run_lithe("data", "show", self.write(f"{name}.csv", lines, name),
                                                 "--json").stdout)
                 for name in ("utf-8", "utf-8-sig", "utf-16")}
        for one in shown.values():
            self.assertEqual(set(one["classes"]), {"groß", "klein"})
            self.assertEqual(one["columns"][0]["name"], "größe")
        for name in ("latin-1", "utf-16-le"):
            path = self.write("t.csv", lines, name)
            command = re.search(r"iconv .* > utf8\.csv", self.error("data", "show", path))[0]
            subprocess.run(command, shell=True, check=True, cwd=self.folder)
            again = json.loads(self.run_lithe("data", "show", "utf8.csv", "--json").stdout)
            self.assertEqual(again["classes"], shown["utf-8"]["classes"])

    def test_standard_input_is_not_kept(self):
        text = "\n".join(["a,y", *(f"{i % 7}.5,{'pq'[i % 7 > 3]}" for i in range(60))])
        subprocess.run([LITHE, "train", "--data", "-", "--epochs", "1", "--output", "m.safetensors"],
                       input=text, text=True, check=True, cwd=self.folder, stdout=subprocess.DEVNULL)
        self.assertIn("standard input, which is not kept", self.error("evaluate", "m.safetensors"))

    def test_delimiters_have_words(self):
        lines = ["a b y", *(f"{i % 7}.5 {i % 3} {'pq'[i % 7 > 3]}" for i in range(60))]
        for word, sign in (("space", " "), (" ", " "), ("tab", "\t"), ("semicolon", ";"), ("pipe", "|")):
            path = self.write("t.csv", [line.replace(" ", sign) for line in lines])
            shown = json.loads(self.run_lithe("data", "show", path, "--json", "--delimiter", word).stdout)
            self.assertEqual(shown["features"], 2)
        self.assertIn("or tab, space, comma", self.error("data", "show", path, "--delimiter", "tabs!"))


if __name__ == "__main__":
    unittest.main()
