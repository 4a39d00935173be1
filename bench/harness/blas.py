"""The seed network with every BLAS that was found in place of Lithe's own kernels."""

import pathlib
import statistics
import tempfile

from . import machine, process

_LIMIT = 120  # seconds
LEARNED = 8_000  # of 10,000 digits after two epochs; a network that learned nothing reads 1,000


def libraries(here, wanted):
    """Those that `lithe info` could use: all of them, or those whose kind or path is named."""
    usable = [b for b in here["blas"] if not b["problem"]]
    if "all" in wanted:
        return usable
    return [b for b in usable if any(name.lower() == b["kind"].lower() or name == b["path"]
                                     for name in wanted)]


def measure(found, options, clock):
    """The native kernels and each library, in turns: rows for the JSON."""
    subjects = [{"title": "native kernels", "path": "", "core": "", "kind": ""}] + [
        {"title": b["kind"] or "BLAS", "path": b["path"], "core": b["core"], "kind": b["kind"]}
        for b in found]
    for s in subjects:
        s.update(seconds=[], correct=None, failure="")
    for number in range(min(options.rounds, 2)):
        for s in subjects:
            limit = clock.limit()
            if s["failure"] or not limit:
                continue
            options.say(f"{clock.passed():5.0f} s, BLAS, round {number + 1}: {s['title']}")
            try:
                _run(s, options, min(limit, _LIMIT))
            except process.Failed as failure:
                s["failure"] = str(failure)
    return [_row(s) for s in subjects]


def _run(subject, options, limit):
    epochs = 2 if options.quick else 4
    with tempfile.TemporaryDirectory() as folder:
        command = [options.lithe, "train", "seed", "--precision", "float32", "--threads", "1",
                   "--epochs", str(epochs), "--json", "--output",
                   str(pathlib.Path(folder, "model.safetensors"))]
        command += ["--blas", subject["path"]] if subject["path"] else []
        answer = process.run_json(command, {}, 1, limit)
    try:
        # The first epoch fills the caches.
        subject["seconds"] += [epoch["seconds"] for epoch in answer["epochs"]][1:]
        subject["correct"] = answer["epochs"][-1]["correct"]
        used = answer["blas"]["path"] if subject["path"] else ""
    except (KeyError, TypeError, IndexError) as error:
        raise process.Failed(f"Lithe's answer is not as expected: {error!r}") from error
    if used != subject["path"]:
        raise process.Failed(f"Lithe took another library: {used or 'none'}")
    if subject["correct"] < LEARNED:
        raise process.Failed(f"did not learn: {subject['correct']:,} of 10,000 digits")


def _row(s):
    failure = s["failure"] or ("" if s["seconds"] else "time was up")
    return {"title": s["title"], "path": machine.public_path(s["path"]), "core": s["core"],
            "median": statistics.median(s["seconds"]) if not failure else None,
            "times": len(s["seconds"]), "correct": s["correct"], "failure": failure}
