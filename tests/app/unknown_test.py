"""Models that answer unknown."""

import json
import os
import re
import struct
import unittest

from support import AppTest, write_png


class Unknown(AppTest):
    """A model that says "none of these", from training to report."""

    KNOWN = ["--data", "digits", "--classes", "2,4,5,9,8,3", "--network", "dense(64, relu) -> dense(6)",
             "--loss", "cross_entropy", "--optimizer", "adam(2e-3)", "--epochs", "2", "--threads",
             "1"]

    def train_known(self, *arguments, status=0):
        return self.run_lithe("train", *self.KNOWN, "--output", "m.safetensors", *arguments,
                              status=status)

    def report(self, *arguments):
        return json.loads(self.run_lithe("unknown-report", "m.safetensors", "--unknown", "digits",
                                         "--json", *arguments).stdout)

    def write_images(self):
        one = [[0] * 28 for _ in range(28)]
        three = [[0] * 28 for _ in range(28)]
        for y in range(4, 24):
            one[y][13] = one[y][14] = 255
        for y, left in [(4, 9), (5, 9), (13, 11), (14, 11), (22, 9), (23, 9)]:
            for x in range(left, 19):
                three[y][x] = 255
        for y in range(4, 24):
            three[y][18] = three[y][19] = 255
        for name, rows in [("one", one), ("three", three)]:
            write_png(os.path.join(self.folder, name + ".png"), rows)

    def test_train_predict_and_report(self):
        out = self.train_known("--unknown", "energy", "--unknown-acceptance", "80%").stdout
        self.assertIn("10% of the training examples are held out", out)
        self.assertRegex(out, r"Unknown: energy above [-\d.]+, which accepts 80\.\d% of 3\d+ validation")
        self.write_images()
        images = ["one.png", "three.png"]
        text = self.run_lithe("predict", "m.safetensors", *images).stdout
        self.assertRegex(text, r"(?m)^three\.png: 3 \(0\.\d+\), then \d \(0\.\d+\)$")
        self.assertRegex(text, r"(?m)^one\.png: unknown \(score .* above .*; nearest \d \(0\.\d+\)\)"
                               r", then \d \(0\.\d+\)$")
        answers = json.loads(self.run_lithe("predict", "m.safetensors", *images, "--json").stdout)
        for answer in answers:
            self.assertEqual(sorted(answer), ["class", "confidence", "input", "nearest", "runner_up",
                                              "runner_up_confidence", "score", "threshold",
                                              "unknown"])
            self.assertEqual(answer["unknown"], answer["score"] > answer["threshold"])
            self.assertEqual(answer["class"] == "unknown", answer["unknown"])
        self.assertEqual(answers[1]["class"], "3")
        card = json.loads(self.run_lithe("show", "m.safetensors", "--json").stdout)
        self.assertEqual(card["metadata"]["lithe.unknown"], "energy")

        report = self.report("--output", "out")
        self.assertEqual(sorted(report), ["accuracy", "examples", "known", "model", "scores"])
        self.assertGreater(report["accuracy"], 0.9)
        rows = report["scores"][0]["unknown"]
        self.assertEqual([row["kind"] for row in rows], ["", "0", "1", "6", "7"])
        self.assertEqual(sorted(rows[0]), ["acceptance_rate", "aupr", "auroc", "examples", "fpr95", "kind",
                                           "oscr", "set"])
        self.assertGreater(rows[0]["auroc"], 0.7)
        self.assertAlmostEqual(report["scores"][0]["known_acceptance_rate"], 0.8, delta=0.03)
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "out"))),
                         ["accepted-digits.png", "curves-energy.svg", "known-rejected.png",
                          "report.json"])
        with open(os.path.join(self.folder, "out", "report.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file), report)
        named = self.report("--known", "digits", "--known-classes", "2,4,5,9,8,3",
                            "--unknown-classes", "0,1,6,7")
        self.assertEqual(named["scores"], report["scores"])

    def test_calibrate_a_model_that_there_is(self):
        self.train_known()
        self.assertNotIn("unknown", self.run_lithe("show", "m.safetensors").stdout)
        self.write_images()
        answer = json.loads(self.run_lithe("predict", "m.safetensors", "one.png", "--json").stdout)
        self.assertEqual(sorted(answer[0]), ["class", "input", "outputs", "probabilities"])
        error = self.run_lithe("unknown-report", "m.safetensors", "--unknown", "digits",
                               status=1).stderr
        self.assertIn("lithe calibrate MODEL", error)
        done = json.loads(self.run_lithe("calibrate", "m.safetensors", "--data", "digits",
                                         "--unknown", "max_softmax", "--unknown-acceptance", "80%",
                                         "--json").stdout)
        self.assertEqual(done["score"], "max_softmax")
        self.assertEqual(done["validation_from"], "the test examples")
        self.assertAlmostEqual(done["validation_acceptance_rate"], 0.8, delta=0.01)
        out = self.run_lithe("calibrate", "m.safetensors", "--data", "digits", "--output",
                             "n.safetensors").stdout
        self.assertRegex(out, r"Unknown: max_softmax above .* accepts 95\.0%")

    # Of a seed that a float64 cannot hold.
    def test_calibrates_on_what_training_held_out(self):
        trained = self.train_known("--unknown", "energy", "--seed", str(2**53 + 1)).stdout
        out = self.run_lithe("calibrate", "m.safetensors", "--data", "digits").stdout
        self.assertIn("what its training held out", out)
        for figure in [r"Unknown: energy above (\S+),", r"confidence at temperature (\S+)"]:
            self.assertEqual(re.search(figure, out).group(1), re.search(figure, trained).group(1))

    def test_images_of_another_size_are_fitted(self):
        folder = os.path.join(self.folder, "large")
        os.mkdir(folder)
        for part in ["train", "t10k"]:
            with open(os.path.join(folder, part + "-images-idx3-ubyte"), "wb") as file:
                file.write(struct.pack(">IIII", 0x803, 20, 40, 50) + bytes(range(200)) * 200)
            with open(os.path.join(folder, part + "-labels-idx1-ubyte"), "wb") as file:
                file.write(struct.pack(">II", 0x801, 20) + bytes(i % 2 for i in range(20)))
        self.train_known("--unknown", "energy", "--epochs", "1")
        report = json.loads(self.run_lithe("unknown-report", "m.safetensors", "--unknown", folder,
                                           "--json").stdout)
        self.assertEqual([row["examples"] for row in report["scores"][0]["unknown"]], [20, 10, 10])
        self.train_known("--unknown", "background", "--outliers", folder, "--epochs", "1")

    def test_auto_compares(self):
        out = self.train_known("--unknown", "auto", "--examples", "6000", "--epochs", "3").stdout
        self.assertIn("5 folds of 1 epoch", out)
        taken = re.search(r"(?m)^  (\S+) .* best$", out).group(1)
        self.assertIn(f"Unknown: {taken} above", out)
        self.assertRegex(out, r"Compared in [\d.]+ s")

    def test_outliers(self):
        for how, outliers in [("background", ["digits"]), ("outlier_exposure", ["digits"]),
                              ("background", ["corrupted", "--outliers", "mirrored:digits",
                                              "--outlier-classes", "all", "--outlier-classes", "2,4"])]:
            result = json.loads(self.train_known("--unknown", how, "--outliers", *outliers, "--json",
                                                 "--examples", "6000").stdout)
            self.assertAlmostEqual(result["unknown"]["acceptance_rate"], 0.95, delta=0.01)
            self.assertEqual(result["network"].endswith("dense(7)"), how == "background")
            report = self.report("--score", "all")
            names = [score["score"] for score in report["scores"]]
            self.assertEqual("background" in names, how == "background")

    def test_mistakes(self):
        for arguments, told in [(["--unknown", "background"], "--outliers"),
                                (["--outliers", "digits"], "--unknown background"),
                                (["--unknown", "background", "--outliers", "corrupted", "--outliers",
                                  "digits", "--outlier-classes", "1"], "once for each"),
                                (["--unknown", "enrgy"], "enrgy"),
                                (["--unknown", "energy", "--unknown-acceptance", "0%"], "above 0%"),
                                (["--unknown", "energy", "--unknown-acceptance", "95"], "95"),
                                (["--unknown", "energy", "--ignore-class", "1"], "--classes"),
                                (["--unknown", "outlier_exposure", "--outliers", "digits", "--loss",
                                  "quadratic"], "cross_entropy")]:
            self.assertIn(told, self.train_known(*arguments, status=2).stderr)
        self.assertIn("dense(classes)", self.train_known(
            "--network", "dense(6) -> batch_norm", "--unknown", "energy", status=1).stderr)
        self.assertEqual([f for f in os.listdir(self.folder) if f != "cache"], [])
        self.train_known("--unknown", "energy", "--epochs", "1")
        for command, status, told in [
                (["calibrate", "m.safetensors", "--data", "digits", "--unknown", "auto"], 2,
                 "lithe train"),
                (["calibrate", "m.safetensors", "--data", "digits", "--unknown", "background"], 1,
                 "--outliers"),
                (["unknown-report", "m.safetensors", "--unknown", "digits", "--unknown-classes",
                  "77"], 2, "77"),
                (["unknown-report", "m.safetensors", "--unknown", "dgits"], 2, "digits"),
                (["unknown-report", "m.safetensors", "--unknown", "digits", "--score", "none"], 2,
                 "none"),
                (["unknown-report", "m.safetensors"], 2, "--unknown")]:
            self.assertIn(told, self.run_lithe(*command, status=status).stderr)

    def test_another_head_knows_nothing_of_it(self):
        self.train_known("--unknown", "energy")
        out = self.run_lithe("train", "--data", "digits", "--from", "m.safetensors", "--head",
                             "dense(10)", "--loss", "cross_entropy", "--epochs", "1", "--output",
                             "n.safetensors").stdout
        self.assertIn("is not taken over", out)
        self.assertNotIn("unknown", self.run_lithe("show", "n.safetensors").stdout)


if __name__ == "__main__":
    unittest.main()
