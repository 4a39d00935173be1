"""The harness without a peer: how workloads are read, work is checked, settings are found, programs
that fail are dealt with."""

import json
import os
import sys
import tempfile
import time
import types
import unittest

from support import MACHINE, WORKLOADS, result

from harness import (blas, catalogue, checks, compare, goals, places, process, rounds, sentence,
                     settings, subjects, workloads)


class Sentences(unittest.TestCase):
    def test_splits_outside_of_brackets(self):
        self.assertEqual(sentence.split("a(b -> c) -> d", "->"), ["a(b -> c)", "d"])
        self.assertEqual(sentence.split("1, f(2, 3)", ","), ["1", "f(2, 3)"])

    def test_reads_calls(self):
        self.assertEqual(sentence.call("max_pool"), ("max_pool", [], {}))
        self.assertEqual(sentence.call("conv2d(64, 3x3, padding=same)"),
                         ("conv2d", ["64", "3x3"], {"padding": "same"}))

    def test_repeats(self):
        found = sentence.layers("input(4) -> repeat(2, dense(3, elu) -> batch_norm) -> dense(1)")
        self.assertEqual([layer["layer"] for layer in found],
                         ["dense", "batch_norm"] * 2 + ["dense"])
        self.assertEqual([layer["shape"] for layer in found if "shape" in layer],
                         [[4, 3], [3, 3], [3, 1]])
        self.assertEqual(sentence.parameters(found), 15 + 6 + 12 + 6 + 4)

    def test_initial_values(self):
        one, = sentence.layers("input(8) -> dense(2, relu)")
        self.assertEqual((one["distribution"], one["deviation"], one["bias_deviation"]),
                         ("normal", 0.5, 0))
        one, = sentence.layers("input(6) -> dense(2, tanh)")
        self.assertEqual((one["distribution"], one["deviation"]), ("uniform", 0.5))
        one, = sentence.layers("input(6) -> dense(2, sigmoid, normal, normal)")
        self.assertEqual((one["deviation"], one["bias_deviation"]), (1, 1))

    def test_windows_that_leave_the_image_count_less(self):
        one, = sentence.layers("input(4x4x1) -> conv2d(1, 3x3, padding=same)")
        inside = sum(1 for r in range(4) for c in range(4) for i in (-1, 0, 1) for j in (-1, 0, 1)
                     if 0 <= r + i < 4 and 0 <= c + j < 4)
        self.assertEqual(one["operations"], 2 * inside)


class Workloads(unittest.TestCase):
    def test_every_one_is_whole(self):
        for one in WORKLOADS.values():
            self.assertIn(one.group, workloads.GROUPS)
            self.assertGreater(one.operations(), 0)
            json.dumps(one.job())
            for key in one.promise:
                self.assertIn(key, goals._KINDS)

    def test_figures_counted_by_hand(self):
        self.assertEqual(WORKLOADS["seed-float32"].parameters(), 23_860)
        self.assertEqual(WORKLOADS["seed-float32"].operations(),
                         50_000 * 2 * (2 * 784 * 30 + 3 * 30 * 10))
        self.assertEqual(WORKLOADS["lenet-128"].parameters(), 44_426)
        self.assertEqual(WORKLOADS["tanh300"].repetitions(), 200)

    def test_like_takes_over_all_but_the_promise(self):
        one, like = WORKLOADS["seed-float32"], WORKLOADS["seed-float64"]
        self.assertEqual((like.network, like.precision), (one.network, "float64"))
        self.assertIn("threads", WORKLOADS["lenet-128"].promise)
        self.assertNotIn("threads", WORKLOADS["lenet-32"].promise)

    def test_the_algorithm_is_told(self):
        self.assertEqual([WORKLOADS[name].job()["layers"][0]["algorithm"]
                          for name in ("conv-input", "winograd-input")], ["direct", "winograd"])
        self.assertEqual(WORKLOADS["winograd-input"].operations(),
                         WORKLOADS["conv-input"].operations())

    def test_ten_at_most_stand_first(self):
        short = [one.short for one in WORKLOADS.values() if one.short]
        self.assertEqual(len(set(short)), len(short))
        self.assertLessEqual(len(short), 10)
        self.assertEqual(WORKLOADS["relu1024-rmsprop"].short, "")  # `like` does not take it over

    def test_choosing(self):
        all_of_them = list(WORKLOADS.values())
        names = [w.name for w in workloads.chosen(all_of_them, ["seed", "tanh8"])]
        self.assertEqual(names, ["seed-float32", "seed-float64", "tanh8"])
        self.assertEqual(workloads.chosen(all_of_them, ["all"]), all_of_them)
        with self.assertRaisesRegex(ValueError, "no workload 'sed'"):
            workloads.chosen(all_of_them, ["sed"])

    def test_a_wrong_file_is_refused(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write('[[workload]]\nname = "a"\nsped = 1\n')
            file.flush()
            with self.assertRaisesRegex(ValueError, "sped"):
                workloads.read(file.name)


class Peers(unittest.TestCase):
    def test_every_peer_is_there(self):
        names = {*WORKLOADS, *workloads.GROUPS}
        for peer in catalogue.PEERS:
            self.assertLessEqual(set(peer.workloads), names, peer.name)
            if peer.package:
                self.assertTrue((places.RUNNER.parent / f"{peer.name}.py").exists(), peer.name)

    def test_choosing(self):
        self.assertEqual([p.name for p in catalogue.chosen(["numpy"])],
                         ["numpy_image", "numpy_batch"])
        self.assertEqual(catalogue.chosen(["none"]), [])
        self.assertEqual(catalogue.chosen([]), list(catalogue.PEERS))
        with self.assertRaisesRegex(ValueError, "no peer 'nmpy'"):
            catalogue.chosen(["nmpy"])

    def test_versions(self):
        self.assertTrue(places._too_old("1.13.0a0", (2,)))
        self.assertFalse(places._too_old("2.15.0", (2,)))
        self.assertFalse(places._too_old("1.13.0a0", ()))


class Checks(unittest.TestCase):
    def test_of_training(self):
        one = WORKLOADS["digits100"]
        own = {"loss": 0.2, "correct": 9_400, "tested": 10_000, "parameters": 79_510}
        self.assertIsNone(checks.fault(one, own, None))
        self.assertIsNone(checks.fault(one, {**own, "loss": 0.205}, own))
        for change, words in (({"parameters": 7}, "another network"),
                              ({"correct": 1_000}, "did not learn"),
                              ({"loss": 0.3}, "another loss"),
                              ({"loss": float("nan")}, "another loss"),
                              ({"correct": 10_000}, "another accuracy")):
            self.assertIn(words, checks.fault(one, {**own, **change}, own))
        self.assertIn("lacks 'parameters'", checks.fault(one, {}, own))

    def test_of_a_result(self):
        one, own = WORKLOADS["call"], {"fingerprint": 100.0}
        self.assertIsNone(checks.fault(one, {"fingerprint": 100.0009}, own))
        self.assertIn("another result", checks.fault(one, {"fingerprint": 100.002}, own))
        self.assertIn("not finite", checks.fault(one, {"fingerprint": float("nan")}, None))


class Figures(unittest.TestCase):
    def test_median_of_medians_and_spread(self):
        runs = [{"seconds": [1.0, 2.0, 9.0], "processor_seconds": [1.0]},
                {"seconds": [4.0], "processor_seconds": [3.0]},
                {"seconds": [3.0, 3.0], "processor_seconds": [5.0]}]
        told = subjects.summary(runs)
        self.assertEqual((told["median"], told["fastest"], told["slowest"], told["processor"]),
                         (3.0, 1.0, 9.0, 3.0))
        self.assertAlmostEqual(told["spread"], (3.75 - 2.25) / 3)

    def test_like_is_compared_with_like(self):
        results = [result("call", "lithe", 2.0, 0), result("call", "lithe", 1.0, 1),
                   result("call", "numpy", 8.0, 0), result("call", "numpy", 5.0, 1),
                   result("call", "jax", 6.0, 2)]
        self.assertEqual([compare.times_lithe(results, r) for r in results[2:]], [4.0, 5.0, 6.0])
        self.assertEqual(compare.fastest_peer(results, "call")["peer"], "numpy")
        self.assertIsNone(compare.times_lithe([results[2]], results[2]))

    def test_each_round_is_compared_with_its_own(self):
        results = [result("call", "lithe", 2.0, medians=[1.0, 2.0, 4.0]),
                   result("call", "numpy", 9.0, medians=[3.0, 8.0])]
        self.assertEqual(compare.rounds(results, results[1]), [3.0, 4.0])
        self.assertEqual(compare.rounds(results[1:], results[1]), [])


class Goals(unittest.TestCase):
    def test_times_are_scaled_by_the_peak(self):
        one = WORKLOADS["tanh300"]  # 1.7 ms where a core peaks at 177 GFLOP/s; here at 88.5
        for median, words in ((3.5e-3, "MISSED"), (3.3e-3, "reached"), (2.6e-3, "worth reached")):
            goal = goals.goals([result("tanh300", "lithe", median)], [one], MACHINE)[0]
            self.assertEqual((goal["verdict"], goal["unit"]), (words, " ms"))
            self.assertAlmostEqual(goal["must"], 3.4)

    def test_of_peers_threads_and_peak(self):
        results = [result("seed-float32", "lithe", 0.1), result("seed-float32", "lithe", 0.05, 2),
                   result("seed-float32", "jax_scan", 0.5), result("conv-forward", "lithe", 0.0140)]
        listed = {g["text"]: g for g in goals.goals(
            results, [WORKLOADS["seed-float32"], WORKLOADS["conv-forward"]], MACHINE)}
        self.assertAlmostEqual(listed["two threads against one"]["value"], 2)
        self.assertEqual(listed["faster than JAX, jit and scan at its best"]["verdict"], "reached")
        self.assertEqual(listed["faster than PyTorch eager at its best"]["verdict"],
                         "not measured")
        self.assertAlmostEqual(listed["share of the peak"]["value"], 93.5, places=1)


class Settings(unittest.TestCase):
    def subject(self):
        return subjects.Subject(name="numpy", title="NumPy", workload=WORKLOADS["call"],
                                command=(), threads=1)

    def test_the_fastest_is_kept(self):
        seconds = {"": 1.0, "Haswell": 0.5, "SkylakeX": 0.49}

        def trial(subject):
            name = subject.settings.get("OPENBLAS_CORETYPE", "")
            if name not in seconds:
                raise process.Failed("refused")
            return seconds[name]

        groups = settings.knobs("blas", ["avx2", "avx512", "avx512_bf16"])
        self.assertEqual(len(groups[0]), 3)
        best = settings.best(self.subject(), groups, trial, lambda words: None)
        # 2% less is noise, and Cooperlake is refused.
        self.assertEqual(best.settings, {"OPENBLAS_CORETYPE": "Haswell"})

    def test_only_what_the_processor_can_do(self):
        self.assertEqual(settings.knobs("blas", ["sse4"]), [[]])
        self.assertEqual(settings.knobs("xla", ["avx2"]), [])


class Processes(unittest.TestCase):
    def run_python(self, code, limit=60, threads=1, **environment):
        return process.run_json([sys.executable, "-c", code], environment, threads, limit)

    def test_the_answer_is_the_last_object(self):
        self.assertEqual(self.run_python("print('noise'); print('{\"a\": 1}')"), {"a": 1})

    def test_failures_say_why_in_a_line(self):
        for code, words in (("raise SystemExit('no such thing')", "no such thing"),
                            ("print('nothing')", "no JSON"), ("print('[1]')", "no JSON"),
                            ("import os; os.abort()", "exit status")):
            with self.assertRaisesRegex(process.Failed, words):
                self.run_python(code)
        with self.assertRaisesRegex(process.Failed, "No such file"):
            process.run_json(["/nowhere/program"], {}, 1, 60)

    def test_who_hangs_is_ended_with_what_it_started(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "child")
            code = ("import subprocess, time\n"
                    "child = subprocess.Popen(['sleep', '600'])\n"
                    f"open({path!r} + '~', 'w').write(str(child.pid))\n"
                    f"import os; os.rename({path!r} + '~', {path!r})\n"
                    "time.sleep(600)")
            limit = 1
            while not os.path.exists(path):  # on a busy machine it takes longer to begin
                with self.assertRaisesRegex(process.Failed, "no answer"):
                    self.run_python(code, limit)
                limit *= 4
            with open(path, encoding="utf-8") as file:
                child = int(file.read())
            for _ in range(3_000):
                if not alive(child):
                    return
                time.sleep(0.01)
            self.fail("the child still runs")

    def test_settings_of_the_shell_do_not_reach_it(self):
        os.environ["OPENBLAS_CORETYPE"] = "Prescott"
        self.addCleanup(os.environ.pop, "OPENBLAS_CORETYPE")
        code = ("import json, os; print(json.dumps({k: os.environ.get(k) for k in "
                "('OPENBLAS_CORETYPE', 'OMP_NUM_THREADS', 'HOME')}))")
        self.assertEqual(self.run_python(code, HOME="here"), {
            "OPENBLAS_CORETYPE": None, "OMP_NUM_THREADS": "1", "HOME": "here"})
        self.assertIsNone(self.run_python(code, threads=0)["OMP_NUM_THREADS"])


def alive(pid):
    """Whether a process runs; one that waits for its parent to take note is done."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class Rounds(unittest.TestCase):
    """Programs that stand for Lithe and its peers."""

    GOOD = {"seconds": [1e-6, 2e-6, 3e-6], "processor_seconds": [1e-6] * 3, "way": "as it is",
            "check": {"fingerprint": 100.0}}

    def subject(self, name, answer, threads=1):
        code = answer if isinstance(answer, str) else f"print({json.dumps(answer)!r})"
        return subjects.Subject(name=name, title=name, workload=WORKLOADS["call"],
                                command=(sys.executable, "-c", code), threads=threads)

    def measure(self, all_of_them, rounds_number=2, minutes=None):
        said = []
        options = types.SimpleNamespace(rounds=rounds_number, seconds=0.1, say=said.append)
        begun = rounds.measure(all_of_them, [WORKLOADS["call"]], options, rounds.Clock(minutes))
        return begun, *rounds.outcome(all_of_them)

    def test_who_fails_is_named_and_left_out(self):
        good = self.GOOD
        begun, results, left_out = self.measure([
            self.subject("lithe", good), self.subject("same", good),
            self.subject("crashes", "import os; os.abort()"),
            self.subject("garbage", "print('{\"seconds\": [}')"),
            self.subject("timeless", {**good, "seconds": []}),
            self.subject("unchecked", {**good, "check": None}),
            self.subject("different", {**good, "check": {"fingerprint": 120.0}})])
        self.assertEqual(begun, 2)
        self.assertEqual([r["peer"] for r in results], ["lithe", "same"])
        self.assertEqual(results[1]["medians"], [2e-6, 2e-6])
        reasons = {m["title"].split(",")[0]: m["reason"] for m in left_out}
        self.assertEqual(reasons, {
            "crashes": "exit status -6", "garbage": "printed no JSON object",
            "timeless": "its answer has no times",
            "unchecked": "its answer has nothing to check its work by",
            "different": "another result: 120, Lithe's 100"})

    def test_later_rounds_have_who_there_is_time_for(self):
        slow, lithe, quick = (self.subject(name, self.GOOD) for name in ("slow", "lithe", "quick"))
        cost = {id(slow): 50, id(lithe): 5, id(quick): 1}
        every = [slow, lithe, quick]
        self.assertEqual(rounds.affordable(every, cost, 10), [lithe, quick])
        self.assertEqual(rounds.affordable(every, cost, 5.5), [lithe])
        self.assertEqual(rounds.affordable(every, cost, float("inf")), every)
        self.assertEqual(rounds.affordable(every, {}, 10), every)

    def test_the_end_of_the_time_is_nobodys_fault(self):
        one = self.subject("slow", "import time; time.sleep(600)")
        one.measure(0.1, 0.5, cut=True)
        self.assertEqual((one.failure, one.runs), ("", []))
        one.measure(0.1, 0.5)
        self.assertIn("no answer", one.failure)

    def test_without_time_nothing_is_begun(self):
        _, results, left_out = self.measure([self.subject("lithe", self.GOOD)], minutes=0.001)
        self.assertEqual(results, [])
        self.assertEqual(left_out[0]["reason"], "time was up")


class Blas(unittest.TestCase):
    def test_choosing(self):
        listed = [{"kind": "OpenBLAS", "path": "/a", "problem": ""},
                  {"kind": "BLIS", "path": "/b", "problem": ""},
                  {"kind": "MKL", "path": "/c", "problem": "of another architecture"}]
        self.assertEqual(blas.libraries({"blas": listed}, ["all"]), listed[:2])
        self.assertEqual(blas.libraries({"blas": listed}, ["openblas"]), listed[:1])
        self.assertEqual(blas.libraries({"blas": listed}, ["/b"]), listed[1:2])

    def test_rows(self):
        code = ("import json, sys; blas = '--blas' in sys.argv; path = sys.argv[-1]\n"
                "print(json.dumps({'epochs': [{'seconds': 9, 'correct': 1}, {'seconds': 2 if blas "
                "else 1, 'correct': 9000 if path != '/bad' else 900}], "
                "'blas': {'path': path if path != '/odd' else '/good'}}))")
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "lithe")
            with open(program, "w", encoding="utf-8") as file:
                file.write(f"#!{sys.executable}\n{code}\n")
            os.chmod(program, 0o755)
            options = types.SimpleNamespace(rounds=1, quick=True, lithe=program,
                                            say=lambda words: None)
            listed = [{"kind": "OpenBLAS", "path": path, "core": "Haswell"}
                      for path in ("/good", "/bad", "/odd")]
            rows = blas.measure(listed, options, rounds.Clock(None))
        self.assertEqual([row["median"] for row in rows], [1, 2, None, None])
        self.assertIn("did not learn", rows[2]["failure"])
        self.assertIn("took another library: /good", rows[3]["failure"])


if __name__ == "__main__":
    unittest.main()
