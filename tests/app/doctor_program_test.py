"""`lithe doctor -- PROGRAM` as its users run it: the program's streams, signals and status are its
own, and what is told of it agrees with what others count.

What is not there (NumPy, PyTorch, heaptrack) is skipped, and named.
"""

import base64
import hashlib
import html.parser
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

LITHE = os.environ["LITHE"]
SUBJECT = os.environ["LITHE_SUBJECT"]
SOURCE = pathlib.Path(__file__).parents[2]
NETWORK = SOURCE / "examples" / "textbook_network.py"


def python_with(*modules):
    """A Python that has them; None if none does."""
    tried = [sys.executable, "/usr/bin/python3"]
    for python in tried:
        if subprocess.run([python, "-c", "import " + ", ".join(modules)], capture_output=True,
                          check=False).returncode == 0:
            return python
    return None


class Doctor(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_doctor(self, *command, options=(), **more):
        return subprocess.run([LITHE, "doctor", *options, "--", *map(str, command)],
                              capture_output=True, text=True, check=False, timeout=300, **more)

    def report(self, *command, options=(), **more):
        """The program's result, and the report on it."""
        path = self.folder / "report.json"
        done = self.run_doctor(*command, options=["--json", "-o", str(path), *options], **more)
        self.assertTrue(path.exists(), done.stderr)
        return done, json.loads(path.read_text())


class Programs(Doctor):
    def test_the_program_has_its_streams_to_itself(self):
        done, report = self.report("sh", "-c", "cat; echo out; echo err >&2; exit 5", input="in\n")
        self.assertEqual(done.stdout, "in\nout\n")
        self.assertEqual(done.stderr, "err\n")
        self.assertEqual(done.returncode, 5)
        self.assertEqual(report["status"], 5)

    def test_the_report_goes_to_standard_error(self):
        done = self.run_doctor(SUBJECT, "epochs", "2", "3", "100000")
        self.assertEqual(done.stdout, "Epoch 1 done\nEpoch 2 done\nEpoch 3 done\n")
        self.assertIn("ended with status 0", done.stderr)
        self.assertIn("each of 2 later", done.stderr)
        self.assertLessEqual(len(done.stderr.splitlines()), 40)

    def test_bytes_that_are_no_text_pass(self):
        done = subprocess.run([LITHE, "doctor", "-o", os.devnull, "--", "head", "-c", "3000000",
                               "/dev/urandom"], stdout=subprocess.PIPE, check=False)
        self.assertEqual(len(done.stdout), 3_000_000)

    def test_a_signal_that_ends_the_program_is_told(self):
        done, report = self.report(SUBJECT, "crash")
        self.assertEqual(report["signal"], signal.SIGSEGV)
        self.assertEqual(done.returncode, 128 + signal.SIGSEGV)
        self.assertGreaterEqual(report["heap"]["bytes"], 1_000_000)

    def interrupt(self, send):
        path = self.folder / "report.json"
        with subprocess.Popen([LITHE, "doctor", "--json", "-o", str(path), "--", SUBJECT,
                               "interrupt"], stdout=subprocess.PIPE, text=True,
                              start_new_session=True) as running:
            self.assertEqual(running.stdout.readline(), "ready\n")
            send(running.pid)
            self.assertEqual(running.wait(60), 7)
        self.assertEqual(json.loads(path.read_text())["status"], 7)

    def test_control_c_is_the_programs(self):
        self.interrupt(lambda process: os.killpg(process, signal.SIGINT))

    def test_a_request_to_end_is_passed_on(self):
        self.interrupt(lambda process: os.kill(process, signal.SIGTERM))

    def test_what_cannot_be_run_is_said(self):
        done = self.run_doctor("/nowhere/train.py")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no such program", done.stderr)
        text = self.folder / "train.py"
        text.write_text("print('epoch')\n")
        done = self.run_doctor(text)
        self.assertEqual(done.returncode, 2)
        self.assertIn("not executable", done.stderr)
        done = self.run_doctor()
        self.assertEqual(done.returncode, 2)
        done = self.run_doctor("true", options=["--mark", "("])
        self.assertEqual(done.returncode, 2)
        self.assertIn("regular expression", done.stderr)

    def test_a_python_script_by_its_first_line(self):
        script = self.folder / "a script.py"
        script.write_text(f"#!{sys.executable}\nfor i in range(3): print('Epoch', i)\n")
        script.chmod(0o755)
        done, report = self.report(script)
        self.assertEqual(done.stdout, "Epoch 0\nEpoch 1\nEpoch 2\n")
        self.assertEqual(len(report["epochs"]), 3)

    def test_the_collector_is_turned_off_for_a_trial(self):
        library = pathlib.Path(LITHE).parent.parent / "lib/lithe/lithe_preload.so"
        program = ("import gc, weakref; x = [bytes(1000) for i in range(9999)]\n"
                   "class Node: pass\n"
                   "a = Node(); a.self = a; alive = weakref.ref(a); del a; gc.collect()\n"
                   "print(gc.isenabled(), alive() is None)")
        for value, printed in (("1", "False True"), ("calls", "True False"), ("0", "True True")):
            with self.subTest(value):
                done = subprocess.run(
                    [sys.executable, "-c", program], capture_output=True, text=True, check=True,
                    env={**os.environ, "LD_PRELOAD": str(library), "LITHE_WITHOUT_COLLECTOR": value})
                self.assertEqual(done.stdout, printed + "\n")

    def test_a_statically_linked_program_is_run_all_the_same(self):
        source, program = self.folder / "s.c", self.folder / "s"
        source.write_text("int main(void) { return 4; }\n")
        compiler = shutil.which("cc")
        built = compiler and subprocess.run([compiler, "-static", source, "-o", program],
                                            capture_output=True, check=False).returncode == 0
        if not built:
            self.skipTest("needs a C compiler and the static C library (apt-get install gcc libc6-dev)")
        done, report = self.report(program)
        self.assertEqual(done.returncode, 4)
        self.assertFalse(report["counted"])
        self.assertIn("statically", " ".join(report["not_seen"]))

    def loading(self, *libraries):
        """A script that loads them, one after the other."""
        script = self.folder / "load.py"
        script.write_text("import ctypes\n" +
                          "".join(f"ctypes.CDLL({str(path)!r})\n" for path in libraries))
        return script

    def copies(self, library, *places):
        for place in places:
            (self.folder / place).parent.mkdir(exist_ok=True)
            shutil.copy(library, self.folder / place)
        return [self.folder / place for place in places]

    def test_two_openmp_runtimes_at_once(self):
        found = sorted(pathlib.Path("/usr/lib").glob("*/libgomp.so.1"))
        if not found:
            self.skipTest("needs GCC's OpenMP below /usr/lib (apt-get install libgomp1)")
        both = self.copies(found[0], "libiomp5.so", "libgomp-1234.so.1")
        _, report = self.report(sys.executable, self.loading(*both))
        self.assertEqual(set(map(str, both)) - set(report["openmp"]), set())
        self.assertIn("two_openmp", [f["name"] for f in report["findings"]])
        _, report = self.report("sh", "-c", " && ".join(
            f"{sys.executable} {self.loading(one).rename(self.folder / f'{one.name}.py')}"
            for one in both))
        self.assertNotIn("two_openmp", [f["name"] for f in report["findings"]])

    def test_two_blas_at_once(self):
        fake = pathlib.Path(os.environ["LITHE_FAKE_BLAS"]) / "liblp64.so"
        both = self.copies(fake, "numpy.libs/libopenblas-1.so", "scipy.libs/libblis.so.4")
        done, report = self.report(sys.executable, self.loading(*both))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("two_blas", [f["name"] for f in report["findings"]])
        self.assertEqual({b["path"] for b in report["blas"]}, set(map(str, both)))

    def test_no_file_is_left_behind(self):
        def boards():
            return [p for p in pathlib.Path("/dev/shm").glob("*lithe*")]
        before = boards()
        self.report(SUBJECT, "crash", "9")
        self.assertEqual(boards(), before)

    def test_a_doctor_that_is_killed_leaves_no_program_behind(self):
        doctor = subprocess.Popen([LITHE, "doctor", "--", "sleep", "60"])
        children = pathlib.Path(f"/proc/{doctor.pid}/task/{doctor.pid}/children")
        end = time.monotonic() + 20
        while time.monotonic() < end and not children.read_text():
            time.sleep(0.05)
        child = pathlib.Path("/proc", children.read_text().split()[0])
        doctor.kill()
        doctor.wait()
        while time.monotonic() < end and child.exists() and " Z " not in (child / "stat").read_text():
            time.sleep(0.05)
        self.assertTrue(not child.exists() or " Z " in (child / "stat").read_text())

    @unittest.skipUnless(shutil.which("node"), "there is no node")
    def test_lines_of_node(self):
        script = self.folder / "train.js"
        # Too long to become part of the code that calls it.
        steps = "".join(f"    sum += a[i + {k}] * b[i + {k}];\n" for k in range(50))
        script.write_text("function dot(a, b) {\n  let sum = 0;\n"
                          f"  for (let i = 0; i < a.length; i += 50) {{\n{steps}  }}\n"
                          "  return sum;\n}\n"
                          "const x = new Float64Array(1000).fill(0.5);\n"
                          "const end = Date.now() + 2000;\n"
                          "let all = 0;\nwhile (Date.now() < end) all += dot(x, x);\n")
        before = set(pathlib.Path("/tmp").glob("perf-*.map"))
        for options in ((), ("--stops",)):
            done, report = self.report("node", script, options=("--budget", "0", *options))
            self.assertEqual(done.returncode, 0, done.stderr)
            functions = {line["function"]: line["line"] for line in report["lines"]
                         if line["file"] == str(script)}
            self.assertEqual(functions.get("dot"), 1, (options, report["lines"]))
        self.assertEqual(set(pathlib.Path("/tmp").glob("perf-*.map")), before)
        self.assertEqual(list(pathlib.Path().glob("isolate-*")), [])

    @unittest.skipUnless(shutil.which("javac"), "there is no javac")
    def test_lines_of_java(self):
        source = self.folder / "Train.java"
        source.write_text("import java.util.*;\npublic class Train {\n"
                          "  static void grow(List<Double> values) {\n"
                          "    for (int i = 0; i < values.size(); i++)\n"
                          "      values.set(i, values.get(i) * 1.0001);\n  }\n"
                          "  public static void main(String[] arguments) {\n"
                          "    List<Double> values = new ArrayList<>();\n"
                          "    for (int i = 0; i < 100000; i++) values.add(1.0 * i);\n"
                          "    long end = System.currentTimeMillis() + 3000;\n"
                          "    while (System.currentTimeMillis() < end) grow(values);\n  }\n}\n")
        subprocess.run(["javac", "-g", "-d", self.folder, source], check=True, timeout=300)
        done, report = self.report("java", "-cp", self.folder, "Train", options=("--budget", "0"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(report["findings"][0]["name"], "boxing", report["findings"])
        place = report["findings"][0]["place"]
        self.assertEqual((place["file"], place["function"]), ("Train.java", "Train.grow"))
        self.assertIn(place["line"], (4, 5))


class Processes(Doctor):
    """A process that runs already."""

    def test_until_ctrl_c(self):
        path = self.folder / "report.json"
        with subprocess.Popen([SUBJECT, "spin", "60000"]) as subject:
            self.addCleanup(subject.kill)
            with subprocess.Popen([LITHE, "doctor", "--pid", str(subject.pid), "--json", "-o", str(path)],
                                  stderr=subprocess.PIPE, text=True) as doctor:
                self.assertIn(f"Examining process {subject.pid}", doctor.stderr.readline())
                time.sleep(1)
                doctor.send_signal(signal.SIGINT)
                self.assertEqual(doctor.wait(60), 0)
            self.assertIsNone(subject.poll())
            subject.kill()
        report = json.loads(path.read_text())
        self.assertEqual(report["process"], subject.pid)
        self.assertEqual(report["command"], [SUBJECT, "spin", "60000"])
        self.assertGreater(report["seconds"], 0.9)
        self.assertIn("which was running already", " ".join(report["text"].split()))

    def test_lines_of_python(self):
        script = self.folder / "busy.py"
        script.write_text("import time\nend = time.monotonic() + 2\nprint('on', flush=True)\n"
                          "while time.monotonic() < end:\n    sum(range(1000))\n")
        with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as running:
            running.stdout.readline()
            done = subprocess.run([LITHE, "doctor", "--pid", str(running.pid), "--lines"],
                                  capture_output=True, text=True, check=True, timeout=60)
        self.assertIn("busy.py", done.stdout)
        self.assertRegex(done.stdout, r"5 +sum\(range\(1000\)\)")

    def test_mistakes(self):
        done = subprocess.run([LITHE, "doctor", "--pid", "1073741824"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no such process", done.stderr)
        done = self.run_doctor("true", options=["--pid", "1"])
        self.assertEqual(done.returncode, 2)
        self.assertIn("--pid", done.stderr)


class Markup(html.parser.HTMLParser):
    """Checks that elements end in order, and keeps what a page loads and runs."""
    VOID = {"meta", "input", "br", "img", "link"}

    def __init__(self, text):
        super().__init__()
        self.open, self.problems, self.loads, self.scripts, self.handlers = [], [], [], [], []
        self.tags, self.text = set(), ""
        self.feed(text)
        self.close()
        self.problems += self.open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action", "data") or "url(" in (value or ""):
                self.loads.append((tag, name, value))
            if name.startswith("on"):
                self.handlers.append((tag, name, value))
        if tag == "script":
            self.scripts.append((dict(attrs).get("type"), ""))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        else:
            self.text += data


LOOP = """
import time
def {name}(n):
    total = 0.0
    for i in range(n):
        total += i * 0.5 if i % 3 else -i
    return total
for epoch in range(4):
    {name}(700_000)
    time.sleep(0.1)
    print("epoch", epoch)
"""


class Page(Doctor):
    def script(self, path="train.py", name="compute", text=LOOP):
        script = self.folder / path
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(text.format(name=name))
        return script

    def page(self, script):
        path = self.folder / "page.html"
        done, report = self.report(sys.executable, script,
                                   options=["--budget", "0", "--report", str(path)])
        self.assertEqual(done.returncode, 0, done.stderr)
        return path.read_text(encoding="utf-8"), report

    def test_it_is_one_file_that_loads_nothing(self):
        page, report = self.page(self.script())
        markup = Markup(page)
        self.assertEqual(markup.problems, [])
        self.assertEqual(markup.loads, [])
        self.assertEqual(markup.handlers, [])
        self.assertNotIn("@import", page)
        self.assertNotRegex(page, r"https?://")
        for words in ("Findings", "Over time", "Where the time goes", "Lines of the program",
                      "Facts", "for i in range(n):"):
            self.assertIn(words, markup.text)
        self.assertEqual([kind for kind, _ in markup.scripts], ["application/json", None])
        digest = base64.b64encode(hashlib.sha256(markup.scripts[1][1].encode()).digest()).decode()
        self.assertIn(f"script-src 'sha256-{digest}'", page)
        tree = json.loads(markup.scripts[0][1])
        self.assertAlmostEqual(tree["root"][4], report["flame"]["seconds"], delta=0.001)

    def test_hostile_names_stay_text(self):
        # A slash makes a folder of "</".
        script = self.script("<b>x</script><img src=x onerror=alert(1)>.py")
        script.write_text(LOOP.format(name="compute") + "# </script><script>alert(1)</script>\n")
        page, _ = self.page(script)
        markup = Markup(page)
        self.assertEqual(markup.problems, [])
        self.assertEqual(markup.handlers, [])
        self.assertNotIn("img", markup.tags)
        self.assertEqual(len(markup.scripts), 2)
        self.assertIn("onerror=alert(1)", markup.text)
        json.loads(markup.scripts[0][1])

    def test_the_timeline_and_the_tree_have_the_whole_time(self):
        _, report = self.page(self.script())
        bins = report["timeline"]["bins"]
        self.assertLessEqual(len(bins), 400)
        sums = [sum(b["activities"].values()) + sum(b["waits"].values()) + b["not_sampled"]
                for b in bins]
        self.assertLessEqual(max(sums), report["timeline"]["bin_seconds"] * 1.001)
        self.assertAlmostEqual(sum(sums) / report["seconds"], 1, delta=0.15)
        slept = sum(b["waits"].get("a sleep", 0) for b in bins)
        self.assertAlmostEqual(slept, 0.4, delta=0.1)
        self.assertGreater(max(b["resident_bytes"] for b in bins), 1 << 20)

        def names(node):
            below = sum(child["seconds"] for child in node["children"])
            self.assertLessEqual(below, node["seconds"] * 1.0001)
            return {node["name"]}.union(*map(names, node["children"]))
        self.assertLessEqual({"main thread", "compute", "waits for a sleep"},
                             names(report["flame"]))

    def test_a_page_that_cannot_be_written_is_said_before_the_program_runs(self):
        for options in (["--report", "/nowhere/page.html"], ["-o", "/nowhere/report.txt"],
                        ["--report", str(self.folder)]):
            ran = self.folder / "ran"
            done = self.run_doctor("touch", ran, options=options)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertFalse(ran.exists(), options)

    def test_without_a_program_there_is_no_page(self):
        for option in (["--report", str(self.folder / "page.html")], ["--lines"]):
            done = subprocess.run([LITHE, "doctor", *option], capture_output=True, text=True,
                                  check=False, timeout=60)
            self.assertEqual(done.returncode, 2)
            self.assertIn(option[0], done.stderr)

    def test_the_lines_in_columns(self):
        script = self.script("a folder/train.py", name="compute" * 8)
        script.write_text(script.read_text().replace("total += i", "total += i + 0 * len('" +
                                                     "long " * 30 + "')"))
        done = self.run_doctor(sys.executable, script, options=["--budget", "0", "--lines"])
        rows = done.stderr.splitlines()
        head = next(i for i, row in enumerate(rows) if row.startswith("share interpreter"))
        self.assertEqual(rows[head - 1], "train.py")
        listed = rows[head + 1:rows.index("", head)]
        self.assertTrue(listed)
        for row in listed:
            self.assertLessEqual(len(row), 80)
            self.assertRegex(row, r"^[ \d]{4}% .{35}  [ \d]{5}  \S")
        numbers = [int(row[43:48]) for row in listed]
        self.assertEqual(numbers, sorted(numbers))
        self.assertTrue(any(row.endswith("...") for row in listed))

    def test_the_most_costly_lines_in_the_report(self):
        done = self.run_doctor(sys.executable, self.script(), options=["--budget", "0"])
        rows = [row for row in done.stderr.splitlines() if re.match(r".{13} *\d+%  train.py:", row)]
        self.assertTrue(rows, done.stderr)
        self.assertTrue(rows[0].startswith("lines "))
        self.assertEqual(len({row.index("train.py") for row in rows}), 1)
        for row in rows:
            self.assertLessEqual(len(row), 80)


class NumPy(Doctor):
    def setUp(self):
        super().setUp()
        self.python = python_with("numpy")
        if self.python is None:
            self.skipTest("needs NumPy (apt-get install python3-numpy)")

    def network(self, *arguments, options=()):
        return self.report(self.python, NETWORK, "--synthetic", *arguments,
                           options=["--budget", "0", *options])

    def test_the_question_is_answered(self):
        done, report = self.network("--images", "2000", "--epochs", "6")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 6)
        usual = report["usual_epoch"]["heap"]
        # Each image makes two gradients of 30 x 784 and their sums; all else is small beside them.
        weights = 8 * 784 * 30
        self.assertGreater(usual["bytes"], 2 * weights * 2000)
        self.assertLess(usual["bytes"], 3 * weights * 2000)
        self.assertTrue(any("BLAS" in b["kind"] or b["kind"] == "reference"
                            for b in report["blas"]), report["blas"])
        # Its lines are the network's; which cause stands first depends on NumPy and its BLAS.
        self.assertTrue(report["lines"])
        self.assertEqual({line["file"] for line in report["lines"]}, {str(NETWORK)})
        for finding in report["findings"]:
            if finding["place"]:
                self.assertEqual(finding["place"]["file"], str(NETWORK))
        # Its products are a small part of what it does.
        self.assertGreater(report["usual_epoch"]["products"]["flops_float64"], 0)
        self.assertLess(report["products_need_seconds"], report["usual_epoch"]["seconds"])

    def test_in_place_hardly_anything_is_allocated(self):
        _, by_image = self.network("--images", "1000", "--epochs", "3")
        _, in_place = self.network("--images", "1000", "--epochs", "3", "--in-place")
        # The rows of the batch are still gathered, and the epoch's end computes on all images.
        self.assertLess(in_place["usual_epoch"]["heap"]["bytes"],
                        by_image["usual_epoch"]["heap"]["bytes"] / 10)

    def test_shares_of_the_time(self):
        _, report = self.network("--images", "2000", "--epochs", "3")
        self.assertGreaterEqual(report["samples"], 50)
        shares = {s["activity"]: s["share"] for s in report["shares"]}
        self.assertAlmostEqual(sum(shares.values()), 1, delta=0.01)
        self.assertGreater(shares.get("numeric loops", 0), 0)
        self.assertGreater(shares.get("interpreter", 0), 0)
        self.assertLess(shares.get("monitoring", 0), 0.2)

    def test_a_heap_tracker_says_the_same(self):
        heaptrack, printer = shutil.which("heaptrack"), shutil.which("heaptrack_print")
        if not heaptrack or not printer:
            self.skipTest("needs heaptrack (apt-get install heaptrack)")

        def tracked(epochs):
            out = self.folder / f"tracked{epochs}"
            subprocess.run([heaptrack, "-o", out, self.python, NETWORK, "--synthetic", "--images",
                            "200", "--epochs", str(epochs)], capture_output=True, check=True)
            file = next(self.folder.glob(f"tracked{epochs}.*"))
            sizes = self.folder / f"sizes{epochs}"
            subprocess.run([printer, "-H", sizes, file], capture_output=True, check=True)
            pairs = [line.split() for line in sizes.read_text().splitlines()]
            return sum(int(size) * int(count) for size, count in pairs)

        expected = (tracked(4) - tracked(2)) / 2
        _, report = self.network("--images", "200", "--epochs", "4")
        self.assertAlmostEqual(report["usual_epoch"]["heap"]["bytes"] / expected, 1, delta=0.05)


class PyTorch(Doctor):
    def test_its_libraries_and_its_time(self):
        python = python_with("torch")
        if python is None:
            self.skipTest("needs PyTorch for the Python that runs the tests (pip install torch, in a virtual "
                          "environment that is active when `make test` is run)")
        script = self.folder / "train.py"
        script.write_text("""
import torch
net = torch.nn.Sequential(torch.nn.Linear(784, 30), torch.nn.Sigmoid(), torch.nn.Linear(30, 10))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.rand(10, 784), torch.rand(10, 10)
for epoch in range(3):
    for step in range(300):
        optimizer.zero_grad()
        ((net(x) - y) ** 2).mean().backward()
        optimizer.step()
    print("epoch", epoch)
""")
        done, report = self.report(python, script)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(report["epochs"]), 3)
        self.assertGreater(report["usual_epoch"]["heap"]["calls"], 300)
        if report["samples"] >= 50:
            shares = {s["activity"]: s["share"] for s in report["shares"]}
            self.assertGreater(shares.get("framework calls", 0), 0, shares)


if __name__ == "__main__":
    unittest.main()
