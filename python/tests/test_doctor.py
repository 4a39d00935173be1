"""`lithe.doctor(function)`: what makes a function of this process slow."""

import json
import linecache
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import lithe
import numpy as np
import pytest

HERE = Path(__file__).name


def loop(seconds):
    """Python's own arithmetic."""
    total, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for i in range(1000):
            total += i * i % 7  # the costly line
    return total


def number_of(text):
    lines = Path(__file__).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line and "number_of" not in line)


@pytest.fixture(scope="module")
def of_a_loop():
    return lithe.doctor(loop, seconds=1.5)


def test_the_function_is_called_once_with_its_arguments():
    calls = []
    report = lithe.doctor(lambda *args, **kwargs: calls.append((args, kwargs)), 1, two=2)
    assert calls == [((1,), {"two": 2})]
    assert report.result is None
    assert "0.5 s" in " ".join(report["not_seen"])  # too short for causes


def test_the_line_of_a_loop(of_a_loop):
    assert of_a_loop.result > 0
    assert 1.4 < of_a_loop["seconds"] < 15
    line = max(of_a_loop["lines"], key=lambda line: line["share"])
    assert (Path(line["file"]).name, line["function"]) == (HERE, "loop")
    assert number_of("for i in range") <= line["line"] <= number_of("the costly line")
    if of_a_loop["sampling"] == "none":
        pytest.skip("the system refuses samples")
    assert line["interpreter"] > 0.8 * line["share"]
    finding = of_a_loop.findings[0]
    assert finding["name"] == "python_loop"
    assert Path(finding["place"]["file"]).name == HERE
    assert finding["factor"] > 1.5


def test_its_forms(of_a_loop, tmp_path):
    text = " ".join(str(of_a_loop).split())
    assert "which was running already" in text
    assert f"{HERE}:" in text
    # A path is not folded, however long it is where the package lies.
    without_paths = re.sub(r"/\S+", "/", str(of_a_loop))
    assert max(map(len, without_paths.splitlines())) <= 120
    page = of_a_loop._repr_html_()
    assert "<table>" in page
    assert HERE in page
    of_a_loop.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")


def test_products_are_compiled_code():
    a = np.ones((300, 300), np.float32)

    def multiply():
        end = time.monotonic() + 1
        while time.monotonic() < end:
            a @ a

    report = lithe.doctor(multiply)
    if report["sampling"] == "none":
        pytest.skip("the system refuses samples")
    line = max(report["lines"], key=lambda line: line["share"])
    assert line["function"].endswith("multiply")
    # Threads of a BLAS also wait for one another, in the system, on a machine that is busy.
    assert line["native"] > 0.05
    assert line["native"] > 4 * line["interpreter"]
    assert {share["activity"] for share in report["shares"]} & {"products", "numeric loops"}


def test_threads_that_were_there_before_are_seen():
    done = threading.Event()

    def work():
        while not done.is_set():
            np.sort(np.arange(100_000)[::-1])

    thread = threading.Thread(target=work)
    thread.start()
    try:
        report = lithe.doctor(lambda: time.sleep(1))
    finally:
        done.set()
        thread.join()
    assert report["threads"] >= 2
    assert report["user_seconds"] + report["system_seconds"] > 0
    if report["sampling"] != "none":
        assert report["samples"] > 10
    assert {wait["for"] for wait in report["waits"]} & {"a sleep", "Python's interpreter lock"}


def test_code_that_is_in_no_file(of_a_loop):
    text = "def slow(end, time):\n    while time.monotonic() < end:\n        sum(i * i for i in range(1000))  # typed\n"
    name = "<ipython-input-1-0a1b2c3d>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    names = {}
    exec(compile(text, name, "exec"), names)  # noqa: S102
    report = lithe.doctor(names["slow"], time.monotonic() + 1, time)
    line = max(report["lines"], key=lambda line: line["share"])
    assert (line["file"], line["line"]) == (name, 3)
    assert line["text"].endswith("# typed")


def helpers():
    """The programs that examine this process."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if f"doctor --pid {os.getpid()} " in line]


def test_what_the_function_raises_is_raised():
    seen = []

    def fail():
        seen.extend(helpers())
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        lithe.doctor(fail)
    assert len(seen) == 1
    assert not helpers()


def test_the_result_is_not_lost_where_the_program_fails():
    def end_the_program():
        for line in helpers():
            os.kill(int(line.split()[0]), signal.SIGKILL)
        return "mine"

    report = lithe.doctor(end_the_program)
    assert report.result == "mine"
    assert "no report" in str(report)
    assert report.findings == []
    assert "ended with" in report._repr_html_()


def test_another_thread_is_refused():
    errors = []

    def call():
        try:
            lithe.doctor(loop, 0.1)
        except lithe.Error as error:
            errors.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    assert "main thread" in errors[0].problem


def test_the_magic():
    shells = pytest.importorskip("IPython.core.interactiveshell")
    shell = shells.InteractiveShell()
    try:
        shell.run_line_magic("load_ext", "lithe")
        shell.user_ns["loop"] = loop
        report = shell.run_line_magic("lithe", "loop(0.7)")
        assert report.result > 0
        assert report["lines"][0]["function"] == "loop"
        cell = "import time\nend = time.monotonic() + 0.7\nwhile time.monotonic() < end:\n    sum(range(1000))\n"
        report = shell.run_cell_magic("lithe", "", cell)
        line = max(report["lines"], key=lambda line: line["share"])
        assert line["text"] in {"while time.monotonic() < end:", "sum(range(1000))"}
    finally:
        shell.history_manager.end_session()


def test_the_command(tmp_path):
    out = tmp_path / "report.json"
    words = [sys.executable, "-m", "lithe", "doctor", "--json", "-o", out, "--", sys.executable, "-c", "print('hello')"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == "hello\n"
    assert json.loads(out.read_text())["status"] == 0


def test_the_machine():
    report = lithe.doctor()
    assert str(report) == report["text"]
    assert isinstance(report.findings, list)
    assert report._repr_html_().startswith("<pre>")
