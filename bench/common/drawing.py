"""The strokes of the pictures, as SVG by hand: bars on a logarithmic scale, lines and words."""

import html
import math

WIDTH, _LEFT, _RIGHT = 1060, 440, 130  # pixels: whole, labels, room for a bar's figures
ROW, _BAR = 24, 16
_COLOURS = {"lithe": "#c2410c", "best": "#3b6ea5", "installed": "#a9bfd6", "scaled": "none"}
INK, FAINT = "#222222", "#d8d8d8"


class Scale:
    """Seconds to pixels: whole decades that hold every figure."""

    def __init__(self, seconds):
        self.first = math.floor(math.log10(min(seconds)))
        self.last = max(math.ceil(math.log10(max(seconds))), self.first + 1)

    def x(self, seconds):
        share = (math.log10(seconds) - self.first) / (self.last - self.first)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def decades(self):
        return [10.0**power for power in range(self.first, self.last + 1)]


def panel(top, bars, limits, scale):
    """Bars, the first on top, between `top` and the height of all; `limits` are (seconds, words).

    A bar has a label, seconds, a kind (one of the colours) and a ratio, or None.
    """
    bottom = top + ROW * len(bars)
    parts = []
    for seconds in scale.decades():
        parts += [line(scale.x(seconds), top, bottom, FAINT),
                  text(scale.x(seconds), bottom + 16, decade(seconds), anchor="middle")]
    for seconds, words in limits:
        parts += [line(scale.x(seconds), top - 6, bottom, INK, dashes="4 3"),
                  text(scale.x(seconds), top - 11, f"{words}: {figure(seconds)}", anchor="middle")]
    for number, bar in enumerate(bars):
        parts += _row(top + number * ROW, bar, scale)
    return parts


def _row(top, bar, scale):
    start, end = scale.x(scale.decades()[0]), scale.x(bar["seconds"])
    ratio = f" ({bar['ratio']:.1f}x)" if bar["ratio"] else ""
    weight = "bold" if bar["kind"] == "lithe" else "normal"
    return [text(_LEFT - 8, top + 16, bar["label"], anchor="end", weight=weight),
            f'<rect x="{start:.1f}" y="{top + 4}" width="{max(end - start, 1):.1f}" '
            f'height="{_BAR}" fill="{_COLOURS[bar["kind"]]}" '
            + ('stroke="#3b6ea5" stroke-dasharray="3 2"/>' if bar["kind"] == "scaled" else "/>"),
            text(end + 6, top + 16, figure(bar["seconds"]) + ratio, weight=weight)]


def figure(seconds):
    for least, unit, digits in ((0.1, 1, "2f"), (1e-2, 1e-3, "1f"), (1e-4, 1e-3, "3f")):
        if seconds >= least:
            return f"{seconds / unit:.{digits}} {'s' if unit == 1 else 'ms'}"
    return f"{seconds * 1e6:.2f} µs"


def decade(seconds):
    for unit, name in ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")):
        if seconds >= unit * 0.9:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:g} s"


def line(x, top, bottom, colour, dashes=""):
    return (f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}" stroke="{colour}"'
            + (f' stroke-dasharray="{dashes}"/>' if dashes else "/>"))


def text(x, y, words, size=12, anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y}" font-size="{size}" font-weight="{weight}" '
            f'text-anchor="{anchor}" fill="{INK}" stroke="#ffffff" stroke-width="3" '
            f'paint-order="stroke">{html.escape(words)}</text>')


def document(height, parts):
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
         f'width="{WIDTH}" height="{height}" font-family="sans-serif">',
         f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>', *parts, "</svg>", ""])
