"""What needs MNIST: skipped unless LITHE_DATA names a folder that has it."""

import os
import re
import unittest

from support import AppTest, README


HAS_MNIST = os.path.isdir(os.path.join(os.environ.get("LITHE_DATA", "/nowhere"), "mnist"))


@unittest.skipUnless(HAS_MNIST, "needs MNIST: run `lithe data fetch mnist`, set LITHE_DATA to its data "
                     "folder")
class Mnist(AppTest):
    def test_the_seed_recipe_learns(self):
        scores = []
        for seed in range(1, 6):
            out = self.run_lithe("train", "seed", "--seed", str(seed)).stdout
            scores.append(int(re.search(r"Epoch 10: (\d+)/10000", out).group(1)))
        self.assertGreaterEqual(sorted(scores)[2], 9350, scores)

    def test_the_readme_shows_what_is_printed(self):
        """All but what depends on the machine: times, threads, instruction set and limit."""
        def masked(text):
            return re.sub(r"[\d.]+[kM]? images/s|\d+% of limit|avx\d+|\d+ threads?|\d+ GFLOP/s|[\d.]+ s\b",
                          "#", " ".join(text.split()))
        with open(README, encoding="utf-8") as file:
            shown = re.search(r"```\n(input\(784\).*?)```", file.read(), re.S).group(1)
        pattern = re.escape(masked(shown)).replace(re.escape("..."), ".*")
        self.assertRegex(masked(self.run_lithe("train", "seed").stdout), f"^{pattern}$")

    def test_digits_are_a_substitute(self):
        self.run_lithe("train", "seed", "--data", "digits")
        out = self.run_lithe("evaluate", "seed.safetensors", "--data", "mnist").stdout
        self.assertGreaterEqual(int(out.split("/")[0]), 8500)


if __name__ == "__main__":
    unittest.main()
