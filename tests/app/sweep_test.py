#!/usr/bin/env python3
"""lithe sweep: from a table to the best model, on any number of workers, killed and joined."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
from support import LITHE, TableTest  # noqa: E402

OPTIONS = ["--target", "price", "--network", "dense({units}, relu) -> dense(1)", "--optimizer",
           "adam({rate})", "--try", "units=4,8,16", "--try", "rate=1e-3..1e-1:log", "--epochs", "4"]


def houses(count=400):
    random.seed(1)
    lines = ["size,rooms,price"]
    for _ in range(count):
        size, rooms = random.uniform(30, 200), random.randrange(1, 7)
        lines.append(f"{size:.1f},{rooms},{3000 * size + 20000 * rooms + random.gauss(0, 5000):.0f}")
    return lines


class SweepTest(TableTest):
    def setUp(self):
        super().setUp()
        self.write("houses.csv", houses())

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def sweep(self, *options, folder="runs", status=0, data="houses.csv"):
        return self.run_lithe("sweep", "--data", data, *OPTIONS, "--folder", folder, *options,
                              status=status)

    def start(self, *arguments):
        return subprocess.Popen([LITHE, "sweep", *arguments], cwd=self.folder, env=self.environment,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                start_new_session=True)

    def trials(self, folder="runs"):
        """What the trials came to, without circumstances."""
        result = []
        # Beside them there may be a file that a killed program had not renamed yet.
        for name in sorted(name for name in os.listdir(self.path(folder, "trials")) if name[:-5].isdigit()):
            with open(self.path(folder, "trials", name)) as file:
                trial = json.load(file)
            del trial["run"]
            result.append(trial)
        return result

    def show(self, folder="runs"):
        return self.run_lithe("sweep", "--show", folder).stdout


class Table(SweepTest):
    def test_is_the_same_with_any_number_of_workers(self):
        for workers in "1", "2", "4":
            self.sweep("--trials", "9", "--seeds", "2", "--workers", workers, folder=workers)
        self.assertEqual(len(self.trials("1")), 9)
        for other in "2", "4":
            self.assertEqual(self.trials("1"), self.trials(other))
            self.assertEqual(self.show("1").replace("/1/", "//"), self.show(other).replace(f"/{other}/", "//")
                             .replace(f"Model: {other}", "Model: 1"))
            with open(self.path("1", "best.safetensors"), "rb") as one, \
                    open(self.path(other, "best.safetensors"), "rb") as two:
                self.assertEqual(one.read(), two.read())

    def test_is_the_same_after_programs_were_killed(self):
        self.sweep("--trials", "9", folder="whole")
        arguments = ["--data", "houses.csv", *OPTIONS, "--trials", "9", "--folder", "runs"]
        for moment in 0.05, 0.15, 0.3:
            one, other = self.start(*arguments), self.start(*arguments, "--workers", "1")
            time.sleep(moment)
            for program in one, other:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()
        self.sweep("--trials", "9")
        self.assertEqual(self.trials("runs"), self.trials("whole"))

    def test_fits_80_columns(self):
        self.sweep("--trials", "6", "--seeds", "2", "--try", "batch=16,32", "--batch", "{batch}")
        self.environment["COLUMNS"] = "80"
        table = self.show().split("\nBest")[0]
        for line in table.splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertIn("rate", table)

    def test_is_sorted_by_the_validation_score(self):
        self.sweep("--trials", "6")
        result = json.loads(self.run_lithe("sweep", "--show", "runs", "--json").stdout)
        means = [trial["mean"] for trial in result["ranking"]]
        self.assertEqual(means, sorted(means))
        self.assertEqual(result["metric"], "rmse")
        self.assertTrue(result["done"])


class Training(SweepTest):
    def test_is_what_lithe_train_does_with_the_same_options(self):
        self.sweep("--trials", "5")
        result = json.loads(self.run_lithe("sweep", "--show", "runs", "--json").stdout)
        subprocess.run(result["command"].replace("lithe train", f"{LITHE} train", 1) + " --output m.safetensors",
                       shell=True, cwd=self.folder, env=self.environment, check=True, capture_output=True)
        one = self.run_lithe("predict", "m.safetensors", "houses.csv").stdout
        self.assertEqual(one, self.run_lithe("predict", "runs/best.safetensors", "houses.csv").stdout)

    def test_scores_come_from_validation_rows_alone(self):
        """Other answers in the test rows change the test score and nothing else."""
        test = self.write("test.csv", houses(60))
        self.sweep("--trials", "4", "--test-data", test, folder="one")
        lines = houses(60)
        other = self.write("other.csv", [lines[0]] + [line.rsplit(",", 1)[0] + ",5" for line in lines[1:]])
        self.sweep("--trials", "4", "--test-data", other, folder="two")
        for one, two in zip(self.trials("one"), self.trials("two")):
            self.assertNotEqual(one.pop("test_scores"), two.pop("test_scores"))
            self.assertEqual(one, two)

    def test_holds_out_a_share_by_default_and_says_so(self):
        shown = self.sweep("--trials", "3").stdout
        self.assertIn("20% of the training examples are held out", shown)
        self.assertIn("test rmse", shown)
        self.assertNotIn("held out to compare", self.sweep("--trials", "3", "--validation", "10%", folder="b").stdout)

    def test_anything_can_be_tried(self):
        self.run_lithe("sweep", "--data", "houses.csv", "--target", "price", "--network", "{net}",
                       "--loss", "{loss}", "--batch", "{batch}", "--epochs", "{epochs}", "--optimizer",
                       "{optimizer}", "--try", 'net="dense({n}, relu) -> dropout({drop}) -> dense(1)",dense(1)',
                       "--try", "n=2..9", "--try", "drop=0.0..0.5", "--try", "loss=quadratic,huber(0.5)", "--try",
                       "batch=8,16", "--try", "epochs=1..3", "--try",
                       "optimizer=adam(0.01),\"momentum(0.01, 0.9)\"", "--trials", "8", "--metric", "rmse")
        self.assertEqual({trial["state"] for trial in self.trials()}, {"complete"})

    def test_data_options_can_be_tried_too(self):
        self.write("houses.csv", houses()[:1] + [line.replace(line.split(",")[1], "", 1) if i % 9 == 0 else line
                                                 for i, line in enumerate(houses()[1:])])
        self.sweep("--try", "how=mean,zero", "--missing", "{how}", "--trials", "8")
        self.assertEqual({trial["state"] for trial in self.trials()}, {"complete"})

    def test_failures_are_kept_with_their_words(self):
        self.run_lithe("sweep", "--data", "houses.csv", "--target", "price", "--network",
                       "dense({units}, relu) -> dense({out})", "--optimizer", "sgd({rate})", "--epochs", "3",
                       "--try", "units=4,8", "--try", "out=1,2", "--try", "rate=0.01,1e30", "--search", "grid")
        states = [(trial["values"]["out"], trial["values"]["rate"], trial["state"]) for trial in self.trials()]
        for out, rate, state in states:
            self.assertEqual(state, "complete" if (out, rate) == ("1", "0.01") else "failed")
        shown = self.show()
        self.assertIn("6 failed", shown)

    def test_classes_are_compared_by_accuracy(self):
        shown = self.run_lithe("sweep", "--data", "digits", "--examples", "500", "--network",
                               "dense({units}, relu) -> dense(10)", "--loss", "cross_entropy", "--epochs", "2",
                               "--optimizer", "adam(0.01)", "--try", "units=4,16").stdout
        self.assertIn("compared by validation accuracy", shown)
        self.assertIn("%", shown)

    def test_a_recipe_can_be_swept(self):
        self.run_lithe("sweep", "seed", "--data", "digits", "--examples", "500", "--epochs", "1", "--optimizer",
                       "sgd({rate})", "--try", "rate=0.5,1.25")
        self.assertEqual(len(self.trials()), 2)


class Ensemble(SweepTest):
    def test_of_the_best_trials_answers_with_their_mean(self):
        self.sweep("--trials", "5", "--seeds", "2")
        self.run_lithe("sweep", "--ensemble", "3", "runs")
        shown = " ".join(self.run_lithe("show", "runs/ensemble.safetensors").stdout.split())
        self.assertIn("ensemble(", shown)
        self.run_lithe("predict", "runs/ensemble.safetensors", "houses.csv", "--output", "all.json")
        with open(self.path("all.json")) as file:
            answers = json.load(file)
        best = [trial["trial"] for trial in json.loads(
            self.run_lithe("sweep", "--show", "runs", "--json").stdout)["ranking"][:3]]
        single = []
        for trial in best:
            self.run_lithe("predict", f"runs/models/{trial:05}.safetensors", "houses.csv", "--output", "one.json")
            with open(self.path("one.json")) as file:
                single.append(json.load(file))
        for i, answer in enumerate(answers):
            mean = sum(one[i]["values"]["price"] for one in single) / 3
            self.assertAlmostEqual(answer["values"]["price"] / mean, 1, places=5)
        told = self.run_lithe("sweep", "--ensemble", "40", "runs", status=2).stderr
        self.assertIn("and 40 are asked for", " ".join(told.split()))


class Halving(SweepTest):
    def test_survivors_end_as_if_trained_through(self):
        options = ["--trials", "9", "--search", "halving", "--epochs", "9", "--validation", "20%"]
        self.sweep(*options)
        shown = json.loads(self.run_lithe("sweep", "--show", "runs", "--json").stdout)
        self.assertEqual([trial["epochs"] for trial in shown["ranking"]], [9] + [3] * 2 + [1] * 6)
        subprocess.run(shown["command"].replace("lithe train", f"{LITHE} train", 1) + " --output m.safetensors",
                       shell=True, cwd=self.folder, env=self.environment, check=True, capture_output=True)
        one = self.run_lithe("predict", "m.safetensors", "houses.csv").stdout
        self.assertEqual(one, self.run_lithe("predict", "runs/best.safetensors", "houses.csv").stdout)
        self.assertEqual(os.listdir(self.path("runs", "states")), [])

    def test_states_that_are_lost_are_made_again(self):
        options = ["--trials", "9", "--search", "halving", "--epochs", "9"]
        self.sweep(*options, folder="whole")
        arguments = ["--data", "houses.csv", *OPTIONS, *options, "--folder", "runs"]
        program = self.start(*arguments)
        while len(self.states()) < 3 and program.poll() is None:
            time.sleep(0.002)
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        for name in self.states():
            os.remove(self.path("runs", "states", name))
        self.sweep(*options)
        self.assertEqual(self.trials("runs"), self.trials("whole"))

    def states(self):
        folder = self.path("runs", "states")
        return os.listdir(folder) if os.path.isdir(folder) else []


class Folder(SweepTest):
    def test_is_gone_on_with(self):
        self.sweep("--trials", "5")
        os.remove(self.path("runs", "trials", "00002.json"))
        shown = self.sweep("--trials", "5").stdout
        self.assertIn("Going on: 4 of 5", shown)
        self.assertEqual(len(self.trials()), 5)

    def test_of_other_options_is_refused(self):
        self.sweep("--trials", "3")
        error = self.sweep("--trials", "3", "--batch", "8", status=2).stderr
        self.assertIn("--batch was nothing and is '8'", error)
        self.assertIn("--trials was '3' and is '4'", self.sweep("--trials", "4", status=2).stderr)

    def test_of_other_data_is_refused(self):
        self.sweep("--trials", "3")
        self.write("houses.csv", houses()[:-1])
        self.assertIn("the data", self.sweep("--trials", "3", status=2).stderr)
        self.assertIn("the data are not those", self.run_lithe("sweep", "--join", "runs", status=1).stderr)

    def test_can_be_joined_from_elsewhere(self):
        self.sweep("--trials", "6", folder="whole")
        self.sweep("--trials", "6", "--part", "1/3")
        self.assertEqual([trial["trial"] for trial in self.trials()], [0, 3])
        os.mkdir(self.path("away"))
        result = subprocess.run([LITHE, "sweep", "--join", "../runs", "--part", "2/3"], cwd=self.path("away"),
                                env=self.environment, capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("This part is done", result.stdout)
        os.rename(self.path("houses.csv"), self.path("moved.csv"))
        self.assertIn("are not there", self.run_lithe("sweep", "--join", "runs", status=2).stderr)
        self.run_lithe("sweep", "--join", "runs", "--data", "moved.csv")
        self.assertEqual(self.trials("runs"), self.trials("whole"))

    def test_ctrl_c_loses_what_was_in_flight_alone(self):
        arguments = ["--data", "houses.csv", *OPTIONS, "--trials", "40", "--epochs", "30", "--folder", "runs"]
        program = subprocess.Popen([LITHE, "sweep", *arguments], cwd=self.folder, env=self.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        while not (os.path.isdir(self.path("runs", "trials")) and os.listdir(self.path("runs", "trials"))):
            time.sleep(0.01)
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate(timeout=30)
        self.assertEqual(program.returncode, 1, out + err)
        self.assertIn("Interrupted", out)
        for trial in self.trials():
            self.assertEqual(trial["state"], "complete")
        self.assertEqual(os.listdir(self.path("runs", "claims")), [])

    def test_report_is_a_page(self):
        self.sweep("--trials", "9")
        self.run_lithe("sweep", "--show", "runs", "--report", "out")
        with open(self.path("out", "index.html")) as file:
            page = file.read()
        for words in "Parallel coordinates", "What mattered", "Learning curves", "rate":
            self.assertIn(words, page)
        with open(self.path("out", "report.json")) as file:
            self.assertEqual(len(json.load(file)["ranking"]), 9)


class Journal(SweepTest):
    """Skipped without Optuna."""

    def load(self):
        try:
            import optuna
            from optuna.storages.journal import JournalFileBackend
        except ImportError:
            self.skipTest("Optuna is not installed")
        storage = optuna.storages.JournalStorage(JournalFileBackend(self.path("runs", "journal.log")))
        return optuna, optuna.load_study(study_name=None, storage=storage)

    def test_is_read_by_optuna(self):
        self.sweep("--trials", "9", "--seeds", "2", "--try", "act=relu,tanh", "--network",
                   "dense({units}, {act}) -> dense(1)", "--try", "batch=8..64:log", "--batch", "{batch}")
        optuna, study = self.load()
        ranking = json.loads(self.run_lithe("sweep", "--show", "runs", "--json").stdout)["ranking"]
        self.assertEqual(study.direction, optuna.study.StudyDirection.MINIMIZE)
        self.assertEqual(study.best_trial.number, ranking[0]["trial"])
        self.assertEqual(study.best_value, ranking[0]["mean"])
        for trial, ours in zip(study.trials, self.trials()):
            self.assertEqual(trial.state, optuna.trial.TrialState.COMPLETE)
            self.assertEqual({name: str(value) for name, value in trial.params.items() if name != "rate"},
                             {name: value for name, value in ours["values"].items() if name != "rate"})
            self.assertEqual(trial.params["rate"], float(ours["values"]["rate"]))
            self.assertGreaterEqual(trial.datetime_complete, trial.datetime_start)
        distributions = study.trials[0].distributions
        self.assertEqual(distributions["rate"], optuna.distributions.FloatDistribution(1e-3, 1e-1, log=True))
        self.assertEqual(distributions["units"], optuna.distributions.CategoricalDistribution([4, 8, 16]))
        self.assertEqual(distributions["batch"], optuna.distributions.IntDistribution(8, 64, log=True))

    def test_of_halving_has_pruned_trials(self):
        self.sweep("--trials", "9", "--search", "halving", "--epochs", "9")
        optuna, study = self.load()
        states = [trial.state for trial in study.trials]
        self.assertEqual(states.count(optuna.trial.TrialState.COMPLETE), 1)
        self.assertEqual(states.count(optuna.trial.TrialState.PRUNED), 8)


class Mistakes(SweepTest):
    def check(self, *options, words):
        error = self.run_lithe("sweep", "--data", "houses.csv", "--target", "price", *options, status=2).stderr
        self.assertIn(words, error)
        self.assertFalse(os.path.exists(self.path("runs")))

    def test_are_told_before_anything_is_made(self):
        network = ["--network", "dense({units}) -> dense(1)"]
        self.check(*network, words="stands for nothing that is tried")
        self.check(*network, "--try", "unit=1,2", words="{unit}")
        self.check("--network", "dense(4) -> dense(1)", "--try", "units=1,2", words="stands in no option")
        self.check("--network", "dense(4) -> dense(1)", words="nothing is tried")
        self.check(*network, "--try", "units=1.5..2", "--search", "grid", words="has no end of values")
        self.check(*network, "--try", "units=1..x", words="'x' is no number")
        self.check(*network, "--try", "units=4,8", "--metric", "accuracy", words="accuracy of numbers")
        self.check(*network, "--try", "units=4,8", "--part", "0/3", words="3/16")
        self.check(*network, "--try", "units=4,8", "--search", "grid", "--trials", "1", words="has 2 points")
        self.check(*network, "--try", "units=4,8", "--threads", "2", words="no option '--threads'")
        self.check("--network", "dens({units}) -> dense(1)", "--try", "units=4,8", words="dens")
        self.check(*network, "--try", "units=4,8", "--epochs", "{e}", "--try", "e=1..3", "--search", "halving",
                   words="halving says itself")
        self.check(*network, "--try", "units=4,8", "--seed", "{units}", words="the sweep itself")
        self.assertIn("there is no sweep", self.run_lithe("sweep", "--join", "none", status=2).stderr)
        self.assertIn("there is no sweep", self.run_lithe("sweep", "--show", "none", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
