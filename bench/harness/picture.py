"""The picture: how many times Lithe's time each peer takes, on a logarithmic scale, on the workloads
that stand first. In each row the full dots are peers at their best on one thread against Lithe on
one, each on a line from the least to the most of its rounds, and the fastest with its name; the rings
below are everybody as installed. SVG by hand."""

import html
import math

from . import compare
from .text import times

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 1100, 440, 40, 44, 120  # pixels
_INK, _FAINT, _LITHE = "#222222", "#d8d8d8", "#c2410c"
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#000000", "#7a5195", "#8c6d31",
            "#d55e00", "#637939", "#bc5090", "#5c5c5c", "#17becf")


_WORDS = ("Full: at its best settings, one thread, with its rounds; ring: as installed. Further right is "
          "slower")


def draw(found, words=_WORDS):
    """The whole picture as text; `words` say what is drawn."""
    rows = [one for one in compare.first(found) if _dots(found, one)]
    height = _TOP + _ROW * max(len(rows), 1) + 40
    drawn = {dot[0] for one in rows for dot in _dots(found, one)}
    peers = {r["peer"]: r["title"] for r in found["results"] if r["peer"] in drawn}
    colour = dict(zip(peers, _COLOURS * 2))
    ratios = [dot[1] for one in rows for dot in _dots(found, one)] or [1]
    scale = _scale(min(ratios), max(ratios))
    parts = [_text(20, 28, "How many times Lithe's time", size=18, weight="bold"),
             _text(20, 48, f"{found['machine']['processor']}, {found['machine']['cores']} cores, "
                           f"{found['date']}. {words}"
                           + (". QUICK, too little to quote" if found["quick"] else "")),
             *_legend(peers, colour), *_axis(scale, min(ratios), max(ratios), height)]
    for number, one in enumerate(rows):
        top = _TOP + number * _ROW
        parts.append(_text(_LEFT - 10, top + 25, compare.name(one), anchor="end"))
        for peer, ratio, full, each in _dots(found, one):
            y = top + (20 if full else 35)
            parts += [_line(scale(min(each)), scale(max(each)), y, colour[peer])] if each else []
            parts.append(_dot(scale(ratio), y, colour[peer], full, f"{peers[peer]}: {times(ratio)}"))
        parts += _name_of_fastest(_dots(found, one), top, scale, peers)
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
         f'width="{_WIDTH}" height="{height}" font-family="sans-serif">',
         f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>', *parts, "</svg>", ""])


def _dots(found, one):
    """(peer, times Lithe's, at its best, the same in each round) of the fastest result of each peer.
    """
    dots = []
    for peer in sorted({r["peer"] for r in compare.of(found["results"], one["name"])}):
        for threads in (1, 0):
            result = compare.fastest(found["results"], one["name"], peer, threads)
            ratio = result and compare.times_lithe(found["results"], result)
            if threads == 0 and not compare.of(found["results"], one["name"], compare.LITHE, 0):
                continue  # against nothing alike
            if peer != compare.LITHE and ratio:
                dots.append((peer, ratio, threads == 1,
                             compare.rounds(found["results"], result) if threads == 1 else []))
    return dots


def _name_of_fastest(dots, top, scale, peers):
    """Above its dot."""
    full = [dot for dot in dots if dot[2]]
    if not full:
        return []
    peer, ratio, *_ = min(full, key=lambda dot: dot[1])
    words = f"{peers[peer].split(',')[0]} {times(ratio)}"
    return [_text(max(scale(ratio) - 6, _LEFT), top + 11, words, size=10)]


def _line(begin, end, y, colour):
    return (f'<line x1="{begin:.1f}" y1="{y}" x2="{end:.1f}" y2="{y}" stroke="{colour}" '
            'stroke-width="2"/>')


def _scale(least, most):
    """From whole decades on the left and right; Lithe's own line is always within."""
    first = math.floor(math.log10(min(least, 0.8)) * 2) / 2
    last = math.ceil(math.log10(max(most, 10)) * 2) / 2
    return lambda ratio: _LEFT + (math.log10(ratio) - first) / (last - first) * (
        _WIDTH - _LEFT - _RIGHT)


def _axis(scale, least, most, height):
    parts = []
    for power in range(-2, 6):
        for factor in (1, 3):
            ratio = factor * 10.0**power
            if _LEFT - 1 <= scale(ratio) <= _WIDTH - _RIGHT + 1:
                own = ratio == 1
                parts += [f'<line x1="{scale(ratio):.1f}" y1="{_TOP}" x2="{scale(ratio):.1f}" '
                          f'y2="{height - 36}" stroke="{_LITHE if own else _FAINT}" '
                          f'stroke-width="{2 if own else 1}"/>',
                          _text(scale(ratio), height - 18, "Lithe" if own else f"{ratio:g}x",
                                anchor="middle", weight="bold" if own else "normal")]
    return parts


def _legend(peers, colour):
    parts, x, y = [], 20, 74
    for peer, title in peers.items():
        width = 30 + 7 * len(title)
        if x + width > _WIDTH - 20:
            x, y = 20, y + 20
        parts += [_dot(x + 6, y - 4, colour[peer], True, title), _text(x + 16, y, title)]
        x += width
    return parts


def _dot(x, y, colour, full, words):
    fill = colour if full else "#ffffff"
    return (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" fill-opacity="0.85" '
            f'stroke="{colour}" stroke-width="2"><title>{html.escape(words)}</title></circle>')


def _text(x, y, words, size=12, anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y}" font-size="{size}" font-weight="{weight}" '
            f'text-anchor="{anchor}" fill="{_INK}">{html.escape(words)}</text>')
