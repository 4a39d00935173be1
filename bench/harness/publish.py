"""What every benchmark is told in the same way: where things are, and where its result goes."""

import argparse
import json
import pathlib

from . import places


def add_options(parser):
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--out", type=pathlib.Path, help="folder for bench.json, .md and .svg")
    parser.add_argument("--document", type=pathlib.Path,
                        help="write this Markdown file, and JSON and picture beside it")
    parser.add_argument("--from", dest="from_file", type=pathlib.Path,
                        help="take a stored JSON instead of measuring")
    parser.add_argument("--machine", type=pathlib.Path,
                        help="take the machine's limits from a stored JSON, measured before")
    parser.add_argument("--venv", type=pathlib.Path, help="where the peers' script installed")
    parser.add_argument("--python", action="append", default=[],
                        help="another Python that has peers")
    parser.add_argument("--lithe", default="lithe", help=argparse.SUPPRESS)
    parser.add_argument("--programs", type=pathlib.Path, help=argparse.SUPPRESS)


def complete(options, program, peers="peers"):
    """What follows from the options. `program`: one that measures Lithe's side, and lies beside it;
    `peers`: the folder that their script fills."""
    lithe = pathlib.Path(options.lithe).resolve()
    options.lithe = str(lithe)
    beside = [lithe.parents[1] / "bench", lithe.parents[1] / "libexec" / "lithe"]
    options.programs = options.programs or next(
        (path for path in beside if (path / program).exists()), beside[0])
    venv = options.venv or places.default_venv(peers)
    options.pythons = ["/usr/bin/python3", str(venv.absolute() / "bin" / "python"),
                       *options.python]
    options.machine = stored(options.machine)["machine"] if options.machine else None


def publish(found, options, report):
    """To the terminal and into files, as `report` makes them of what was found: text(found), and
    contents(found, base) by their ending."""
    print(json.dumps(found, indent=1, ensure_ascii=False) if options.json else report.text(found))
    bases = [options.out / "bench"] if options.out else []
    bases += [options.document.with_suffix("")] if options.document else []
    for base in bases:
        base.parent.mkdir(parents=True, exist_ok=True)
        for ending, content in report.contents(found, base).items():
            base.with_suffix(ending).write_text(content, encoding="utf-8")
            options.say(f"Written: {base.with_suffix(ending)}")


def stored(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
