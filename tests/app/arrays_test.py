"""Arrays from training to answers, and the rows that a model has learned from."""

import json
import math
import os
import random
import re
import struct
import unittest
import zipfile

from support import AppTest

CODES = {"<f4": "f", "<f8": "d", "<i8": "q", "|u1": "B"}


def npy(kind, shape, values):
    """A .npy of these values, which are texts of one character for <U1."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {tuple(shape)!r}, }}\n"
    if kind == "<U1":
        data = "".join(values).encode("utf-32-le")
    else:
        data = struct.pack(f"<{len(values)}{CODES[kind]}", *values)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


class Arrays(AppTest):
    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def write_npz(self, name, arrays):
        with zipfile.ZipFile(self.path(name), "w") as archive:
            for array, data in arrays.items():
                archive.writestr(array + ".npy", data)

    def train(self, data, *arguments, network="dense(16, relu) -> dense(3)", status=0):
        return self.run_lithe("train", "--data", data, "--network", network, "--loss",
                              "cross_entropy", "--optimizer", "adam(0.02)", "--epochs", "20",
                              "--batch", "16", "--threads", "1", "--output", "m.safetensors",
                              *arguments, status=status)

    def card(self):
        return json.loads(self.run_lithe("show", "m.safetensors", "--json").stdout)


class Answers(Arrays):
    """The same three classes in every form that people store them in."""

    def setUp(self):
        super().setUp()
        draw = random.Random(3)
        self.labels = [i % 3 for i in range(300)]
        values = [draw.gauss(4 * (column == label), 1) for label in self.labels
                  for column in range(4)]
        self.x = npy("<f4", (300, 4), values)
        self.write("X.npy", self.x)

    def check(self, names, *data):
        out = self.train(*data).stdout
        self.assertRegex(out, r"classification, 3 classes: ")
        self.assertRegex(out, r"\b(59|60)/60\b")
        self.assertEqual(self.card()["class_names"], names)

    def test_numbers_from_one(self):
        y = npy("<i8", (300,), [label + 1 for label in self.labels])
        for x_name, y_name in [("x", "y"), ("X", "y"), ("data", "target")]:
            self.write_npz("a.npz", {x_name: self.x, y_name: y})
            self.check(["1", "2", "3"], "a.npz")
        self.write_npz("a.npz", {"first": self.x, "second": y, "third": y})
        error = self.train("a.npz", status=1).stderr
        self.assertIn("first, second, third", error)
        self.assertIn("--inputs NAME, and --answers NAME", error)
        self.check(["1", "2", "3"], "a.npz", "--inputs", "first", "--answers", "second")
        # What was asked for is remembered.
        self.assertRegex(self.run_lithe("evaluate", "m.safetensors").stdout,
                         r"Data: .*a.npz\n(59|60)/60 ")

    def test_whole_floats(self):
        self.write("yf.npy", npy("<f8", (300,), [label + 1.0 for label in self.labels]))
        self.check(["1", "2", "3"], "X.npy", "--answers", "yf.npy")
        out = self.run_lithe("train", "--data", "X.npy", "--answers", "yf.npy", "--network",
                             "dense(8, relu) -> dense(1)", "--threads", "1", "--epochs", "1",
                             "--output", "m.safetensors").stdout
        self.assertIn("regression", out)

    def test_no_answers(self):
        self.assertIn("--answers FILE", self.train("X.npy", status=1).stderr)
        self.write_npz("a.npz", {"x": self.x, "other": self.x})
        self.assertIn("--answers NAME", self.train("a.npz", status=1).stderr)

    def test_one_hot(self):
        bits = [float(column == label) for label in self.labels for column in range(3)]
        self.write_npz("a.npz", {"x": self.x, "y": npy("<f4", (300, 3), bits)})
        self.check(["0", "1", "2"], "a.npz")

    def test_texts(self):
        self.write_npz("a.npz", {"x": self.x, "y": npy("<U1", (300,),
                                                       ["cab"[label] for label in self.labels])})
        self.check(["a", "b", "c"], "a.npz")
        # One-hot rows of the same classes are taken by position: c, a, b is 2, 0, 1.
        bits = [float(column == [2, 0, 1][label]) for label in self.labels for column in range(3)]
        self.write_npz("b.npz", {"x": self.x, "y": npy("<f4", (300, 3), bits)})
        self.assertRegex(self.run_lithe("evaluate", "m.safetensors", "--data", "b.npz").stdout,
                         r"^(29\d|300)/300 ")


class Scale(Arrays):
    """A model trained on bytes, shown the same pictures in other forms."""

    def setUp(self):
        super().setUp()
        draw = random.Random(5)
        labels = [i % 3 for i in range(240)]
        self.pixels = [draw.randrange(60) + (90 if row // 3 == label else 0)
                       for label in labels for row in range(8) for _ in range(8)]
        self.y = npy("<i8", (240,), labels)
        self.write_npz("train.npz", {"x": npy("|u1", (240, 8, 8), self.pixels), "y": self.y})
        self.train("train.npz", network="flatten -> dense(3)")

    def forms(self):
        pixels, shares = self.pixels, [value / 255 for value in self.pixels]
        return {"bytes": npy("|u1", (240, 8, 8), pixels), "flat": npy("|u1", (240, 64), pixels),
                "integers": npy("<i8", (240, 8, 8), pixels), "floats": npy("<f4", (240, 8, 8), pixels),
                "shares": npy("<f8", (240, 8, 8), shares)}

    def test_every_form_is_read_alike(self):
        scores, answers = set(), []
        for name, x in self.forms().items():
            self.write_npz(name + ".npz", {"x": x, "y": self.y})
            self.write(name + ".npy", x)
            score = json.loads(self.run_lithe("evaluate", "m.safetensors", "--data", name + ".npz", "--all-rows",
                                              "--json").stdout)
            scores.add((score["correct"], score["total"]))
            rows = json.loads(self.run_lithe("predict", "m.safetensors", name + ".npy",
                                             "--json").stdout)
            answers.append([row["outputs"][0] for row in rows])
        self.assertEqual(len(scores), 1, scores)
        self.assertEqual(scores.pop()[1], 240)
        for other in answers[1:]:
            self.assertEqual(len(other), 240)
            for a, b in zip(answers[0], other):
                self.assertTrue(math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-4), (a, b))

    def test_a_range_that_does_not_fit_is_an_error(self):
        for wrong in [4095.0, -1.0]:
            self.write("wrong.npy", npy("<f4", (1, 8, 8), [wrong] + [0.5] * 63))
            error = self.run_lithe("predict", "m.safetensors", "wrong.npy", status=1).stderr
            self.assertIn("trained on values from 0 to 255", error)

    def test_one_picture_needs_its_axis(self):
        self.write("one.npy", npy("|u1", (8, 8), self.pixels[:64]))
        error = self.run_lithe("predict", "m.safetensors", "one.npy", status=1).stderr
        self.assertIn("numpy.newaxis", error)


class HeldOut(Arrays):
    """Labels that are noise: rows that were learned from would be answered far better."""

    def setUp(self):
        super().setUp()
        draw = random.Random(7)
        self.rows = [[draw.gauss(0, 1) for _ in range(8)] for _ in range(300)]
        self.labels = [draw.randrange(2) for _ in range(300)]
        lines = ["a,b,c,d,e,f,g,h,y"]
        lines += [",".join(f"{v:.4f}" for v in row) + "," + "np"[label]
                  for row, label in zip(self.rows, self.labels)]
        self.write("n.csv", "\n".join(lines).encode() + b"\n")
        svm = [f"{label} " + " ".join(f"{i + 1}:{v:.4f}" for i, v in enumerate(row))
               for row, label in zip(self.rows, self.labels)]
        self.write("n.svm", "\n".join(svm).encode() + b"\n")
        x = npy("<f4", (300, 8), [v for row in self.rows for v in row])
        y = npy("<i8", (300,), self.labels)
        self.write("n.npy", x)
        self.write("y.npy", y)
        self.write_npz("n.npz", {"x": x, "y": y})

    def evaluate(self, *arguments):
        return self.run_lithe("evaluate", "m.safetensors", *arguments)

    def test_the_rows_held_out_are_evaluated(self):
        for name in ["n.csv", "n.svm", "n.npy", "n.npz"]:
            answers = ["--answers", "y.npy"] if name == "n.npy" else []
            out = self.train(name, *answers, "--seed", "4", "--epochs", "60",
                             network="dense(64, relu) -> dense(2)").stdout
            score = [line for line in out.splitlines() if line.startswith("Epoch 60")][0]
            score = score.split(": ")[1].split()[0]
            self.assertRegex(score, r"/60$")
            self.assertLess(int(score.split("/")[0]), 45)
            with open(self.path(name), "rb") as file:
                self.write("copy of " + name, file.read())
            for data in [[], ["--data", name], ["--data", "copy of " + name]]:
                given = answers if data else []
                found = self.evaluate(*data, *given)
                self.assertIn(score + " ", found.stdout, (name, data))
                self.assertIn("60 of 300 rows are counted", found.stderr)
            everything = self.evaluate("--data", name, *answers, "--all-rows")
            self.assertRegex(everything.stdout, r"^2\d\d/300 ")
            self.assertIn("learned from 240 of these 300 rows", everything.stderr)

    def test_calibration_takes_the_rows_held_out(self):
        self.train("n.npz", network="dense(8, relu) -> dense(2)")
        os.rename(self.path("n.npz"), self.path("renamed.npz"))
        found = json.loads(self.run_lithe("calibrate", "m.safetensors", "--data", "renamed.npz",
                                          "--unknown", "energy", "--json").stdout)
        self.assertEqual((found["validation"], found["validation_from"]),
                         (60, "the test examples"))

    def test_all_rows_where_test_arrays_stand_beside(self):
        labels = [i % 3 for i in range(60)]
        x = npy("<f4", (60, 2), [float(label + column) for label in labels for column in (0, 1)])
        y = npy("<i8", (60,), labels)
        self.write_npz("a.npz", {"x_train": x, "y_train": y, "x_test": x, "y_test": y})
        self.train("a.npz")
        self.assertRegex(self.evaluate("--data", "a.npz").stdout, r"/60 ")
        result = self.evaluate("--data", "a.npz", "--all-rows")
        self.assertRegex(result.stdout, r"/120 ")
        self.assertIn("learned from 60 of these 120", result.stderr)

    def test_all_rows_of_another_file_count(self):
        self.train("n.csv", network="dense(4) -> dense(2)")
        self.write("other.csv", b"a,b,c,d,e,f,g,h,y\n0,0,0,0,0,0,0,0,n\n1,1,1,1,1,1,1,1,p\n")
        found = self.evaluate("--data", "other.csv")
        self.assertRegex(found.stdout, r"/2 ")
        self.assertEqual(found.stderr, "")

    def test_rows_that_were_learned_from_are_known_in_a_changed_file(self):
        self.train("n.csv", network="dense(4) -> dense(2)")
        with open(self.path("n.csv"), encoding="utf-8") as file:
            head, *lines = file.read().splitlines()
        backwards = lambda line: ";".join(reversed(line.split(",")))
        changed = {
            "more rows": [head, *lines, "0,0,0,0,0,0,0,0,n"],
            "other line ends": [head + "\r", *(line + "\r" for line in lines)],
            "another order of rows": [head, *reversed(lines)],
            "other columns": [backwards(head), *map(backwards, lines)],
        }
        for what, text in changed.items():
            self.write("n.csv", "\n".join(text).encode() + b"\n")
            self.assertIn(f"learned from 240 of these {len(text) - 1} rows", self.evaluate().stderr,
                          what)
        self.write("half.csv", "\n".join([head, *lines[:150]]).encode() + b"\n")
        self.assertRegex(self.evaluate("--data", "half.csv").stderr, r"learned from 1\d\d of these 150")

    def test_of_many_rows_a_part_is_looked_for(self):
        draw = random.Random(3)
        lines = [f"{draw.random():.6f},{'np'[draw.randrange(2)]}" for _ in range(9000)]
        self.write("many.csv", "\n".join(["a,y", *lines]).encode() + b"\n")
        self.train("many.csv", network="dense(2)")
        self.write("copy.csv", "\n".join(["a,y", *lines[::-1]]).encode() + b"\n")
        told = self.evaluate("--data", "copy.csv").stderr
        found = re.search(r"learned from about (\d+) of these 9000 rows", told)
        self.assertIsNotNone(found, told)
        self.assertAlmostEqual(int(found[1]), 7200, delta=300)

    def test_nothing_was_held_out(self):
        self.train("n.csv", "--test-share", "0", network="dense(4) -> dense(2)")
        self.assertIn("learned from 300 of these 300 rows", self.evaluate().stderr)

    def test_a_file_that_is_gone(self):
        self.train("n.csv", network="dense(4) -> dense(2)")
        os.remove(self.path("n.csv"))
        error = self.run_lithe("evaluate", "m.safetensors", status=2).stderr
        self.assertIn("n.csv, which is not there", error)
        self.assertIn("--data DATA", error)


if __name__ == "__main__":
    unittest.main()
