"""Forecasts from windows of a table's rows: several series, and rows to come."""

import csv
import json
import math
import os
import unittest

from support import AppTest

TRAIN = ["train", "--data", "s.csv", "--window", "12", "--network", "dense(1)", "--loss", "mean_squared",
         "--optimizer", "adam(0.02)", "--batch", "16", "--epochs", "20", "--threads", "1", "--output", "m.safetensors"]


def wave(t, phase=0.0):
    return 10 + 3 * math.sin(t * math.pi / 6 + phase)


class Forecasts(AppTest):
    def write(self, name, header, rows):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")

    def told(self, *words, status=1):
        return " ".join(self.run_lithe(*words, status=status).stderr.split())

    def test_a_forecast_rolls_forward(self):
        self.write("s.csv", "y", [[wave(t)] for t in range(400)])
        self.run_lithe(*TRAIN)
        out = self.run_lithe("predict", "m.safetensors", "s.csv", "--steps", "24", "--output", "f.csv",
                             "--picture", "f.svg").stdout
        self.assertIn("24 answers: f.csv", out)
        with open(os.path.join(self.folder, "f.csv"), encoding="utf-8") as file:
            rows = list(csv.reader(file))
        self.assertEqual([row[0] for row in rows[1:]], [f"row {n}" for n in range(401, 425)])
        for n, row in enumerate(rows[1:]):
            self.assertLess(abs(float(row[1]) - wave(400 + n)), 0.5, n)
        with open(os.path.join(self.folder, "f.svg"), encoding="utf-8") as file:
            picture = file.read()
        self.assertTrue(picture.startswith("<svg"))
        self.assertNotIn("var(--", picture)

    # What was forecast in one step is what the next one looks at.
    def test_each_step_rests_on_those_before_it(self):
        self.write("s.csv", "y", [[wave(t)] for t in range(200)])
        self.run_lithe(*TRAIN, "--epochs", "2")
        forecast = json.loads(self.run_lithe("predict", "m.safetensors", "s.csv", "--steps", "3", "--json").stdout)
        rows = [[wave(t)] for t in range(200)]
        for step in range(3):
            self.write("more.csv", "y", rows)
            last = json.loads(self.run_lithe("predict", "m.safetensors", "more.csv", "--json").stdout)[-1]
            self.assertAlmostEqual(forecast[step]["outputs"][0], last["outputs"][0], places=4)
            rows.append(forecast[step]["outputs"])

    def test_several_rows_at_once(self):
        self.write("s.csv", "y", [[wave(t)] for t in range(200)])
        self.run_lithe(*TRAIN, "--horizon", "1..4", "--network", "dense(4)")
        forecast = json.loads(self.run_lithe("predict", "m.safetensors", "s.csv", "--steps", "6", "--json").stdout)
        self.assertEqual([one["input"] for one in forecast], [f"row {n}" for n in range(201, 207)])
        self.assertEqual(list(forecast[5]["values"]), ["y"])

    def test_several_series(self):
        rows = [[t, shop, round(wave(t, i), 4)] for t in range(150) for i, shop in enumerate(["north", "south"])]
        self.write("s.csv", "t,shop,y", rows)
        shown = self.run_lithe("data", "show", "s.csv", "--time", "t", "--group", "shop", "--window", "12").stdout
        self.assertIn("2 groups, each a series of its own", shown)
        self.assertIn("The first window, rows 1 to 12 of north, and its answer", shown)
        out = self.run_lithe(*TRAIN, "--time", "t", "--group", "shop").stdout
        self.assertIn('the last ones of each "shop"', out)
        self.assertIn("Naive forecast, last value", out)
        self.assertLess(json.loads(self.run_lithe("evaluate", "m.safetensors", "--json").stdout)["rmse"], 1.5)
        forecast = json.loads(self.run_lithe("predict", "m.safetensors", "s.csv", "--steps", "2", "--json").stdout)
        self.assertEqual([one["input"] for one in forecast],
                         ["north, row 151", "north, row 152", "south, row 151", "south, row 152"])
        each = json.loads(self.run_lithe("predict", "m.safetensors", "s.csv", "--json").stdout)
        self.assertEqual(each[0]["input"], "north, rows 1 to 12")
        self.assertEqual(each[-1]["input"], "south, rows 139 to 150")
        # A series alone is the same series.
        self.write("south.csv", "t,shop,y", [row for row in rows if row[1] == "south"])
        alone = json.loads(self.run_lithe("predict", "m.safetensors", "south.csv", "--json").stdout)
        self.assertEqual([one["outputs"] for one in alone], [one["outputs"] for one in each[-len(alone):]])
        self.assertIn("no column \"shop\", the group of the rows", self.told_without_the_column())

    # The windows of a single group lie in memory as those of several do.
    def test_one_series_by_a_column_is_learned_as_one_without(self):
        rows = [[t, "north", round(wave(t) + t * 7 % 5, 4)] for t in range(200)]
        self.write("s.csv", "t,shop,y", rows)
        answers = []
        for words in (["--group", "shop"], ["--ignore", "shop"]):
            self.run_lithe(*TRAIN, "--time", "t", *words, "--stride", "2", "--validation", "10%", "--epochs", "3")
            answers.append([one["outputs"] for one in json.loads(
                self.run_lithe("predict", "m.safetensors", "s.csv", "--json").stdout)])
        self.assertEqual(*answers)

    def told_without_the_column(self):
        self.write("n.csv", "t,y", [[t, wave(t)] for t in range(20)])
        return self.told("predict", "m.safetensors", "n.csv")

    def test_the_report_shows_the_forecast_over_the_truth(self):
        self.write("s.csv", "y", [[wave(t)] for t in range(300)])
        self.run_lithe(*TRAIN, "--season", "12")
        self.run_lithe("evaluate", "m.safetensors", "--report", "report")
        with open(os.path.join(self.folder, "report", "index.html"), encoding="utf-8") as file:
            page = file.read()
        for text in ("Forecast over truth: y", "last value", "12 rows before"):
            self.assertIn(text, page)

    def test_what_cannot_roll_forward(self):
        self.write("s.csv", "x,y", [[t % 7, wave(t)] for t in range(200)])
        self.run_lithe(*TRAIN)
        self.assertIn("looks at x beside what it forecasts",
                      self.told("predict", "m.safetensors", "s.csv", "--steps", "2", status=2))
        self.assertIn("a picture is drawn of a forecast",
                      self.told("predict", "m.safetensors", "s.csv", "--picture", "p.svg", status=2))


if __name__ == "__main__":
    unittest.main()
