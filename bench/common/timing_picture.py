"""The picture: seconds as horizontal bars on a logarithmic scale, a panel a workload."""

from common import promises, timing_report
from common.drawing import ROW, Scale, document, panel, text

_HEAD, _PANEL, _FOOT = 84, 46, 40  # pixels


def draw(title, machine, results, chosen, peak):
    """The whole picture as text; in each panel the fastest comes first."""
    parts = [text(20, 30, title, size=18, weight="bold"),
             text(20, 52, f"{machine['processor']}, one thread unless said; medians, shorter is "
                          "better, logarithmic scale"),
             text(20, 69, "In brackets: times Lithe's on as many threads. Dashed: every operation "
                          "at one core's measured peak; the best peer elsewhere, scaled by peak")]
    top = _HEAD
    for workload in chosen:
        bars = _bars(results, workload, peak)
        limit = promises.limit_seconds(workload, peak)
        scale = Scale([bar["seconds"] for bar in bars] + [limit])
        parts.append(text(20, top + 16, workload.title, size=15, weight="bold"))
        parts += panel(top + _PANEL, bars, [(limit, "limit")], scale)
        top += _PANEL + ROW * len(bars) + _FOOT
    return document(top, parts)


def _bars(results, workload, peak):
    bars = [{"label": f"{r['title']}{_settings(r)}", "seconds": r["median"],
             "kind": "lithe" if r["peer"] == "lithe" else "best",
             "ratio": timing_report.times_lithe(r, workload, results)}
            for r in results if r["workload"] == workload.name]
    if workload.bounds.peer:
        lithe = promises.fastest(results, workload, "lithe")
        elsewhere = promises.scaled(workload.bounds.peer, peak)
        bars.append({"label": f"{workload.bounds.peer_title} (scaled by peak, not measured here)",
                     "seconds": elsewhere, "kind": "scaled",
                     "ratio": elsewhere / lithe["median"] if lithe else None})
    return sorted(bars, key=lambda bar: bar["seconds"])


def _settings(result):
    """Settings in few words: the values alone, whose names stand in the table."""
    words = [result["origin"], " ".join(v.lstrip("-") for v in result["environment"].values()),
             "" if result["threads"] == 1 else f"{result['threads']} threads"]
    told = ", ".join(word for word in words if word)
    return f" ({told})" if told else ""
