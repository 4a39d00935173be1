#!/usr/bin/env python3
"""The documents: what they name is there, and the README can be read at a glance."""

import pathlib
import re
import textwrap
import unittest

import tree

LONGEST_PARAGRAPH = 900  # characters
FIRST_RESULT_WITHIN = 40  # lines


def documents():
    return tree.files("README.md", "CONTRIBUTING.md", "docs", suffixes=(".md",))


def text_of(path):
    return (tree.ROOT / path).read_text()


def without_code(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)


def braces(path):
    """src/x.{h,cc} as src/x.h and src/x.cc."""
    match = re.search(r"\{([^{}]*)\}", path)
    if not match:
        return [path]
    return [one for choice in match.group(1).split(",")
            for one in braces(path[:match.start()] + choice + path[match.end():])]


class Readme(unittest.TestCase):
    def test_paragraphs_are_short(self):
        for paragraph in re.split(r"\n\s*\n", without_code(text_of("README.md"))):
            if not paragraph.lstrip().startswith("|"):
                self.assertLess(len(paragraph), LONGEST_PARAGRAPH, paragraph[:80])

    def test_the_first_result_stands_on_the_first_screen(self):
        lines = [folded for line in text_of("README.md").splitlines()
                 for folded in textwrap.wrap(line, 80) or [""]]
        first = next(number for number, line in enumerate(lines, 1) if line.startswith("Epoch 1"))
        self.assertLessEqual(first, FIRST_RESULT_WITHIN)

    def test_code_fits_80_columns(self):
        for block in re.findall(r"^```(?:sh|cpp)\n(.*?)^```", text_of("README.md"), flags=re.S | re.M):
            for line in block.splitlines():
                self.assertLessEqual(len(line), 80, line)


class Code(unittest.TestCase):
    def test_is_compiled(self):
        """Each C++ block of the documents stands in an example, line breaks and indents aside."""
        examples = ["".join(text_of(path).split()) for path in tree.files("examples", suffixes=(".cc",))]
        count = 0
        for path in documents():
            for block in re.findall(r"^```cpp\n(.*?)^```", text_of(path), flags=re.S | re.M):
                count += 1
                for part in re.split(r"\n\n|^ *// \.\.\.$", block, flags=re.M):
                    words = "".join(part.split())
                    self.assertTrue(any(words in example for example in examples), f"{path}:\n{part}")
        self.assertGreater(count, 0)


class Names(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for path in documents():
            for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text_of(path))):
                if re.match(r"[a-z]+:|#", target):
                    continue
                there = (tree.ROOT / path).parent / target.split("#")[0]
                self.assertTrue(there.exists(), f"{path} links to {target}")

    def test_paths_are_there(self):
        """`src/graph/graph.h`, `tests/kernels/`, `src/data/{tables,sets}`, `plan/lowering.h`."""
        top = {folder.name.split("/")[0] for folder in tree.folders()} - {"data", "program", "report"}
        roots = {"src", "include", "apps", "tests", "docs", "scripts", "bench", "examples", "fuzz", "cmake", "recipes"}
        count = 0
        for path in documents():
            for name in re.findall(r"`([\w./{},*-]+)`", without_code(text_of(path))):
                first = name.split("/")[0]
                if "/" not in name or first not in roots | top:
                    continue
                for one in braces(name):
                    count += 1
                    base = tree.ROOT if first in roots else tree.ROOT / "src"
                    self.assertTrue(self.exists(base, one), f"{path} names `{one}`")
        self.assertGreater(count, 50)

    @staticmethod
    def exists(base, name):
        # A name without its suffix stands for the header and its source.
        return any(any(base.glob(name + suffix)) for suffix in ("", ".h", ".cc"))

    def test_braces(self):
        self.assertEqual(braces("a/{b,c}.{h,cc}"), ["a/b.h", "a/b.cc", "a/c.h", "a/c.cc"])
        self.assertTrue(self.exists(tree.ROOT, "tests/tree/*_test.py"))
        self.assertFalse(self.exists(tree.ROOT, "tests/tree/nothing"))


if __name__ == "__main__":
    unittest.main()
