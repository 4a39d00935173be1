"""Models that programs in C++ trained, as the command line reads them: nothing is missing in the file.

Run by ctest with the paths of the program and of the built examples in LITHE and LITHE_EXAMPLES.
"""

import json
import os
import random
import struct
import subprocess
import tempfile
import unittest
import zipfile

LITHE = os.environ["LITHE"]
EXAMPLES = os.environ["LITHE_EXAMPLES"]


def write_npy(path, kind, rows, columns=None):
    """Numbers as NumPy stores them; one axis where `columns` is not given."""
    shape = f"({len(rows)}, {columns})" if columns else f"({len(rows)},)"
    header = f"{{'descr': '<{kind}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    numbers = [n for row in rows for n in row] if columns else rows
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        file.write(struct.pack(f"<{len(numbers)}{'f' if kind == 'f4' else 'i'}", *numbers))


class Interface(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.random = random.Random(1)

    def run_program(self, *arguments):
        result = subprocess.run(arguments, cwd=self.folder, capture_output=True, text=True,
                                timeout=120)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def example(self, name, *arguments):
        return self.run_program(os.path.join(EXAMPLES, "example_" + name), *arguments)

    def lithe(self, *arguments):
        return json.loads(self.run_program(LITHE, *arguments, "--json"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def test_arrays(self):
        """No names were given, so the classes are called by their numbers."""
        self.assertIn("inside", self.example("own_arrays"))
        points = [(self.random.uniform(-1, 1), self.random.uniform(-1, 1)) for _ in range(300)]
        inside = [int(x * x + y * y < 0.5) for x, y in points]
        write_npy(self.path("points.npy"), "f4", points, 2)
        write_npy(self.path("inside.npy"), "i4", inside)
        with zipfile.ZipFile(self.path("points.npz"), "w") as archive:
            # Both parts, so that nothing is set apart from what is judged.
            for part in ("train", "test"):
                archive.write(self.path("points.npy"), f"x_{part}.npy")
                archive.write(self.path("inside.npy"), f"y_{part}.npy")
        answers = self.lithe("predict", "circle.safetensors", "points.npy")
        read = sum(int(answer["class"]) == truth for answer, truth in zip(answers, inside))
        self.assertEqual(len(answers), 300)
        self.assertGreater(read, 270)
        for answer in answers:  # the loss is known, so the outputs have probabilities
            self.assertAlmostEqual(sum(answer["probabilities"].values()), 1, places=5)
        score = self.lithe("evaluate", "circle.safetensors", "--data", "points.npz")
        self.assertEqual(score["correct"], read)

    def table(self, name, rows, with_answer=True):
        lines = ["x,colour,y" + (",kind" if with_answer else "")]
        for x, colour, y in rows:
            kind = "near" if x * x + y * y < (0.8 if colour == "red" else 0.3) else "far"
            lines.append(f"{x},{colour},{y}" + (f",{kind}" if with_answer else ""))
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def rows(self, count):
        return [(self.random.uniform(-1, 1), self.random.choice(["green", "red"]),
                 self.random.uniform(-1, 1)) for _ in range(count)]

    def test_table(self):
        """The schema goes with the model: categories, columns by name, and the classes' names."""
        self.table("points.csv", self.rows(1500))
        self.assertEqual(self.example("own_table", "points.csv", "m.safetensors"), "near\n")
        score = self.lithe("evaluate", "m.safetensors", "--data", "points.csv")
        self.assertGreater(score["correct"], 0.9 * score["total"])
        self.table("more.csv", [(0, "green", 0), (0.99, "red", -0.99)], with_answer=False)
        answers = self.lithe("predict", "m.safetensors", "more.csv")
        self.assertEqual([answer["class"] for answer in answers], ["near", "far"])
        card = self.lithe("show", "m.safetensors")
        self.assertEqual(card["class_names"], ["far", "near"])
        self.assertEqual(card["metadata"]["lithe.loss"], "cross_entropy")


if __name__ == "__main__":
    unittest.main()
