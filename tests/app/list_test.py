"""lithe list: what sentences can say."""

import unittest

from support import AppTest


class List(AppTest):
    def test_list(self):
        self.assertIn("dense(units", self.run_lithe("list", "layers").stdout)
        recipes = self.run_lithe("list", "recipes").stdout
        self.assertIn("\nseed\n    The network that Lithe began with: 784-30-10", recipes)
        scores = self.run_lithe("list", "unknown").stdout
        self.assertRegex(scores, r"(^|\n)energy(\(.*\))?\n    \w")
        for listed in [recipes, scores]:  # a line of help below each name
            lines = [line for line in listed.splitlines() if not line.startswith("        ")]
            for name, following in zip(lines, lines[1:] + [""]):
                self.assertTrue(name.startswith("    ") or following.startswith("    "), name)
        self.assertIn("built in", self.run_lithe("data", "list").stdout)


if __name__ == "__main__":
    unittest.main()
