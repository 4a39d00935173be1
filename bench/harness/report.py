"""What a measurement leaves behind: text for the terminal; JSON, Markdown and a picture in files.

Everything is made from the JSON, so that a stored one makes the same again.
"""

import json

from . import document, picture, tables
from .text import aligned, heading


def text(found):
    """For the terminal."""
    parts = [document.where(found)]
    for one in found["workloads"]:
        rows, right = tables.workload(found, one)
        if len(rows) > 1:
            parts += [heading(f"{one['title']} ({one['name']}); limit "
                              f"{tables.figure(one['limit_seconds'])}"), *aligned(rows, right)]
    sections = (("What each ran on", tables.libraries, "results"),
                ("The seed network with every BLAS in place of the native kernels", tables.blas,
                 "blas"),
                ("Promises", tables.goals, "goals"), ("Left out", tables.left_out, "left_out"))
    for title, table, key in sections:
        if found[key]:
            parts += [heading(title), *aligned(*table(found))]
    return "\n".join(parts)


def contents(found, base):
    """Of BASE.json, .svg and .md, by their ending."""
    return {".json": dumps(found), ".svg": picture.draw(found),
            ".md": document.markdown(found, base.with_suffix(".svg").name,
                                     base.with_suffix(".json").name)}


def dumps(found):
    """With six digits, a result a line: small, and its changes can be read."""
    lists = [k for k, v in found.items() if isinstance(v, list) and v and isinstance(v[0], dict)]
    lines = ["{"]
    for number, (key, value) in enumerate(found.items()):
        comma = "," if number + 1 < len(found) else ""
        if key in lists:
            entries = ",\n".join(f"  {_line(entry)}" for entry in value)
            lines.append(f" {json.dumps(key)}: [\n{entries}\n ]{comma}")
        else:
            lines.append(f" {json.dumps(key)}: {_line(value)}{comma}")
    return "\n".join([*lines, "}", ""])


def _line(value):
    return json.dumps(rounded(value), ensure_ascii=False)


def rounded(value):
    """The same with six digits that count."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, (list, tuple)) else value
