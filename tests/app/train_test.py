"""lithe train: its lines, its files, and Ctrl-C; lithe predict with what it made."""

import json
import os
import pathlib
import re
import signal
import subprocess
import unittest

from support import AppTest, DIGITS, LITHE, NETWORK, README, write_png


class Train(AppTest):
    def test_usage(self):
        self.assertIn("usage: lithe", self.run_lithe("--help").stdout)
        self.assertRegex(self.run_lithe("--version").stdout, r"^lithe \d+\.\d+\.\d+\n$")
        self.assertIn("try: lithe train", self.run_lithe("trian", status=2).stderr)
        self.run_lithe(status=2)
        for command in ["train", "evaluate", "predict", "calibrate", "unknown-report", "show",
                        "find-lr", "doctor", "info", "data", "list", "completion"]:
            self.assertIn("--help", self.run_lithe(command, "--help").stdout)

    def test_make_train_takes_the_digits_where_mnist_cannot_be_had(self):
        nowhere = "http://127.0.0.1:9"
        self.environment.update(LITHE_DATA=self.folder, http_proxy=nowhere, https_proxy=nowhere)
        self.assertRegex(self.run_lithe("data", "list").stdout, r"mnist +not there \(lithe data fetch")
        script = os.path.join(os.path.dirname(README), "scripts", "train.sh")
        result = subprocess.run(["bash", script, LITHE, "--epochs", "1", "--examples", "1000"],
                                cwd=self.folder, env=self.environment, capture_output=True,
                                text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("training on the built-in digits instead", result.stdout)
        self.assertIn("Epoch 1: ", result.stdout)

    def test_train_prints_an_epoch_a_line_and_saves(self):
        out = self.train("--output", "m.safetensors").stdout
        lines = re.findall(r"^Epoch (\d+): (\d+)/10000 ", out, re.M)
        self.assertEqual([line[0] for line in lines], ["1", "2"])
        self.assertGreater(int(lines[1][1]), 1500)  # guessing reads 1000
        self.assertRegex(out, r"Time: reading .* forward .* backward and update .* evaluation")
        evaluated = self.run_lithe("evaluate", "m.safetensors", "--data", "digits").stdout
        self.assertTrue(evaluated.startswith(lines[1][1] + "/10000"), evaluated)
        self.assertNotIn("\r", out)  # no progress bar without a terminal

    def test_train_json(self):
        result = json.loads(self.train("--json", "--precision", "float64", "--threads", "2",
                                       "--oversubscribe").stdout)
        self.assertEqual(len(result["epochs"]), 2)
        self.assertEqual(result["precision"], "float64")
        self.assertEqual(result["threads"], 2)
        # 2 * (784 * 30 + 30 * 10) forward, as many for the weights, 2 * 30 * 10 for the gradient.
        self.assertEqual(result["operations_per_example"], 95880)
        self.assertEqual(result["epochs"][1]["allocations"] or 0, 0)

    def test_no_more_threads_than_processors(self):
        out = self.train("--threads", "1000", "--output", "many").stdout
        self.assertRegex(out, r"1000 threads were asked for and \d+ processors? can be used")
        self.train("--threads", "1", "--output", "one")
        self.train("--threads", str((os.cpu_count() or 1) + 1), "--oversubscribe", "--output",
                   "more")
        files = [pathlib.Path(self.folder, name).read_bytes() for name in ("many", "one", "more")]
        self.assertEqual(files[0], files[1])
        self.assertEqual(files[0], files[2])

    def test_seed_decides_the_file_and_threads_do_not(self):
        files = []
        for name, more in [("a", []), ("b", ["--threads", "2", "--oversubscribe"]), ("c", ["--seed", "2"])]:
            self.train("--output", name, *more)
            with open(os.path.join(self.folder, name), "rb") as file:
                files.append(file.read())
        self.assertEqual(files[0], files[1])
        self.assertNotEqual(files[0], files[2])

    def test_explain(self):
        out = self.run_lithe("train", *DIGITS, "--explain").stdout
        for text in ["nonzero columns", "refused", "arena", "Denormal", "Expected limit"]:
            self.assertIn(text, out)
        self.assertEqual([f for f in os.listdir(self.folder) if f != "cache"], [])

    def test_a_recipe_file_and_the_command_line_over_it(self):
        with open(os.path.join(self.folder, "my.toml"), "w") as file:
            file.write(f'data = "digits"\nnetwork = "{NETWORK}"\noptimizer = "sgd(1.25)"\n'
                       "examples = 2000\nbatch = 10\nepochs = 5\n")
        out = self.run_lithe("train", "./my.toml", "--epochs", "1").stdout
        self.assertEqual(len(re.findall("^Epoch", out, re.M)), 1)
        self.assertIn("Model: my.safetensors", out)

    def test_predict(self):
        self.run_lithe("train", "--data", "digits", "--network", NETWORK, "--batch", "10",
                       "--optimizer", "sgd(1.25)", "--epochs", "3", "--output", "m")
        # A one, dark on light and larger than the model's input.
        rows = [[255] * 100 for _ in range(120)]
        for y in range(20, 100):
            for x in range(46, 54):
                rows[y][x] = 0
        write_png(os.path.join(self.folder, "one.png"), rows)
        self.assertRegex(self.run_lithe("predict", "m", "one.png").stdout, r"^one\.png: 1 \(")
        answer = json.loads(self.run_lithe("predict", "m", "one.png", "--json").stdout)
        self.assertEqual(answer[0]["class"], "1")
        self.assertEqual(len(answer[0]["outputs"]), 10)

    def test_interrupt_saves(self):
        process = subprocess.Popen(
            [LITHE, "train", *DIGITS[:-6], "--batch", "10", "--epochs", "100000"], cwd=self.folder,
            env=self.environment, stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            if line.startswith("Epoch 2"):
                break
        process.send_signal(signal.SIGINT)
        out = process.stdout.read()
        self.assertEqual(process.wait(timeout=20), 0)
        process.stdout.close()
        self.assertIn("Interrupted", out)
        self.run_lithe("evaluate", "model.safetensors", "--data", "digits")


if __name__ == "__main__":
    unittest.main()
