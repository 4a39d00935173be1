"""What a measurement leaves behind: text for the terminal, and docs/benchmarks-rl.md."""

from harness import machine, picture, tables as common
from harness.report import dumps
from harness.text import aligned, heading, markdown

from . import tables

_HOW = """\
- **The settings are the recipes'** (`recipes/rl`), read from there; PPO's speed alone is measured
  with others, which stand below. Each seed trains anew, and figures are medians of the seeds.
- **Time** is the whole command's, from the shell: environments, evaluations of 100 greedy episodes
  and files included. A peer's begins after its imports. *Processor* is the time that it had of
  processors; steps a second leave evaluations out.
- **Mean return**: of the evaluation that ended the training, or the best one, whose policy is kept.
  *Again*: the kept policy's, over 100 episodes that it was never judged by. Where a recipe ends at
  a score, that evaluation is what is asked for; else it is *again*. Of Snake it is the fruits less
  one for each death, so there were more fruits than it says.
- **The limit** is every multiply-add of the networks at the peak of one core, which `lithe info`
  measured: of PPO acting and valuing once, then forward and both gradients in each epoch; of SAC
  all passes of policy and critics for each example of a batch. Environments, functions and the
  optimizer are not in it.
- **Must and worth** were asked of a core of 177 GFLOP/s; *here* they are scaled by the peak, for
  environments too, whose time does not follow it alone.
- **Peers** run the same environments as Gymnasium has them, on one core, in turns with Lithe: with
  the settings of Lithe's recipe, and with those that their authors publish. For one that did not
  get there, by the end of its time or its steps, its line says so. What is *seen elsewhere* is
  quoted, not measured."""


def where(found):
    """On what, when and how, in a few lines."""
    here = found["machine"]
    loads = [run["load"] for r in found["results"] for run in r["runs"]]
    lines = [f"{machine.told(here)}.",
             f"One core: {here['limits']['flops_float32'] / 1e9:.0f} GFLOP/s in float32, measured.",
             f"Lithe {here['lithe']}, {found['date']}, in {found['minutes']:.0f} minutes; peers "
             f"had at most {found['peer_minutes']:g} minutes a seed; load before a run "
             + (f"{min(loads):.1f} to {max(loads):.1f}." if loads else "not noted.")]
    if found["quick"]:
        lines.append("QUICK: one seed, too little to quote.")
    return "\n".join(lines)


def text(found):
    parts = [where(found)]
    for title, (rows, right) in _sections(found):
        parts += [heading(title), *aligned(rows, right)]
    return "\n".join(parts)


def contents(found, base):
    """What the files hold, by their ending."""
    return {".json": dumps(found), ".svg": _picture(found),
            ".md": _document(found, base.with_suffix(".svg").name,
                             base.with_suffix(".json").name)}


def _document(found, drawn, source):
    parts = ["# Benchmarks of learning from rewards", "",
             f"Made by `lithe bench rl` from [{source}]({source}); `make bench-rl` measures again. "
             "[bench/README.md](../bench/README.md) says how to measure and what to add where.", "",
             *where(found).split("\n"), "", f"![Times Lithe's time]({drawn})", ""]
    (title, table), *rest = _sections(found)
    parts += [f"## {title}", "", *markdown(*table), "", "## How it was measured", "", _HOW, ""]
    for title, table in rest:
        parts += [f"## {title}", "", *markdown(*table), ""]
    return "\n".join(parts)


def _sections(found):
    """Titles and tables, in their order; empty ones are left out."""
    listed = [("What was asked", tables.asked(found))]
    for one in found["workloads"]:
        limit = f"; limit {one['limit']:,.0f} steps/s" if one["limit"] else ""
        listed.append((f"{one['title']} ({one['name']}){limit}", tables.row(found, one)))
    listed += [("Settings", tables.settings(found)), ("Versions", tables.versions(found)),
               ("Left out", common.left_out(found))]
    return [(title, table) for title, table in listed if len(table[0]) > 1]


def _picture(found):
    whole = [r for r in found["results"] if r["finished"] == len(r["runs"])]
    return picture.draw({**found, "results": whole}, "Further right is slower; who did not get "
                        "there is not drawn")
