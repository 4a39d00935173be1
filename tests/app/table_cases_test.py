"""Tables as people export them, each once read wrongly: what is right, and that remedies work."""

import gzip
import json
import os
import random
import re
import unittest

from support import TableTest


class TableCases(TableTest):
    def setUp(self):
        super().setUp()
        self.random = random.Random(1)

    def accuracy(self, path, *options):
        run = json.loads(self.train(path, "--json", *options).stdout)
        return run["epochs"][-1]["correct"] / run["epochs"][-1]["total"]

    def rmse(self, path, *options):
        return json.loads(self.train(path, "--json", *options).stdout)["epochs"][-1]["test_rmse"]

    def shown(self, path, *options):
        return json.loads(self.run_lithe("data", "show", path, "--json", *options).stdout)

    def rows(self, write, count=300):
        """Lines of two numbers and a class that the first decides; `write` writes the first."""
        lines = ["turnover,staff,grade"]
        for _ in range(count):
            value = self.random.randrange(1_000_000, 9_999_999)
            lines.append(f"{write(value)},{self.random.randrange(2, 9)},{'high' if value > 5e6 else 'low'}")
        return lines

    def test_thousands(self):
        path = self.write("t.csv", self.rows(lambda value: f'"{value:,}"'))
        self.assertGreater(self.accuracy(path), .95)
        self.assertEqual(self.shown(path)["columns"][0]["kind"], "number")
        european = self.rows(lambda value: f"{value:,}".replace(",", ".") + ",5")
        path = self.write("e.csv", [line.replace(",", ";") if i == 0 else ";".join(line.rsplit(",", 2))
                                    for i, line in enumerate(european)])
        self.assertGreater(self.accuracy(path), .95)

    def test_missing_marks(self):
        for mark in ["N/A", "None", "NULL", "#N/A", "-", "?", "nan", "NA", ""]:
            for place in (1, 40):
                lines = self.rows(str)
                lines[place] = mark + lines[place][lines[place].index(","):]
                path = self.write("t.csv", lines)
                column = self.shown(path)["columns"][0]
                self.assertEqual((column["kind"], column["missing"]), ("number", 1), mark)
        self.assertGreater(self.accuracy(path), .95)

    def test_headers_that_are_numbers(self):
        lines = ["town,2019,2020,trend"]
        for i in range(200):
            first, last = self.random.gauss(0, 1), self.random.gauss(0, 1)
            lines.append(f"town{i % 7},{first:.4f},{last:.4f},{'rise' if last > first else 'fall'}")
        shown = self.shown(self.write("t.csv", lines))
        self.assertEqual([column["name"] for column in shown["columns"]], ["town", "2019", "2020", "trend"])
        self.assertEqual(set(shown["classes"]), {"rise", "fall"})
        self.assertEqual(shown["train_rows"] + shown["test_rows"], 200)

    def test_dates(self):
        lines = ["day,stock,sales"]
        for i in range(400):
            stock = self.random.uniform(0, 5)
            lines.append(f"2022-{i // 28 % 12 + 1:02}-{i % 28 + 1:02},{stock:.3f},"
                         f"{10 + 3 * stock + (i // 28 % 12):.3f}")
        path = self.write("t.csv", lines)
        self.assertLess(self.rmse(path), 1.1)
        self.assertEqual(self.shown(path)["columns"][0]["kind"], "date")
        new = self.write("new.csv", ["day,stock", "2023-03-01,2"])  # a day that training did not have
        self.assertRegex(self.run_lithe("predict", "m.safetensors", new).stdout, r"^row 1: -?[\d.]+$")

    def city_table(self):
        lines = ["city,share,size"]
        for i in range(200):
            share = self.random.random()
            lines.append(f"{['Łódź', 'São Paulo', 'Bern'][i % 3]},{share:.3f},{'big' if share < .5 else 'small'}")
        return self.write("t.csv", lines)

    def test_new_rows(self):
        self.train(self.city_table())
        new = self.write("new.csv", ["city,share,note", "Oslo,0.1,x", ",0.9,y", "Bern,,z"])
        out = self.run_lithe("predict", "m.safetensors", new)
        self.assertEqual([re.match(r"row \d: (\w+)", line)[1] for line in out.stdout.splitlines()][:2],
                         ["big", "small"])
        for word in ["1 value of \"city\" that training did not meet", "missing", "note"]:
            self.assertIn(word, out.stderr)
        for option in ("--unseen", "--missing"):
            self.run_lithe("predict", "m.safetensors", new, option, "error", status=1)
        text = self.write("text.csv", ["city,share", "Bern,oops"])
        error = self.run_lithe("predict", "m.safetensors", text, status=1).stderr
        self.assertIn("oops", error)
        self.run_remedy(error, ["predict", "m.safetensors", text])
        comma = self.write("comma.csv", ["city;share", "Bern;0,9"])
        self.assertIn("small", self.run_lithe("predict", "m.safetensors", comma).stdout)

    def run_remedy(self, error, words):
        """The first option that a message names, beside what was said before."""
        remedy = re.sub(r"\s+", " ", error.split("try:")[1])
        name, value = re.search(r'(--[\w-]+) "?([^",\s]+)"?', remedy).groups()
        return self.run_lithe(*words, name, value)

    def test_remedies(self):
        """What an error names, exists and works."""
        numbers = [f"{i},{i % 9},{'p' if i % 2 else 'q'}" for i in range(100, 200)]
        for name, lines in {
                "typing": ["a,b,y", *numbers[:50], "0.5x,1,p", *numbers[50:]],
                "header": ["n,5.5,x", *numbers],
                "sentinel-target": ["a,b,y", *numbers, "7,8,"]}.items():
            path = self.write(name + ".csv", lines)
            words = ["train", "--data", path, "--epochs", "1", "--output", "m.safetensors"]
            if name == "sentinel-target":
                self.assertIn("the target is missing", self.run_lithe(*words).stdout)
                continue
            error = self.run_lithe(*words, status=1).stderr
            self.assertIn("line", error)
            self.run_remedy(error, words)
        warned = self.shown(self.write("s.csv", ["a,y", *(f"{-999 if i % 9 == 0 else i % 7},{i % 2}"
                                                          for i in range(90))]))
        remedy = [note["remedy"] for note in warned["notes"] if note["warning"]]
        self.assertEqual(remedy, ["--missing-text -999"])
        self.assertEqual(self.shown(os.path.join(self.folder, "s.csv"), *remedy[0].split())["notes"], [])

    def test_prices(self):
        lines = ["area,rooms,price"]
        for _ in range(400):
            area, rooms = self.random.uniform(40, 220), self.random.randrange(1, 6)
            lines.append(f"{area:.1f},{rooms},{2500 * area + 12000 * rooms + 60000:.0f}")
        path = self.write("t.csv", lines)
        self.assertLess(self.rmse(path), 20_000)
        new = self.write("new.csv", ["area,rooms", "100,3"])
        answer = float(self.run_lithe("predict", "m.safetensors", new).stdout.split()[-1])
        self.assertLess(abs(answer - 346_000), 20_000)
        self.assertLess(self.rmse(path, "--network", "dense(16, relu) -> dense(1)", "--optimizer", "adam(0.01)",
                                  "--loss", "mean_squared", "--epochs", "50"), 40_000)

    def test_whole_numbers_as_a_quantity(self):
        path = self.write("t.csv", ["size,rings", *(f"{i % 19 + self.random.random() / 2:.3f},{i % 19}"
                                                    for i in range(300))])
        self.assertLess(self.rmse(path, "--network", "dense(16, relu) -> dense(1)"), 1)
        warned = self.shown(path)["notes"]
        self.assertEqual([note["remedy"] for note in warned if note["warning"]], ["--task regression"])
        self.assertEqual(self.shown(path, "--task", "regression")["task"], "regression")

    def test_endings(self):
        lines = ["a,b,y", *(f"{i % 10},{i % 7},{'p' if i % 10 > 4 else 'q'}" for i in range(100))]
        for name in ["t.CSV", "t.txt", "t.data", "t.TAB"]:
            self.assertEqual(self.shown(self.write(name, lines))["features"], 2, name)
        path = os.path.join(self.folder, "t.csv.gz")
        with gzip.open(path, "wt") as file:
            file.write("\n".join(lines))
        self.assertEqual(self.shown(path)["features"], 2)
        blanks = self.write("b.data", ["  " + line.replace(",", "   ") for line in lines[1:]])
        self.assertEqual(self.shown(blanks)["features"], 2)
        error = self.train(self.write("t.doc", lines), status=1).stderr
        self.assertIn("is a file, but not of a kind that is read", error)

    def test_nothing_to_learn(self):
        self.assertIn("the same class", self.train(self.write("t.csv", ["a,y", *(f"{i},yes" for i in range(50))]),
                                                   status=1).stderr)
        self.assertIn("no rows", self.train(self.write("h.csv", ["a,b,y"]), status=1).stderr)
        self.assertIn("empty", self.train(self.write("e.csv", [""]), status=1).stderr)
        constant = self.shown(self.write("c.csv", ["a,b,y", *(f"3,{i % 7},{i % 2}" for i in range(50))]))
        self.assertIn("same value in all rows: a", constant["notes"][0]["text"])

    def test_cross_validation(self):
        out = self.train(self.city_table(), "--cv", "4", "--epochs", "20").stdout
        self.assertEqual(len(re.findall(r"^Fold \d of 4: ", out, re.M)), 4)
        self.assertRegex(out, r"Accuracy [\d.]+%, standard deviation [\d.]+%, of 4 trainings")
        for fold in range(1, 5):
            self.assertTrue(os.path.exists(os.path.join(self.folder, f"m.fold{fold}.safetensors")))
        by_city = self.train(self.city_table(), "--cv", "3", "--group", "city", "--epochs", "2").stdout
        self.assertEqual(len(re.findall(r"^Fold \d of 3: ", by_city, re.M)), 3)

    def test_answers_in_files(self):
        self.train(self.city_table())
        new = self.write("new.csv", ["city,share", "Bern,0.1", "Bern,0.9"])
        self.run_lithe("predict", "m.safetensors", new, "--output", "a.csv")
        with open(os.path.join(self.folder, "a.csv"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(lines[0], "input,class,probability of big,probability of small")
        self.assertEqual([line.split(",")[1] for line in lines[1:]], ["big", "small"])
        self.run_lithe("predict", "m.safetensors", new, "--output", "a.json")
        with open(os.path.join(self.folder, "a.json"), encoding="utf-8") as file:
            self.assertEqual([row["class"] for row in json.load(file)], ["big", "small"])
        self.run_lithe("predict", "m.safetensors", new, "--output", "a.xls", status=2)


if __name__ == "__main__":
    unittest.main()
