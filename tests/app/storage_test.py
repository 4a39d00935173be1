"""Files that are changed, cut, denied or there already: caches, models and states."""

import json
import os
import pathlib
import resource
import shlex
import shutil
import signal
import subprocess
import time
import unittest

from support import LITHE, AppTest, check_words, write_png

SMALL = ["--data", "digits", "--examples", "1000", "--network", "dense(20, tanh) -> dense(10)",
         "--loss", "cross_entropy", "--optimizer", "adam(0.001)", "--epochs", "2",
         "--threads", "1"]
STATE = ["--state", "run.state", "--keep-every", "0"]
NOBODY = 65534


class StorageTest(AppTest):
    def setUp(self):
        super().setUp()
        self.environment["XDG_CACHE_HOME"] = os.path.join(self.folder, "cache")
        self.environment.pop("LITHE_DATA", None)
        self.environment["TMPDIR"] = os.path.join(self.folder, "temporary")
        os.mkdir(self.environment["TMPDIR"])

    def path(self, *names):
        return pathlib.Path(self.folder, *names)

    def start(self, *arguments, **how):
        process = subprocess.Popen([LITHE, *arguments], cwd=self.folder, env=self.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)

        def end():
            process.kill()
            process.communicate()
        self.addCleanup(end)
        return process

    def end(self, process, status):
        out, error = process.communicate(timeout=120)
        self.assertEqual(process.returncode, status, out + error)
        check_words(self, subprocess.CompletedProcess(process.args, status, out, error))
        return error


class Caches(StorageTest):
    """Of decoded pictures, and of the machine's limits."""

    def setUp(self):
        super().setUp()
        for kind, level in (("dark", 20), ("light", 200)):
            self.path("pictures", kind).mkdir(parents=True)
            for i in range(20):
                rows = [[level + (i * 7 + 3 * x + y) % 40 for x in range(64)] for y in range(64)]
                write_png(self.path("pictures", kind, f"{i}.png"), rows)
        self.training = ["train", "--data", "pictures", "--network", "flatten -> dense(2)",
                         "--epochs", "1", "--batch", "8", "--threads", "1"]

    def cache(self):
        (file,) = self.path("cache", "lithe", "images").iterdir()
        return file

    def trained(self, name):
        """The model, and what was said."""
        out = self.run_lithe(*self.training, "--output", name).stdout
        return self.path(name).read_bytes(), out

    def test_a_pixel_that_was_changed_is_not_used(self):
        right, out = self.trained("a.safetensors")
        self.assertNotIn("made again", out)
        whole = self.cache().read_bytes()
        for change in (lambda b: b[:5000] + bytes([b[5000] ^ 1]) + b[5001:], lambda b: b[:-100],
                       lambda b: b"", lambda b: b[:16] + b"\xff" * 8 + b[24:]):
            self.cache().write_bytes(change(whole))
            model, out = self.trained("b.safetensors")
            self.assertEqual(model, right)
            self.assertIn("not as they were written, and were made again", out)
            self.assertEqual(self.cache().read_bytes(), whole)

    def test_two_programs_make_one_cache(self):
        right, _ = self.trained("a.safetensors")
        for attempt in range(5):
            shutil.rmtree(self.path("cache"))
            both = [self.start(*self.training, "--output", f"{i}.safetensors") for i in range(2)]
            for i, process in enumerate(both):
                self.end(process, 0)
                self.assertEqual(self.path(f"{i}.safetensors").read_bytes(), right)
            self.cache()

    def test_a_cache_that_is_cut_while_it_is_used_is_told(self):
        self.training[self.training.index("--epochs") + 1] = "100000"
        process = self.start(*self.training, "--output", "a.safetensors")
        for line in process.stdout:
            if line.startswith("Epoch 2"):
                break
        os.truncate(self.cache(), 100)
        error = self.end(process, 1)
        self.assertIn(str(self.cache()), error)
        self.assertIn("try: the same command again", error)
        self.training[self.training.index("--epochs") + 1] = "1"
        self.trained("a.safetensors")

    def test_limits_that_were_changed_are_measured_again(self):
        before = json.loads(self.run_lithe("info", "--json").stdout)["limits"]
        (file,) = self.path("cache", "lithe").glob("machine-*.json")
        text = file.read_text()
        figure = json.loads(text)["limits"][before["isa"]]["flops_float32"]
        file.write_text(text.replace(repr(figure), repr(figure * 3)))
        self.assertNotEqual(file.read_text(), text)
        after = json.loads(self.run_lithe("info", "--json").stdout)["limits"]
        self.assertLess(after["flops_float32"], 2 * before["flops_float32"])


class Earlier(StorageTest):
    """A model that is there is not lost to one whose name nobody chose."""

    def test_of_a_training(self):
        self.run_lithe("train", *SMALL)
        first = self.path("model.safetensors").read_bytes()
        out = self.run_lithe("train", *SMALL, "--seed", "2").stdout
        self.assertIn("Model: model.safetensors (the earlier one is kept as model.1.safetensors)", out)
        self.assertEqual(self.path("model.1.safetensors").read_bytes(), first)
        second = self.path("model.safetensors").read_bytes()
        self.assertNotEqual(second, first)
        result = json.loads(self.run_lithe("train", *SMALL, "--seed", "3", "--json").stdout)
        self.assertEqual(result["earlier_model"], "model.2.safetensors")
        self.assertEqual(self.path("model.2.safetensors").read_bytes(), second)
        self.assertEqual(self.path("model.1.safetensors").read_bytes(), first)

    def test_a_name_that_was_given_is_overwritten(self):
        for seed in "12":
            self.run_lithe("train", *SMALL, "--seed", seed, "--output", "model.safetensors")
        self.assertEqual(len(list(self.path().glob("model*"))), 1)

    def test_a_training_that_goes_on_replaces_its_own(self):
        self.run_lithe("train", *SMALL, *STATE)
        self.run_lithe("train", *STATE[:2], "--resume", "--epochs", "3")
        self.assertEqual(len(list(self.path().glob("model*"))), 1)

    def test_of_an_agent(self):
        for steps in ("2000", "4000"):
            out = self.run_lithe("rl", "train", "cartpole", "--steps", steps, "--episodes", "2").stdout
        self.assertIn("The earlier policy is kept as cartpole.1.safetensors", out)
        self.run_lithe("rl", "evaluate", "cartpole.1.safetensors", "--episodes", "1")

    def test_of_several_trainings(self):
        for _ in range(2):
            out = self.run_lithe("train", *SMALL, "--seeds", "2").stdout
        self.assertIn("kept as model.seed1.1.safetensors", out)

    def test_calibrate_writes_where_it_is_told(self):
        self.run_lithe("train", *SMALL, "--output", "m.safetensors")
        before = self.path("m.safetensors").read_bytes()
        self.run_lithe("calibrate", "m.safetensors", "--data", "digits", "--output", "c.safetensors")
        self.assertEqual(self.path("m.safetensors").read_bytes(), before)
        self.assertIn("energy", self.run_lithe("show", "c.safetensors").stdout)


class Failures(StorageTest):
    """What fails behind a training says what was saved."""

    def test_a_calibration(self):
        error = self.run_lithe("train", *SMALL, "--validation", "10%", "--unknown", "knn(k=5000)",
                               "--output", "m.safetensors", status=1).stderr
        self.assertIn("the model cannot be calibrated: there are fewer known examples than k", error)
        self.assertIn("`lithe calibrate m.safetensors`", error)
        self.assertIn("The trained model is in m.safetensors", error)
        self.run_lithe("calibrate", "m.safetensors", "--data", "digits")

    def test_a_picture(self):
        self.path("pictures").mkdir()
        process = self.start("train", *SMALL[:-4], "--epochs", "100000", "--output", "m.safetensors",
                             "--curve", "pictures/curve.svg")
        for line in process.stdout:
            if line.startswith("Epoch 2"):
                break
        os.rename(self.path("pictures"), self.path("elsewhere"))
        process.send_signal(signal.SIGINT)
        self.assertIn("The trained model is in m.safetensors", self.end(process, 1))
        self.run_lithe("show", "m.safetensors")

    def test_a_model_that_cannot_be_read(self):
        self.run_lithe("train", *SMALL, "--output", "m.safetensors")
        whole = self.path("m.safetensors").read_bytes()
        self.path("folder").mkdir()
        for name, content in (("empty", b""), ("text", b"hello"), ("cut", whole[:5000]),
                              ("other", b"\xff" * 100)):
            self.path(name + ".safetensors").write_bytes(content)
            for command in (["evaluate"], ["show"], ["calibrate"]):
                error = self.run_lithe(*command, name + ".safetensors", status=1).stderr
                self.assertIn("try: a whole file that `lithe train` wrote", error)
        error = self.run_lithe("show", "folder", status=1).stderr
        self.assertIn("'folder' is not a file", error)
        self.assertNotIn("write", error)

    def test_without_a_home(self):
        for name in ("HOME", "XDG_CACHE_HOME"):
            self.environment.pop(name, None)
        self.run_lithe("train", *SMALL)
        self.run_lithe("info", "--all")
        self.assertIn("HOME is not set", self.run_lithe("data", "list").stdout)
        self.path("t.csv").write_text("a,b\n" + "".join(f"{i},{i % 2}\n" for i in range(50)))
        self.run_lithe("train", "--data", "t.csv", "--epochs", "1")
        error = self.run_lithe("train", "seed", status=2).stderr
        self.assertIn("HOME is not set", error)
        self.assertIn("set LITHE_DATA or give --data-dir", error)


class Denied(StorageTest):
    """As a user who may not write, or not any more."""

    def nobody(self):
        """Before a program: it is not root, which may do anything."""
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)
        for name in ("cache", "mine"):
            os.makedirs(self.path(name), exist_ok=True)
        if os.getuid() == 0:
            for name in ("cache", "mine", "temporary"):
                os.chown(self.path(name), NOBODY, NOBODY)
        done = subprocess.run([LITHE, "--version"], preexec_fn=self.nobody, capture_output=True)
        if done.returncode != 0:
            self.skipTest("another user cannot run the program here")

    def fail(self, *arguments, status=1):
        return self.end(self.start(*arguments, preexec_fn=self.nobody), status)

    def protect(self, name):
        os.chmod(self.path(name), 0o555 if self.path(name).is_dir() else 0o444)
        self.addCleanup(os.chmod, self.path(name), 0o755)

    def test_a_folder_that_is_read_only(self):
        self.path("kept").mkdir()
        self.run_lithe("train", *SMALL, "--state", "kept/run.state", "--output", "kept/m.safetensors")
        before = {name: self.path("kept", name).read_bytes() for name in os.listdir(self.path("kept"))}
        self.protect("kept")
        start = time.monotonic()
        for option in (["--output", "kept/m.safetensors"],
                       ["--output", "mine/m.safetensors", "--state", "kept/new.state"]):
            error = self.fail("train", *SMALL, "--epochs", "100000", *option)
            self.assertIn("Permission denied", error)
            self.assertIn("try: choose a folder that you may write to", error)
        self.assertLess(time.monotonic() - start, 60)  # told before the training
        error = self.fail("train", "--state", "kept/run.state", "--resume", "--epochs", "3",
                          "--output", "mine/m.safetensors")
        self.assertIn("Permission denied", error)
        self.assertEqual(before, {name: self.path("kept", name).read_bytes()
                                  for name in os.listdir(self.path("kept"))})

    def test_a_file_of_another_user(self):
        if os.getuid() != 0:
            self.skipTest("only root can make a file of another user")
        self.run_lithe("train", *SMALL, "--output", "mine/m.safetensors")
        os.chmod(self.path("mine/m.safetensors"), 0o600)
        error = self.fail("show", "mine/m.safetensors")
        self.assertIn("Permission denied", error)
        self.assertIn("try: a file that you may read", error)
        # Where the folder is one's own, its files can be replaced, and belong to who did.
        self.end(self.start("train", *SMALL, "--output", "mine/m.safetensors",
                            preexec_fn=self.nobody), 0)
        self.assertEqual(self.path("mine/m.safetensors").stat().st_uid, NOBODY)

    def test_a_disk_that_is_small(self):
        """A file system of its own, with as much room as a quota might leave."""
        disk = self.path("disk")
        disk.mkdir()
        words = shlex.join([LITHE, "train", *SMALL, "--output", "disk/m.safetensors", *STATE])
        # 15,910 weights take 64 kB: the small model fits, the large one does not.
        script = (f"mount -t tmpfs -o size=100k none '{disk}' || exit 77\n"
                  f"{words}\n"
                  f"echo state: $? >&2; cp disk/m.safetensors one.safetensors\n"
                  f"{words.replace('dense(20', 'dense(60').replace('run.state', 'other.state')}\n"
                  f"echo large: $? >&2; cp disk/m.safetensors two.safetensors; ls -A disk >&2\n")
        try:
            done = subprocess.run(["unshare", "-rm", "sh", "-c", script], cwd=self.folder,
                                  env=self.environment, capture_output=True, text=True, timeout=120)
        except FileNotFoundError:
            self.skipTest("there is no unshare")
        if "state:" not in done.stderr:
            self.skipTest("no file system can be mounted here: " + done.stderr)
        check_words(self, done)
        self.assertIn("state: 0", done.stderr)
        self.assertIn("large: 1", done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertIn("instead", done.stderr)
        self.assertEqual(self.path("one.safetensors").read_bytes(),
                         self.path("two.safetensors").read_bytes())
        self.assertEqual(done.stderr.splitlines()[-1], "m.safetensors")  # and nothing beside it

    def test_a_limit_of_the_size_of_files(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        self.run_lithe("train", *SMALL, *STATE, "--output", "m.safetensors")
        before = self.path("m.safetensors").read_bytes(), self.path("run.state").read_bytes()
        process = self.start("train", *STATE, "--resume", "--epochs", "4", preexec_fn=limit)
        error = self.end(process, 1)
        self.assertIn("File too large", error)
        self.assertEqual(before, (self.path("m.safetensors").read_bytes(),
                                  self.path("run.state").read_bytes()))


class Words(StorageTest):
    """Texts of exceptions of the standard library are never shown: each run_lithe looks for them.
    Here are inputs of the kind that brought some to light."""

    def setUp(self):
        super().setUp()
        self.path("t.csv").write_text("a,b,kind\n" + "".join(
            f"{i},{i * 7 % 11},{'xy'[i % 2]}\n" for i in range(40)))
        self.train = ["train", "--data", "t.csv", "--epochs", "1", "--threads", "1"]

    def look(self, *arguments, statuses=(0, 1, 2)):
        done = subprocess.run([LITHE, *arguments], cwd=self.folder, env=self.environment,
                              capture_output=True, timeout=120)
        error = done.stderr.decode(errors="replace")
        self.assertIn(done.returncode, statuses, error)
        check_words(self, subprocess.CompletedProcess(done.args, done.returncode, "", error))

    def test_names(self):
        no_text = b"\xff\xfe".decode(errors="surrogateescape")
        for name in ("n" * 300, "n" * 300 + ".csv", "x/" * 3000, no_text, no_text + ".csv", "a\nb"):
            for words in (["train", name], ["train", "--data", name], ["show", name],
                          ["evaluate", name], ["predict", name, name], ["calibrate", name],
                          [*self.train, "--from", name], [*self.train, "--state", name + "/"],
                          [*self.train, "--output", name + "/"], ["data", "show", name],
                          ["data", "fetch", name], ["rl", "train", name], ["rl", "play", name],
                          ["rl", "evaluate", name], ["find-lr", name], [name]):
                self.look(*words, statuses=(1, 2))

    def test_numbers(self):
        for text in ("", "1e999", "-1e999", "1e-999", "9" * 400, "0x1p4", "nan", "1,,2", "..",
                     "99999999999999999999..1"):
            for option in ("--optimizer", "--freeze", "--class-weights", "--validation",
                           "--keep-every", "--average", "--ignore-class"):
                self.look(*self.train, option, text)

    def test_sentences(self):
        for sentence in ("(", "dense", "dense(,)", "dense(1e999)", "dense(10, relu" + "(" * 10000,
                         "dense(1) -> " * 3000, "\x1b[31m", "é", "sgd(" * 2000,
                         "dense(99999999999999999999999)"):
            for option in ("--network", "--optimizer", "--loss", "--average"):
                self.look(*self.train, option, sentence, statuses=(1, 2))

    def test_too_little_memory(self):
        for megabytes in (30, 39, 60, 100):
            limit = megabytes << 20
            process = self.start(*self.train, "--threads", "2", "--oversubscribe",
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS,
                                                                       (limit, limit)))
            out, error = process.communicate(timeout=120)
            self.assertGreaterEqual(process.returncode, 0, error)
            if not error.startswith(LITHE):  # the loader's own words
                check_words(self, subprocess.CompletedProcess(process.args, 0, out, error))


if __name__ == "__main__":
    unittest.main()
