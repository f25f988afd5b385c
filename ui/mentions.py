"""The tab where words are counted: how often, by whom, when, and every place as a row.

    words ─► mentions ─► a sentence, by speaker, over time, the rows (300 at a time), CSV

What is shown is counted anew for each page of rows, which takes less than to keep it for each session; the session
keeps what was asked.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import gradio as gr
import pandas as pd

from bot.counts.mentioning import Mention, Mentions, mentions, mentions_csv
from bot.errors import OnRecordError
from bot.transcripts.formats import slug
from bot.words.phrases import clock, plural
from ui.desk import QUIET, Desk, packaged
from ui.limits import limits_of
from ui.markup import card_html, colour_of, error_html, open_button, text, who_html
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library

ROWS = 300
"""The most rows that are shown at a time; browsers get slow with thousands."""

_LONGEST_WORDS = 200  # characters
_MOST_PERIODS = 60  # days that the plot shows as days; of more it shows months, or years
_NAMED = 6  # speakers who have a colour of their own in the plot
# Okabe and Ito's colours, as in css/page.css; grey for all others.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#767676")
_IN_SIGHT = 12  # speakers in the table; the others unfold
_LABELLED = 24  # periods that find room for their names under the plot


@dataclass(frozen=True)
class Asked:
    """What was counted, and the first row that is shown."""

    words: str
    exact: bool
    speakers: tuple[str, ...]
    transcripts: tuple[str, ...]
    first: int = 0

    def found(self, library: Library) -> Mentions:
        return mentions(self.words, library, self.speakers, self.transcripts, self.exact)


def build(desk: Desk) -> None:
    """The tab."""
    page = _Mentions(desk)
    asked = gr.State(None)
    words = gr.Textbox(
        elem_id="mention-words",
        elem_classes="asking",
        label=WORDING.words,
        placeholder=WORDING.words_hint,
        show_label=False,
        container=False,
        submit_btn=WORDING.count,
        lines=1,
        max_lines=1,
        max_length=_LONGEST_WORDS,
    )
    exact = gr.Checkbox(False, label=WORDING.exact, elem_id="mention-exact", container=False, show_label=False)
    head = gr.HTML(start_html(), elem_id="mention-head", apply_default_css=False)
    plot = gr.BarPlot(
        x="when", y="times", color="speaker", x_title=" ", y_title=WORDING.times, color_title=WORDING.column_speaker,
        color_map={}, tooltip="all", height=250, visible=False, elem_id="mention-plot",
    )  # fmt: skip
    rows = gr.HTML("", elem_id="mention-rows", apply_default_css=False, js_on_load=packaged("js", "findings.js"))
    with gr.Row(elem_id="mention-pages"):
        before = gr.Button(visible=False, elem_id="mention-before", size="sm")
        after = gr.Button(visible=False, elem_id="mention-after", size="sm")
        save = gr.Button(WORDING.save_csv, visible=False, elem_id="mention-save", size="sm")
    shown = [asked, head, plot, rows, before, after, save]
    words.submit(page.count, [words, exact, *desk.limits], shown, **QUIET)
    # The new rows are read from their beginning, which the button stands below.
    to_the_top = """() => {
        const heading = document.querySelector("#mention-rows h2");
        heading?.scrollIntoView({ block: "start" });
        heading?.focus({ preventScroll: true });
    }"""
    for button, step in ((before, -ROWS), (after, ROWS)):
        turned = button.click(page.turned(step), asked, shown, **QUIET)
        turned.then(None, None, None, js=to_the_top, api_visibility="private")
    save.click(page.save, asked, [desk.outbox, head], **QUIET)


class _Mentions:
    """The event handlers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def count(self, words: str, exact: bool, *limits: Any) -> Iterator[tuple[Any, ...]]:
        """What is shown of words that were typed; first that they are being counted."""
        if not words.strip():
            yield _nothing(start_html())
            return
        if not self.desk.library.entries:
            yield _nothing(error_html(WORDING.nothing_yet))
            return
        yield _nothing(f'<p class="reading" role="status">{WORDING.counting}</p>')
        try:
            limited = limits_of(self.desk.library, *limits)
            yield self._view(Asked(words.strip(), exact, limited.speakers, limited.transcripts))
        except OnRecordError as error:
            yield _nothing(error_html(str(error)))

    def turned(self, step: int) -> Any:
        """The handler that shows other rows of what was counted."""

        def turn(asked: Asked | None) -> tuple[Any, ...]:
            if not asked:
                return _nothing(start_html())
            try:
                return self._view(replace(asked, first=max(0, asked.first + step)))
            except OnRecordError as error:
                return _nothing(error_html(str(error)))

        return turn

    def save(self, asked: Asked | None) -> tuple[Any, Any]:
        """All rows as a file that the browser saves; an error in place of the head."""
        if not asked:
            return gr.skip(), gr.skip()
        try:
            # The mark at the beginning tells Excel that it is UTF-8.
            content = "\ufeff" + mentions_csv(asked.found(self.desk.library))
        except OnRecordError as error:
            return gr.skip(), error_html(str(error))
        name = WORDING.csv_name.format(words=slug(asked.words)[:60])
        return self.desk.post(download={"name": name, "type": "text/csv", "content": content}), gr.skip()

    def _view(self, asked: Asked) -> tuple[Any, ...]:
        """All that is shown.  Raises OnRecordError."""
        library = self.desk.library
        found = asked.found(library)
        if asked.first >= found.count:  # the library has changed since, and there are fewer
            asked = replace(asked, first=0)
        dates = {entry.id: entry.date for entry in library.entries}
        timeline = Timeline.of(found, dates)
        page = found.mentions[asked.first : asked.first + ROWS]
        rest = found.count - asked.first - len(page)
        return (
            asked,
            head_html(found, asked, timeline),
            _plotted(timeline),
            rows_html(page, asked.first, found.count, library),
            gr.update(value=WORDING.previous_rows.format(count=ROWS), visible=asked.first > 0),
            gr.update(value=WORDING.next_rows.format(count=f"{min(ROWS, rest):,}"), visible=rest > 0),
            gr.update(visible=bool(page)),
        )


def _nothing(head: str) -> tuple[Any, ...]:
    """One line, and none of the rest."""
    hidden = gr.update(visible=False)
    return None, head, hidden, "", hidden, hidden, hidden


# --- over time ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Timeline:
    """Mentions by period and by speaker.

    `periods` are all that were searched, in order: days, months or years of the recordings and then "no date", or where
    no date is known the transcripts.  `series` are the speakers with the most mentions, and then all others as one.
    """

    heading: str
    periods: tuple[str, ...]
    series: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, found: Mentions, dates: Mapping[str, datetime.date | None]) -> Timeline | None:
        """None where there is nothing to compare: no mention, or one period only."""
        heading, period_of = _periods(found.transcripts, dates)
        periods = tuple(dict.fromkeys(period_of.values()))
        if not found.count or len(periods) < 2:
            return None
        speakers = list(found.by_speaker)
        # One other is named rather than counted.
        named = speakers if len(speakers) <= _NAMED + 1 else speakers[:_NAMED]
        others = WORDING.other_speakers.format(count=f"{len(speakers) - len(named):,}")
        series_of = {speaker: speaker if speaker in named else others for speaker in speakers}
        counts = Counter((period_of[item.transcript], series_of[item.speaker]) for item in found.mentions)
        return cls(heading, periods, tuple(dict.fromkeys(series_of.values())), counts)


def _periods(ids: Sequence[str], dates: Mapping[str, datetime.date | None]) -> tuple[str, dict[str, str]]:
    """How transcripts are put together, and the period of each; days, unless there are too many of them."""
    days = {id: date for id in ids if (date := dates.get(id))}
    if not days:
        return WORDING.over_transcripts, {id: id for id in ids}
    heading, length = next(
        (heading, length)
        for heading, length in ((WORDING.over_days, 10), (WORDING.over_months, 7), (WORDING.over_years, 4))
        if length == 4 or len({day.isoformat()[:length] for day in days.values()}) <= _MOST_PERIODS
    )
    return heading, {id: days[id].isoformat()[:length] if id in days else WORDING.no_date for id in ids}


def _plotted(timeline: Timeline | None) -> Any:
    """The update of the plot."""
    if timeline is None:
        return gr.update(visible=False)
    points = [
        (period, name, timeline.counts.get((period, name), 0))
        for period in timeline.periods
        for name in timeline.series
    ]
    many = len(timeline.periods) > _LABELLED
    return gr.BarPlot(
        pd.DataFrame(points, columns=["when", "speaker", "times"]),
        visible=True,
        sort=list(timeline.periods),
        color_map=dict(zip(timeline.series, _COLOURS, strict=False)),
        x_axis_labels_visible="hidden" if many else True,
        x_label_angle=-40 if len(timeline.periods) > 6 else 0,
    )


# --- what is shown -----------------------------------------------------------------------------------------------


def start_html() -> str:
    """What stands there before anything was counted."""
    return f'<p class="start">{WORDING.words_help}</p>'


def head_html(found: Mentions, asked: Asked, timeline: Timeline | None) -> str:
    """The count in a sentence, by speaker and over time."""
    summary = f'<p class="summary" role="status">{text(_sentence(found.summary))}</p>'
    if not found.count:
        return f"{summary}{_advice_html(asked, found)}"
    order = f'<p class="aside">{text(_sentence(found.order_note))}</p>' if found.order_note else ""
    forms = f'<p class="aside">{text(WORDING.forms.format(forms=found.counted))}</p>'
    return f"{summary}{forms}{order}{_speakers_html(found)}{_timeline_html(timeline)}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _advice_html(asked: Asked, found: Mentions) -> str:
    limited = bool(found.speakers or asked.transcripts)
    advice = [WORDING.try_forms] * asked.exact + [WORDING.try_limits] * limited + [WORDING.try_words]
    items = "".join(f"<li>{item}</li>" for item in advice)
    return f'<div class="aside">{WORDING.nobody}<ul>{items}</ul></div>'


def _speakers_html(found: Mentions) -> str:
    rows = [
        f'<tr><th scope="row">{who_html(speaker)}</th><td>{count:,}</td><td>{found.spoken[speaker]:,}</td>'
        f"<td>{found.per_thousand[speaker]:.2f}</td></tr>"
        for speaker, count in found.by_speaker.items()
    ]
    columns = (WORDING.column_speaker, WORDING.times, WORDING.all_words, WORDING.per_thousand)
    caption = f"<caption>{WORDING.by_speaker}</caption>"
    table = _table_html("figures", caption, columns, rows[:_IN_SIGHT])
    if len(rows) <= _IN_SIGHT:
        return table
    more = WORDING.more_speakers.format(speakers=plural(len(rows) - _IN_SIGHT, "more speaker"))
    rest = _table_html("figures", caption, columns, rows[_IN_SIGHT:])
    return f"{table}<details><summary>{more}</summary>{rest}</details>"


def _timeline_html(timeline: Timeline | None) -> str:
    """The heading of the plot, which stands below, its colours, and its numbers as a table.

    The plot's own legend is one line, and is cut off where it is too long; css/mentions.css hides it.
    """
    if timeline is None:
        return ""
    rows = []
    for period in timeline.periods:
        counts = [timeline.counts.get((period, name), 0) for name in timeline.series]
        cells = "".join(f"<td>{count:,}</td>" for count in (sum(counts), *counts))
        rows.append(f'<tr><th scope="row"><bdi>{text(period)}</bdi></th>{cells}</tr>')
    columns = (timeline.heading, WORDING.in_all, *timeline.series)
    table = _table_html("figures", f'<caption class="unseen">{timeline.heading}</caption>', columns, rows)
    folded = f'<details><summary>{WORDING.as_table}</summary><div class="wide">{table}</div></details>'
    names = "".join(
        f'<li><span style="background:{colour}"></span><bdi>{text(name)}</bdi></li>'
        for name, colour in zip(timeline.series, _COLOURS, strict=False)
    )
    return f'<h2>{timeline.heading}</h2>{folded}<ul class="legend">{names}</ul>'


def rows_html(page: Sequence[Mention], first: int, count: int, library: Library) -> str:
    """Mentions as a table, with what is not in its source left out and said to be."""
    if not page:
        return ""
    shown = [mention for mention in page if mention.in_source]
    dated = any(mention.date for mention in page)
    heading = WORDING.mentions_of.format(first=f"{first + 1:,}", last=f"{first + len(page):,}", count=f"{count:,}")
    doubted = len(page) - len(shown)
    missing = f'<p class="gone">{WORDING.doubted.format(times=plural(doubted, "time"))}</p>' if doubted else ""
    columns = [
        *[WORDING.column_date] * dated,
        WORDING.column_transcript,
        WORDING.column_speaker,
        WORDING.column_place,
        WORDING.column_sentence,
    ]
    rows = [_row_html(mention, dated, library) for mention in shown]
    unseen = f'<caption class="unseen">{WORDING.mentions_tab}</caption>'
    return f'<h2 tabindex="-1">{heading}</h2>{_table_html("mentions", unseen, columns, rows)}{missing}'


def _row_html(mention: Mention, dated: bool, library: Library) -> str:
    quote = mention.quote
    colour = colour_of(mention.speaker, library.revision(mention.revision))
    when = f' <span class="time">{clock(mention.time[0])}</span>' if mention.time else ""
    place = f'<span class="place">{text(str(mention.place))}</span>{when}'
    date = f'<td class="date" role="cell">{mention.date or ""}</td>' if dated else ""
    start, end = mention.start - quote.start, mention.end - quote.start
    said = f"{text(quote.text[:start])}<mark>{text(quote.text[start:end])}</mark>{text(quote.text[end:])}"
    return (
        f'<tr role="row" class="quote {colour}">{date}'
        f'<td role="cell" class="episode" dir="auto">{text(quote.title)}</td>'
        f'<td role="cell">{who_html(mention.speaker)}</td>'
        f'<td role="cell">{open_button(quote, place)}{card_html(quote, colour)}</td>'
        f'<td role="cell" class="said" dir="auto">{said}</td></tr>'
    )


def _table_html(kind: str, caption: str, columns: Sequence[str], rows: Sequence[str]) -> str:
    """A table; its roles are named, since narrow screens show it as blocks, which are no tables to a screen reader."""
    head = "".join(f'<th scope="col" role="columnheader">{text(column)}</th>' for column in columns)
    return (
        f'<table role="table" class="{kind}">{caption}<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table>'
    )
