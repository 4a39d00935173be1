"""Stopping and going on: `lithe train --state`, and files that cannot be written."""

import errno
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time
import unittest

from support import LITHE, SANITIZED, AppTest, check_words

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "torture"))
import torture  # noqa: E402  (a test beside the others)

SMALL = ["--data", "digits", "--examples", "1000", "--network", "dense(20, tanh) -> dense(10)",
         "--loss", "cross_entropy", "--optimizer", "adam(0.001)", "--epochs", "3",
         "--threads", "1"]
LONG = [*SMALL[:-4], "--epochs", "100000", "--threads", "1"]
STATE = ["--state", "run.state"]


class StateTest(AppTest):
    def setUp(self):
        super().setUp()
        self.environment["TMPDIR"] = os.path.join(self.folder, "cache")
        os.mkdir(self.environment["TMPDIR"])

    def bytes_of(self, name):
        return pathlib.Path(self.folder, name).read_bytes()

    def files(self):
        return sorted(name for name in os.listdir(self.folder) if name != "cache")

    def begin(self, *arguments, **how):
        """A long training that has reached its second epoch."""
        process = subprocess.Popen([LITHE, "train", *LONG, *arguments], cwd=self.folder,
                                   env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, **how)
        def end():
            process.kill()
            process.wait()
            process.stdout.close()
            process.stderr.close()
        self.addCleanup(end)
        for line in process.stdout:
            if line.startswith("Epoch 2"):
                break
        return process


class Resume(StateTest):
    def test_options_come_from_the_state_and_changes_are_said(self):
        self.run_lithe("train", *SMALL, *STATE, "--output", "a.safetensors")
        out = self.run_lithe("train", *STATE, "--resume", "--epochs", "5").stdout
        self.assertIn("3 of 3 epochs are done", out)
        self.assertIn("changed: --epochs 5 (3 before)", out)
        self.assertNotIn("Epoch 3", out)
        self.assertIn("Epoch 4", out)
        self.run_lithe("train", *SMALL, "--epochs", "5", "--output", "b.safetensors")
        self.assertEqual(self.bytes_of("a.safetensors"), self.bytes_of("b.safetensors"))

    def test_auto_begins_and_goes_on(self):
        again = ["train", *SMALL, *STATE, "--resume=auto", "--json"]
        first = json.loads(self.run_lithe(*again).stdout)
        second = json.loads(self.run_lithe(*again).stdout)
        for epoch in first["epochs"] + second["epochs"]:
            del epoch["allocations"]
        self.assertEqual(first["epochs"], second["epochs"])

    def test_a_state_is_not_lost_to_another_training(self):
        self.run_lithe("train", *SMALL, *STATE)
        before = self.bytes_of("run.state")
        error = self.run_lithe("train", *SMALL, *STATE, status=2).stderr
        self.assertIn("try: --resume", error)
        self.assertEqual(self.bytes_of("run.state"), before)

    def test_what_does_not_fit_is_named(self):
        self.run_lithe("train", *SMALL, *STATE)
        for option, word in ((["--seed", "2"], "seed: '1', and here '2'"),
                             (["--precision", "float64"], "precision"),
                             (["--batch", "20"], "batch"),
                             (["--examples", "900"], "training data"),
                             (["--network", "dense(21) -> dense(10)"], "network")):
            error = self.run_lithe("train", *STATE, "--resume", *option, status=1).stderr
            self.assertIn(word, error)

    def test_mistakes(self):
        for arguments, word in ((["--resume"], "--state run.state"),
                                (["--keep", "best 3"], "--state run.state"),
                                ([*STATE, "--resume"], "--resume=auto"),
                                ([*STATE, "--keep", "bets 3"], "best 3, last 2"),
                                ([*STATE, "--resume=maybe"], "one of"),
                                ([*STATE, "--seeds", "3"], "without --cv"),
                                (["--state", "model.safetensors"], "another"),
                                (["--seed", "01"], "whole number"),
                                (["--seed", "-1"], "whole number"),
                                (["--seed", "18446744073709551616"], "whole number"),
                                (["--epochs", "010"], "whole number")):
            error = self.run_lithe("train", *SMALL, *arguments, status=2).stderr
            self.assertIn(word, error)

    def test_a_network_of_another_model_is_not_needed_again(self):
        self.run_lithe("train", *SMALL, "--output", "old.safetensors")
        reuse = [*SMALL[:4], *SMALL[6:], "--from", "old.safetensors", "--freeze", "1"]
        self.run_lithe("train", *reuse, *STATE, "--output", "a.safetensors")
        os.remove(os.path.join(self.folder, "old.safetensors"))
        self.run_lithe("train", *STATE, "--resume", "--epochs", "4")

    def test_models_of_epochs_are_kept(self):
        self.run_lithe("train", *SMALL, "--epochs", "6", "--validation", "20%", *STATE, "--keep",
                       "best 1, last 2")
        kept = [name for name in self.files() if ".epoch-" in name]
        self.assertIn("run.epoch-6.safetensors", kept)
        self.assertIn("run.epoch-5.safetensors", kept)
        self.assertLessEqual(len(kept), 3)
        for name in kept:
            self.run_lithe("evaluate", name, "--data", "digits")

    def test_the_state_is_shown(self):
        self.run_lithe("train", *SMALL, *STATE)
        out = self.run_lithe("show", "run.state").stdout
        for words in ("3 of 3", "adam(0.001)", "training data", "--epochs 3"):
            self.assertIn(words, out)
        self.assertEqual(json.loads(self.run_lithe("show", "run.state", "--json").stdout)["epoch"], 3)

    def test_a_damaged_state_is_not_gone_on_from(self):
        self.run_lithe("train", *SMALL, *STATE)
        path = pathlib.Path(self.folder, "run.state")
        whole = path.read_bytes()
        for damaged in (whole[:-1], whole[:len(whole) // 2], b"", whole[:4000] + b"x" + whole[4001:]):
            path.write_bytes(damaged)
            self.run_lithe("train", *SMALL, *STATE, "--resume=auto", status=1)
            self.assertEqual(path.read_bytes(), damaged)


class Stop(StateTest):
    def test_by_each_signal(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = self.begin("--state", f"{number}.state", "--output", f"{number}.safetensors")
            process.send_signal(number)
            _, error = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, error)
            self.run_lithe("evaluate", f"{number}.safetensors", "--data", "digits")
            shown = json.loads(self.run_lithe("show", f"{number}.state", "--json").stdout)
            self.assertGreaterEqual(shown["epoch"], 2)
            out = self.run_lithe("train", "--state", f"{number}.state", "--resume", "--epochs",
                                 str(shown["epoch"] + 1)).stdout
            self.assertIn("Going on", out)

    def test_by_a_reader_that_goes_away(self):
        process = self.begin(*STATE)
        process.stdout.close()
        process.wait(timeout=60)
        self.assertNotEqual(process.returncode, -signal.SIGPIPE)
        self.run_lithe("show", "run.state")
        self.run_lithe("show", "model.safetensors")

    def test_by_an_output_that_is_full(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([LITHE, "train", *SMALL], cwd=self.folder, env=self.environment,
                                  stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("No space left", done.stderr)
            done = subprocess.run([LITHE, "list", "layers"], stdout=full, stderr=subprocess.PIPE,
                                  text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("No space left", done.stderr)
        self.run_lithe("show", "model.safetensors")


class Files(StateTest):
    def fail(self, call, count=1, error=errno.EIO):
        """The exit status of a training whose n-th call that writes fails."""
        environment = dict(self.environment, LD_PRELOAD=os.environ["LITHE_FAILING_WRITES"],
                           FAIL_CALL=str(call), FAIL_COUNT=str(count), FAIL_ERROR=str(error))
        done = subprocess.run([LITHE, "train", *SMALL, *STATE, "--resume=auto", "--keep-every", "0",
                               "--output", "m.safetensors"],
                              cwd=self.folder, env=environment, capture_output=True, text=True)
        check_words(self, done)
        return done

    @unittest.skipIf(SANITIZED, "a sanitizer must be the first library that is loaded")
    def test_each_write_may_fail(self):
        self.run_lithe("train", *SMALL, "--output", "m.safetensors", *STATE)
        model = self.bytes_of("m.safetensors")
        failed = 0
        for error in (errno.EIO, errno.ENOSPC):
            for call in range(1, 400):
                pathlib.Path(self.folder, "m.safetensors").write_bytes(model)
                done = self.fail(call, 1000, error)
                if done.returncode == 0:
                    break
                # The older model is whole, and so is a state of before the failure.
                self.assertEqual(self.bytes_of("m.safetensors"), model)
                self.run_lithe("show", "run.state")
                failed += 1
                self.assertIn(os.strerror(error), done.stderr)
                self.assertEqual(self.files(), ["m.safetensors", "run.state"])
        self.assertGreater(failed, 20)

    @unittest.skipIf(SANITIZED, "a sanitizer must be the first library that is loaded")
    def test_one_write_may_fail(self):
        self.run_lithe("train", *SMALL, "--output", "whole.safetensors")
        whole = self.bytes_of("whole.safetensors")
        for call in range(1, 60):
            for name in self.files():
                if name != "whole.safetensors":
                    os.remove(os.path.join(self.folder, name))
            done = self.fail(call)
            if done.returncode == 0:
                self.assertEqual(self.bytes_of("m.safetensors"), whole)
            else:
                self.assertIn(os.strerror(errno.EIO), done.stderr)

    def test_a_model_that_cannot_be_written_is_written_elsewhere(self):
        os.mkdir(os.path.join(self.folder, "out"))
        os.mkdir(os.path.join(self.folder, "states"))
        process = self.begin("--output", "out/m.safetensors", "--state", "states/run.state")
        os.rename(os.path.join(self.folder, "out"), os.path.join(self.folder, "gone"))
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        place = error.split("the model is in ")[1].split(" instead")[0]
        self.assertTrue(place.startswith("states/"), place)
        self.run_lithe("show", place)

    def test_a_limit_of_the_size_of_files(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        process = self.begin(*STATE, "--keep-every", "0", preexec_fn=limit)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("File too large", error)
        self.assertEqual(self.files(), [])

    def test_a_link_stays_one(self):
        pathlib.Path(self.folder, "real").mkdir()
        os.symlink("real/m.safetensors", os.path.join(self.folder, "link.safetensors"))
        for _ in range(2):
            self.run_lithe("train", *SMALL, "--output", "link.safetensors")
            self.assertTrue(os.path.islink(os.path.join(self.folder, "link.safetensors")))
            self.run_lithe("show", "real/m.safetensors")

    def test_two_programs_do_not_write_one_file(self):
        process = self.begin("--output", "m.safetensors", *STATE)
        for arguments in (["--output", "m.safetensors"],
                          ["--output", "other.safetensors", *STATE, "--resume=auto"]):
            error = self.run_lithe("train", *SMALL, *arguments, status=2).stderr
            self.assertIn("another program is writing", error)
        process.kill()
        process.wait()
        self.run_lithe("train", *SMALL, "--output", "m.safetensors")
        self.assertNotIn(".m.safetensors.lock", self.files())


class Killed(unittest.TestCase):
    """A short one of `make torture`."""

    def test_at_random_moments(self):
        for name in torture.TRAININGS:
            killed, _ = torture.torture(LITHE, name, 3 if SANITIZED else 8, 1)
            self.assertGreater(killed, 0)


if __name__ == "__main__":
    unittest.main()
