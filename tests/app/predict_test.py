"""`lithe predict` against `lithe evaluate`: after every loss, the classes that one prints for the rows
of a table are those that the other counts as correct.

Run by ctest with the program's path in LITHE.
"""

import json
import os
import re
import subprocess
import tempfile
import unittest

LITHE = os.environ["LITHE"]
EXAMPLES = 400


class Predict(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_lithe(self, *arguments):
        result = subprocess.run([LITHE, *arguments], cwd=self.folder, capture_output=True,
                                text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def write_table(self, classes):
        """Rows of two numbers whose classes overlap, so that every model makes errors."""
        rows, labels = ["a,b,kind"], []
        for i in range(EXAMPLES):
            a, b = i * 7 % 40 / 20 - 1, i * 11 % 50 / 25 - 1
            noise = 0.3 * (i % 3 - 1)
            label = a + 0.6 * b + noise > 0.1
            labels.append(f"c{int(label) + int(classes == 3 and b + noise > 0.3)}")
            rows.append(f"{a},{b},{labels[-1]}")
        with open(os.path.join(self.folder, "table.csv"), "w", encoding="utf-8") as file:
            file.write("\n".join(rows) + "\n")
        return labels

    def check(self, outputs, classes, loss):
        labels = self.write_table(classes)
        self.run_lithe("train", "--data", "table.csv", "--network", f"dense({outputs})", "--loss",
                       loss, "--optimizer", "adam(0.01)", "--epochs", "3", "--batch", "10",
                       "--test-share", "0", "--threads", "1", "--output", "m.safetensors")
        evaluated = self.run_lithe("evaluate", "m.safetensors", "--data", "table.csv", "--json")
        answers = json.loads(self.run_lithe("predict", "m.safetensors", "table.csv", "--json"))
        correct = sum(answer["class"] == label for answer, label in zip(answers, labels))
        self.assertEqual(correct, json.loads(evaluated)["correct"])
        self.assertLess(correct, EXAMPLES)
        for answer in answers:
            self.assertEqual(len(answer["outputs"]), outputs)
            self.assertEqual(len(answer["probabilities"]), classes)
            likeliest = max(answer["probabilities"].values())
            self.assertEqual(answer["probabilities"][answer["class"]], likeliest)

    def test_names_the_classes_that_evaluate_counts(self):
        losses = re.findall(r"(?m)^\w+", self.run_lithe("list", "losses"))
        self.assertIn("hinge", losses)
        for loss in losses:
            for outputs, classes in [(1, 2), (2, 2), (3, 3)]:
                if (loss, outputs) != ("cross_entropy", 1):  # which can't tell two classes apart
                    with self.subTest(loss=loss, outputs=outputs):
                        self.check(outputs, classes, loss)


if __name__ == "__main__":
    unittest.main()
