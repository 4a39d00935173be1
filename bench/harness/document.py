"""docs/benchmarks.md, from the JSON of a measurement."""

from . import compare, machine, tables
from .text import figure, markdown as table, one as with_article

_ROUNDS = 3
_SHORT = """\
The limit is every operation at the measured peak of one core. *At its best* is one thread at the best
settings that were found for each; *as installed*, all cores and no settings. How many times Lithe's
time is the ratio of the medians over the rounds; in brackets stand the least and the most of the
rounds, in each of which all took turns."""
_HOW = """\
- **The same work.** Every side begins with the same initial values and the same examples, in an
  order of its own. After one epoch its loss and its accuracy on the test examples must be Lithe's
  but for the order, its number of values the network's; a call's and a convolution's result must be
  the same to 1e-5. A side that fails is left out, and named.
- **As installed**: without settings, on all cores and with as many threads as it takes by itself,
  written as its guides write it. Against it stands Lithe without settings, or on one thread where
  that is all it was measured on.
- **At its best**: on one core (two for two threads), at the fastest that short trials found: which
  kernels its libraries are told to run, which form of the optimizer, which layout, how many steps a
  call. What was chosen stands in its line. Against it stands Lithe on as many threads.
- **Winograd's** transforms make a 3x3 convolution with a quarter of the products, which round in
  another way. The limit is that of the direct sum, so that they can pass 100% of the peak. Rows with
  `algorithm=winograd` are Lithe's by these transforms.
- **In turns**: in each round every side runs once, in a process of its own, so that a noisy moment
  hits all alike. The first epoch, or pass, is not timed. A time is the median of the runs' medians;
  the spread is the distance of the quartiles of all times, as a share of the median; *processor* is
  the time that the program had of processors, all its threads together.
- **The limit** is every operation (the products, zeros included) at the peak of one core, which
  `lithe info` measured. *Of peak* counts as many cores as a side was given. What was promised
  belongs to a core of 177 GFLOP/s, and is scaled by the peak."""


def where(found):
    """On what, when and how, in a few lines."""
    here = found["machine"]
    loads = [load for r in found["results"] for load in r["loads"]]
    lines = [f"{machine.told(here)}.",
             f"One core: {here['limits']['flops_float32'] / 1e9:.0f} GFLOP/s in float32, "
             f"{here['limits']['flops_float64'] / 1e9:.0f} in float64, measured.",
             f"Lithe {here['lithe']}, {found['date']}, at most {found['rounds']} round(s) in "
             f"{found['minutes']:.0f} minutes; load before a run "
             + (f"{min(loads):.1f} to {max(loads):.1f}." if loads else "not noted.")]
    if found["rounds"] < _ROUNDS and not found["quick"]:
        lines.append(f"Fewer than {_ROUNDS} rounds, which are the least to rely on: to be measured "
                     "again.")
    if found["quick"]:
        lines.append("QUICK: one short round without a search for settings, too little to quote.")
    return "\n".join(lines)


def markdown(found, picture, source):
    """The whole document."""
    title, command = _title(found)
    parts = [f"# {title}", "",
             f"Made by `lithe bench` from [{source}]({source}); `{command}` measures again. "
             "[bench/README.md](../bench/README.md) says how to measure and what to add where.", "",
             *where(found).split("\n"), "", f"![Times Lithe's time]({picture})", "",
             *_section("In short", tables.first(found), _SHORT)]
    parts += [words for line in (compare.behind(found), _kept(found)) if line
              for words in (line, "")]
    if len(compare.first(found)) < len(found["workloads"]):
        parts += _section("All workloads", tables.summary(found))
    parts += [*_promises(found), "## How it was measured", "", _HOW, ""]
    for one in found["workloads"]:
        rows, right = tables.workload(found, one)
        if len(rows) > 1:
            parts += _section(f"{one['title']} (`{one['name']}`)", (rows, right),
                              f"Limit {figure(one['limit_seconds'])} for {with_article(one['per'])}.")
    if found["blas"]:
        parts += _section("Every BLAS in place of the native kernels", tables.blas(found),
                          "`lithe train seed` in float32 on one thread, an epoch of 50,000 digits.")
    parts += _section("What each ran on", tables.libraries(found))
    if found["left_out"]:
        parts += _section("Left out", tables.left_out(found))
    if found["not_compared"]:
        parts += ["## Who is not measured on everything", ""]
        parts += [f"- {one['title']} is measured on {one['on']} alone: {one['reason']}."
                  for one in found["not_compared"]] + [""]
    return "\n".join(parts)


def _title(found):
    """Of a document, and the command that makes it."""
    if {one["group"] for one in found["workloads"]} == {"sequences"}:
        return "Benchmarks of sequences and tables with categories", "make bench-sequences"
    return "Benchmarks", "make benchmarks"


def _section(title, rows_and_right, words=""):
    return [f"## {title}", "", *([words, ""] if words else []), *table(*rows_and_right), ""]


def _promises(found):
    if not found["goals"]:
        return []
    return _section("What was promised", tables.goals(found))


def _kept(found):
    """How many promises hold, in words."""
    missed = [g for g in found["goals"] if g["verdict"] == "MISSED"]
    measured = [g for g in found["goals"] if g["verdict"] != "not measured"]
    words = f"{len(measured) - len(missed)} of {len(measured)} promises that were measured hold"
    if missed:
        words += "; missed: " + "; ".join(f"{g['workload']}, {g['text']}" for g in missed)
    return words + "." if measured else ""
