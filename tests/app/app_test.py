"""The program as its users run it: commands, exit statuses, output forms, errors, Ctrl-C.

Run by ctest with the program's path in LITHE. What needs MNIST is skipped unless LITHE_DATA names
the folder that holds it.
"""

import base64
import html.parser
import json
import os
import re
import signal
import struct
import subprocess
import tempfile
import unittest
import zlib

LITHE = os.environ["LITHE"]
README = os.path.join(os.path.dirname(__file__), "..", "..", "README.md")
HAS_MNIST = os.path.isdir(os.path.join(os.environ.get("LITHE_DATA", "/nowhere"), "mnist"))
NETWORK = "dense(30, sigmoid, normal, normal) -> dense(10, sigmoid, normal, normal)"
DIGITS = ["--data", "digits", "--network", NETWORK, "--examples", "2000", "--batch", "10",
          "--optimizer", "sgd(1.25)"]


def write_png(path, rows, channels=1):
    """A PNG of 8 bits, grey or in colours, from rows of bytes."""
    def chunk(kind, data):
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)
    header = struct.pack(">IIBBBBB", len(rows[0]) // channels, len(rows), 8,
                         0 if channels == 1 else 2, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) +
                   chunk(b"IEND", b""))


class AppTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        # Wide, so that no text is folded; terminal_test.py looks at the folding.
        self.environment = dict(os.environ, COLUMNS="1000", XDG_CACHE_HOME=os.environ.get(
            "LITHE_TEST_CACHE", os.path.join(self.folder, "cache")))

    def run_lithe(self, *arguments, status=0):
        result = subprocess.run([LITHE, *arguments], cwd=self.folder, env=self.environment,
                                capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def train(self, *arguments):
        return self.run_lithe("train", *DIGITS, "--epochs", "2", *arguments)


class Profiles(AppTest):
    """Where the time goes: on the screen, in files, and from one run to another."""

    FILES = ["profile.folded", "profile.json", "profile.txt", "roofline.svg", "trace.json"]

    def profile(self, *arguments, status=0):
        return self.run_lithe("profile", *DIGITS, "--threads", "1", "--seconds", "0.5", *arguments,
                              status=status)

    def test_of_a_network(self):
        out = self.profile("--profile", "out").stdout
        for text in ("1 dense: forward", "loss", "evaluation", "left over", "Accounted for: ",
                     "Heap calls during the epochs: 0", "a stamped stretch"):
            self.assertIn(text, out)
        self.assertLessEqual(len(out.splitlines()), 50)
        folder = os.path.join(self.folder, "out")
        self.assertEqual(sorted(os.listdir(folder)), self.FILES)
        with open(os.path.join(folder, "trace.json"), encoding="utf-8") as file:
            kinds = [event["ph"] for event in json.load(file)["traceEvents"]]
        self.assertGreater(kinds.count("B"), 0)
        self.assertEqual(kinds.count("B"), kinds.count("E"))
        self.assertEqual(os.listdir(self.folder).count("model.safetensors"), 0)

    def test_accounts_for_nearly_all(self):
        profile = json.loads(self.profile("--json").stdout)
        self.assertGreaterEqual(profile["accounted"], 0.97)
        self.assertLessEqual(profile["accounted"], 1.001)
        shares = [row["share"] for row in profile["operations"] + profile["parts"]]
        self.assertAlmostEqual(sum(shares), profile["accounted"], places=9)

    def test_beside_a_training(self):
        plain = self.train("--output", "plain.safetensors")
        profiled = self.train("--profile", "out", "--output", "profiled.safetensors", "--verbose")
        self.assertIn("Accounted for: ", profiled.stdout)
        self.assertNotIn("Accounted for: ", plain.stdout)
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "out"))), self.FILES)
        self.assertRegex(profiled.stdout, "Epoch 2: .*\n.* 0 allocations")

    def test_compared(self):
        for name in "ab":
            with open(os.path.join(self.folder, name + ".json"), "w", encoding="utf-8") as file:
                file.write(self.profile("--json").stdout)
        out = self.run_lithe("profile", "--compare", "a.json", "a.json").stdout
        self.assertIn("Nothing became slower beyond the noise.", out)
        with open(os.path.join(self.folder, "b.json"), encoding="utf-8") as file:
            slower = json.load(file)
        row = max(slower["operations"], key=lambda one: one["step"][1])
        row["step"] = [10 * value for value in row["step"]]
        with open(os.path.join(self.folder, "b.json"), "w", encoding="utf-8") as file:
            json.dump(slower, file)
        changes = json.loads(
            self.run_lithe("profile", "--compare", "a.json", "b.json", "--json").stdout)
        self.assertEqual(changes["operations"][0]["name"], row["name"])
        self.assertTrue(changes["operations"][0]["certain"])

    def test_mistakes(self):
        with open(os.path.join(self.folder, "file"), "w", encoding="utf-8") as file:
            file.write("{}")
        self.assertIn("cannot be made a folder",
                      self.profile("--profile", "file", status=2).stderr)
        self.assertIn("this is no profile",
                      self.run_lithe("profile", "--compare", "file", "file", status=1).stderr)
        self.run_lithe("profile", "--compare", "file", status=2)
        self.run_lithe("profile", status=2)


class Doctor(AppTest):
    """What makes programs slow here: each case staged in the environment, as far as it can be."""

    def doctor(self, *arguments):
        return json.loads(self.run_lithe("doctor", "--json", *arguments).stdout)

    def find(self, diagnosis, name):
        return [finding for finding in diagnosis["findings"] if finding["name"] == name]

    def test_says_what_it_costs_what_to_do_and_how_to_check(self):
        diagnosis = self.doctor()
        self.assertGreater(diagnosis["seconds"], 0)
        for finding in diagnosis["findings"]:
            for key in ("name", "problem", "remedy", "check"):
                self.assertTrue(finding[key], finding)
            self.assertTrue(finding["factor"] == 0 or finding["factor"] >= 1.05, finding)
        self.assertGreater(diagnosis["trials"]["granted"]["processors"], 0)
        names = [check["name"] for check in diagnosis["checks"]]
        self.assertEqual(names, ["blas", "threads", "settings", "quota", "other programs", "host",
                                 "clock", "instructions", "build", "bandwidth", "denormals",
                                 "huge pages", "memory"])

    def test_as_text(self):
        text = self.run_lithe("doctor").stdout
        self.assertRegex(text, r"(?m)^(1\. |Nothing that could be seen makes)")
        everything = self.run_lithe("doctor", "--all").stdout
        self.assertRegex(everything, "(?m)^fine: instructions ")

    def test_names_old_kernels_first_with_the_command_that_mends_them(self):
        self.environment["OPENBLAS_CORETYPE"] = "Prescott"
        old = self.find(self.doctor(), "old_kernels")
        if not old:
            self.skipTest("needs an OpenBLAS (apt-get install libopenblas0-pthread) and AVX2")
        self.assertIn("Prescott", old[0]["problem"])
        self.assertRegex(old[0]["commands"][0],
                         "^(unset OPENBLAS_CORETYPE|export OPENBLAS_CORETYPE=[A-Z])")
        self.assertGreater(old[0]["factor"], 1.3)
        command = old[0]["commands"][0].split()
        if command[0] == "unset":
            del self.environment["OPENBLAS_CORETYPE"]
        else:
            self.environment["OPENBLAS_CORETYPE"] = command[1].split("=")[1]
        self.assertEqual(self.find(self.doctor(), "old_kernels"), [])

    def test_names_the_reference_blas(self):
        folder = "/usr/lib/x86_64-linux-gnu/blas"
        if not os.path.exists(os.path.join(folder, "libblas.so.3")):
            self.skipTest("needs the reference BLAS (apt-get install libblas3)")
        self.environment["LD_LIBRARY_PATH"] = folder
        slow = self.find(self.doctor(), "slow_blas")
        self.assertTrue(any("reference BLAS" in finding["problem"] for finding in slow), slow)
        self.assertEqual(slow[0]["commands"], ["unset LD_LIBRARY_PATH"])
        self.assertGreater(slow[0]["factor"], 1.5)

    def test_names_more_threads_than_processors(self):
        self.environment["OMP_NUM_THREADS"] = "64"
        diagnosis = self.doctor()
        if "OpenMP" not in [one["observed"] for one in diagnosis["checks"] if one["name"] == "threads"][0]:
            self.skipTest("needs GCC's OpenMP (apt-get install libgomp1), and time for it")
        if os.cpu_count() >= 64:
            self.skipTest("64 threads are not too many here")
        threads = [f for f in self.find(diagnosis, "threads") if "OpenMP" in f["problem"]]
        self.assertEqual(len(threads), 1, diagnosis)
        self.assertIn("64 threads", threads[0]["problem"])
        self.assertRegex(threads[0]["commands"][0], "OMP_NUM_THREADS")

    def test_mistakes(self):
        self.assertIn("no program after '--'", self.run_lithe("doctor", "--", status=2).stderr)
        self.run_lithe("doctor", "--nonsense", status=2)


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


class Tables(AppTest):
    """A table from end to end: text and missing values in, classes or numbers out."""

    def setUp(self):
        super().setUp()
        lines = ["size,colour,weight,kind"]
        for i in range(300):
            kind = ["apple", "melon", "plum"][i % 3]
            size = {"apple": 8, "melon": 25, "plum": 4}[kind] + i % 5 / 10
            weight = "" if i % 50 == 7 else f"{size * 20 + i % 7}"
            lines.append(f'{size},"{["red", "green"][i % 2]}",{weight},{kind}')
        self.table = os.path.join(self.folder, "fruit.csv")
        with open(self.table, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def train_table(self, *arguments):
        return self.run_lithe("train", "--data", self.table, "--batch", "10", "--threads", "1",
                              "--missing", "mean", "--output", "t.safetensors", *arguments)

    def test_classes(self):
        out = self.train_table("--network", "dense(12, relu) -> dense(3)", "--loss",
                               "cross_entropy", "--optimizer", "adam(0.02)", "--epochs", "8").stdout
        self.assertTrue(out.startswith("input(4) -> standardize -> dense(12, relu) -> dense(3)"))
        self.assertIn("60/60", out)
        self.assertRegex(self.run_lithe("evaluate", "t.safetensors", "--data", self.table).stdout,
                         r"^(29[5-9]|300)/300")
        fresh = os.path.join(self.folder, "fresh.csv")
        with open(fresh, "w", encoding="utf-8") as file:
            file.write("weight,colour,size\n500,red,25\n80,green,4\n")  # another order, no answers
        rows = json.loads(self.run_lithe("predict", "t.safetensors", fresh, "--json").stdout)
        self.assertEqual([row["class"] for row in rows], ["melon", "plum"])
        card = json.loads(self.run_lithe("show", "t.safetensors", "--json").stdout)
        self.assertEqual(card["class_names"], ["apple", "melon", "plum"])
        self.assertIn("standardize", self.run_lithe("show", "t.safetensors").stdout)

    def test_numbers(self):
        out = self.train_table("--target", "weight", "--ignore", "kind", "--missing", "drop",
                               "--network", "dense(16, tanh) -> dense(1)", "--loss", "huber",
                               "--optimizer", "adam(one_cycle(0.1))", "--epochs", "30",
                               "--validation", "20%", "--patience", "30")
        self.assertRegex(out.stdout, r"Epoch 30: rmse [\d.]+ .*\n  validation  loss [\d.]+")
        self.assertIn("rows with missing values were left out", out.stderr)

    def test_mistakes_name_line_and_column(self):
        error = self.run_lithe("train", "--data", self.table, "--network", "dense(3)",
                               status=1).stderr
        for part in ["fruit.csv", "line 9", "weight", "missing"]:
            self.assertIn(part, error)


def read_png_size(path):
    with open(path, "rb") as file:
        start = file.read(26)
    return struct.unpack(">II", start[16:24]) + ({0: 1, 2: 3}[start[25]],)


class Pictures(AppTest):
    """Folders of pictures from end to end: any size in, a model that brings others to its form."""

    CONV = ("conv2d(4, 3x3, padding=same, relu) -> max_pool -> flatten -> dense(16, relu) -> "
            "dense(2)")

    def write_bar(self, name, upright, i, channels=3):
        """A light bar on a dark ground, of a size and colours that change with i."""
        height, width = 18 + i % 7, 18 + i % 5
        ground = [10 + 9 * (i % 8), 20 + 5 * (i % 11), 60 - 6 * (i % 9)][:channels]
        bar = [250 - 7 * (i % 9), 180 + 8 * (i % 7), 190 + 3 * (i % 13)][:channels]
        rows = []
        for y in range(height):
            row = []
            for x in range(width):
                along, across = (y, x) if upright else (x, y)
                middle = (width if upright else height) // 2 + i % 3 - 1
                row += bar if abs(across - middle) < 3 and 2 < along < 16 else ground
            rows.append(row)
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write_png(path, rows, channels)

    def write_bars(self, folder, count, channels=3, names=("level", "upright")):
        for i in range(count):
            for upright, name in enumerate(names):
                self.write_bar(f"{folder}/{name}/{i}.png", upright, i, channels)

    def train_bars(self, *arguments, data="bars", status=0):
        return self.run_lithe("train", "--data", data, "--network", self.CONV, "--loss",
                              "cross_entropy", "--optimizer", "adam(0.01)", "--batch", "8",
                              "--epochs", "8", "--threads", "1", "--output", "m.safetensors",
                              *arguments, status=status)

    def test_a_folder_from_training_to_answers(self):
        self.write_bars("bars", 40)
        out = self.train_bars("--size", "16x12", "--unknown", "max_logit").stdout
        self.assertTrue(out.startswith("input(16x12x3) -> conv2d"), out)
        self.assertRegex(out, r"Epoch 8: 1[56]/16")
        card = json.loads(self.run_lithe("show", "m.safetensors", "--json").stdout)
        self.assertEqual((card["image"], card["resize"]), ([16, 12, 3], "crop"))
        self.assertIn("16x12x3", self.run_lithe("show", "m.safetensors").stdout)
        # The same examples to test on, wherever the folder is named from; of another folder all.
        for name in ["bars", "./bars/", os.path.join(self.folder, "bars")]:
            self.assertRegex(self.run_lithe("evaluate", "m.safetensors", "--data", name).stdout,
                             r"^1[56]/16 ")
        self.write_bars("more", 12)
        self.assertRegex(self.run_lithe("evaluate", "m.safetensors", "--data", "more").stdout,
                         r"^2[2-4]/24 ")
        # Any size, grey as well.
        self.write_bar("new/a.png", True, 33)
        self.write_bar("new/b.png", False, 33, channels=1)
        answers = json.loads(self.run_lithe("predict", "m.safetensors", "new/a.png", "new/b.png",
                                            "--json").stdout)
        self.assertEqual([a["nearest"] for a in answers], ["upright", "level"])
        self.assertIn("Unknown: max_logit", self.run_lithe("calibrate", "m.safetensors", "--data",
                                                           "bars").stdout)
        report = json.loads(self.run_lithe("unknown-report", "m.safetensors", "--unknown", "new",
                                           "--unknown", "digits", "--output", "out",
                                           "--json").stdout)
        self.assertEqual(report["examples"], 16)
        self.assertEqual(report["scores"][0]["unknown"][0]["examples"], 2)
        self.assertEqual(read_png_size(os.path.join(self.folder, "out", "accepted-digits.png"))[2], 3)

    def test_grey_and_how_they_are_resized(self):
        self.write_bars("bars", 10)
        self.train_bars("--size", "14", "--channels", "1", "--resize", "pad", "--test-share", "0.5",
                        "--epochs", "1")
        card = json.loads(self.run_lithe("show", "m.safetensors", "--json").stdout)
        self.assertEqual((card["image"], card["resize"]), ([14, 14], "pad"))
        self.assertRegex(self.run_lithe("evaluate", "m.safetensors", "--data", "bars").stdout,
                         r"^\d+/10 ")
        self.write_bar("a.png", True, 3)
        self.run_lithe("predict", "m.safetensors", "a.png")
        self.assertIn("learning rate", self.run_lithe(
            "find-lr", "--data", "bars", "--size", "8", "--network", "dense(2)", "--loss",
            "cross_entropy", "--batch", "8", "--steps", "20").stdout)

    def test_classes_by_name(self):
        self.write_bars("bars", 10)
        self.train_bars("--size", "12", "--epochs", "1")
        self.write_bars("more", 6, names=("dot", "upright"))  # a class that the model has not
        result = self.run_lithe("evaluate", "m.safetensors", "--data", "more")
        self.assertRegex(result.stdout, r"^\d/6 ")
        self.assertIn("6 test examples of classes that the model does not know", result.stderr)
        self.write_bars("others", 2, names=("dot", "dash"))
        error = self.run_lithe("evaluate", "m.safetensors", "--data", "others", status=1).stderr
        self.assertIn("level, upright", error)
        self.assertIn("dash, dot", error)

    def test_share_to_test_on(self):
        """It is refused where something else says what to test on."""
        arguments = ["train", "--network", "dense(2)", "--test-share", "0.5", "--data"]
        self.assertIn("'digits' has a test part of its own",
                      self.run_lithe(*arguments, "digits", status=2).stderr)
        for part in ["train", "test"]:
            self.write_bars(os.path.join("parts", part), 5)
        error = self.run_lithe(*arguments, "parts", status=2).stderr
        self.assertIn("a folder for its test pictures", error)
        self.assertIn("--validation", error)
        with open(os.path.join(self.folder, "t.csv"), "w", encoding="utf-8") as file:
            file.write("a,b\n" + "1,x\n2,y\n" * 5)
        self.assertIn("--test-data", self.run_lithe(*arguments, "t.csv", "--test-data", "t.csv",
                                                    status=2).stderr)
        self.train_bars("--size", "12", "--epochs", "1", data="parts")

    def test_clean(self):
        self.environment["LITHE_DATA"] = os.path.join(self.folder, "kept")
        self.assertIn("Removed 0 files", self.run_lithe("data", "clean").stdout)
        self.write_bars("bars", 10)
        self.train_bars("--size", "12", "--epochs", "1")
        told = r"1 file of decoded pictures, 8\.\d kB, (in|from) .*kept/images"
        self.assertRegex(self.run_lithe("data", "clean", "--dry-run").stdout, "Would remove " + told)
        self.assertRegex(self.run_lithe("data", "clean").stdout, "Removed " + told)
        self.assertEqual(os.listdir(os.path.join(self.folder, "kept", "images")), [])
        self.train_bars("--size", "12", "--epochs", "1")

    def test_broken_pictures(self):
        self.write_bars("bars", 10)
        for name, content in [("empty.png", b""), ("text.jpg", b"hello")]:
            with open(os.path.join(self.folder, "bars", "level", name), "wb") as file:
                file.write(content)
        error = self.train_bars("--size", "12", status=1).stderr
        for told in ["level/empty.png: the file is empty", "level/text.jpg: neither a PNG",
                     "--skip-broken"]:
            self.assertIn(told, error)
        told = self.train_bars("--size", "12", "--skip-broken", "--epochs", "1").stderr
        self.assertIn("2 broken pictures are left out", told)
        self.assertIn("level/empty.png: the file is empty", told)
        arguments = ["predict", "m.safetensors", "bars/level/empty.png", "bars/level/1.png"]
        self.assertIn("empty", self.run_lithe(*arguments, status=1).stderr)
        result = self.run_lithe(*arguments, "--skip-broken")
        self.assertIn("bars/level/1.png: ", result.stdout)
        self.assertIn("the file is empty at bars/level/empty.png", result.stderr)

    def test_mistakes(self):
        self.write_bars("bars", 4)
        self.assertIn("--size", self.train_bars(status=1).stderr)
        for arguments, told in [(["--size", "big"], "32x48"), (["--size", "0"], "32x48"),
                                (["--size", "12", "--resize", "squash"], "stretch"),
                                (["--size", "12", "--channels", "2"], "--channels"),
                                (["--size", "12", "--resize", "ink"], "--channels 1"),
                                (["--size", "12", "--test-share", "7"], "--test-share")]:
            self.assertIn(told, self.train_bars(*arguments, status=2).stderr)
        self.assertIn("--max-pixels", self.train_bars("--size", "12", "--max-pixels", "100",
                                                      status=1).stderr)
        self.assertIn("leave them out", self.run_lithe(
            "train", "--data", "digits", "--network", "dense(10)", "--size", "14", status=2).stderr)
        self.write_bars("lonely", 2, names=("level",))
        self.assertIn("one class, 'level'", self.run_lithe(
            "train", "--data", "lonely", "--network", "dense(2)", status=1).stderr)
        self.assertIn("no folders", self.run_lithe(
            "train", "--data", "lonely/level", "--network", "dense(2)", status=1).stderr)

    def test_cifar(self):
        folder = os.path.join(self.folder, "cifar")
        os.mkdir(folder)
        for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
            with open(os.path.join(folder, name + ".bin"), "wb") as file:
                for label in range(10):
                    file.write(bytes([label]) + bytes([20 * label] * 3072))
        out = self.run_lithe("train", "--data", "cifar", "--network", "flatten -> dense(10)",
                             "--loss", "cross_entropy", "--epochs", "1").stdout
        self.assertRegex(out, r"/10 [\d.]+%  loss")
        self.write_bar("a.png", True, 3)
        self.assertIn("a.png: ", self.run_lithe("predict", "model.safetensors", "a.png").stdout)
        self.run_lithe("data", "show", "cifar", "--classes", "0..3", "--count", "2")
        self.assertEqual(read_png_size(os.path.join(self.folder, "sheet.png"))[2], 3)

    def test_contact_sheets(self):
        self.write_bars("bars", 6)
        sheet = os.path.join(self.folder, "sheet.png")
        out = self.run_lithe("data", "show", "bars", "--size", "16").stdout
        self.assertEqual(out, "sheet.png: 12 samples of 2 classes\n")
        out = self.run_lithe("data", "show", "bars/level", "--size", "16").stdout
        self.assertEqual(out, "sheet.png: 6 samples of 1 class\n")
        width, height, channels = read_png_size(sheet)
        self.assertEqual(channels, 3)
        self.run_lithe("data", "show", "digits", "--classes", "3", "--count", "4")
        self.assertEqual(read_png_size(sheet)[2], 1)
        with open(sheet, "rb") as file:
            first = file.read()
        self.run_lithe("data", "show", "digits", "--classes", "3", "--count", "4")
        with open(sheet, "rb") as file:
            self.assertEqual(file.read(), first)  # the seed decides
        out = self.run_lithe("data", "show", "shapes", "--augment", "shift(3) -> rotate(20)",
                             "--count", "2", "--output", "a.png").stdout
        self.assertEqual(out, "a.png: 6 samples of 3 classes, each with 9 variants\n")
        self.assertGreater(read_png_size(os.path.join(self.folder, "a.png"))[1], 6 * 80)
        for arguments, told, status in [
                (["shapes", "--augment", "rotat(3)"], "rotate", 2),
                (["shapes", "--classes", "7"], "from 0 to 2", 2),
                (["shapes", "--count", "0"], "--count", 2), (["bars"], "--size", 1),
                (["shapes", "--output", "no/where.png"], "no/where.png", 1)]:
            self.assertIn(told, self.run_lithe("data", "show", *arguments, status=status).stderr)

    def test_only_ink_is_centred(self):
        """A shape off the centre stays there for a model of shapes, and not for one of digits."""
        rows = [[0] * 28 for _ in range(28)]
        moved = [[0] * 28 for _ in range(28)]
        for y in range(8):
            for x in range(8):
                rows[10 + y][10 + x] = moved[2 + y][3 + x] = 255
        for name, image in [("a.png", rows), ("b.png", moved)]:
            write_png(os.path.join(self.folder, name), [row + [0] * 4 for row in image] + [[0] * 32] * 4)
        for data, centres in [("digits", True), ("shapes", False)]:
            self.run_lithe("train", "--data", data, "--network", "dense(3)" if data == "shapes"
                           else "dense(10)", "--loss", "cross_entropy", "--examples", "500",
                           "--epochs", "1")
            a, b = json.loads(self.run_lithe("predict", "model.safetensors", "a.png", "b.png",
                                             "--json").stdout)
            self.assertEqual(a["outputs"] == b["outputs"], centres)


class Reuse(AppTest):
    def test_layers_of_another_model(self):
        self.train("--output", "old.safetensors", "--classes", "0..4")
        arguments = ["train", "--data", "digits", "--from", "old.safetensors", "--classes", "5..9",
                     "--per-class", "50", "--freeze", "1", "--head", "dense(5)", "--loss",
                     "cross_entropy", "--batch", "10", "--epochs", "1", "--output",
                     "new.safetensors", "--json"]
        result = json.loads(self.run_lithe(*arguments).stdout)
        self.assertEqual(result["epochs"][0]["examples"], 250)
        self.assertTrue(result["network"].endswith("-> dense(5)"), result["network"])
        error = self.run_lithe("train", "--data", "digits", "--from", "old.safetensors", "--network",
                               "dense(31, sigmoid) -> dense(10)", status=1).stderr
        self.assertIn("784x30", error)
        self.assertIn("784x31", error)
        self.assertIn("1..6 or 1,3,5", self.run_lithe("train", *DIGITS, "--freeze", "one",
                                                      status=2).stderr)

    def test_mistakes_are_told(self):
        network = ["train", "--data", "digits", "--examples", "200", "--epochs", "1"]
        out = self.run_lithe(*network, "--network", "relu -> dense(10)", "--head", "dense(10)").stdout
        self.assertTrue(out.startswith("input(784) -> relu -> dense(10)"), out)
        for arguments, told in [(["--unfreeze-at", "3"], "--freeze"),
                                (["--patience", "3"], "--validation"),
                                (["--from", "none.safetensors"], "train it first")]:
            error = self.run_lithe(*network, "--network", "dense(10)", *arguments, status=2).stderr
            self.assertIn(told, error)
        with open(os.path.join(self.folder, "mine.toml"), "w", encoding="utf-8") as file:
            file.write('network = "dense(10)"\nepoch = 3\n')
        self.assertIn("try: epochs", self.run_lithe("train", "mine.toml", status=2).stderr)

    def test_watching_draws_and_diagnoses(self):
        out = self.train("--watch", "gradients", "--output", "w.safetensors").stdout
        self.assertIn("Diagnosis: ", out)
        with open(os.path.join(self.folder, "w.layers.svg"), encoding="utf-8") as file:
            self.assertIn("<svg", file.read())

    def test_learning_rate(self):
        out = self.run_lithe("find-lr", *DIGITS, "--highest", "100").stdout
        self.assertRegex(out, r"Begin with a learning rate of [\d.e-]+")
        self.assertTrue(os.path.exists(os.path.join(self.folder, "learning-rate.svg")))

    def test_a_run_that_explodes_says_where(self):
        error = self.run_lithe("train", "--data", "digits", "--network", "dense(50) -> dense(10)",
                               "--optimizer", "sgd(1000)", status=1).stderr
        for part in ["no longer a number", "layer", "step", "--recover"]:
            self.assertIn(part, error)


class PageReader(html.parser.HTMLParser):
    """What a page is made of; fails where a tag closes what is not open."""

    VOID = {"meta", "img", "br"}

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.sources, self.text = [], [], [], ""
        self.feed(page)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.sources += [value for name, value in attributes if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data


class Evaluate(AppTest):
    """lithe evaluate: the line, the JSON and the page."""

    def page(self, folder):
        with open(os.path.join(self.folder, folder, "index.html"), encoding="utf-8") as file:
            text = file.read()
        self.assertNotRegex(text, "https?:")
        page = PageReader(text)
        self.assertNotIn("script", page.tags)
        for source in page.sources:
            self.assertTrue(source.startswith("data:image/png;base64,"))
            self.assertTrue(base64.b64decode(source[22:], validate=True).startswith(b"\x89PNG"))
        return page

    def report(self, folder):
        with open(os.path.join(self.folder, folder, "report.json"), encoding="utf-8") as file:
            return json.load(file)

    def evaluate(self, *arguments, status=0):
        return self.run_lithe("evaluate", "m.safetensors", *arguments, status=status)

    def test_images(self):
        self.train("--output", "m.safetensors", "--validation", "10%")
        plain = self.evaluate("--data", "digits").stdout
        self.assertRegex(plain, r"^\d+/10000 [\d.]+%  loss \d\.\d+  \d\.\d+ s\n$")
        out = self.evaluate("--data", "digits", "--report", "deep/out").stdout
        self.assertEqual(out.split("  ")[:2], plain.split("  ")[:2])
        self.assertIn("Report: deep/out/index.html", out)
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "deep", "out"))),
                         ["index.html", "report.json"])
        page = self.page("deep/out")
        self.assertEqual(page.tags.count("img"), 24)
        for text in ["m.safetensors on digits", plain.split("/")[0] + " of 10000",
                     "Confusion matrix", "Classes", "Training history", "validation"]:
            self.assertIn(text, page.text)

        report = self.report("deep/out")
        self.assertEqual(report["correct"], int(plain.split("/")[0]))
        self.assertEqual(sum(map(sum, report["confusion"])), 10000)
        self.assertEqual(sum(report["confusion"][c][c] for c in range(10)), report["correct"])
        for c, figures in enumerate(report["classes"]):
            right = report["confusion"][c][c]
            self.assertEqual(figures["support"], sum(report["confusion"][c]))
            self.assertAlmostEqual(figures["recall"], right / figures["support"])
            self.assertAlmostEqual(figures["precision"],
                                   right / max(1, sum(row[c] for row in report["confusion"])))
        self.assertAlmostEqual(report["macro_f1"],
                               sum(figures["f1"] for figures in report["classes"]) / 10)
        bins = report["confidence"]["bins"]
        self.assertEqual([len(bins), sum(b["count"] for b in bins)], [15, 10000])
        self.assertAlmostEqual(report["ece"], sum(
            b["count"] * abs(b["accuracy"] - b["confidence"]) for b in bins) / 10000)
        self.assertEqual([epoch["epoch"] for epoch in report["history"]], [1, 2])
        self.assertAlmostEqual(report["history"][1]["test_accuracy"], report["correct"] / 10000,
                               places=5)
        self.assertIsNotNone(report["history"][0]["validation_loss"])

        short = json.loads(self.evaluate("--data", "digits", "--json").stdout)
        self.assertEqual({key: short[key] for key in short if key != "seconds"},
                         {key: report[key] for key in short if key != "seconds"})
        self.assertNotIn("history", self.run_lithe("show", "m.safetensors").stdout)

    def write_table(self, name, lines):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def test_two_classes_with_hostile_names(self):
        self.write_table("t.csv", ["size,<i>kind</i>"] + [
            f"{i % 7},{'<script>1</script>' if (i % 7 > 3) != (i % 11 == 0) else 'a&b'}"
            for i in range(300)])
        self.run_lithe("train", "--data", "t.csv", "--network", "dense(4, tanh) -> dense(1, sigmoid)",
                       "--optimizer", "adam(0.05)", "--epochs", "5", "--output", "m.safetensors")
        self.evaluate("--data", "t.csv", "--report", "out")
        page = self.page("out")
        self.assertIn("<script>1</script>", page.text)
        self.assertIn("size = ", page.text)  # the mistakes' values
        self.assertIn("all rows of the table", page.text)
        self.assertEqual([figures["class"] for figures in self.report("out")["classes"]],
                         ["<script>1</script>", "a&b"])

    def test_numbers(self):
        self.write_table("t.csv", ["x,price"] + [f"{i % 10},{3 * (i % 10) + i % 3}.5"
                                                 for i in range(300)])
        self.run_lithe("train", "--data", "t.csv", "--task", "regression", "--network", "dense(1)",
                       "--loss", "mean_squared", "--optimizer", "adam(0.5)", "--epochs", "20",
                       "--output", "m.safetensors")
        self.evaluate("--data", "t.csv", "--report", "out")
        report = self.report("out")
        self.assertGreater(report["r2"], 0.95)
        self.assertLessEqual(report["mae"], report["rmse"])
        self.assertEqual(len(report["history"]), 20)
        self.assertNotIn("classes", report)
        self.assertIn("Predicted against true: price", self.page("out").text)

    def test_calibrated(self):
        self.train("--output", "m.safetensors", "--unknown", "energy")
        result = json.loads(self.evaluate("--data", "digits", "--report", "out", "--json").stdout)
        self.assertAlmostEqual(result["unknown"]["acceptance_rate"], 0.95, delta=0.03)
        self.assertGreater(result["temperature"], 0)
        self.assertEqual(self.report("out")["confidence_at_temperature"]["ece"],
                         result["ece_at_temperature"])
        self.assertIn("Unknown examples", self.page("out").text)

    def test_a_folder_that_cannot_be(self):
        self.train("--output", "m.safetensors")
        self.write_table("file", ["here"])
        for folder in ["file", "file/below"]:
            error = self.evaluate("--data", "digits", "--report", folder, status=1).stderr
            self.assertIn("cannot make the folder", error)
            self.assertIn("--report FOLDER", error)
        with open(os.path.join(self.folder, "file"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "here\n")


class Unknown(AppTest):
    """A model that says "none of these", from training to report."""

    KNOWN = ["--data", "digits", "--classes", "2,4,5,9,8,3", "--network", "dense(64, relu) -> dense(6)",
             "--loss", "cross_entropy", "--optimizer", "adam(2e-3)", "--epochs", "2", "--threads",
             "1"]

    def train_known(self, *arguments, status=0):
        return self.run_lithe("train", *self.KNOWN, "--output", "m.safetensors", *arguments,
                              status=status)

    def report(self, *arguments):
        return json.loads(self.run_lithe("unknown-report", "m.safetensors", "--unknown", "digits",
                                         "--json", *arguments).stdout)

    def write_images(self):
        one = [[0] * 28 for _ in range(28)]
        three = [[0] * 28 for _ in range(28)]
        for y in range(4, 24):
            one[y][13] = one[y][14] = 255
        for y, left in [(4, 9), (5, 9), (13, 11), (14, 11), (22, 9), (23, 9)]:
            for x in range(left, 19):
                three[y][x] = 255
        for y in range(4, 24):
            three[y][18] = three[y][19] = 255
        for name, rows in [("one", one), ("three", three)]:
            write_png(os.path.join(self.folder, name + ".png"), rows)

    def test_train_predict_and_report(self):
        out = self.train_known("--unknown", "energy", "--unknown-acceptance", "80%").stdout
        self.assertIn("10% of the training examples are held out", out)
        self.assertRegex(out, r"Unknown: energy above [-\d.]+, which accepts 80\.\d% of 3\d+ held-out")
        self.write_images()
        images = ["one.png", "three.png"]
        text = self.run_lithe("predict", "m.safetensors", *images).stdout
        self.assertRegex(text, r"(?m)^three\.png: 3 \(0\.\d+\), then \d \(0\.\d+\)$")
        self.assertRegex(text, r"(?m)^one\.png: unknown \(score .* above .*; nearest \d \(0\.\d+\)\)"
                               r", then \d \(0\.\d+\)$")
        answers = json.loads(self.run_lithe("predict", "m.safetensors", *images, "--json").stdout)
        for answer in answers:
            self.assertEqual(sorted(answer), ["class", "confidence", "nearest", "of", "runner_up",
                                              "runner_up_confidence", "score", "threshold",
                                              "unknown"])
            self.assertEqual(answer["unknown"], answer["score"] > answer["threshold"])
            self.assertEqual(answer["class"] == "unknown", answer["unknown"])
        self.assertEqual(answers[1]["class"], "3")
        card = json.loads(self.run_lithe("show", "m.safetensors", "--json").stdout)
        self.assertEqual(card["metadata"]["lithe.unknown"], "energy")

        report = self.report("--output", "out")
        self.assertEqual(sorted(report), ["accuracy", "examples", "known", "model", "scores"])
        self.assertGreater(report["accuracy"], 0.9)
        rows = report["scores"][0]["unknown"]
        self.assertEqual([row["kind"] for row in rows], ["", "0", "1", "6", "7"])
        self.assertEqual(sorted(rows[0]), ["acceptance_rate", "aupr", "auroc", "examples", "fpr95", "kind",
                                           "oscr", "set"])
        self.assertGreater(rows[0]["auroc"], 0.7)
        self.assertAlmostEqual(report["scores"][0]["known_acceptance_rate"], 0.8, delta=0.03)
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "out"))),
                         ["accepted-digits.png", "curves-energy.svg", "known-rejected.png",
                          "report.json"])
        with open(os.path.join(self.folder, "out", "report.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file), report)
        named = self.report("--known", "digits", "--known-classes", "2,4,5,9,8,3",
                            "--unknown-classes", "0,1,6,7")
        self.assertEqual(named["scores"], report["scores"])

    def test_calibrate_a_model_that_there_is(self):
        self.train_known()
        self.assertNotIn("unknown", self.run_lithe("show", "m.safetensors").stdout)
        self.write_images()
        answer = json.loads(self.run_lithe("predict", "m.safetensors", "one.png", "--json").stdout)
        self.assertEqual(sorted(answer[0]), ["class", "of", "outputs", "probabilities"])
        error = self.run_lithe("unknown-report", "m.safetensors", "--unknown", "digits",
                               status=1).stderr
        self.assertIn("lithe calibrate MODEL", error)
        done = json.loads(self.run_lithe("calibrate", "m.safetensors", "--data", "digits",
                                         "--unknown", "max_softmax", "--unknown-acceptance", "80%",
                                         "--json").stdout)
        self.assertEqual(done["score"], "max_softmax")
        self.assertEqual(done["validation_from"], "the test examples")
        self.assertAlmostEqual(done["validation_acceptance_rate"], 0.8, delta=0.01)
        out = self.run_lithe("calibrate", "m.safetensors", "--data", "digits", "--output",
                             "n.safetensors").stdout
        self.assertRegex(out, r"Unknown: max_softmax above .* accepts 95\.0%")

    # Of a seed that a float64 cannot hold.
    def test_calibrates_on_what_training_held_out(self):
        trained = self.train_known("--unknown", "energy", "--seed", str(2**53 + 1)).stdout
        out = self.run_lithe("calibrate", "m.safetensors", "--data", "digits").stdout
        self.assertIn("what its training held out", out)
        for figure in [r"Unknown: energy above (\S+),", r"confidence at temperature (\S+)"]:
            self.assertEqual(re.search(figure, out).group(1), re.search(figure, trained).group(1))

    def test_images_of_another_size_are_fitted(self):
        folder = os.path.join(self.folder, "large")
        os.mkdir(folder)
        for part in ["train", "t10k"]:
            with open(os.path.join(folder, part + "-images-idx3-ubyte"), "wb") as file:
                file.write(struct.pack(">IIII", 0x803, 20, 40, 50) + bytes(range(200)) * 200)
            with open(os.path.join(folder, part + "-labels-idx1-ubyte"), "wb") as file:
                file.write(struct.pack(">II", 0x801, 20) + bytes(i % 2 for i in range(20)))
        self.train_known("--unknown", "energy", "--epochs", "1")
        report = json.loads(self.run_lithe("unknown-report", "m.safetensors", "--unknown", folder,
                                           "--json").stdout)
        self.assertEqual([row["examples"] for row in report["scores"][0]["unknown"]], [20, 10, 10])
        self.train_known("--unknown", "background", "--outliers", folder, "--epochs", "1")

    def test_auto_compares(self):
        out = self.train_known("--unknown", "auto", "--examples", "6000", "--epochs", "3").stdout
        self.assertIn("5 trainings of 1 epoch", out)
        taken = re.search(r"(?m)^  (\S+) .* taken$", out).group(1)
        self.assertIn(f"Unknown: {taken} above", out)
        self.assertRegex(out, r"Compared in [\d.]+ s")

    def test_outliers(self):
        for how, outliers in [("background", ["digits"]), ("outlier_exposure", ["digits"]),
                              ("background", ["corrupted", "--outliers", "mirrored:digits",
                                              "--outlier-classes", "all", "--outlier-classes", "2,4"])]:
            result = json.loads(self.train_known("--unknown", how, "--outliers", *outliers, "--json",
                                                 "--examples", "6000").stdout)
            self.assertAlmostEqual(result["unknown"]["acceptance_rate"], 0.95, delta=0.01)
            self.assertEqual(result["network"].endswith("dense(7)"), how == "background")
            report = self.report("--score", "all")
            names = [score["score"] for score in report["scores"]]
            self.assertEqual("background" in names, how == "background")

    def test_mistakes(self):
        for arguments, told in [(["--unknown", "background"], "--outliers"),
                                (["--outliers", "digits"], "--unknown background"),
                                (["--unknown", "background", "--outliers", "corrupted", "--outliers",
                                  "digits", "--outlier-classes", "1"], "once for each"),
                                (["--unknown", "enrgy"], "enrgy"),
                                (["--unknown", "energy", "--unknown-acceptance", "0%"], "above 0%"),
                                (["--unknown", "energy", "--unknown-acceptance", "95"], "95"),
                                (["--unknown", "energy", "--ignore-class", "1"], "--classes"),
                                (["--unknown", "outlier_exposure", "--outliers", "digits", "--loss",
                                  "quadratic"], "cross_entropy")]:
            self.assertIn(told, self.train_known(*arguments, status=2).stderr)
        self.assertIn("dense(classes)", self.train_known(
            "--network", "dense(6) -> batch_norm", "--unknown", "energy", status=1).stderr)
        self.assertEqual([f for f in os.listdir(self.folder) if f != "cache"], [])
        self.train_known("--unknown", "energy", "--epochs", "1")
        for command, status, told in [
                (["calibrate", "m.safetensors", "--data", "digits", "--unknown", "auto"], 2,
                 "lithe train"),
                (["calibrate", "m.safetensors", "--data", "digits", "--unknown", "background"], 1,
                 "--outliers"),
                (["unknown-report", "m.safetensors", "--unknown", "digits", "--unknown-classes",
                  "77"], 2, "77"),
                (["unknown-report", "m.safetensors", "--unknown", "dgits"], 2, "digits"),
                (["unknown-report", "m.safetensors", "--unknown", "digits", "--score", "none"], 2,
                 "none"),
                (["unknown-report", "m.safetensors"], 2, "--unknown")]:
            self.assertIn(told, self.run_lithe(*command, status=status).stderr)

    def test_another_head_knows_nothing_of_it(self):
        self.train_known("--unknown", "energy")
        out = self.run_lithe("train", "--data", "digits", "--from", "m.safetensors", "--head",
                             "dense(10)", "--loss", "cross_entropy", "--epochs", "1", "--output",
                             "n.safetensors").stdout
        self.assertIn("is not taken over", out)
        self.assertNotIn("unknown", self.run_lithe("show", "n.safetensors").stdout)


class Commands(AppTest):
    def test_usage(self):
        self.assertIn("usage: lithe", self.run_lithe("--help").stdout)
        self.assertRegex(self.run_lithe("--version").stdout, r"^lithe \d+\.\d+\.\d+\n$")
        self.assertIn("try `lithe train`", self.run_lithe("trian", status=2).stderr)
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
        result = json.loads(self.train("--json", "--precision", "float64", "--threads", "2").stdout)
        self.assertEqual(len(result["epochs"]), 2)
        self.assertEqual(result["precision"], "float64")
        self.assertEqual(result["threads"], 2)
        # 2 * (784 * 30 + 30 * 10) forward, as many for the weights, 2 * 30 * 10 for the gradient.
        self.assertEqual(result["operations_per_example"], 95880)
        self.assertEqual(result["epochs"][1]["allocations"] or 0, 0)

    def test_seed_decides_the_file_and_threads_do_not(self):
        files = []
        for name, more in [("a", []), ("b", ["--threads", "2"]), ("c", ["--seed", "2"])]:
            self.train("--output", name, *more)
            with open(os.path.join(self.folder, name), "rb") as file:
                files.append(file.read())
        self.assertEqual(files[0], files[1])
        self.assertNotEqual(files[0], files[2])

    def test_explain(self):
        out = self.run_lithe("train", *DIGITS, "--explain").stdout
        for text in ["nonzero columns", "refused", "arena", "denormal", "Expected limit"]:
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

    def test_info(self):
        machine = json.loads(self.run_lithe("info", "--json").stdout)
        self.assertGreater(machine["limits"]["flops_float32"], 1e9)
        self.assertGreater(machine["all_cores"]["flops_float32"], 1e8)
        self.assertGreaterEqual(machine["all_cores"]["threads"], 1)
        self.assertGreater(machine["all_cores"]["clock_one_core"], 1e8)
        for finding in machine["findings"]:
            self.assertTrue(finding["problem"] and finding["remedy"], finding)
        text = self.run_lithe("info").stdout
        self.assertLessEqual(len(text.splitlines()), 50, "one screen")
        for word in ["processor", "caches", "arithmetic", "reading", "BLAS", "verdict"]:
            self.assertRegex(text, "(?m)^" + word)
        self.assertRegex(self.run_lithe("info", "--all").stdout, "(?m)^quota")

    def test_info_tells_broken_libraries_and_settings(self):
        folder = os.path.join(self.folder, "lib")
        os.mkdir(folder)
        path = os.path.join(folder, "libblas.so.3")
        with open(path, "w", encoding="utf-8") as file:
            file.write("INPUT(libopenblas.so)\n")
        self.environment["OMP_NUM_THREADS"] = "100000"
        machine = json.loads(self.run_lithe("info", "--json", "--blas-folder", folder).stdout)
        broken = [b for b in machine["blas"] if path in b["names"]]
        self.assertEqual([b["problem"] for b in broken], ["is text, not a library"])
        problems = " ".join(finding["problem"] for finding in machine["findings"])
        self.assertIn("is text, not a library", problems)
        self.assertIn("OMP_NUM_THREADS=100000", problems)

    def test_info_names_kernels_of_an_older_processor(self):
        self.environment["OPENBLAS_CORETYPE"] = "Prescott"
        machine = json.loads(self.run_lithe("info", "--json").stdout)
        old = [b for b in machine["blas"] if b["core"] == "Prescott"]
        if not old or "avx512" not in machine["isas"]:
            self.skipTest("needs an OpenBLAS (apt install libopenblas0-pthread) and AVX-512")
        self.assertGreater(old[0]["remedied_float32"], 1.5 * old[0]["flops_float32"])
        first = machine["findings"][0]
        self.assertIn("Prescott", first["problem"])
        self.assertIn("OPENBLAS_CORETYPE", first["commands"][0])
        self.assertGreater(first["factor"], 1.5)

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


class Mistakes(AppTest):
    def error(self, *arguments, status):
        result = self.run_lithe(*arguments, status=status)
        self.assertEqual([f for f in os.listdir(self.folder)
                          if f not in ("cache", "bad", "empty")], [])
        return result.stderr + result.stdout

    def train_error(self, *arguments, status=2):
        return self.error("train", *DIGITS, *arguments, status=status)

    def test_sentences(self):
        out = self.train_error("--network", "dense(30) -> dence(10)")
        self.assertIn("no layer is called 'dence'", out)
        self.assertIn("^^^^^", out)
        self.assertIn("try: dense", out)
        self.assertIn("at most", self.train_error("--network", "x" * 100000))
        self.assertIn("try: flatten", self.train_error(
            "--network", "input(28x28) -> dense(10)").replace("put flatten", "try: flatten"))
        self.assertIn("784", self.train_error("--network", "input(700) -> dense(10)"))
        self.assertIn("from 1 to", self.train_error("--network", "dense(0)"))
        self.assertIn("40x40 does not fit into an image of 28x28", self.train_error(
            "--network", "conv2d(4, 40x40, padding=0) -> flatten -> dense(10)"))
        self.assertIn("quadratic", self.train_error("--loss", "quadratik"))
        self.assertIn("above 0", self.train_error("--optimizer", "sgd(-1)"))

    def test_numbers(self):
        self.train_error("--threads", "0")
        self.train_error("--threads", "1000000")
        self.train_error("--batch", "0")
        self.assertIn("2000", self.train_error("--batch", "2001"))
        self.assertIn("60000", self.train_error("--examples", "70000"))
        self.assertIn("avx2" if "avx2" in self.run_lithe("info").stdout else "scalar",
                      self.train_error("--isa", "mmx"))
        self.train_error("--precision", "float16")
        self.assertIn("learning", self.train_error("--optimizer", "sgd()"))

    def test_recipes(self):
        self.assertIn("try: seed", self.error("train", "sead", status=2))
        with open(os.path.join(self.folder, "bad"), "w") as file:
            file.write('learning_speed = 3\n')
        self.assertIn("learning_speed", self.error("train", "./bad", status=2))

    def test_files(self):
        os.mkdir(os.path.join(self.folder, "empty"))
        self.assertIn("lithe data fetch mnist",
                      self.train_error("--data", "mnist", "--data-dir", "empty", status=1))
        self.assertIn("no folder", self.train_error("--output", "there/is/none"))
        self.error("evaluate", "nothing.safetensors", "--data", "digits", status=1)
        with open(os.path.join(self.folder, "bad"), "wb") as file:
            file.write(b"\xff" * 100)
        self.assertIn("bad", self.error("evaluate", "bad", "--data", "digits", status=1))

    def test_a_rate_that_explodes(self):
        out = self.train_error("--network", "dense(30, relu) -> dense(10)", "--optimizer",
                               "sgd(1e5)", status=1)
        self.assertRegex(out, r"step \d+ of the training")
        self.assertIn("smaller learning rate", out)

    def test_a_fetch_that_cannot_be(self):
        # Nobody listens on the discard port of this machine.
        out = self.error("data", "fetch", "mnist", "--data-dir", "empty", "--mirror",
                         "http://127.0.0.1:9/", status=1)
        self.assertIn("127.0.0.1:9", out)


@unittest.skipUnless(HAS_MNIST, "LITHE_DATA does not name a folder with mnist/: `lithe data fetch "
                     "mnist --data-dir FOLDER` makes one")
class Mnist(AppTest):
    def test_the_seed_recipe_learns(self):
        scores = []
        for seed in range(1, 6):
            out = self.run_lithe("train", "seed", "--seed", str(seed)).stdout
            scores.append(int(re.search(r"Epoch 10: (\d+)/10000", out).group(1)))
        self.assertGreaterEqual(sorted(scores)[2], 9350, scores)

    def test_digits_are_a_substitute(self):
        self.run_lithe("train", "seed", "--data", "digits")
        out = self.run_lithe("evaluate", "seed.safetensors", "--data", "mnist").stdout
        self.assertGreaterEqual(int(out.split("/")[0]), 8500)

    def test_the_readme_s_commands(self):
        with open(README, encoding="utf-8") as file:
            blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.M | re.S)
        commands = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()
                    if line.startswith("lithe ")]
        self.assertGreater(len(commands), 3)
        write_png(os.path.join(self.folder, "digit.png"), [[0] * 12 + [255] * 4 + [0] * 12] * 28)
        bin_folder = os.path.dirname(os.path.abspath(LITHE))
        environment = dict(self.environment, PATH=bin_folder + ":" + os.environ["PATH"])
        for command in commands:
            if "data fetch" in command:
                continue  # needs the network
            result = subprocess.run(command, shell=True, cwd=self.folder, env=environment,
                                    capture_output=True, text=True, timeout=120)
            self.assertEqual(result.returncode, 0, command + "\n" + result.stderr)


if __name__ == "__main__":
    unittest.main()
