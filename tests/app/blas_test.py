"""Training with a BLAS library."""

import json
import os
import unittest

from support import AppTest, DIGITS, NETWORK


class Blas(AppTest):
    """Products by a library that the tests bring along."""

    FOLDER = os.environ.get("LITHE_FAKE_BLAS", "/nowhere")

    def fake(self, name):
        return os.path.join(self.FOLDER, f"lib{name}.so")

    def train_json(self, *arguments):
        return json.loads(self.train("--threads", "1", "--json", *arguments).stdout)

    def test_trains_with_each_and_says_so(self):
        for precision, libraries in (("float32", {"lp64": 32, "ilp64": 64}),
                                     ("float64", {"scipy": 32})):
            native = self.train_json("--precision", precision)
            self.assertIsNone(native["blas"])
            for name, bits in libraries.items():
                run = self.train_json("--precision", precision, "--blas", self.fake(name))
                self.assertEqual(run["blas"]["path"], self.fake(name))
                self.assertEqual(run["blas"]["integer_bits"], bits)
                self.assertEqual(run["blas"]["use"], "everywhere")
                self.assertEqual(sum(stage["by_blas"] for stage in run["stages"]), 5)
                for epoch, plain in zip(run["epochs"], native["epochs"]):
                    self.assertGreater(epoch["seconds"], 0)
                    self.assertAlmostEqual(epoch["loss"], plain["loss"], places=4)
                    self.assertLess(abs(epoch["correct"] - plain["correct"]),
                                    0.01 * plain["total"])

    def test_printed(self):
        out = self.train("--blas", self.fake("ilp64")).stdout
        self.assertIn("Products of dense layers by BLAS, integers of 64 bits, " +
                      self.fake("ilp64"), out)
        self.assertIn("results differ from native ones in the last bits", out)
        self.assertNotIn("BLAS", self.train().stdout)

    def test_as_a_key_of_a_recipe(self):
        with open(os.path.join(self.folder, "own.toml"), "w", encoding="utf-8") as file:
            file.write(f'data = "digits"\nnetwork = "{NETWORK}"\nexamples = 500\nepochs = 1\n'
                       f'blas = "{self.fake("lp64")}"\n')
        out = self.run_lithe("train", "own.toml").stdout
        self.assertIn(self.fake("lp64"), out)

    def test_profiled(self):
        profile = json.loads(self.run_lithe(
            "profile", *DIGITS, "--threads", "1", "--seconds", "0.3", "--json", "--blas",
            self.fake("lp64")).stdout)
        kernels = [row["kernel"] for row in profile["operations"]]
        self.assertEqual(sum(kernel.startswith("gemm of BLAS") for kernel in kernels), 5)

    def test_weighed_by_explain(self):
        out = self.train("--explain").stdout
        self.assertRegex(out, "benchmarked against|No usable BLAS is installed")

    def test_refused(self):
        for name, reason in (("crash", "signal"), ("wrong", "multiplies wrongly"),
                             ("no_dgemm", "lacks the function dgemm_")):
            with self.subTest(name):
                result = self.run_lithe("train", *DIGITS, "--blas", self.fake(name), status=1)
                self.assertIn(reason, result.stderr)
                self.assertIn("another library", result.stderr)
        result = self.run_lithe("train", *DIGITS, "--blas", "quick", status=2)
        self.assertIn("openblas", result.stderr)
        self.assertEqual(os.listdir(self.folder).count("model.safetensors"), 0)


if __name__ == "__main__":
    unittest.main()
