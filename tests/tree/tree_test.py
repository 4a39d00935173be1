#!/usr/bin/env python3
"""The folders of the tree: no include runs up, and each public header belongs to one folder."""

import unittest

import tree

# Headers that only gather others.
GATHERING = {"lithe.h"}


class Arrows(unittest.TestCase):
    def setUp(self):
        self.tree = tree.Tree(tree.folders())

    def test_none_runs_up(self):
        arrows = self.tree.arrows(tree.files("src", "include"))
        up = {arrow: where for arrow, where in arrows.items() if self.tree.runs_up(arrow)}
        print(f"{len(self.tree.folders)} folders, {len(arrows)} arrows between them, {len(up)} run up")
        self.assertGreater(len(arrows), 100)
        for (start, end), where in sorted(up.items()):
            print(f"  {start} -> {end}: {', '.join(where)}")
        self.assertEqual(sorted(up), [])

    def test_a_folder_uses_only_those_above_it_in_the_list(self):
        for folder in self.tree.folders:
            for used in folder.uses:
                self.assertIn(used, self.tree.height, folder.name)
                self.assertFalse(self.tree.runs_up((folder.name, used)), f"{folder.name} USES {used}")

    def test_each_folder_of_sources_is_in_the_list(self):
        listed = set(self.tree.height) | {"preload"}  # a library by itself
        found = {str(path.parent.relative_to("src")) for path in tree.files("src")}
        self.assertEqual(found, listed)

    def test_the_preloaded_library_knows_nothing_but_the_shared_counters(self):
        """It is loaded into other people's programs, and links with the C library alone."""
        others = {include for path in tree.files("src/preload") for _, include in tree.includes(path)
                  if self.tree.folder_of(include)}
        self.assertLessEqual(len(others), 1, others)

    def test_an_arrow_that_runs_up_is_seen(self):
        low, high = tree.folders("lithe_folder(low PUBLIC low.h)\nlithe_folder(high/er PUBLIC high.h USES low)")
        made = tree.Tree([low, high])
        self.assertEqual(made.folder_of("high/er/a.h"), "high/er")
        self.assertEqual(made.folder_of("lithe/low.h"), "low")
        self.assertIsNone(made.folder_of("nlohmann/json.hpp"))
        self.assertTrue(made.runs_up(("low", made.folder_of("lithe/high.h"))))
        self.assertFalse(made.runs_up(("high/er", "low")))


class PublicHeaders(unittest.TestCase):
    def test_each_belongs_to_exactly_one_folder(self):
        named = [header for folder in tree.folders() for header in folder.public]
        there = {path.name for path in tree.files("include/lithe")}
        self.assertEqual(sorted(named), sorted(set(named)), "named by two folders")
        self.assertEqual(set(named), there - GATHERING)

    def test_they_include_public_headers_alone(self):
        for path in tree.files("include"):
            for line, include in tree.includes(path):
                if "/" in include:
                    self.assertTrue(include.startswith("lithe/"), f"{path}:{line} includes {include}")


if __name__ == "__main__":
    unittest.main()
