"""The plots of a report, as SVG that stands inside an HTML page.

Each is a pure function from figures to `Plots`: small panels that a page can put side by side or below each other, or
the reason why there are none.  Text and axes take the colour of the page's text.
"""

from __future__ import annotations

import html
import io
import re
import warnings
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TAGS = 16
"""Bars of one panel; the table by tag has them all."""

_INK = "#010203"  # stands for the page's text colour until the SVG is made
_GREY = "#868e96"
_SERIES = ("#3b82c4", "#d9772b", "#2b9a66", "#a05fc4")  # 3:1 or more on white and on near-black
_TAG_LENGTH = 26
_CEILING = "ceiling"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "onrecord",  # ids by content: the same run gives the same bytes
    "text.parse_math": False,  # a tag may hold dollar signs
    "font.family": "DejaVu Sans",  # comes with matplotlib; the page's own takes its place
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _GREY,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _GREY,
    "grid.alpha": 0.3,
    "xtick.color": _GREY,
    "ytick.color": _GREY,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
}


@dataclass(frozen=True)
class Plots:
    """SVG elements, each with its text alternative; none where there is a `reason`."""

    panels: tuple[str, ...]
    reason: str = ""


def recall_curves(summary: Mapping[str, Any]) -> Plots:
    """Recall over utterances and over words read, with its ceiling; bands are 95% intervals."""
    figures = summary["metrics"]["all"]
    by_rank = {"all evidence": _curve(figures, "recall"), "central": _curve(figures, "central_recall")}
    by_words = {
        "ranking": _curve(figures, "evidence_recall"),
        "ranking, central": _curve(figures, "central_evidence_recall"),
        "passages as read": _curve(figures, "read_recall"),
        _CEILING: _curve(summary["ceiling"], "evidence_recall"),
    }
    panels = []
    if any(by_rank.values()):
        panels.append(_recall_panel("Share of evidence in the first k utterances", "k", by_rank))
        panels.append(_recall_panel("Share of evidence, read until N words", "words", by_words))
    return Plots(tuple(panels), "" if panels else "the set has no evidence, so nothing says what is to be found")


Curve = list[tuple[int, Mapping[str, Any]]]


def _curve(figures: Mapping[str, Any], family: str) -> Curve:
    """(k or words, figure) of one family of metrics: recall@5, recall@10 ..."""
    found = ((re.fullmatch(rf"{family}@(\d+)w?", name), figure) for name, figure in figures.items())
    return sorted(((int(match[1]), figure) for match, figure in found if match), key=lambda point: point[0])


def _recall_panel(title: str, unit: str, curves: Mapping[str, Curve]) -> str:
    shown = {label: curve for label, curve in curves.items() if curve}
    with _figure(title) as (figure, axes):
        for colour, (label, curve) in zip(_SERIES, shown.items(), strict=False):
            style: Any = {"color": _GREY, "linestyle": "--"} if label == _CEILING else {"color": colour, "marker": "o"}
            axes.plot([at for at, _ in curve], [point["value"] for _, point in curve], label=label, **style)
            if banded := [(at, point["low"], point["high"]) for at, point in curve if "low" in point]:
                places, lows, highs = zip(*banded, strict=True)
                axes.fill_between(places, lows, highs, color=colour, alpha=0.18, linewidth=0)
        ticks = sorted({at for curve in shown.values() for at, _ in curve})
        axes.set(xscale="log", ylim=(0, 1.02), xlabel=unit)
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.minorticks_off()
        if len(shown) > 1:
            axes.legend(loc="best")
        said = "; ".join(
            f"{label}: " + ", ".join(f"{point['value']:.2f} at {at:,}" for at, point in curve)
            for label, curve in shown.items()
        )
        return _svg(figure, f"plot-recall-{unit}", f"{title}. {said}.")


def refusal_curve(summary: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Plots:
    """Unanswerable questions refused against answerable ones refused, as the threshold on confidence moves."""
    confidences: dict[str, list[float]] = {}
    for row in rows:
        if not row["failed"]:
            confidences.setdefault(row["kind"], []).append(float(row["confidence"]))
    answerable = sorted(confidences.pop("answerable", []))
    if not confidences:
        return Plots((), "every question of the set is answerable")
    if not answerable:
        return Plots((), "no question of the set is answerable, so nothing says what refusing costs")
    refusals = summary["refusals"]
    paid = refusals["answerable"]["refused"]["value"]
    said = []
    with _figure("Unanswerable questions refused") as (figure, axes):
        axes.plot([0, 1], [0, 1], ":", color=_GREY, linewidth=1.2, label="by chance")
        for colour, kind in zip(_SERIES, confidences, strict=False):
            values = sorted(confidences[kind])
            thresholds = [*sorted({*answerable, *values}), float("inf")]
            # A question is refused below the threshold.
            false = [bisect_left(answerable, threshold) / len(answerable) for threshold in thresholds]
            right = [bisect_left(values, threshold) / len(values) for threshold in thresholds]
            auroc, got = refusals[kind]["auroc"]["value"], refusals[kind]["refused"]["value"]
            axes.plot(false, right, color=colour, label=f"{kind} (AUROC {auroc:.2f})")
            axes.plot([paid], [got], "o", color=colour, markersize=9, clip_on=False, zorder=5)
            said.append(f"{kind}: AUROC {auroc:.2f}; users get {got:.0%} refused at {paid:.0%} false refusals")
        axes.plot([], [], "o", color=_GREY, markersize=9, label="what users get")
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="answerable questions refused")
        axes.legend(loc="lower right")
        alt = f"Unanswerable questions refused against false refusals. {'; '.join(said)}."
        return Plots((_svg(figure, "plot-refusals", alt),))


def tag_bars(summary: Mapping[str, Any], names: Sequence[str] = ("quote_f1", "recall@10")) -> Plots:
    """A panel for each metric that the set has: its value by tag, with intervals and counts."""
    by_tag = summary["metrics"]
    if len(by_tag) < 2:
        return Plots((), "the questions have no tags")
    panels = []
    for name in names:
        having = {tag: figures[name] for tag, figures in by_tag.items() if name in figures}
        tags = sorted((tag for tag in having if tag != "all"), key=lambda tag: -having[tag]["count"])[:MOST_TAGS]
        if tags:
            panels.append(_bar_panel(name, {tag: having[tag] for tag in ["all", *tags]}))
    return Plots(tuple(panels)) if panels else Plots((), f"no tag has {' or '.join(names)}")


def _bar_panel(name: str, figures: Mapping[str, Mapping[str, Any]]) -> str:
    labels = [_label(tag) for tag in figures]
    with _figure(f"{name} by tag", height=0.9 + 0.27 * len(labels)) as (figure, axes):
        for at, (tag, point) in enumerate(figures.items()):
            axes.barh(at, point["value"], 0.62, color=_GREY if tag == "all" else _SERIES[0])
            if "low" in point:
                axes.plot([point["low"], point["high"]], [at, at], color=_INK, linewidth=1.3)
            end = max(point["value"], point.get("high", 0))
            axes.text(end + 0.015, at, f"{point['value']:.2f} (n {point['count']:,})", va="center", fontsize=9)
        axes.set_yticks(range(len(labels)), labels)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        # Room for the count behind a bar that goes to the end.
        axes.set(xlim=(0, 1.3), xticks=[0, 0.25, 0.5, 0.75, 1], ylim=(len(labels) - 0.5, -0.5))
        said = "; ".join(
            f"{label} {point['value']:.2f} over {point['count']}"
            for label, point in zip(labels, figures.values(), strict=True)
        )
        return _svg(figure, f"plot-tags-{re.sub('[^a-z0-9]', '-', name)}", f"{name} by tag. {said}.")


# --- from a figure to SVG ----------------------------------------------------------------------------------------


@contextmanager
def _figure(title: str, height: float = 3.4) -> Iterator[tuple[Figure, Axes]]:
    """A figure of one panel, as wide as a phone; the style holds until it has been saved."""
    from matplotlib import rc_context  # half a second, and only a report needs it
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(5.2, height), layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(title)
        yield figure, axes


def _label(tag: str) -> str:
    """A tag as a plot can show it: printable, on one line, not longer than the plot is wide."""
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in tag)
    return shown if len(shown) <= _TAG_LENGTH else shown[: _TAG_LENGTH - 1] + "…"


def _svg(figure: Figure, prefix: str, alt: str) -> str:
    """The figure as an <svg> element whose ids begin with `prefix`, without style sheets, metadata or namespaces."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # The font that measures the text lacks some scripts; the browser's does not.
        warnings.filterwarnings("ignore", "Glyph")
        figure.savefig(buffer, format="svg", transparent=True)
    root = ElementTree.fromstring(buffer.getvalue())
    box, inside = root.get("viewBox"), "".join(_element(child, prefix) for child in root)
    return (
        f'<svg viewBox="{box}" role="img" aria-label="{escape(alt)}" id="{prefix}"><title>{escape(alt)}</title>'
        f"{inside}</svg>"
    )


def _element(element: ElementTree.Element, prefix: str) -> str:
    name = _local(element.tag)
    if name in ("metadata", "style"):  # a style sheet in the middle of a page would be the whole page's
        return ""
    attributes = "".join(
        f' {_local(key)}="{html.escape(_attribute(_local(key), value, prefix))}"'
        for key, value in element.attrib.items()
    )
    inside = escape((element.text or "").strip()) + "".join(_element(child, prefix) for child in element)
    return f"<{name}{attributes}>{inside}</{name}>"


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _attribute(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return f"{prefix}-{value}"
    if name == "href":
        return value.replace("#", f"#{prefix}-")
    return value.replace("url(#", f"url(#{prefix}-").replace(_INK, "currentColor")


_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f&<>\"'`=:/@{}]")


def escape(raw: str) -> str:
    """Text as HTML that shows these characters; those that HTML cannot hold show as �.

    More than `html.escape`: no colon, slash or @ of the transcripts is left in the source of the page, so that whoever
    searches a report for addresses finds none.
    """
    return _UNSAFE.sub(lambda match: f"&#{ord(match[0])};" if match[0] in "\r" or match[0] > "\x1f" else "�", raw)
