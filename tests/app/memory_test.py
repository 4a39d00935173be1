"""What needs more memory than a limit leaves is refused with the sum, and what fits succeeds."""

import os
import re
import resource
import struct
import subprocess
import unittest

from support import LITHE, SANITIZED, AppTest

MB = 1_000_000
SUM = (r"this training needs ([\d.]+) MB of memory \((.+?)\); ([\d.]+) MB are left under the limit "
       r"of ulimit -v")


@unittest.skipIf(SANITIZED, "a sanitizer reserves terabytes of address space")
class Memory(AppTest):
    def setUp(self):
        super().setUp()
        folder = os.path.join(self.folder, "digits")
        os.mkdir(folder)
        for part, count in (("train", 400), ("t10k", 130)):
            pixels = bytes(i * 7919 % 251 for i in range(count * 784))
            for name, content in (
                    ("images-idx3", struct.pack(">IIII", 0x803, count, 28, 28) + pixels),
                    ("labels-idx1", struct.pack(">II", 0x801, count) +
                     bytes(i % 10 for i in range(count)))):
                with open(os.path.join(folder, f"{part}-{name}-ubyte"), "wb") as file:
                    file.write(content)
        self.train_options = ["train", "--data", folder, "--epochs", "1", "--loss", "cross_entropy",
                              "--output", "m.safetensors"]
        # The limits of the machine are measured here, and not within the limit of memory.
        self.limited(None, *self.train_options, "--network", "dense(10)")

    def limited(self, most, *arguments):
        """Runs the program with so many bytes of address space; None for no limit."""
        def limit():
            if most is not None:
                resource.setrlimit(resource.RLIMIT_AS, (most, most))
        return subprocess.run([LITHE, *arguments], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, timeout=120, preexec_fn=limit)

    def refused(self, *options):
        """Goes up to the least limit under which the weights fit. The training is then refused with
        a sum whose parts add up. Returns the limit, what is needed and what is left, in bytes."""
        for limit in range(60 * MB, 600 * MB, 10 * MB):
            result = self.limited(limit, *self.train_options, *options)
            self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
            found = re.search(SUM, result.stderr)
            if found:
                break
        parts = [float(part.split()[-1]) for part in found[2].split(", ")]
        self.assertAlmostEqual(sum(parts), float(found[1]), delta=len(parts))
        return limit, float(found[1]) * MB, float(found[3]) * MB, result.stderr

    WIDE = "dense(2000, relu) -> dense(2000, relu) -> dense(10)"
    # Whose training needs more than the making of its weights.
    CASES = [
        ["--network", WIDE, "--optimizer", "adam(0.001)", "--batch", "50", "--threads", "1"],
        ["--network", WIDE, "--optimizer", "adam(0.001)", "--batch", "50", "--threads", "2",
          "--average", "ema(0.99)", "--validation", "10%", "--patience", "2", "--recover"],
        ["--network", "conv2d(64, 3, relu, padding=same) -> conv2d(64, 3, relu, padding=same) -> "
          "max_pool -> flatten -> dense(10)", "--batch", "200", "--threads", "1"],
        ["--network", WIDE, "--optimizer", "sgd(0.1)", "--precision", "float64", "--state",
          "a.state", "--threads", "1"],
    ]

    def test_a_training_is_refused_with_the_sum_and_fits_just_above_it(self):
        for options in self.CASES:
            with self.subTest(options=options):
                limit, need, left, _ = self.refused(*options)
                self.assertGreater(need, left)
                enough = limit + (need - left) + 0.1 * need
                result = self.limited(int(enough), *self.train_options, *options)
                self.assertEqual(result.returncode, 0, result.stderr)
                for name in ("a.state", "m.safetensors"):
                    path = os.path.join(self.folder, name)
                    if os.path.exists(path):
                        os.remove(path)

    def test_the_batch_that_is_named_fits(self):
        options = self.CASES[2]
        limit, need, _, _ = self.refused(*options)
        limit += int(0.75 * need)
        message = self.limited(limit, *self.train_options, *options).stderr
        batch = re.search(r"try: --batch (\d+)", message)
        self.assertTrue(batch, message)
        result = self.limited(limit, *self.train_options, *options, "--batch", batch[1])
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_no_limit_ends_in_other_words(self):
        """At any limit a training ends well, or says what needs how much."""
        options = self.CASES[0]
        endings = set()
        for limit in range(60, 240, 15):
            result = self.limited(limit * MB, *self.train_options, *options)
            if result.returncode != 0:
                self.assertRegex(result.stderr, r"needs? [\d.]+ MB of memory.*; [\d.]+ MB are left "
                                 r"under the limit of ulimit -v\n  try: ")
            endings.add(result.returncode)
        self.assertEqual(endings, {0, 1})

    def test_evaluate_and_predict_name_what_does_not_fit(self):
        self.limited(None, *self.train_options, "--network",
                     "conv2d(256, 3, relu, padding=same) -> max_pool(28) -> flatten -> dense(10)",
                     "--batch", "8", "--per-class", "1", "--threads", "1")
        with open(os.path.join(self.folder, "x.npy"), "wb") as file:
            header = "{'descr': '|u1', 'fortran_order': False, 'shape': (130, 28, 28), }\n".encode()
            file.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header +
                       bytes(i % 251 for i in range(130 * 784)))
        for command in (["evaluate", "m.safetensors"], ["predict", "m.safetensors", "x.npy"]):
            endings = set()
            for limit in range(70, 400, 30):
                result = self.limited(limit * MB, *command)
                if result.returncode != 0:
                    self.assertRegex(result.stderr, r"a batch of \d+ examples needs \d+ MB of "
                                     r"memory; \d+ MB are left under the limit of ulimit -v")
                endings.add(result.returncode)
            self.assertIn(0, endings, command)

    def test_weights_alone(self):
        result = self.limited(400 * MB, *self.train_options, "--network",
                              "dense(20000) -> dense(20000) -> dense(10)")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"the weights of this network need [\d.]+ GB of memory; "
                         r"[\d.]+ MB are left under the limit of ulimit -v\n  try: a smaller network")


if __name__ == "__main__":
    unittest.main()
