"""Folders of pictures, CIFAR and contact sheets."""

import json
import os
import shutil
import struct
import unittest

from support import AppTest, write_png


def read_png_size(path):
    with open(path, "rb") as file:
        start = file.read(26)
    return struct.unpack(">II", start[16:24]) + ({0: 1, 2: 3}[start[25]],)


class Pictures(AppTest):
    """Folders of pictures from end to end: any size in, a model that brings others to its form."""

    CONV = ("conv2d(4, 3x3, padding=same, relu) -> max_pool -> flatten -> dense(16, relu) -> "
            "dense(2)")

    def write_bar(self, name, upright, i, channels=3):
        """A light bar on a dark ground, of a size and colours that change with i."""
        height, width = 18 + i % 7, 18 + i % 5
        ground = [10 + 9 * (i % 8), 20 + 5 * (i % 11), 60 - 6 * (i % 9)][:channels]
        bar = [250 - 7 * (i % 9), 180 + 8 * (i % 7), 190 + 3 * (i % 13)][:channels]
        rows = []
        for y in range(height):
            row = []
            for x in range(width):
                along, across = (y, x) if upright else (x, y)
                middle = (width if upright else height) // 2 + i % 3 - 1
                row += bar if abs(across - middle) < 3 and 2 < along < 16 else ground
            rows.append(row)
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write_png(path, rows, channels)

    def write_bars(self, folder, count, channels=3, names=("level", "upright")):
        for i in range(count):
            for upright, name in enumerate(names):
                self.write_bar(f"{folder}/{name}/{i}.png", upright, i, channels)

    def train_bars(self, *arguments, data="bars", status=0):
        return self.run_lithe("train", "--data", data, "--network", self.CONV, "--loss",
                              "cross_entropy", "--optimizer", "adam(0.01)", "--batch", "8",
                              "--epochs", "8", "--threads", "1", "--output", "m.safetensors",
                              *arguments, status=status)

    def test_a_folder_from_training_to_answers(self):
        self.write_bars("bars", 40)
        out = self.train_bars("--size", "16x12", "--unknown", "max_logit").stdout
        self.assertIn("80 pictures of 16 x 12 in colours\n", out)
        self.assertIn("\ninput(16x12x3) -> conv2d", out)
        self.assertRegex(out, r"Epoch 8: 1[56]/16")
        card = json.loads(self.run_lithe("show", "m.safetensors", "--json").stdout)
        self.assertEqual((card["image"], card["resize"]), ([16, 12, 3], "crop"))
        self.assertIn("16x12x3", self.run_lithe("show", "m.safetensors").stdout)
        # The same examples to test on, wherever the folder is named from; of another folder all.
        for name in ["bars", "./bars/", os.path.join(self.folder, "bars")]:
            self.assertRegex(self.run_lithe("evaluate", "m.safetensors", "--data", name).stdout,
                             r"^1[56]/16 ")
        self.write_bars("more", 12)
        self.assertRegex(self.run_lithe("evaluate", "m.safetensors", "--data", "more").stdout,
                         r"^2[2-4]/24 ")
        # Any size, grey as well.
        self.write_bar("new/a.png", True, 33)
        self.write_bar("new/b.png", False, 33, channels=1)
        answers = json.loads(self.run_lithe("predict", "m.safetensors", "new/a.png", "new/b.png",
                                            "--json").stdout)
        self.assertEqual([a["nearest"] for a in answers], ["upright", "level"])
        self.assertIn("Unknown: max_logit", self.run_lithe("calibrate", "m.safetensors", "--data",
                                                           "bars").stdout)
        report = json.loads(self.run_lithe("unknown-report", "m.safetensors", "--unknown", "new",
                                           "--unknown", "digits", "--output", "out",
                                           "--json").stdout)
        self.assertEqual(report["examples"], 16)
        self.assertEqual(report["scores"][0]["unknown"][0]["examples"], 2)
        self.assertEqual(read_png_size(os.path.join(self.folder, "out", "accepted-digits.png"))[2], 3)

    def test_grey_and_how_they_are_resized(self):
        self.write_bars("bars", 10)
        self.train_bars("--size", "14", "--channels", "1", "--resize", "pad", "--test-share", "0.5",
                        "--epochs", "1")
        card = json.loads(self.run_lithe("show", "m.safetensors", "--json").stdout)
        self.assertEqual((card["image"], card["resize"]), ([14, 14], "pad"))
        self.assertRegex(self.run_lithe("evaluate", "m.safetensors", "--data", "bars").stdout,
                         r"^\d+/10 ")
        self.write_bar("a.png", True, 3)
        self.run_lithe("predict", "m.safetensors", "a.png")
        self.assertIn("learning rate", self.run_lithe(
            "find-lr", "--data", "bars", "--size", "8", "--network", "dense(2)", "--loss",
            "cross_entropy", "--batch", "8", "--steps", "20").stdout)

    def test_classes_by_name(self):
        self.write_bars("bars", 10)
        self.train_bars("--size", "12", "--epochs", "1")
        self.write_bars("more", 6, names=("dot", "upright"))  # a class that the model has not
        result = self.run_lithe("evaluate", "m.safetensors", "--data", "more")
        self.assertRegex(result.stdout, r"^\d/6 ")
        self.assertIn("6 test examples of classes that the model does not know", result.stderr)
        self.write_bars("others", 2, names=("dot", "dash"))
        error = self.run_lithe("evaluate", "m.safetensors", "--data", "others", status=1).stderr
        self.assertIn("level, upright", error)
        self.assertIn("dash, dot", error)

    def test_share_to_test_on(self):
        """It is refused where something else says what to test on."""
        arguments = ["train", "--network", "dense(2)", "--test-share", "0.5", "--data"]
        self.assertIn("'digits' has a test part of its own",
                      self.run_lithe(*arguments, "digits", status=2).stderr)
        for part in ["train", "test"]:
            self.write_bars(os.path.join("parts", part), 5)
        error = self.run_lithe(*arguments, "parts", status=2).stderr
        self.assertIn("a folder for its test pictures", error)
        self.assertIn("--validation", error)
        with open(os.path.join(self.folder, "t.csv"), "w", encoding="utf-8") as file:
            file.write("a,b\n" + "1,x\n2,y\n" * 5)
        self.assertIn("--test-data", self.run_lithe(*arguments, "t.csv", "--test-data", "t.csv",
                                                    status=2).stderr)
        self.train_bars("--size", "12", "--epochs", "1", data="parts")

    def test_clean(self):
        self.environment["LITHE_DATA"] = os.path.join(self.folder, "kept")
        self.assertIn("Removed 0 files", self.run_lithe("data", "clean").stdout)
        self.write_bars("bars", 10)
        self.train_bars("--size", "12", "--epochs", "1")
        told = r"1 file of decoded pictures, 8\.\d kB, (in|from) .*kept/images"
        self.assertRegex(self.run_lithe("data", "clean", "--dry-run").stdout, "Would remove " + told)
        self.assertRegex(self.run_lithe("data", "clean").stdout, "Removed " + told)
        self.assertEqual(os.listdir(os.path.join(self.folder, "kept", "images")), [])
        self.train_bars("--size", "12", "--epochs", "1")

    def test_broken_pictures(self):
        self.write_bars("bars", 10)
        for name, content in [("empty.png", b""), ("text.jpg", b"hello")]:
            with open(os.path.join(self.folder, "bars", "level", name), "wb") as file:
                file.write(content)
        error = self.train_bars("--size", "12", status=1).stderr
        for told in ["level/empty.png: the file is empty", "level/text.jpg: not a PNG",
                     "--skip-broken"]:
            self.assertIn(told, error)
        told = self.train_bars("--size", "12", "--skip-broken", "--epochs", "1").stdout
        self.assertIn("2 pictures are left out", told)
        self.assertIn("level/empty.png: the file is empty", told)
        arguments = ["predict", "m.safetensors", "bars/level/empty.png", "bars/level/1.png"]
        self.assertIn("empty", self.run_lithe(*arguments, status=1).stderr)
        result = self.run_lithe(*arguments, "--skip-broken")
        self.assertIn("bars/level/1.png: ", result.stdout)
        self.assertIn("the file is empty at bars/level/empty.png", result.stderr)

    def test_mistakes(self):
        self.write_bars("bars", 4)
        for arguments, told in [(["--size", "big"], "32x48"), (["--size", "0"], "32x48"),
                                (["--size", "12", "--resize", "squash"], "stretch"),
                                (["--size", "12", "--channels", "2"], "--channels"),
                                (["--size", "12", "--resize", "ink"], "--channels 1"),
                                (["--size", "12", "--test-share", "7"], "--test-share")]:
            self.assertIn(told, self.train_bars(*arguments, status=2).stderr)
        self.assertIn("--max-pixels", self.train_bars("--size", "12", "--max-pixels", "100",
                                                      status=1).stderr)
        self.assertIn("leave them out", self.run_lithe(
            "train", "--data", "digits", "--network", "dense(10)", "--size", "14", status=2).stderr)
        self.write_bars("lonely", 2, names=("level",))
        self.assertIn("one class, 'level'", self.run_lithe(
            "train", "--data", "lonely", "--network", "dense(2)", status=1).stderr)
        self.assertIn("no folders", self.run_lithe(
            "train", "--data", "lonely/level", "--network", "dense(2)", status=1).stderr)

    def test_sizes_are_chosen(self):
        """Of different sizes and colours, as telephones and scanners give them."""
        self.write_bars("bars", 12)
        self.write_bar("bars/level/grey.png", False, 3, channels=1)
        out = self.run_lithe("train", "--data", "bars", "--epochs", "1", "--output",
                             "m.safetensors").stdout
        self.assertRegex(out, r"25 pictures of (\d\d) x \1 in colours\n")
        self.assertRegex(out, r"Note: the pictures have different sizes: all are brought to (\d\d) x \1 "
                              r"\(--size 96, or --size 96x128, ")
        self.assertIn("some pictures are grey: all are taken as pictures in colours (--channels 1", out)
        # The model brings new ones to the same size, and the cache says the same.
        self.run_lithe("predict", "m.safetensors", "bars/level/grey.png")
        again = self.run_lithe("data", "show", "bars").stdout
        self.assertIn("Note: the pictures have different sizes", again)
        self.assertNotIn("different sizes", self.run_lithe("data", "show", "bars", "--size", "16").stdout)

    def test_all_pictures_count(self):
        self.write_bars("bars", 10)
        self.train_bars("--size", "12", "--epochs", "1")
        result = self.run_lithe("evaluate", "m.safetensors", "--data", "bars", "--all-rows")
        self.assertRegex(result.stdout, r"^\d+/20 ")
        self.assertIn("learned from 16 of these 20", result.stderr)
        held_out = self.run_lithe("evaluate", "m.safetensors", "--data", "bars")
        self.assertRegex(held_out.stdout, r"^\d+/4 ")
        self.assertIn("4 of 20 pictures are counted, which training held out", held_out.stderr)
        shutil.copytree(os.path.join(self.folder, "bars"), os.path.join(self.folder, "copy"))
        copied = self.run_lithe("evaluate", "m.safetensors", "--data", "copy").stderr
        self.assertIn("learned from 16 of these 20 pictures", copied)

    def test_cifar(self):
        folder = os.path.join(self.folder, "cifar")
        os.mkdir(folder)
        for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
            with open(os.path.join(folder, name + ".bin"), "wb") as file:
                for label in range(10):
                    file.write(bytes([label]) + bytes([20 * label] * 3072))
        out = self.run_lithe("train", "--data", "cifar", "--network", "flatten -> dense(10)",
                             "--loss", "cross_entropy", "--epochs", "1").stdout
        self.assertRegex(out, r"/10 [\d.]+%  loss")
        self.write_bar("a.png", True, 3)
        self.assertIn("a.png: ", self.run_lithe("predict", "model.safetensors", "a.png").stdout)
        self.run_lithe("data", "show", "cifar", "--classes", "0..3", "--count", "2")
        self.assertEqual(read_png_size(os.path.join(self.folder, "sheet.png"))[2], 3)

    def test_contact_sheets(self):
        self.write_bars("bars", 6)
        sheet = os.path.join(self.folder, "sheet.png")
        out = self.run_lithe("data", "show", "bars", "--size", "16").stdout
        self.assertIn("\nclassification, 2 classes: level 6, upright 6\n", out)
        self.assertTrue(out.endswith("\nsheet.png: 12 samples of 2 classes\n"), out)
        with open(sheet, "rb") as file:
            first = file.read()
        out = self.run_lithe("data", "show", "bars/level", "--size", "16").stdout
        self.assertTrue(out.endswith("\nsheet-2.png: 6 samples of 1 class\n"), out)
        with open(sheet, "rb") as file:
            self.assertEqual(file.read(), first)  # nothing is written over
        width, height, channels = read_png_size(sheet)
        self.assertEqual(channels, 3)
        digits = ["data", "show", "digits", "--classes", "3", "--count", "4", "--output", sheet]
        self.run_lithe(*digits)
        self.assertEqual(read_png_size(sheet)[2], 1)
        with open(sheet, "rb") as file:
            first = file.read()
        self.run_lithe(*digits)
        with open(sheet, "rb") as file:
            self.assertEqual(file.read(), first)  # the seed decides
        out = self.run_lithe("data", "show", "shapes", "--augment", "shift(3) -> rotate(20)",
                             "--count", "2", "--output", "a.png").stdout
        self.assertEqual(out, "a.png: 6 samples of 3 classes, each with 9 variants\n")
        self.assertGreater(read_png_size(os.path.join(self.folder, "a.png"))[1], 6 * 80)
        for arguments, told, status in [
                (["shapes", "--augment", "rotat(3)"], "rotate", 2),
                (["shapes", "--classes", "7"], "from 0 to 2", 2),
                (["shapes", "--count", "0"], "--count", 2),
                (["shapes", "--output", "no/where.png"], "no/where.png", 1)]:
            self.assertIn(told, self.run_lithe("data", "show", *arguments, status=status).stderr)

    def test_only_ink_is_centred(self):
        """A shape off the centre stays there for a model of shapes, and not for one of digits."""
        rows = [[0] * 28 for _ in range(28)]
        moved = [[0] * 28 for _ in range(28)]
        for y in range(8):
            for x in range(8):
                rows[10 + y][10 + x] = moved[2 + y][3 + x] = 255
        for name, image in [("a.png", rows), ("b.png", moved)]:
            write_png(os.path.join(self.folder, name), [row + [0] * 4 for row in image] + [[0] * 32] * 4)
        for data, centres in [("digits", True), ("shapes", False)]:
            self.run_lithe("train", "--data", data, "--network", "dense(3)" if data == "shapes"
                           else "dense(10)", "--loss", "cross_entropy", "--examples", "500",
                           "--epochs", "1")
            a, b = json.loads(self.run_lithe("predict", "model.safetensors", "a.png", "b.png",
                                             "--json").stdout)
            self.assertEqual(a["outputs"] == b["outputs"], centres)


if __name__ == "__main__":
    unittest.main()
