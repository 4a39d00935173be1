#!/usr/bin/env python3
"""The commands of the documents run: every ```sh block of README.md and docs/, page by page and in
order, in a folder with the files that the pages speak of. A block behind the line

    <!-- not run: why -->

is left out. Without MNIST (LITHE_DATA) random pixels stand in its place: here only the commands are
tested, not what they reach.
"""

import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
from support import write_png  # noqa: E402

LITHE = pathlib.Path(os.environ["LITHE"]).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(<!-- not run: [^\n]+ -->\n+)?^```sh\n(.*?)^```", re.S | re.M)


def blocks(page):
    """The text of each block of a page that is to be run."""
    return [text for skipped, text in BLOCK.findall(page.read_text()) if not skipped]


def pages():
    found = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [page for page in found if blocks(page)]


def write_tables(folder):
    lines = ["size,colour,weight,kind"]
    for i in range(300):
        kind = ["apple", "melon", "plum"][i % 3]
        size = {"apple": 8, "melon": 25, "plum": 4}[kind] + i % 5 / 10
        lines.append(f"{size},{['red', 'green'][i % 2]},{size * 20 + i % 7},{kind}")
    (folder / "fruit.csv").write_text("\n".join(lines) + "\n")
    (folder / "fresh.csv").write_text("weight,colour,size\n500,red,25\n80,green,4\n")


def write_pictures(folder):
    random.seed(1)
    for i in range(20):
        for kind, bright in (("dark", 60), ("light", 200)):
            width = 20 + i % 5
            rows = [[bright + random.randrange(-20, 21) for _ in range(3 * width)] for _ in range(24)]
            for part in [f"photos/{kind}"] + (["new"] if i < 2 else []):
                (folder / part).mkdir(parents=True, exist_ok=True)
                write_png(folder / part / f"{kind}{i}.png", rows, 3)
    write_png(folder / "photo.png", [[200] * 60] * 20, 3)
    write_png(folder / "digit.png", [[0] * 12 + [255] * 4 + [0] * 12] * 28)


def write_mnist(folder):
    """Random pixels in the form of MNIST."""
    folder.mkdir(parents=True)
    random.seed(2)
    for part, count in (("train", 60000), ("t10k", 10000)):
        pixels = random.randbytes(count * 784)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">IIII", 2051, count, 28, 28) + pixels)
        labels = bytes(i % 10 for i in range(count))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 2049, count) + labels)


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        data = pathlib.Path(os.environ.get("LITHE_DATA", "/nowhere"))
        if not (data / "mnist").is_dir():
            data = pathlib.Path(folder.name) / "data"
            write_mnist(data / "mnist")
        cls.environment = dict(os.environ, LITHE_DATA=str(data), PATH=f"{LITHE.parent}:{os.environ['PATH']}",
                               XDG_CACHE_HOME=os.environ.get("LITHE_TEST_CACHE", folder.name))

    def run_page(self, page):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            write_tables(folder)
            write_pictures(folder)
            for block in blocks(page):
                result = subprocess.run(["bash", "-e", "-c", block], cwd=folder, env=self.environment,
                                        capture_output=True, text=True, timeout=300, check=False)
                self.assertEqual(result.returncode, 0, f"{page.name}:\n{block}\n{result.stderr}")

    def test_blocks_are_found(self):
        page = "```sh\na\n```\n<!-- not run: b -->\n```sh\nb\n```\n<!-- not run: c -->\n\n```sh\nc\n```\n```\nd\n```\n"
        with tempfile.NamedTemporaryFile("w", suffix=".md") as file:
            file.write(page)
            file.flush()
            self.assertEqual(blocks(pathlib.Path(file.name)), ["a\n"])
        self.assertGreater(len(pages()), 5)


for each in pages():
    setattr(Documents, "test_" + re.sub(r"\W", "_", each.stem.lower()),
            lambda self, page=each: self.run_page(page))

if __name__ == "__main__":
    unittest.main()
