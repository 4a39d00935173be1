"""What comes with the package: the program, types, and an import that takes little."""

import subprocess
import sys
from pathlib import Path

import lithe
import pytest
from lithe._program import path as program

PACKAGE = Path(lithe.__file__).parent


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_the_import_needs_numpy_alone():
    code = "import sys, lithe; print(' '.join(sys.modules))"
    modules = set(run(sys.executable, "-c", code).split())
    assert "numpy" in modules
    assert not modules & {"sklearn", "scipy", "pandas", "polars", "matplotlib"}


def test_the_program_comes_along():
    assert "dense" in run(sys.executable, "-m", "lithe", "list", "layers")
    assert "dense" in run(str(program()), "list", "layers")


def test_reports_are_objects_with_html():
    report = lithe.info()
    assert len(report) > 3
    assert "processor" in str(report)
    assert report._repr_html_().startswith("<pre>")


def test_every_public_name_is_there_and_says_what_it_is():
    pytest.importorskip("sklearn")
    for name in lithe.__all__:
        assert getattr(lithe, name).__doc__, name
    assert set(dir(lithe)) == set(lithe.__all__)
    with pytest.raises(AttributeError):
        lithe.nonsense  # noqa: B018


def test_stubs_are_those_of_the_extension(tmp_path):
    pytest.importorskip("nanobind")
    made = tmp_path / "_core.pyi"
    run(sys.executable, "-m", "nanobind.stubgen", "-q", "-P", "-m", "lithe._core", "-o", str(made))
    assert made.read_text() == (PACKAGE / "_core.pyi").read_text()


def test_types(tmp_path):
    pytest.importorskip("mypy")
    source = Path(__file__).parents[2]
    if not (source / "pyproject.toml").is_file():
        pytest.skip("the sources are not here")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)], cwd=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
