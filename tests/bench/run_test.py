"""lithe bench from end to end, for a moment: Lithe alone, and NumPy where it is installed. Run by
ctest with the program's path in LITHE."""

import json
import os
import subprocess
import tempfile
import unittest

from support import MACHINE

LITHE = os.environ["LITHE"]


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        # Measuring the machine and its libraries is `lithe info`'s own test.
        self.machine = os.path.join(self.folder, "machine.json")
        with open(self.machine, "w", encoding="utf-8") as file:
            json.dump({"machine": MACHINE}, file)

    def bench(self, *arguments, status=0):
        done = subprocess.run([LITHE, "bench", *arguments], cwd=self.folder, capture_output=True,
                              text=True, timeout=200)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def test_lithe_alone_and_with_numpy(self):
        done = self.bench("tanh8", "call", "conv-forward", "winograd-input", "--quick", "--threads",
                          "1", "--seconds", "0.001", "--peers", "numpy", "--json", "--out", "out",
                          "--machine", self.machine)
        found = json.loads(done.stdout)
        lithe = {(r["workload"], r["threads"]) for r in found["results"] if r["peer"] == "lithe"}
        self.assertEqual(lithe, {("tanh8", 0), ("tanh8", 1), ("call", 0), ("call", 1),
                                 ("conv-forward", 1), ("winograd-input", 1)})
        # NumPy did the same work, or is missing and named.
        numpy = {r["workload"] for r in found["results"] if r["peer"] == "numpy_batch"}
        if numpy != {"tanh8", "call"}:
            self.assertEqual(numpy, set())
            self.assertIn("NumPy", found["left_out"][0]["title"])
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "out"))),
                         ["bench.json", "bench.md", "bench.svg"])
        self.bench("--from", "out/bench.json", "--document", "again.md")
        with open(os.path.join(self.folder, "again.md"), encoding="utf-8") as file:
            self.assertIn("24-8-2 tanh", file.read())
        readme = os.path.join(self.folder, "README.md")
        with open(readme, "w", encoding="utf-8") as file:
            file.write("# No lines\n")
        self.assertIn("README.md has no lines",
                      self.bench("--from", "out/bench.json", "--readme", readme, status=2).stderr)

    def test_estimators(self):
        self.assertIn("MLPClassifier", self.bench("sklearn", "--help").stdout)
        self.assertIn("pip install", self.bench("sklearn", "--python", "/bin/true", status=1).stderr)

    def test_learning_from_rewards(self):
        done = self.bench("rl", "cartpole", "ppo-rate", "environment-cartpole", "--quick",
                          "--peers", "none", "--json", "--out", "out", "--machine", self.machine)
        found = json.loads(done.stdout)
        by_row = {r["workload"]: r for r in found["results"]}
        self.assertEqual(list(by_row), ["cartpole", "ppo-rate", "environment-cartpole"])
        self.assertGreaterEqual(by_row["cartpole"]["score"], 475)
        self.assertGreater(by_row["cartpole"]["again"], 300)
        for one in by_row.values():
            self.assertEqual((one["peer"], one["finished"]), ("lithe", 1))
            self.assertGreater(one["rate"], 0)
        self.assertEqual(found["left_out"], [])
        done = self.bench("rl", "environment-snake", "--quick", "--peers", "none", "--add",
                          "out/bench.json", "--document", "again.md", "--machine", self.machine)
        with open(os.path.join(self.folder, "again.md"), encoding="utf-8") as file:
            document = file.read()
        self.assertIn("snake alone", done.stdout)
        self.assertIn("cart-pole, time to a mean of 475", document)
        self.assertIn("snake alone", document)
        with open(os.path.join(self.folder, "elsewhere.json"), "w", encoding="utf-8") as file:
            json.dump({**found, "machine": {**MACHINE, "processor": "Another"}}, file)
        done = self.bench("rl", "environment-snake", "--quick", "--add", "elsewhere.json",
                          "--machine", self.machine, status=2)
        self.assertIn("another machine's: Another", done.stderr)

    def test_misuse_of_rewards(self):
        self.assertIn("no row 'sed'", self.bench("rl", "sed", status=2).stderr)
        self.assertIn("no peer 'nmpy'", self.bench("rl", "--peers", "nmpy", status=2).stderr)
        self.assertIn("nowhere.json", self.bench("rl", "--add", "nowhere.json", status=2).stderr)
        done = self.bench("rl", "environment-snake", "--programs", "nowhere", "--quick", "--peers",
                          "none", "--machine", self.machine, status=1)
        self.assertIn("nowhere/bench_environments: No such file", done.stdout)
        self.assertIn("cart-pole", self.bench("rl", "list").stdout)
        self.assertIn("lithe bench rl --all", self.bench("rl", "--help").stdout)

    def test_misuse(self):
        self.assertIn("no workload 'sed'", self.bench("sed", status=2).stderr)
        self.assertIn("no peer 'nmpy'", self.bench("call", "--peers", "nmpy", status=2).stderr)
        self.assertIn("nowhere.json", self.bench("--from", "nowhere.json", status=2).stderr)
        done = self.bench("call", "--programs", "nowhere", status=1)
        self.assertIn("bench_lithe, which measures Lithe's side, is not there", done.stderr)

    def test_help(self):
        self.assertIn("lithe bench seed", self.bench("--help").stdout)


if __name__ == "__main__":
    unittest.main()
