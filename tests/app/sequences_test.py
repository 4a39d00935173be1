"""Sequences of unequal length: from a .ts file or an archive to a model and its answers."""

import json
import math
import os
import unittest

from arrays_test import npy
from remedy_cases import npz
from support import AppTest


def wave(i, length, speed):
    return [[round(math.sin(i + speed * t + c), 4) for t in range(length)] for c in range(2)]


def ts(count, first=0, longest=12, answers=True):
    """Slow and fast waves, of 4 to `longest` positions."""
    lines = ["# waves", "@univariate false", "@classLabel true slow fast" if answers else "@classLabel false", "@data"]
    for i in range(first, first + count):
        channels = wave(i, 4 + i * 7 % (longest - 3), (0.4, 1.1)[i % 2])
        parts = [",".join(map(str, channel)) for channel in channels]
        lines.append(":".join(parts + ([["slow", "fast"][i % 2]] if answers else [])))
    return "\n".join(lines) + "\n"


def archive(count, length, padding=0.0):
    """The same in a padded array of so many positions."""
    values, lengths = [], []
    for i in range(count):
        channels = wave(i, 4 + i * 7 % 9, (0.4, 1.1)[i % 2])
        lengths.append(len(channels[0]))
        for t in range(length):
            values += [channel[t] if t < lengths[-1] else padding for channel in channels]
    return {"x": npy("<f4", (count, length, 2), values), "lengths": npy("<i8", (count,), lengths),
            "y": npy("<i8", (count,), [i % 2 for i in range(count)])}


TRAIN = ["train", "--network", "bidirectional(gru(8, all)) -> dropout(0.1) -> mean_over_time -> dense(2)",
         "--loss", "cross_entropy", "--optimizer", "adam(0.02)", "--batch", "8", "--epochs", "20", "--threads", "1",
         "--output", "m.safetensors"]


class Sequences(AppTest):
    def write(self, name, content):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def answers(self, file):
        return json.loads(self.run_lithe("predict", "m.safetensors", file, "--json").stdout)

    def test_a_model_learns_from_files_of_time_series(self):
        self.write("train.ts", ts(60))
        self.write("test.ts", ts(30, first=60))
        out = self.run_lithe(*TRAIN, "--data", "train.ts", "--test-data", "test.ts").stdout
        self.assertIn("sequences of 4 to 12 positions of 2 channels", out)
        self.assertIn("60 rows to train on, 30 to test on", out)
        shown = self.run_lithe("show", "m.safetensors").stdout
        self.assertIn("input(12x2, lengths=true) -> standardize -> bidirectional", shown)
        score = json.loads(self.run_lithe("evaluate", "m.safetensors", "--json").stdout)
        self.assertGreater(score["accuracy"], 0.9)
        self.assertEqual(score["examples"] if "examples" in score else 30, 30)
        # The same sequences alone, without answers, and among longer ones.
        expected = self.answers("test.ts")
        self.write("bare.ts", ts(30, first=60, answers=False))
        self.assertEqual(self.answers("bare.ts"), expected)
        longer = ts(1, longest=40, first=5).splitlines()[-1]
        self.write("mixed.ts", ts(30, first=60) + longer + "\n")
        self.assertEqual(self.answers("mixed.ts")[:30], expected)
        self.write("one.ts", "\n".join(ts(30, first=60).splitlines()[:5]) + "\n")
        self.assertEqual(self.answers("one.ts"), expected[:1])

    def test_an_archive_says_where_its_sequences_end(self):
        self.write("s.npz", npz(**archive(60, 12)))
        out = self.run_lithe(*TRAIN, "--data", "s.npz").stdout
        self.assertIn("sequences of 4 to 12 positions of 2 channels", out)
        expected = self.answers("s.npz")
        self.write("t.npz", npz(**archive(60, 20, padding=77.0)))
        self.assertEqual(self.answers("t.npz"), expected)
        self.write("t.npz", npz(**{k: v for k, v in archive(60, 12).items() if k != "lengths"}))
        told = self.run_lithe("predict", "m.safetensors", "t.npz").stderr
        self.assertIn("no array says where the sequences end", told)

    def test_padding_changes_no_weight(self):
        digests = []
        for length, padding in ((12, 0.0), (12, 9.0), (30, -1.0)):
            self.write("s.npz", npz(**archive(40, length, padding)))
            self.run_lithe(*TRAIN, "--data", "s.npz", "--test-share", "0", "--seed", "3")
            self.write("ask.npz", npz(**archive(40, 12)))
            digests.append([answer["outputs"] for answer in self.answers("ask.npz")])
        self.assertEqual(digests[0], digests[1])
        # Dropout draws for each value of a batch, padding counted.
        self.assertEqual(len(digests[2]), 40)

    def test_categories_come_as_they_are(self):
        """They are not standardised, and what stands behind the ends is none of them."""
        lengths = [1 + i * 5 % 8 for i in range(60)]
        for padding in (0, 3):
            tokens = [3 * (i % 2) + (i + t) % 3 if t < n else padding for i, n in enumerate(lengths) for t in range(8)]
            self.write(f"{padding}.npz", npz(x=npy("<i8", (60, 8), tokens), lengths=npy("<i8", (60,), lengths),
                                             y=npy("<i8", (60,), [i % 2 for i in range(60)])))
        network = ["--network", "embedding(6, 4) -> gru(6) -> dense(2)"]
        out = self.run_lithe(*TRAIN, *network, "--data", "0.npz").stdout
        self.assertIn("input(8, lengths=true) -> embedding", out)
        self.assertIn("12/12 100.0%", out)
        self.assertEqual(self.answers("3.npz"), self.answers("0.npz"))

    def test_the_network_is_chosen_where_none_is_said(self):
        self.write("train.ts", ts(60))
        out = self.run_lithe("train", "--data", "train.ts", "--epochs", "1", "--output", "m.safetensors").stdout
        self.assertIn("gru", out)

    def test_a_file_for_each_sequence(self):
        """The same sequences as in a .ts file give the same model, and the same answers."""
        self.write("s.ts", ts(60))
        for i, line in enumerate(ts(60).splitlines()[4:]):
            *channels, kind = line.split(":")
            rows = list(zip(*(channel.split(",") for channel in channels)))
            os.makedirs(os.path.join(self.folder, "waves", kind), exist_ok=True)
            if i % 3 == 0:
                values = [float(value) for row in rows for value in row]
                self.write(f"waves/{kind}/{i:02}.npy", npy("<f8", (len(rows), 2), values))
            else:
                self.write(f"waves/{kind}/{i:02}.csv", "left,right\n" + "".join(",".join(row) + "\n" for row in rows))
        shown = self.run_lithe("data", "show", "waves").stdout
        self.assertIn("sequences of 4 to 12 positions of 2 channels", shown)
        self.assertIn("2 classes: fast 30, slow 30", shown)
        self.run_lithe(*TRAIN, "--data", "waves")
        score = json.loads(self.run_lithe("evaluate", "m.safetensors", "--json").stdout)
        self.assertEqual(score["examples"] if "examples" in score else 12, 12)
        self.assertGreater(score["accuracy"], 0.9)
        given = {answer["input"]: answer["outputs"] for answer in self.answers("waves")}
        self.assertEqual(len(given), 60)
        for i, answer in enumerate(self.answers("s.ts")):
            name = f"{('slow', 'fast')[i % 2]}/{i:02}.{'csv' if i % 3 else 'npy'}"
            self.assertEqual(given[name], answer["outputs"])
        # Another folder to test on, and one without classes.
        self.run_lithe(*TRAIN, "--data", "waves", "--test-data", "waves")
        self.assertEqual(len(self.answers("waves/fast")), 30)
        self.write("waves/fast/1.csv", "1,2\n3,x\n")
        told = self.run_lithe("evaluate", "m.safetensors", status=1).stderr
        self.assertIn("'x' is not a number", told)
        self.assertIn("1.csv, line 2, column 2", told)

    def test_folds(self):
        self.write("train.ts", ts(40))
        out = self.run_lithe(*TRAIN[:-2], "--epochs", "1", "--data", "train.ts", "--cv", "3").stdout
        self.assertIn("3", out)


if __name__ == "__main__":
    unittest.main()
