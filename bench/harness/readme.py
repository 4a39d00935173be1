"""The table in README.md, from the JSON of a measurement: what stands between two lines."""

from . import compare, machine, tables
from .text import markdown

_BEGIN = "<!-- made by `lithe bench --from docs/benchmarks.json --readme README.md` -->"
_END = "<!-- made until here -->"


def write(path, found):
    before, after = parts(path)
    path.write_text(before + part(found) + after, encoding="utf-8")


def parts(path):
    """What stands before and after the table, with the two lines. Raises ValueError where the file
    does not have them."""
    try:
        words = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    before, begin, rest = words.partition(_BEGIN + "\n")
    _, end, after = rest.partition(_END + "\n")
    if not (begin and end):
        raise ValueError(f"{path} has no lines '{_BEGIN}' and '{_END}', between which the table goes")
    return before + begin, end + after


def part(found):
    """What stands between the lines."""
    here = found["machine"]
    virtual = ", virtual" if here["virtual_machine"] else ""
    words = (f"One thread of an {here['processor']} (family {here['family']}, model {here['model']}"
             f"{virtual}; {here['limits']['flops_float32'] / 1e9:.0f} GFLOP/s in float32 measured), "
             f"{found['date']}; float32 where nothing else is said, each peer at the best settings "
             "found for it. The limit is every operation, zeros included, at the measured peak.")
    behind = compare.behind(found)
    return "\n".join([words, "", *markdown(*tables.readme(found)), "", *([behind, ""] if behind else [])])
