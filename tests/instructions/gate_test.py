"""What the gate makes of callgrind's counts and of stored ones."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
import counts  # noqa: E402
import gate  # noqa: E402

CALLGRIND = """# callgrind format
cmd:  /build/runs seed
positions: line
events: Ir
summary: 1000

ob=/build/runs
fl=???
fn=counted_part
0 10
cob=/lib/libc.so.6
cfi=???
cfn=memcpy@@GLIBC_2.14
calls=3 0
0 150
0 40
cfn=void lithe::kernels::N_AVX2::(anonymous namespace)::tile<float, (hwy::T)2>(int) const
calls=2 7
0 800

fn=void lithe::kernels::N_AVX2::(anonymous namespace)::tile<float, (hwy::T)2>(int) const
0 700
fn=lithe::kernels::tile<float, (hwy::T)2>(long) [clone .part.0]
0 100
ob=/lib/libc.so.6
fn=memcpy@@GLIBC_2.14
0 150
"""


class Counts(unittest.TestCase):
    def test_of_each_function_itself(self):
        self.assertEqual(counts.by_function(CALLGRIND),
                         {"counted_part": 50, "kernels::tile<float, (hwy::T)2>": 800,
                          "memcpy [libc.so.6]": 150})

    def test_a_sum_that_is_not_callgrinds(self):
        with self.assertRaisesRegex(ValueError, "do not sum up"):
            counts.by_function(CALLGRIND.replace("0 700", "0 699"))
        with self.assertRaisesRegex(ValueError, "no line 'summary:'"):
            counts.by_function("cmd: /build/runs\n")

    def test_names(self):
        for given, plain in [
                ("lithe::data::(anonymous namespace)::read[abi:cxx11](int)", "data::read"),
                ("(anonymous namespace)::f()", "f"),
                ("(below main)", "(below main)"),
                ("lithe::Work<void (*)(int)>::operator()(int) const", "Work<void (*)(int)>::operator()"),
                ("lithe::f()::{lambda(int)#1}::operator()(int) const", "f"),
                ("_int_free", "_int_free"),
                ("g(int).constprop.0", "g")]:
            self.assertEqual(counts._plain(given), plain)


def stored(**functions):
    return gate.summary(functions)


BEFORE = {"seed": stored(tile=700_000, pack=300_000), "csv": stored(read=1_000)}


class Comparison(unittest.TestCase):
    def after(self, **seed):
        return gate.compare(BEFORE, BEFORE | {"seed": stored(**seed)})

    def test_the_same(self):
        kept, lines = gate.compare(BEFORE, BEFORE)
        self.assertTrue(kept)
        self.assertEqual(lines, ["csv: 1,000 -> 1,000 instructions, +0.00%",
                                 "seed: 1,000,000 -> 1,000,000 instructions, +0.00%"])

    def test_within_the_tolerance(self):
        for tile in (691_000, 709_000):
            kept, lines = self.after(tile=tile, pack=300_000)
            self.assertTrue(kept, lines)
            self.assertIn("  tile", lines[2])  # named all the same

    def test_beyond_it_both_ways(self):
        for tile, word in ((689_000, "-1.10%"), (711_000, "+1.10%")):
            kept, lines = self.after(tile=tile, pack=300_000)
            self.assertFalse(kept)
            self.assertIn(f"{word}, more than the 1% allowed", lines[1])

    def test_what_moved_most_stands_first(self):
        _, lines = self.after(tile=720_000, pack=250_000, copy=200_000)
        self.assertEqual([line.split()[-1] for line in lines[2:]], ["copy", "pack", "tile"])
        self.assertEqual(lines[2].split(), ["+200,000", "+20.00%", "copy"])

    def test_runs_that_come_and_go(self):
        for old, new, word in (({}, BEFORE, "not stored yet"), (BEFORE, {}, "no such run now")):
            kept, lines = gate.compare(old, new)
            self.assertFalse(kept)
            self.assertIn(word, lines[0])

    def test_small_functions_are_not_stored(self):
        kept = stored(large=99_900, small=99, least=101)
        self.assertEqual(list(kept["functions"]), ["large", "least"])
        self.assertEqual(kept["instructions"], 100_100)
        self.assertEqual(list(stored(a=1, c=2, b=2)["functions"]), ["b", "c", "a"])

    def test_another_build(self):
        self.assertEqual(gate.not_comparable({"a": "1"}, {"a": "1"}), "")
        self.assertEqual(gate.not_comparable({"a": "1", "b": "2"}, {"a": "1", "b": "3"}),
                         "b is 3, the figures have 2")
        self.assertIn("c is None", gate.not_comparable({"c": "2"}, {}))


class Command(unittest.TestCase):
    """The whole of it, without a program or valgrind."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.figures = pathlib.Path(folder.name) / "figures.json"
        self.depends, self.counted = {"compiler": "GCC 12"}, {"tile": 1000}
        for name, answer in (("ask", lambda _: (["seed"], self.depends)),
                             ("check_processor", lambda _: None),
                             ("count", lambda _, name: self.counted)):
            patch = mock.patch.object(gate, name, answer)
            patch.start()
            self.addCleanup(patch.stop)

    def run_gate(self, *more):
        out = io.StringIO()
        arguments = ["gate.py", "--program", "p", "--figures", str(self.figures), *more]
        with mock.patch.object(sys, "argv", arguments), contextlib.redirect_stdout(out):
            return gate.main(), out.getvalue()

    def test_update_and_check(self):
        self.assertEqual(self.run_gate("--update"), (0, "seed: new, not stored yet\n"))
        self.assertEqual(self.run_gate()[0], 0)
        self.counted = {"tile": 1000, "copy": 100}
        status, out = self.run_gate()
        self.assertEqual(status, 1)
        self.assertIn("+100  +10.00%  copy", out)
        self.assertIn("make update-instructions", out)
        status, out = self.run_gate("--update")
        self.assertEqual(status, 0)
        self.assertIn("seed: 1,000 -> 1,100 instructions, +10.00%", out)
        self.assertEqual(self.run_gate()[0], 0)
        self.assertEqual(json.loads(self.figures.read_text(encoding="utf-8"))["depends"], self.depends)

    def test_another_compiler_is_skipped(self):
        self.run_gate("--update")
        self.depends, self.counted = {"compiler": "Clang 16"}, {"tile": 1}
        status, out = self.run_gate()
        self.assertEqual(status, gate.SKIPPED)
        self.assertIn("compiler is Clang 16, the figures have GCC 12", out)

    def test_without_valgrind_it_is_skipped(self):
        with mock.patch.object(gate, "ask", lambda _: gate.run(["/nowhere/valgrind"])):
            self.figures.write_text("{}", encoding="utf-8")
            status, out = self.run_gate()
        self.assertEqual(status, gate.SKIPPED)
        self.assertIn("/nowhere/valgrind is not there", out)


if __name__ == "__main__":
    unittest.main()
