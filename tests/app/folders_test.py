"""Folders of pictures as people have them: splits of any name, photographs from a telephone, links."""

import json
import os
import unittest

from jpeg import write_photo
from support import AppTest, write_png

SIDES = ("bottom", "left", "top")


class Folders(AppTest):
    def path(self, *parts):
        path = os.path.join(self.folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def write_bar(self, name, side, i):
        """A light bar at that side of a dark picture."""
        rows = [[10 + i % 7] * 12 for _ in range(12)]
        for across in range(2 + i % 2):
            for along in range(12):
                y, x = {"bottom": (11 - across, along), "left": (along, across),
                        "top": (across, along)}[side]
                rows[y][x] = 200 + 5 * (i % 9)
        write_png(self.path(name), rows)

    def write_split(self, folder, train, test):
        for part, count in ((train, 15), (test, 6)):
            for side in SIDES:
                for i in range(count):
                    self.write_bar(f"{folder}/{part}/{side}/{i}.png", side, i)

    def train_on(self, data, *arguments, status=0):
        return self.run_lithe("train", "--data", data, "--network", "flatten -> dense(3)", "--loss",
                              "cross_entropy", "--optimizer", "adam(0.05)", "--batch", "8",
                              "--epochs", "10", "--output", "m.safetensors", *arguments,
                              status=status)

    def test_parts_of_any_name(self):
        for train, test in (("Training", "Testing"), ("train", "dev")):
            self.write_split(train, train, test)
            out = self.train_on(train).stdout
            self.assertIn("classification, 3 classes: bottom 21, left 21, top 21\n", out)
            self.assertIn(f"45 pictures to train on (from {train}), 18 to test on (from {test})\n",
                          out)
            self.assertRegex(out, r"Epoch 10: 18/18 ")
            understood = json.loads(self.train_on(train, "--json").stdout)["understood"]
            self.assertEqual((understood["train_from"], understood["test_pictures"]), (train, 18))
            self.assertRegex(self.run_lithe("evaluate", "m.safetensors", "--data", train).stdout,
                             r"^18/18 ")

    def test_what_becomes_of_val(self):
        self.write_split("bars", "train", "test")
        for side in SIDES:
            self.write_bar(f"bars/val/{side}/1.png", side, 1)
        out = self.train_on("bars").stdout
        self.assertIn("48 pictures to train on (from train and val), 18 to test on", out)
        self.assertIn("val is added to the pictures to train on (--val-folder", out)
        self.train_on("bars", "--val-folder", "test")
        self.assertRegex(self.run_lithe("evaluate", "m.safetensors", "--data", "bars").stdout,
                         r"^21/21 ")
        self.assertIn("45 pictures to train on", self.train_on("bars", "--val-folder", "none").stdout)
        self.assertIn("leave it out", self.train_on("digits", "--val-folder", "none",
                                                    status=2).stderr)

    def test_shown_without_training(self):
        self.write_split("bars", "Train", "Valid")
        with open(self.path("bars/Train/top/IMG_1.HEIC"), "wb") as file:
            file.write(b"\0\0\0\x18ftypheic" + bytes(20))
        error = self.run_lithe("data", "show", "bars", status=1).stderr
        self.assertIn("Train/top/IMG_1.HEIC: a HEIC picture, which is not read; save it as", error)
        shown = json.loads(self.run_lithe("data", "show", "bars", "--skip-broken", "--json").stdout)
        self.assertEqual((shown["train_from"], shown["test_from"]), ("Train", "Valid"))
        self.assertEqual(shown["classes"], {side: 21 for side in SIDES})
        self.assertIn("HEIC", shown["skipped"][0])
        self.assertNotIn("\n at ", error)
        result = self.run_lithe("data", "show", "bars", "--skip-broken")
        out = result.stdout
        self.assertNotIn("IMG_1", result.stderr)  # once is enough
        self.assertIn("63 pictures of 12 x 12 in grey", out)
        self.assertIn("Note: 1 picture is left out because it cannot be read: Train/top/IMG_1", out)

    def test_one_class_is_shown_with_a_warning(self):
        self.write_bar("one/top/1.png", "top", 1)
        self.write_bar("one/top/2.png", "top", 2)
        out = self.run_lithe("data", "show", "one").stdout
        self.assertIn("Warning: the folder has one class, 'top', and a training takes two or more", out)
        os.makedirs(self.path("none"))
        self.assertIn("the folder is empty", self.run_lithe("data", "show", "./none", status=1).stderr)

    def test_errors_name_the_file(self):
        self.write_split("bars", "train", "test")
        self.write_bar("bars/test/left/wrong.png", "top", 1)
        self.train_on("bars")
        self.run_lithe("evaluate", "m.safetensors", "--data", "bars", "--report", "out")
        with open(self.path("out/report.json"), encoding="utf-8") as file:
            errors = json.load(file)["most_confident_errors"]
        self.assertEqual([error["file"] for error in errors], ["test/left/wrong.png"])
        with open(self.path("out/index.html"), encoding="utf-8") as file:
            self.assertIn("test/left/wrong.png", file.read())
        # Of some classes alone the rows are others.
        self.run_lithe("evaluate", "m.safetensors", "--data", "bars", "--classes", "1,2",
                       "--report", "out")
        with open(self.path("out/report.json"), encoding="utf-8") as file:
            errors = json.load(file)["most_confident_errors"]
        self.assertEqual([error["file"] for error in errors], ["test/left/wrong.png"])

    def test_a_folder_goes_before_a_data_set(self):
        self.write_split("shapes", "train", "test")
        result = self.train_on("shapes")
        self.assertIn("45 pictures to train on", result.stdout)
        self.assertIn("'shapes' is read from the folder ./shapes; Lithe's own is lithe:shapes",
                      result.stderr)
        result = self.run_lithe("data", "show", "lithe:shapes", "--count", "2")
        self.assertIn("6 samples of 3 classes", result.stdout)
        self.assertEqual(result.stderr, "")
        # A folder without data in it is none.
        os.makedirs(self.path("letters", "x"))
        self.assertIn("14 samples of 14 classes",
                      self.run_lithe("data", "show", "letters", "--count", "1").stdout)

    def test_answers_for_folders_and_patterns(self):
        self.write_split("bars", "train", "test")
        self.train_on("bars")
        for i, side in enumerate(SIDES):
            self.write_bar(f"new/deep{i}/{side}.png", side, i)
        with open(self.path("new/notes.txt"), "w", encoding="utf-8") as file:
            file.write("x")
        result = self.run_lithe("predict", "m.safetensors", "new", "--json")
        right = [(f"new/deep{i}/{side}.png", side) for i, side in enumerate(SIDES)]
        answers = json.loads(result.stdout)
        self.assertEqual([(a["input"], a["class"]) for a in answers], right)
        self.assertIn("1 file is left out, such as notes.txt", result.stderr)
        result = self.run_lithe("predict", "m.safetensors", "new/*/*.png", "--json")
        self.assertEqual([a["input"] for a in json.loads(result.stdout)], [name for name, _ in right])
        self.assertIn("no file fits the pattern 'new/*.gif'", self.run_lithe(
            "predict", "m.safetensors", "new/*.gif", status=2).stderr)
        os.makedirs(self.path("empty", "x"))
        self.assertIn("no picture, text or sequence in the folder", self.run_lithe(
            "predict", "m.safetensors", "empty", status=2).stderr)

    def test_links(self):
        self.write_split("store", "a", "b")
        for side in SIDES:
            os.makedirs(self.path("bars", side))
            os.symlink(self.path("store", "a", side), self.path("bars", side, "linked"))
        os.symlink("..", self.path("bars", "top", "round"))
        out = self.train_on("bars").stdout
        self.assertIn("3 classes: bottom 15, left 15, top 15", out)
        self.assertIn("top/round: a link to a folder that is read already", out)


class Photographs(AppTest):
    """As a telephone stores them: JPEG of any ending, held in any way, told by the Exif tag."""

    def scene(self, sky_above, i):
        """A light sky and dark ground; tall or wide."""
        height, width = (6, 4) if i % 2 else (4, 6)
        sky, ground = (150 + i % 40, 190, 250), (60, 90 + i % 30, 30)
        light = [[sky] * width] * (height // 2)
        dark = [[ground] * width] * (height // 2)
        return light + dark if sky_above else dark + light

    def write_photos(self, folder, count):
        for kind, sky_above in (("hanging", False), ("standing", True)):
            os.makedirs(os.path.join(self.folder, folder, kind))
            for i in range(count):
                name = f"IMG_{i:04}" + (".JPG", ".jpeg", ".jpg")[i % 3]
                write_photo(os.path.join(self.folder, folder, kind, name),
                            self.scene(sky_above, i), (1, 3, 6, 8)[i // 2 % 4])

    def test_from_training_to_answers(self):
        self.write_photos("photos", 40)
        out = self.run_lithe("train", "--data", "photos", "--size", "16", "--network",
                             "flatten -> dense(2)", "--loss", "cross_entropy", "--optimizer",
                             "adam(0.02)", "--batch", "8", "--epochs", "10", "--output",
                             "m.safetensors").stdout
        self.assertIn("80 pictures of 16 x 16 in colours", out)
        self.assertRegex(out, r"Epoch 10: 16/16 ")
        self.assertRegex(self.run_lithe("evaluate", "m.safetensors", "--data", "photos").stdout,
                         r"^16/16 ")
        self.write_photos("new", 8)
        answers = json.loads(self.run_lithe("predict", "m.safetensors", "new", "--json").stdout)
        self.assertEqual(len(answers), 16)
        for answer in answers:
            self.assertEqual(answer["class"], answer["input"].split("/")[1], answer["input"])


if __name__ == "__main__":
    unittest.main()
