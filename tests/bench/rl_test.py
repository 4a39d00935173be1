"""The benchmark of learning from rewards without a peer: how rows and recipes are read, what is
reached, who is left out."""

import contextlib
import importlib.util
import io
import json
import pathlib
import sys
import tempfile
import types
import unittest
import xml.dom.minidom
from unittest import mock

from support import MACHINE, ROOT

from harness import process, rounds
from rl import figures, report, rows, subjects, tables, turns

# As `lithe list agents` prints them, shortened.
LISTED = """ppo(optimizer=adam(3e-4, epsilon=1e-5, clip_norm=0.5), n_steps=2048, batch_size=64, \
n_epochs=10, noise_correlation=0, normalize_observations=true)
    proximal policy optimization (Schulman and others, 2017)
    n_steps         steps of each environment in a rollout: a whole number
sac(optimizer=adam(3e-4), buffer_size=1000000, batch_size=256, train_freq=2, target_entropy=-1)
    soft actor-critic
"""
KNOWN = rows.defaults(LISTED)
PEAK = MACHINE["limits"]["flops_float32"]


def row(name="cartpole", **more):
    settings = {"environment": "cartpole", "environments": 64, "steps": 200_000, "target-return": 475,
                "agent": "ppo(adam(linear(0.0025, 0)), n_steps=32, batch_size=1024, n_epochs=4)",
                "network": "dense(64, tanh) -> dense(64, tanh)", "evaluate-every": 16_384}
    return rows.Row(**{"name": name, "title": f"the {name}", "kind": "learn",
                       "recipe": "cartpole", "gymnasium": "CartPole-v1", "shape": (4, 2),
                       "settings": settings, "must": {"score": 475, "seconds": 3},
                       "worth": {"score": 475, "seconds": 0.7}, **more})


def run(seed, seconds, score=480, finished=True, again=470, **more):
    return {"seed": seed, "seconds": seconds, "processor": seconds, "rate": 1000.0, "steps": 100,
            "score": score, "again": again, "finished": finished, "load": 0.5, **more}


def subject(of, name, runs, **more):
    return subjects.Subject(**{"name": name, "title": name.title(), "row": of, "seeds": 3,
                               "once": None, "runs": runs, **more})


def found(*of_rows):
    """A measurement as the JSON has it: Lithe and a peer that did not finish on each row."""
    results = [figures.result(s) for one in of_rows for s in (
        subject(one, "lithe", [run(1, 1.0), run(2, 2.0), run(3, 4.0)]),
        subject(one, "other", [run(1, 8.0, 100, False, None, versions={"other": "1"})]))]
    told = [figures.told(one, PEAK, rows.operations(one, KNOWN)) for one in of_rows]
    return {"date": "2026-01-31", "quick": False, "minutes": 7.0, "peer_minutes": 3,
            "machine": MACHINE, "workloads": told, "results": results, "left_out": [
                {"title": "Torch", "workload": "cartpole", "reason": "not | installed"}]}


class Rows(unittest.TestCase):
    def test_every_one_is_whole(self):
        everything = rows.read()
        self.assertEqual(len({one.name for one in everything}), len(everything))
        for one in everything:
            self.assertIn(one.kind, ("learn", "rate", "environment"))
            self.assertEqual(one.must.keys(), one.worth.keys())
            self.assertLessEqual(one.must.keys(), {"score", "seconds", "rate"})
            self.assertEqual(bool(one.recipe), one.kind == "learn")
            # A recipe that is not there yet leaves a row without settings.
            self.assertEqual(bool(one.settings),
                             not one.recipe or rows.recipe_path(one).exists(), one.name)

    def test_the_settings_are_the_recipes(self):
        with tempfile.TemporaryDirectory() as folder:
            recipes, told = pathlib.Path(folder), row().settings
            lines = [f"{key} = {json.dumps(value)}\n" for key, value in told.items()]
            (recipes / "cartpole.toml").write_text("".join(lines))
            by_name = {one.name: one for one in rows.read(recipes=recipes)}
            (recipes / "cartpole.toml").write_text("".join(lines[:2]))
            with self.assertRaisesRegex(ValueError, "cartpole.toml does not say its agent"):
                rows.read(recipes=recipes)
        self.assertEqual(by_name["cartpole"].settings, told)
        self.assertEqual(by_name["swingup"].settings, {})

    def test_choosing(self):
        all_of_them = [row("a"), row("b")]
        self.assertEqual(rows.named(all_of_them, []), all_of_them)
        self.assertEqual([r.name for r in rows.named(all_of_them, ["b"])], ["b"])
        with self.assertRaisesRegex(ValueError, "no row 'c'; one of a, b"):
            rows.named(all_of_them, ["c"])

    def test_a_wrong_file_is_refused(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write('[[row]]\nname = "a"\nmus = 1\n')
            file.flush()
            with self.assertRaisesRegex(ValueError, "mus"):
                rows.read(file.name)

    def test_what_is_not_told_is_as_published(self):
        name, options = rows.agent("ppo(adam(0.001), n_epochs=4, normalize_observations=false)",
                                   KNOWN)
        self.assertEqual(name, "ppo")
        self.assertEqual(options, {"optimizer": "adam(0.001)", "n_steps": 2048, "batch_size": 64,
                                   "n_epochs": 4, "noise_correlation": 0,
                                   "normalize_observations": False})
        self.assertEqual(rows.agent("sac(target_entropy=-0.5)", KNOWN)[1]["target_entropy"], -0.5)

    def test_optimizers_that_peers_have(self):
        self.assertEqual(rows.optimizer("adam(linear(0.0025, 0))"), {
            "rate": 0.0025, "anneal": True, "epsilon": 1e-8, "clip_norm": None})
        self.assertEqual(rows.optimizer("adam(3e-4, epsilon=1e-5, clip_norm=0.5)"), {
            "rate": 3e-4, "anneal": False, "epsilon": 1e-5, "clip_norm": 0.5})
        for wrong in ("sgd(0.1)", "adam(linear(0.1, 0.01))", "adam(0.1, 0.8)",
                      "adam(one_cycle(0.1))"):
            with self.assertRaises(ValueError, msg=wrong):
                rows.optimizer(wrong)

    def test_networks_that_peers_have(self):
        self.assertEqual(rows.network("dense(64, tanh) -> dense(32, tanh)"),
                         {"units": [64, 32], "activation": "tanh"})
        for wrong in ("dense(64, tanh) -> dense(64, relu)", "dense(8, relu) -> batch_norm"):
            with self.assertRaises(ValueError, msg=wrong):
                rows.network(wrong)

    def test_operations_counted_by_hand(self):
        one = row(settings={"agent": "ppo(n_epochs=2)", "network": "dense(8, tanh)"})
        policy, value = 2 * (4 * 8 + 8 * 2), 2 * (4 * 8 + 8)
        first = 2 * 4 * 8
        self.assertEqual(rows.operations(one, KNOWN),
                         policy + value + 2 * (3 * policy + 3 * value - 2 * first))
        sac = row(shape=(3, 1), settings={"agent": "sac(batch_size=10)", "network": "dense(8, relu)"})
        actor = critic = 2 * (3 * 8 + 8 * 2)  # 3-8-2, and 4-8-1 happens to be as much
        learning = 2 * (3 * critic - 2 * 4 * 8) + 3 * actor - 2 * 3 * 8
        self.assertEqual(rows.operations(sac, KNOWN),
                         actor + 10 / 2 * (actor + 2 * critic + learning + 4 * critic))
        other = row(settings={"agent": "reinforce", "network": "dense(8, tanh)"})
        self.assertIsNone(rows.operations(other, {**KNOWN, "reinforce": {}}))
        self.assertIsNone(rows.operations(row(settings={}), KNOWN))


class Peers(unittest.TestCase):
    def test_every_peer_is_there(self):
        names = {one.name for one in rows.read()}
        for peer in subjects.read_peers():
            if "script" in peer:
                self.assertTrue((subjects.PEERS.parent / "peers" / peer["script"]).exists())
            else:  # built from the file of its name
                name = peer["program"].removeprefix("bench_")
                self.assertTrue((subjects.PEERS.parent / "peers" / f"{name}.cc").exists())
            self.assertLessEqual(set(peer["rows"]), names, peer["name"])
            self.assertTrue(peer["needs"])

    def test_they_are_told_what_lithe_is(self):
        job, how = subjects.job_of({}, row(), KNOWN)
        self.assertEqual((job["agent"], job["environment"], job["environments"]),
                         ("ppo", "CartPole-v1", 64))
        self.assertEqual((job["target_return"], job["evaluate_every"], job["episodes"]),
                         (475, 16_384, 100))
        self.assertEqual(job["options"]["n_steps"], 32)
        self.assertEqual(job["options"]["optimizer"]["rate"], 0.0025)
        self.assertEqual(how, "Lithe's settings")
        json.dumps(job)

    def test_what_they_do_not_have_is_named(self):
        one = row(settings={**row().settings, "agent": "ppo(adam(0.1), noise_correlation=0.5)"})
        self.assertIn("without noise_correlation", subjects.job_of({}, one, KNOWN)[1])

    def test_their_own_settings(self):
        own = {"environments": 1, "steps": 5000, "agent": "dqn", "keywords": {"gamma": 0.9}}
        job, how = subjects.job_of({"own": own}, row(), KNOWN)
        self.assertEqual((job["agent"], job["keywords"]), ("dqn", {"gamma": 0.9}))
        self.assertEqual(how, "1 environment, at most 5,000 steps")

    def options(self, **more):
        return types.SimpleNamespace(**{"peers": [], "pythons": ["/nowhere/a", "/nowhere/b"],
                                        "seeds": 1, "peer_seeds": 1, "peer_minutes": 1, **more})

    def test_who_is_missing_is_named(self):
        there, missing = subjects.peers(row(), KNOWN, self.options(), {})
        self.assertEqual(there, [])
        self.assertIn("Stable-Baselines3", {one["title"] for one in missing})
        for one in missing:
            self.assertEqual(one["workload"], "cartpole")
            self.assertIn("/nowhere/a is not there; the peers' Python is not there", one["reason"])
            self.assertIn("make bench-rl-peers", one["reason"])
        self.assertEqual(subjects.peers(row(), KNOWN, self.options(peers=["none"]), {}), ([], []))

    def test_one_package_of_two_is_not_enough(self):
        seen = {("a", "torch"): {}, ("a", "gymnasium"): "cannot", ("b", "torch"): {},
                ("b", "gymnasium"): {}}
        options = self.options(pythons=["a", "b"])
        self.assertEqual(subjects._python(["torch", "gymnasium"], options, seen), ("b", []))
        self.assertEqual(subjects._python(["torch"], options, seen), ("a", []))

    def test_what_rl_tools_has_built_in_is_the_recipes(self):
        # The program refuses other settings, of which only who measures would hear.
        settings = {one.name: one for one in rows.read()}["pendulum-sac"].settings
        self.assertEqual((settings["environments"], settings["steps"], settings["network"]),
                         (1, 10_000, "dense(64, relu) -> dense(64, relu)"))
        self.assertEqual(rows.agent(settings["agent"], {"sac": {}})[1], {"learning_starts": 100,
                                                                        "batch_size": 100})
        self.assertIn("sac(adam(0.001), ", settings["agent"])

    def test_a_program_lies_beside_the_peers_python(self):
        peer = {"program": "bench_other", "needs": ["other"]}
        with tempfile.TemporaryDirectory() as folder:
            options = self.options(pythons=["/nowhere/a", folder + "/python"])
            there, reasons = subjects._command(peer, options, {})
            self.assertIsNone(there)
            self.assertIn("bench_other is not built, which needs other", reasons[0])
            self.assertIn("make bench-rl-peers", reasons[1])
            pathlib.Path(folder, "bench_other").touch()
            self.assertEqual(subjects._command(peer, options, {}),
                             ((folder + "/bench_other",), []))

    def test_who_ends_below_the_recipes_score_did_not_finish(self):
        one = row(settings={**row().settings, "score": -200})
        for score, finished in ((-150, True), (-200, True), (-201, False)):
            answer = {"finished": True, "score": score}
            self.assertEqual(subjects._finished(answer, one), finished)
        self.assertFalse(subjects._finished({"finished": False, "score": 0}, one))
        self.assertTrue(subjects._finished({"finished": True, "score": -900}, row()))

    def test_a_job_is_valid_json(self):
        job, _ = subjects.job_of({}, row(), KNOWN)
        json.dumps(job, allow_nan=False)

    def test_a_recipe_that_they_cannot_follow(self):
        one = row(settings={**row().settings, "agent": "ppo(adam(one_cycle(0.1)))"})
        options = self.options(peers=["torch"], pythons=["a", "b"])
        seen = {(p, n): {} for p in "ab" for n in ("torch", "gymnasium")}
        there, missing = subjects.peers(one, KNOWN, options, seen)
        self.assertEqual(there, [])
        self.assertEqual(missing[0]["reason"], "peers have no adam(one_cycle(0.1))")


class Watched(unittest.TestCase):
    """When a peer's training ends, and what it then reports, without the packages."""

    def setUp(self):
        packages = {name: types.ModuleType(name) for name in ("gymnasium", "numpy")}
        packages["gymnasium"].__version__ = "1"
        with mock.patch.dict(sys.modules, packages):
            spec = importlib.util.spec_from_file_location(
                "watch", subjects.PEERS.parent / "peers" / "watch.py")
            self.watch = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self.watch)

    def run_until(self, scores, **more):
        """The steps of a training that asks every 100 whether it has ended, and its report."""
        job = {"environment": "e", "episodes": 9, "evaluate_every": 200, "target_return": 475, "seed": 1,
               "steps": 1000, "seconds": 1e9, **more}
        with mock.patch.object(self.watch, "mean_return", side_effect=scores):
            clock, steps = self.watch.Watch(job, None), 0
            while steps < job["steps"] and not clock.ended(steps):
                steps += 100
            with contextlib.redirect_stdout(io.StringIO()) as out:
                clock.report(steps)
        return steps, json.loads(out.getvalue())

    def test_the_score_ends_it(self):
        steps, told = self.run_until([100, 475])
        self.assertEqual((steps, told["score"], told["finished"]), (400, 475, True))

    def test_steps_that_were_not_enough(self):
        steps, told = self.run_until([100] * 5)
        self.assertEqual((steps, told["score"], told["finished"]), (1000, 100, False))
        self.assertTrue(self.run_until([100] * 4 + [480])[1]["finished"])

    def test_without_a_score_the_steps_are_all(self):
        steps, told = self.run_until([7], target_return=None, evaluate_every=0)
        self.assertEqual((steps, told["score"], told["finished"]), (1000, 7, True))

    def test_its_time_is_up(self):
        steps, told = self.run_until([100], seconds=-1)
        self.assertEqual((steps, told["score"], told["finished"]), (0, 100, False))


class Figures(unittest.TestCase):
    def test_medians_of_the_seeds(self):
        told = figures.result(subject(row(), "lithe", [run(1, 1.0), run(2, 9.0), run(3, 2.0)]))
        self.assertEqual((told["seconds"], told["median"], told["finished"]), (2.0, 2.0, 3))
        self.assertNotIn("score", figures.result(
            subject(row(kind="rate"), "lithe", [{"seed": 1, "seconds": 1, "processor": 1,
                                                 "rate": 5.0, "finished": True}])))

    def test_a_policy_that_was_chosen_has_to_show_it_again(self):
        runs = [run(1, 1.0, score=480, again=470)]
        self.assertEqual(figures.result(subject(row(), "lithe", runs))["judged"], "score")
        chosen = row(settings={"agent": "ppo"})
        self.assertEqual(figures.result(subject(chosen, "lithe", runs))["judged"], "again")

    def verdict(self, seconds, score, bounds=lambda asked: asked):
        told = figures.result(subject(row(), "lithe", [run(1, seconds, score)]))
        return figures.verdict(told, {"must": row().must, "worth": row().worth}, bounds)

    def test_verdicts(self):
        self.assertEqual(self.verdict(0.7, 475), "stretch goal reached")
        self.assertEqual(self.verdict(0.71, 475), "reached")
        self.assertEqual(self.verdict(3.1, 500), "MISSED")
        self.assertEqual(self.verdict(0.1, 474), "MISSED")
        self.assertEqual(figures.verdict(None, {}), "not measured")
        # At half the peak twice the time is asked for, of the same score.
        self.assertEqual(self.verdict(5.9, 475, lambda b: figures.scaled(b, PEAK)), "reached")
        self.assertEqual(self.verdict(5.9, 474, lambda b: figures.scaled(b, PEAK)), "MISSED")

    def test_rates_are_scaled_the_other_way(self):
        self.assertEqual(figures.scaled({"rate": 100, "score": 5, "seconds": 1}, 88.5e9),
                         {"rate": 50, "score": 5, "seconds": 2})


class Turns(unittest.TestCase):
    def measure(self, *everybody, minutes=None):
        said = []
        options = types.SimpleNamespace(say=said.append)
        turns.measure(everybody, options, rounds.Clock(minutes))
        return [words.split("seed ")[1].split(" of")[0] for words in said if "seed" in words]

    def test_in_turns_and_who_fails_is_left_out(self):
        def fails(seed, seconds):
            raise process.Failed("exit status 1")

        good = subject(row(), "lithe", [], once=run, seeds=3)
        other = subject(row(), "other", [], once=run, seeds=1)
        wrong = subject(row(), "wrong", [], once=fails)
        lacks = subject(row(), "lacks", [], once=lambda *_: {}["steps"])
        self.assertEqual(self.measure(good, other, wrong, lacks), ["1", "1", "1", "1", "2", "3"])
        results, left_out = turns.outcome([good, other, wrong, lacks])
        self.assertEqual([(r["peer"], len(r["runs"])) for r in results],
                         [("lithe", 3), ("other", 1)])
        self.assertEqual([one["reason"] for one in left_out],
                         ["exit status 1", "its answer lacks 'steps'"])

    def test_without_time_nothing_is_begun(self):
        late = subject(row(), "lithe", [], once=run)
        self.assertEqual(self.measure(late, minutes=1e-9), [])
        self.assertEqual(turns.outcome([late])[1][0]["reason"], "time was up")

    def subjects_of(self, one, **more):
        options = types.SimpleNamespace(**{"what": [], "all": False, "peers": ["none"], "seeds": 2,
                                           **more})
        everybody, missing = turns.subjects_of([one], KNOWN, options)
        return [s.title for s in everybody], [m["reason"] for m in missing]

    def test_a_missing_recipe_is_named(self):
        self.assertEqual(self.subjects_of(row(settings={}, recipe="nowhere")),
                         ([], ["there is no recipe nowhere.toml"]))

    def test_long_rows_are_asked_for(self):
        long = row(long=True)
        titles, reasons = self.subjects_of(long)
        self.assertEqual(titles, [])
        self.assertIn("--all", reasons[0])
        for asked in ({"all": True}, {"what": ["cartpole"]}):
            self.assertEqual(self.subjects_of(long, **asked), (["Lithe"], []))

    def test_adding_to_an_earlier_measurement(self):
        before, now = found(row("a"), row("b")), found(row("b"), row("c"))
        now["results"][0]["title"] = "Newer"
        # Listed again, and not measured.
        now["workloads"].append({**before["workloads"][0], "title": "empty"})
        # Not measured either time.
        before["workloads"].append({**before["workloads"][0], "name": "d", "title": "the d"})
        now["left_out"] = [{"title": "everybody", "workload": "a", "reason": "it takes long"}]
        both = turns.added({**before, "left_out": []}, now, ["d", "c", "b", "a"])
        self.assertEqual([w["title"] for w in both["workloads"]],
                         ["the d", "the c", "the b", "the a"])
        self.assertEqual([r["title"] for r in both["results"] if r["peer"] == "lithe"],
                         ["Lithe", "Newer", "Lithe"])
        self.assertEqual(both["left_out"], [])


class Programs(unittest.TestCase):
    def test_times_are_the_commands(self):
        answer, times = subjects._timed([sys.executable, "-c", "print('{\"a\": 1}')"], 1, 60)
        self.assertEqual(answer, {"a": 1})
        self.assertGreater(times["processor"], 0)
        self.assertGreater(times["seconds"], 0)


class Report(unittest.TestCase):
    def test_who_did_not_finish_took_longer_than_that(self):
        one = found(row())
        head, lithe, other = tables.row(one, one["workloads"][0])[0]
        cell = dict(zip(head, other))
        self.assertEqual((cell["seeds"], cell["x Lithe"], cell["retest"]),
                         ("1 (0 reached the goal)", ">4.0x", "-"))
        self.assertEqual(dict(zip(head, lithe))["min..max"], "1.00 s..4.00 s")

    def test_rates_have_no_score(self):
        one = found(row(kind="rate", must={"rate": 900}, worth={"rate": 2000}))
        head, lithe, _ = tables.row(one, one["workloads"][0])[0]
        self.assertNotIn("mean return", head)
        self.assertEqual(dict(zip(head, lithe))["steps/s"], "1,000")
        asked = tables.asked(one)[0][1]
        self.assertEqual((asked[3], asked[4]), (">= 2,000/s", "reached"))

    def test_the_document(self):
        words = report.contents(found(row()), pathlib.Path("x/benchmarks-rl"))[".md"]
        self.assertIn("| the cartpole | 480 in 2.00 s (2.00 s CPU time) | >= 475 in <= 3.00 s "
                      "| >= 475 in <= 0.700 s | reached | >= 475 in <= 6.00 s |", words)
        self.assertIn("| Torch | cartpole | not \\| installed |", words)
        self.assertNotIn("Seen elsewhere", words)
        self.assertIn("(benchmarks-rl.svg)", words)

    def test_what_was_seen_elsewhere_is_no_goal(self):
        words = report.contents(found(row(elsewhere="others: 9 s")), pathlib.Path("x"))[".md"]
        goals, elsewhere = words.split("## Seen elsewhere, not measured")
        self.assertNotIn("others: 9 s", goals)
        self.assertIn("| the cartpole | others: 9 s |", elsewhere)

    def test_nothing_measured(self):
        empty = {**found(row()), "results": []}
        self.assertIn("not measured", report.text(empty))
        xml.dom.minidom.parseString(report.contents(empty, pathlib.Path("x"))[".svg"])

    def test_the_picture_leaves_out_who_did_not_finish(self):
        one = found(row())
        self.assertNotIn("Other", report.contents(one, pathlib.Path("x"))[".svg"])
        one["results"][1]["finished"] = 1
        self.assertIn("Other: 4.0x", report.contents(one, pathlib.Path("x"))[".svg"])

    def test_the_stored_document_is_what_the_measurement_makes(self):
        base = ROOT / "docs" / "benchmarks-rl"
        measured = json.loads(base.with_suffix(".json").read_text(encoding="utf-8"))
        for ending, made in report.contents(measured, base).items():
            self.assertTrue(base.with_suffix(ending).read_text(encoding="utf-8") == made,
                            f"docs/benchmarks-rl{ending} is not what its JSON makes: lithe bench "
                            "rl --from docs/benchmarks-rl.json --document docs/benchmarks-rl.md")


if __name__ == "__main__":
    unittest.main()
