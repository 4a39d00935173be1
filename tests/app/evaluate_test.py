"""lithe evaluate and its page."""

import base64
import html.parser
import json
import os
import unittest

from support import AppTest


class PageReader(html.parser.HTMLParser):
    """What a page is made of; fails where a tag closes what is not open."""

    VOID = {"meta", "img", "br"}

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.sources, self.text = [], [], [], ""
        self.feed(page)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.sources += [value for name, value in attributes if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data


class Evaluate(AppTest):
    """lithe evaluate: the line, the JSON and the page."""

    def page(self, folder):
        with open(os.path.join(self.folder, folder, "index.html"), encoding="utf-8") as file:
            text = file.read()
        self.assertNotRegex(text, "https?:")
        page = PageReader(text)
        self.assertNotIn("script", page.tags)
        for source in page.sources:
            self.assertTrue(source.startswith("data:image/png;base64,"))
            self.assertTrue(base64.b64decode(source[22:], validate=True).startswith(b"\x89PNG"))
        return page

    def report(self, folder):
        with open(os.path.join(self.folder, folder, "report.json"), encoding="utf-8") as file:
            return json.load(file)

    def evaluate(self, *arguments, status=0):
        return self.run_lithe("evaluate", "m.safetensors", *arguments, status=status)

    def test_images(self):
        self.train("--output", "m.safetensors", "--validation", "10%")
        plain = self.evaluate("--data", "digits").stdout
        self.assertRegex(plain, r"^\d+/10000 [\d.]+%  loss \d\.\d+  \d\.\d+ s\n$")
        out = self.evaluate("--data", "digits", "--report", "deep/out").stdout
        self.assertEqual(out.split("  ")[:2], plain.split("  ")[:2])
        self.assertIn("Report: deep/out/index.html", out)
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "deep", "out"))),
                         ["index.html", "report.json"])
        page = self.page("deep/out")
        self.assertEqual(page.tags.count("img"), 24)
        for text in ["m.safetensors on digits", plain.split("/")[0] + " of 10000",
                     "Confusion matrix", "Classes", "Training history", "validation"]:
            self.assertIn(text, page.text)

        report = self.report("deep/out")
        self.assertEqual(report["correct"], int(plain.split("/")[0]))
        self.assertEqual(sum(map(sum, report["confusion"])), 10000)
        self.assertEqual(sum(report["confusion"][c][c] for c in range(10)), report["correct"])
        for c, figures in enumerate(report["classes"]):
            right = report["confusion"][c][c]
            self.assertEqual(figures["support"], sum(report["confusion"][c]))
            self.assertAlmostEqual(figures["recall"], right / figures["support"])
            self.assertAlmostEqual(figures["precision"],
                                   right / max(1, sum(row[c] for row in report["confusion"])))
        self.assertAlmostEqual(report["macro_f1"],
                               sum(figures["f1"] for figures in report["classes"]) / 10)
        bins = report["confidence"]["bins"]
        self.assertEqual([len(bins), sum(b["count"] for b in bins)], [15, 10000])
        self.assertAlmostEqual(report["ece"], sum(
            b["count"] * abs(b["accuracy"] - b["confidence"]) for b in bins) / 10000)
        self.assertEqual([epoch["epoch"] for epoch in report["history"]], [1, 2])
        self.assertAlmostEqual(report["history"][1]["test_accuracy"], report["correct"] / 10000,
                               places=5)
        self.assertIsNotNone(report["history"][0]["validation_loss"])

        short = json.loads(self.evaluate("--data", "digits", "--json").stdout)
        self.assertEqual({key: short[key] for key in short if key != "seconds"},
                         {key: report[key] for key in short if key != "seconds"})
        self.assertNotIn("history", self.run_lithe("show", "m.safetensors").stdout)

    def write_table(self, name, lines):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def test_two_classes_with_hostile_names(self):
        self.write_table("t.csv", ["size,<i>kind</i>"] + [
            f"{i % 7},{'<script>1</script>' if (i % 7 > 3) != (i % 11 == 0) else 'a&b'}"
            for i in range(300)])
        self.run_lithe("train", "--data", "t.csv", "--network", "dense(4, tanh) -> dense(1, sigmoid)",
                       "--optimizer", "adam(0.05)", "--epochs", "5", "--output", "m.safetensors")
        self.evaluate("--data", "t.csv", "--all-rows", "--report", "out")
        page = self.page("out")
        self.assertIn("<script>1</script>", page.text)
        self.assertIn("size = ", page.text)  # the mistakes' values
        self.assertIn("was trained on 240 of these 300 rows", page.text)
        self.assertEqual([figures["class"] for figures in self.report("out")["classes"]],
                         ["<script>1</script>", "a&b"])

    def test_numbers(self):
        self.write_table("t.csv", ["x,price"] + [f"{i % 10},{3 * (i % 10) + i % 3}.5"
                                                 for i in range(300)])
        self.run_lithe("train", "--data", "t.csv", "--task", "regression", "--network", "dense(1)",
                       "--loss", "mean_squared", "--optimizer", "adam(0.5)", "--epochs", "20",
                       "--output", "m.safetensors")
        self.evaluate("--data", "t.csv", "--report", "out")
        report = self.report("out")
        self.assertGreater(report["r2"], 0.95)
        self.assertLessEqual(report["mae"], report["rmse"])
        self.assertEqual(len(report["history"]), 20)
        self.assertNotIn("classes", report)
        self.assertIn("Predicted against true: price", self.page("out").text)

    def test_calibrated(self):
        self.train("--output", "m.safetensors", "--unknown", "energy")
        result = json.loads(self.evaluate("--data", "digits", "--report", "out", "--json").stdout)
        self.assertAlmostEqual(result["unknown"]["acceptance_rate"], 0.95, delta=0.03)
        self.assertGreater(result["temperature"], 0)
        self.assertEqual(self.report("out")["confidence_at_temperature"]["ece"],
                         result["ece_at_temperature"])
        self.assertIn("Unknown examples", self.page("out").text)

    def test_a_folder_that_cannot_be(self):
        self.train("--output", "m.safetensors")
        self.write_table("file", ["here"])
        for folder in ["file", "file/below"]:
            error = self.evaluate("--data", "digits", "--report", folder, status=1).stderr
            self.assertIn("cannot make the folder", error)
            self.assertIn("--report FOLDER", error)
        with open(os.path.join(self.folder, "file"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "here\n")


if __name__ == "__main__":
    unittest.main()
