"""Forecasts from windows of rows: from a table to a model, a score beside naive forecasts, and the
rows that are not there yet."""

import json
import math
import os
import unittest

from support import AppTest


def wave(rows, first=0):
    return "hour,load\n" + "".join(
        f"{t},{50 + 10 * math.sin(t * math.tau / 24):.3f}\n" for t in range(first, first + rows))


TRAIN = ["train", "--data", "load.csv", "--time", "hour", "--window", "30", "--season", "24",
         "--optimizer", "adam(3e-3)", "--batch", "16", "--epochs", "8", "--threads", "1",
         "--output", "load.safetensors"]


class Windows(AppTest):
    def setUp(self):
        super().setUp()
        self.write("load.csv", wave(600))

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def train(self, *more):
        return self.run_lithe(*TRAIN, "--network", "gru(8) -> dense(1)", *more).stdout

    def test_scores_stand_beside_naive_forecasts(self):
        out = self.train()
        self.assertIn("windows of 30 rows of 1 column: load", out)
        self.assertIn("450 windows to train on, 90 to test on, the last ones by \"hour\"", out)
        self.assertIn("30 windows between the two parts are in neither", out)
        self.assertRegex(out, r"Naive forecast, last value: rmse 1\.\d+\nNaive forecast, 24 rows before: rmse 0\n")
        scores = json.loads(self.run_lithe("evaluate", "load.safetensors", "--json").stdout)
        self.assertLess(scores["rmse"], 0.7 * scores["naive"]["last value"]["rmse"])
        self.assertIn("Naive forecast, last value", self.run_lithe("evaluate", "load.safetensors").stdout)

    def test_the_last_window_answers_with_the_next_row(self):
        self.train()
        answers = json.loads(self.run_lithe("predict", "load.safetensors", "load.csv", "--json").stdout)
        self.assertEqual(len(answers), 600 - 30 + 1)
        self.assertEqual([answers[0]["input"], answers[-1]["input"]], ["rows 1 to 30", "rows 571 to 600"])
        self.assertAlmostEqual(answers[-1]["outputs"][0], 50, delta=2.5)  # sin(0)
        self.write("short.csv", wave(30, first=6))
        (only,) = json.loads(self.run_lithe("predict", "load.safetensors", "short.csv", "--json").stdout)
        self.assertAlmostEqual(only["outputs"][0], 50 + 10 * math.sin(36 * math.tau / 24), delta=2.5)

    def test_a_stride_does_not_leave_the_end_out(self):
        self.train("--stride", "4")
        answers = json.loads(self.run_lithe("predict", "load.safetensors", "load.csv", "--json").stdout)
        self.assertEqual(answers[-1]["input"], "rows 571 to 600")
        self.assertEqual(len(answers), 600 - 30 + 1)

    def test_several_horizons_are_named(self):
        out = self.run_lithe(*TRAIN, "--network", "dense(12)", "--horizon", "1..12").stdout
        self.assertIn("load, 12 rows ahead: rmse", out)
        answer = json.loads(self.run_lithe("predict", "load.safetensors", "load.csv", "--json").stdout)[0]
        self.assertEqual(list(answer["values"])[:2], ["load, 1 row ahead", "load, 2 rows ahead"])

    def test_show_prints_the_first_window_and_its_answer(self):
        out = self.run_lithe("data", "show", "load.csv", "--time", "hour", "--window", "3", "--horizon", "2").stdout
        self.assertIn("The first window, rows 1 to 3, and its answer\n"
                      "     row        load\n"
                      "       1          50\n"
                      "       2      52.588\n"
                      "       3          55\n"
                      "       5  answer: load, 2 rows ahead 58.66\n", out)

    def test_a_season_is_judged_on_the_windows_of_the_score(self):
        self.write("s.csv", "t,y\n" + "".join(f"{t},{t % 10 * (1 if t < 330 else 100)}\n" for t in range(400)))
        command = ["train", "--data", "s.csv", "--time", "t", "--window", "3", "--network", "dense(1)",
                   "--epochs", "1", "--threads", "1", "--output", "s.safetensors", "--season"]
        self.assertIn("50 rows before: rmse 425.8", self.run_lithe(*command, "50").stdout)
        evaluated = self.run_lithe("evaluate", "s.safetensors").stdout
        self.assertIn("50 rows before: rmse 425.8", evaluated)
        self.assertIn("on 60 of the 77 windows", self.run_lithe(*command, "340").stdout)
        self.assertIn("none of the windows has a value that far back", self.run_lithe(*command, "900").stdout)

    def test_a_target_of_texts_is_no_forecast(self):
        self.write("texts.csv", "t,x,y\n" + "".join(f"{t},{t * t % 7},{'abc'[t % 3]}\n" for t in range(40)))
        failed = self.run_lithe("data", "show", "texts.csv", "--time", "t", "--window", "3", status=1)
        said = " ".join(failed.stderr.split())
        self.assertNotIn("--task", said)
        self.assertIn('--target "x": windows forecast numbers, and the columns of numbers are x', said)
        self.run_lithe("data", "show", "texts.csv", "--time", "t", "--window", "3", "--target", "x",
                       "--ignore", "y")

    def test_rows_are_refused_out_of_order_where_a_model_looks_at_them(self):
        self.train()
        lines = wave(40).splitlines(keepends=True)
        lines[8], lines[9] = lines[9], lines[8]
        self.write("mixed.csv", "".join(lines))
        failed = self.run_lithe("predict", "load.safetensors", "mixed.csv", status=1)
        self.assertIn("row 9 is earlier than row 8", failed.stderr)


if __name__ == "__main__":
    unittest.main()
