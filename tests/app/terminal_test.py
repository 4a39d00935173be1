"""What the program prints on a terminal: its width, its epochs, its errors.

Run by ctest with the program's path in LITHE.
"""

import json
import os
import re
import signal
import subprocess
import tempfile
import unittest

from support import LITHE, check_words

DIGITS = ["--data", "digits", "--network", "dense(30, sigmoid) -> dense(10, sigmoid)", "--examples",
          "2000", "--batch", "10", "--optimizer", "sgd(1.25)"]
COMMANDS = ["train", "evaluate", "predict", "calibrate", "unknown-report", "show", "find-lr",
            "profile", "info", "doctor", "data", "list", "completion", "rl"]


class TerminalTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.environment = dict(os.environ, COLUMNS="80", XDG_CACHE_HOME=os.environ.get(
            "LITHE_TEST_CACHE", os.path.join(self.folder, "cache")))

    def run_lithe(self, *arguments, status=0):
        result = subprocess.run([LITHE, *arguments], cwd=self.folder, env=self.environment,
                                capture_output=True, text=True, timeout=240)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        check_words(self, result)
        return result

    def train(self, *arguments):
        return self.run_lithe("train", *DIGITS, "--epochs", "2", *arguments).stdout


class Width(TerminalTest):
    """No line is wider than 80 columns, but for command lines to copy and paths of this machine."""

    def check(self, *arguments, status=0):
        result = self.run_lithe(*arguments, status=status)
        for line in (result.stdout + result.stderr).splitlines():
            # A command line to copy stays whole, and so does a long path.
            unbreakable = (line.split()[:1] in (["check"], ["try:"], ["mend"]) or
                           max(map(len, line.split()), default=0) > 40)
            with self.subTest(arguments):
                self.assertTrue(len(line) <= 80 or unbreakable, f"{len(line)} columns: {line}")
        return result.stdout + result.stderr

    def test_help(self):
        self.check("--help")
        for command in COMMANDS:
            self.check(command, "--help")
        for name in ["train", "evaluate", "list", "play", "serve"]:
            self.check("rl", name, "--help")
        for name in ["show", "fetch", "list", "clean"]:
            self.check("data", name, "--help")
        self.check("bench", "--help")

    def test_training(self):
        self.check("train", *DIGITS, "--epochs", "2", "--validation", "10%", "--patience", "1",
                   "--verbose")
        self.check("train", *DIGITS, "--epochs", "1", "--watch", "gradients", "--profile", "out")
        self.check("train", *DIGITS, "--explain")
        self.check("profile", *DIGITS, "--seconds", "0.3")
        self.check("profile", "--compare", "out/profile.json", "out/profile.json")
        self.check("find-lr", *DIGITS, "--steps", "40")

    def test_a_model(self):
        self.train("--output", "m.safetensors", "--unknown", "energy", "--loss", "cross_entropy",
                   "--network", "conv2d(4, 5x5, relu) -> max_pool -> flatten -> dense(10)")
        self.check("show", "m.safetensors")
        self.check("evaluate", "m.safetensors", "--data", "digits", "--report", "report")
        self.check("calibrate", "m.safetensors", "--data", "digits")
        self.check("unknown-report", "m.safetensors", "--unknown", "shapes")
        self.check("train", "--data", "digits", "--from", "m.safetensors", "--head", "dense(10)",
                   "--loss", "cross_entropy", "--epochs", "1", "--unknown", "auto", "--examples",
                   "2000")

    def test_lists(self):
        for line in self.check("list").splitlines()[2:]:
            if line[2:3].strip():  # not one that goes on with the category above
                self.check("list", line.split()[0])
        self.check("data", "list")
        self.check("rl", "list")

    def test_machine(self):
        self.check("info", "--all")
        self.check("doctor", "--all")
        self.check("doctor", "--", "true")

    def test_errors(self):
        long_network = " -> ".join(["dense(100, sigmoid)"] * 8)
        for arguments in [["train", "--lr", "3"], ["train"], ["list", "nothing-like-this"],
                          ["train", *DIGITS, "--task", "what"], ["data", "fetch", "mnits"],
                          ["train", "--data", "digits", "--network", long_network + " -> denss(10)"],
                          ["train", *DIGITS, "--threads", "9" * 60], ["trian"]]:
            self.check(*arguments, status=2)

    def test_of_another_width(self):
        for columns in [40, 60, 120]:
            self.environment["COLUMNS"] = str(columns)
            lines = self.run_lithe("train", "--help").stdout.splitlines()
            widest = max(map(len, lines))
            self.assertLessEqual(widest, columns)
            self.assertGreater(widest, columns - 20)


class Epochs(TerminalTest):
    def test_the_line(self):
        out = self.train()
        lines = re.findall(r"^Epoch (\d): (\d+)/10000 ([\d.]+)%  loss ([\d.]+)  "
                           r"[\d.]+[kM]? images/s  \d+% of limit  \[\d/2\]$", out, re.M)
        self.assertEqual([line[0] for line in lines], ["1", "2"], out)
        for line in lines:
            self.assertAlmostEqual(float(line[2]), int(line[1]) / 100, delta=0.06)
        for word in [" GFLOP/s", "allocations", "operations"]:
            self.assertNotIn(word, out.split("\n", 2)[2])  # the header names the limit

    def test_verbose(self):
        out = self.train("--verbose")
        self.assertRegex(out, r"(?m)^  \d\.\d{4} s  [\d.]+ GFLOP/s  95,880 operations an example"
                              r"(  \d+ allocations)?$")

    def test_validation_has_a_line_of_its_own(self):
        out = self.train("--validation", "10%")
        self.assertRegex(out, r"(?m)^  validation  \d+/200 [\d.]+%  loss [\d.]+  \(best\)$")

    def test_early_stopping_says_so_and_what_is_kept(self):
        # At a learning rate of nearly zero nothing becomes better beyond the first epochs' digits.
        out = self.run_lithe("train", *DIGITS[:-1], "sgd(300)", "--epochs", "200", "--validation",
                             "10%", "--patience", "2").stdout
        epochs = re.findall(r"^Epoch (\d+):", out, re.M)
        best = re.findall(r"^Epoch (\d+):.*\n  validation .*\(best\)$", out, re.M)
        self.assertLess(int(epochs[-1]), 200, out)
        self.assertEqual(int(epochs[-1]), int(best[-1]) + 2)
        self.assertIn(f"Stopped after epoch {epochs[-1]}: no lower validation loss for 2 epochs\n",
                      out)
        self.assertIn(f"Kept: the weights of epoch {best[-1]},", out)

    def test_time_left(self):
        process = subprocess.Popen([LITHE, "train", *DIGITS, "--epochs", "1000000"], cwd=self.folder,
                                   env=self.environment, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        told = re.compile(r"  epoch \d+ of 1000000 done after [\d.]+ (s|min), about [\d.]+ (min|h) left\n")
        self.assertTrue(any(told.fullmatch(line) for line in process.stdout))
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=120)[0]
        self.assertRegex(rest, r"(?m)^Interrupted: ")
        self.assertEqual(process.returncode, 0)


class Errors(TerminalTest):
    """Each says what is wrong, where, and what to do; and what it says to do works."""

    def error(self, *arguments):
        result = self.run_lithe(*arguments, status=2)
        self.assertTrue(result.stderr.startswith("lithe: "), result.stderr)
        self.assertIn("\n  try: ", result.stderr)
        self.assertEqual(result.stdout, "")
        return " ".join(result.stderr.split())

    def test_unknown_options(self):
        self.assertIn("try: --optimizer \"adam(0.001)\"", self.error("train", "--lr", "0.1"))
        self.assertIn("try: --epochs", self.error("train", "--epoch", "3"))
        self.assertIn("try: --batch 32", self.error("train", "--batch-size", "3"))
        self.assertIn("`lithe show --help`", self.error("show", "--xyzzy"))
        self.assertIn("there is no option '--json2'", self.error("info", "--json2=3"))

    def test_remedies_for_options_of_other_programs_work(self):
        for option in ["--lr", "--learning-rate", "--momentum", "--weight-decay", "--scheduler",
                       "--batch-size", "--dropout", "--early-stopping", "--device", "--dtype",
                       "--model"]:
            remedy = re.search(r"try: (.*)", self.error("train", option, "3")).group(1)
            with self.subTest(option):
                words = re.findall(r'"[^"]*"|\S+', remedy)
                words = [word.strip('"') for word in words]
                base = ["--data", "digits", "--examples", "200", "--epochs", "1"]
                if "--network" not in words:
                    base += ["--network", "dense(10)"]
                self.run_lithe("train", *base, *words)

    def test_values(self):
        for arguments, told in [
                (["--epochs", "x"], "'x' does not fit at --epochs try: a whole number from 0 to"),
                (["--epochs"], "a value must follow this option at --epochs try: a whole number"),
                (["--epochs", "-1"], "'-1' does not fit"),
                (["--precision", "float46"], "try: float64"),
                (["--threads", "0"], "from 1 to 1024"),
                (["--class-weights", "1,x"], "'x' does not fit"),
                (["--pin=maybe"], "takes no value"),
                (["seed", "too-much"], "one argument too many")]:
            self.assertIn(told, self.error("train", *arguments))

    def test_what_is_missing(self):
        self.assertIn("MODEL is missing at lithe predict try: lithe predict MODEL",
                      self.error("predict"))
        self.assertIn("a command must follow at lithe data try: lithe data show", self.error("data"))

    def test_names(self):
        self.assertIn("try: lithe list layers", self.error("list", "layer"))
        self.assertIn("try: lithe data fetch", self.error("data", "fetsh"))
        self.assertIn("try: lithe train", self.error("trian"))
        self.assertIn("`lithe --help`", self.error("zzzzzz"))

    def test_recipes(self):
        path = os.path.join(self.folder, "mine.toml")
        for text, told in [("epoch = 3", "try: epochs"), ("epochs = \"x\"", "epochs, line 2 of mine.toml"),
                           ("seed = [1", "mine.toml"), ("seed = []", "mine.toml"),
                           ("seed = [1, 2]", "mine.toml"), ("seed =", "mine.toml")]:
            with open(path, "w", encoding="utf-8") as file:
                file.write('network = "dense(10)"\n' + text + "\n")
            self.assertIn(told, self.error("train", "mine.toml"))


class Lists(TerminalTest):
    def test_alone_it_lists_the_categories(self):
        out = self.run_lithe("list").stdout
        for category in ["layers", "activations", "losses", "optimizers", "recipes", "unknown"]:
            self.assertRegex(out, rf"(?m)^  {category} +\w")

    def test_the_command_line_wins_over_the_recipe(self):
        with open(os.path.join(self.folder, "mine.toml"), "w", encoding="utf-8") as file:
            file.write('data = "digits"\nnetwork = "dense(10)"\nepochs = 5\nexamples = 200\n')
        run = json.loads(self.run_lithe("train", "mine.toml", "--epochs", "1", "--json").stdout)
        self.assertEqual(len(run["epochs"]), 1)
        self.assertEqual(run["epochs"][0]["examples"], 200)


if __name__ == "__main__":
    unittest.main()
