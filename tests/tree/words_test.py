#!/usr/bin/env python3
"""Words that were given up for the field's own do not come back (words.txt)."""

import re
import unittest

import tree


def rules():
    """(regular expression, what to say instead) of each line of words.txt."""
    text = (tree.ROOT / "tests/tree/words.txt").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(re.split(r"\s{2,}", line, maxsplit=1)) for line in lines]


def found(pattern, texts):
    """Where the pattern stands in the texts, {path: text}."""
    places = []
    for path, text in texts.items():
        if pattern.search(str(path)):
            places.append(str(path))
        if not pattern.search(text):
            continue  # most files, for most words
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line):
                places.append(f"{path}:{number}: {line.strip()[:100]}")
    return places


class Words(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        paths = tree.files("src", "include", "apps", suffixes=tree.SOURCES + (".txt", ".md"))
        paths += tree.files("docs", "README.md", "CONTRIBUTING.md", suffixes=(".md",))
        cls.texts = {path: (tree.ROOT / path).read_text() for path in paths}

    def test_none_comes_back(self):
        for pattern, instead in rules():
            with self.subTest(pattern):
                places = found(re.compile(pattern, re.M), self.texts)
                self.assertEqual(places, [], f"say: {instead}")

    def test_a_word_is_found(self):
        texts = {"a.cc": "x\ntold_from y", "told_from.cc": "x"}
        self.assertEqual(len(found(re.compile(r"told_from"), texts)), 2)
        ending = next(re.compile(pattern, re.M) for pattern, _ in rules() if "else" in pattern)
        self.assertTrue(ending.search("a\nwhere it can, and 0 else.\nb"))
        self.assertFalse(ending.search("  else return;"))


if __name__ == "__main__":
    unittest.main()
