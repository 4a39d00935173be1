"""The picture: seconds an epoch as horizontal bars on a logarithmic scale, as SVG by hand."""

import html
import math

import goals
import report

_WIDTH, _LEFT, _RIGHT = 1060, 440, 130  # pixels: whole, labels, room for a bar's figures
_ROW, _BAR, _HEAD, _PANEL = 24, 16, 92, 46
_COLOURS = {"lithe": "#c2410c", "best": "#3b6ea5", "installed": "#a9bfd6", "scaled": "none"}
_INK, _FAINT = "#222222", "#d8d8d8"


def draw(machine, results):
    """The whole picture as text: a panel for each precision, the fastest first."""
    panels = [(p, _bars(results, p)) for p in ("float32", "float64")]
    panels = [(precision, bars) for precision, bars in panels if bars]
    if not panels:
        return _svg(_HEAD, [_text(20, 30, "Nothing was measured")])
    scale = _Scale([bar["seconds"] for _, bars in panels for bar in bars]
                   + [limit for p, _ in panels for limit in _limit(results, p)])
    parts = [_text(20, 30, "Seconds an epoch: 784-30-10, 50,000 MNIST images, batch 10", size=18,
                   weight="bold"),
             _text(20, 52, f"{machine['processor']}, one thread unless said; medians, shorter is "
                           "better, logarithmic scale"),
             _text(20, 69, "In brackets: times Lithe's on one thread in the same precision. Dark "
                           "blue: a peer at its best settings here; pale: at others")]
    top = _HEAD
    for precision, bars in panels:
        parts += _panel(top, precision, bars, _limit(results, precision), scale)
        top += _PANEL + _ROW * len(bars) + 40
    return _svg(top, parts)


class _Scale:
    """Seconds to pixels: whole decades that hold every figure."""

    def __init__(self, seconds):
        self.first = math.floor(math.log10(min(seconds)))
        self.last = max(math.ceil(math.log10(max(seconds))), self.first + 1)

    def x(self, seconds):
        share = (math.log10(seconds) - self.first) / (self.last - self.first)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def decades(self):
        return [10.0**power for power in range(self.first, self.last + 1)]


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


def _panel(top, precision, bars, limit, scale):
    first, last = top + _PANEL, top + _PANEL + _ROW * len(bars)
    parts = [_text(20, top + 16, precision, size=15, weight="bold")]
    for seconds in scale.decades():
        parts += [_line(scale.x(seconds), first, last, _FAINT),
                  _text(scale.x(seconds), last + 16, f"{seconds:g} s", anchor="middle")]
    for seconds in limit:
        parts += [_line(scale.x(seconds), first - 6, last, _INK, dashes="4 3"),
                  _text(scale.x(seconds), first - 11, "every operation, zeros too, at one core's "
                        f"measured peak: {_figure(seconds)}", anchor="middle")]
    for number, bar in enumerate(bars):
        parts += _row(first + number * _ROW, bar, scale)
    return parts


def _row(top, bar, scale):
    start, end = scale.x(scale.decades()[0]), scale.x(bar["seconds"])
    ratio = f" ({bar['ratio']:.1f}x)" if bar["ratio"] else ""
    weight = "bold" if bar["kind"] == "lithe" else "normal"
    return [_text(_LEFT - 8, top + 16, bar["label"], anchor="end", weight=weight),
            f'<rect x="{start:.1f}" y="{top + 4}" width="{max(end - start, 1):.1f}" '
            f'height="{_BAR}" fill="{_COLOURS[bar["kind"]]}" '
            + ('stroke="#3b6ea5" stroke-dasharray="3 2"/>' if bar["kind"] == "scaled" else "/>"),
            _text(end + 6, top + 16, _figure(bar["seconds"]) + ratio, weight=weight)]


def _figure(seconds):
    return f"{seconds * 1e3:.1f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def _line(x, top, bottom, colour, dashes=""):
    return (f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}" stroke="{colour}"'
            + (f' stroke-dasharray="{dashes}"/>' if dashes else "/>"))


def _text(x, y, words, size=12, anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y}" font-size="{size}" font-weight="{weight}" '
            f'text-anchor="{anchor}" fill="{_INK}" stroke="#ffffff" stroke-width="3" '
            f'paint-order="stroke">{html.escape(words)}</text>')


def _svg(height, parts):
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
         f'width="{_WIDTH}" height="{height}" font-family="sans-serif">',
         f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>', *parts, "</svg>", ""])
