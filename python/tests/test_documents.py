"""The blocks of docs/python.md run, in order."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/python.md"


@pytest.mark.skipif(not PAGE.is_file(), reason="the sources are not here")
def test_the_page_runs(tmp_path, monkeypatch, capsys):
    pytest.importorskip("sklearn")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.S | re.M)
    assert len(blocks) > 4
    names = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102
    printed = capsys.readouterr().out.splitlines()
    assert float(printed[0]) > 0.95
    assert "sigmoid" in printed[-1]
    assert (tmp_path / "digits.safetensors").is_file()
