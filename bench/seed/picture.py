"""The picture: seconds an epoch as horizontal bars on a logarithmic scale."""

import goals
import report
from common.drawing import ROW, Scale, document, panel, text

_HEAD, _PANEL = 92, 46  # pixels
_LIMIT = "every operation, zeros too, at one core's measured peak"


def draw(machine, results):
    """The whole picture as text: a panel for each precision, the fastest first."""
    panels = [(p, _bars(results, p)) for p in ("float32", "float64")]
    panels = [(precision, bars) for precision, bars in panels if bars]
    if not panels:
        return document(_HEAD, [text(20, 30, "Nothing was measured")])
    scale = Scale([bar["seconds"] for _, bars in panels for bar in bars]
                   + [limit for p, _ in panels for limit in _limit(results, p)])
    parts = [text(20, 30, "Seconds an epoch: 784-30-10, 50,000 MNIST images, batch 10", size=18,
                   weight="bold"),
             text(20, 52, f"{machine['processor']}, one thread unless said; medians, shorter is "
                           "better, logarithmic scale"),
             text(20, 69, "In brackets: times Lithe's on one thread in the same precision. Dark "
                           "blue: a peer at its best settings here; pale: at others")]
    top = _HEAD
    for precision, bars in panels:
        parts.append(text(20, top + 16, precision, size=15, weight="bold"))
        parts += panel(top + _PANEL, bars, [(seconds, _LIMIT) for seconds in _limit(
            results, precision)], scale)
        top += _PANEL + ROW * len(bars) + 40
    return document(top, parts)


def _bars(results, precision):
    bars = []
    for r in (r for r in results if r["precision"] == precision):
        is_best = r is goals.fastest(results, r["peer"], precision, r["threads"])
        kind = "lithe" if r["peer"] == "lithe" else "best" if is_best else "installed"
        ratio = report.times_lithe(r, results)
        bars.append({"label": f"{r['title']} ({_settings(r)})", "seconds": r["median"],
                     "kind": kind, "ratio": ratio})
    lithe = goals.fastest(results, "lithe", precision)
    if lithe and precision == "float32":
        seconds = goals.kann_seconds(lithe)
        bars.append({"label": "KANN (published, scaled by peak; not measured here)",
                     "seconds": seconds, "kind": "scaled", "ratio": seconds / lithe["median"]})
    return sorted(bars, key=lambda bar: bar["seconds"])


def _settings(result):
    """Settings in few words: the values alone, whose names stand in the table."""
    if not result["environment"]:
        return result["settings"]
    return f"{result['origin']}, {' '.join(result['environment'].values())}"


def _limit(results, precision):
    lithe = goals.fastest(results, "lithe", precision)
    return [goals.limit_seconds(lithe)] if lithe else []
