"""Who talks how much: the plot of the Library tab, its table, and how long transcripts are.

transcripts within the limits ─► tallies (each counted once) ─► by speaker ─► the first fifteen and all others
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr
import pandas as pd

from bot.errors import OnRecordError
from bot.store.revisions import RevisionGone
from bot.transcripts.talk import Talk, added_up, talks_in
from bot.transcripts.transcript import Transcript
from bot.words.phrases import clock
from ui.desk import QUIET, Desk
from ui.limits import limits_of
from ui.markup import error_html, who_html
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library
    from bot.store.manifest import Entry

WORDS, MINUTES = "words", "minutes"

_SHOWN = 15  # speakers with a bar of their own
_IN_TABLE = 300  # speakers in the table
_BEAT = 0.3  # seconds between two signs of progress


@dataclass(frozen=True)
class Tally:
    """What was counted in one revision of a transcript; `seconds` is its length, None where it has no times."""

    revision: str
    talks: tuple[Talk, ...]
    seconds: float | None


class Tallies:
    """The tallies of a library's transcripts, each counted once.  They are the same for everybody."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._known: dict[str, Tally] = {}  # by id

    def known(self, entry: Entry) -> Tally | None:
        """What was counted before, if it still holds."""
        tally = self._known.get(entry.id)
        return tally if tally and tally.revision == entry.revision else None

    def of(self, entry: Entry) -> Tally:
        """Raises RevisionGone when it was changed or removed meanwhile."""
        if tally := self.known(entry):
            return tally
        transcript = self.library.revision(entry.revision)
        tally = self._known[entry.id] = Tally(entry.revision, talks_in(transcript), length_of(transcript))
        return tally


def length_of(transcript: Transcript) -> float | None:
    """Seconds to the last time in a transcript, None where it has no times."""
    times = [time for turn in transcript.utterances for piece in turn.pieces for time in (piece.start, piece.end)]
    return max((time for time in times if time is not None), default=None)


def build(desk: Desk, tallies: Tallies) -> None:
    """The folded part of the tab."""
    with gr.Accordion(WORDING.talk_time, open=False, elem_id="talk-time") as folder:
        with gr.Row(elem_id="talk-asked"):
            measure = gr.Radio(
                [(WORDING.by_words, WORDS), (WORDING.by_minutes, MINUTES)], value=WORDS, label=WORDING.measure,
                show_label=False, container=False, elem_id="talk-measure",
            )  # fmt: skip
            again = gr.Button(WORDING.count_again, elem_id="talk-again", size="sm", variant="secondary")
        plot = gr.BarPlot(
            x="speaker", y="amount", x_title=" ", y_lim=[0, None], x_label_angle=-40, tooltip="all", height=340,
            container=False, visible=False, elem_id="talk-plot",
        )  # fmt: skip
        note = gr.HTML("", elem_id="talk-note", apply_default_css=False)

    def count(measure: str, *limits: Any) -> Iterator[tuple[Any, str]]:
        yield from counted(tallies, measure, *limits)

    gr.on([folder.expand, measure.input, again.click], count, [measure, *desk.limits], [plot, note], **QUIET)


def counted(tallies: Tallies, measure: str, *limits: Any) -> Iterator[tuple[Any, str]]:
    """The plot and what stands below it; while a large library is counted, how far that has come."""
    try:
        limited = limits_of(tallies.library, *limits)
        entries = tallies.library.entries_of(limited.transcripts)
    except OnRecordError as error:
        yield gr.update(visible=False), error_html(str(error))
        return
    found: list[Tally] = []
    beat = time.monotonic()
    for number, entry in enumerate(entries):
        try:
            found.append(tallies.of(entry))
        except RevisionGone:
            continue
        if time.monotonic() - beat > _BEAT:
            beat = time.monotonic()
            said = WORDING.counting_talk.format(done=f"{number:,}", all=f"{len(entries):,}")
            yield gr.skip(), f'<p class="aside" role="status">{said}</p>'
    speakers = added_up(talk for tally in found for talk in tally.talks)
    if limited.speakers:
        speakers = tuple(talk for talk in speakers if talk.speaker in limited.speakers)
    yield plot_of(speakers, measure), note_html(speakers, len(found), measure)


def bars(speakers: Sequence[Talk], measure: str) -> list[tuple[str, float]]:
    """(who, how much) of those who say most, then of all others together; nobody whose time is not known."""
    amounts = [(talk.speaker, _amount(talk, measure)) for talk in speakers]
    ranked = sorted(((who, amount) for who, amount in amounts if amount), key=lambda bar: -bar[1])
    first, others = ranked[:_SHOWN], ranked[_SHOWN:]
    if others:
        first.append((WORDING.all_others.format(count=f"{len(others):,}"), sum(amount for _, amount in others)))
    return [(who, round(amount, 1)) for who, amount in first]


def _amount(talk: Talk, measure: str) -> float:
    return float(talk.words) if measure == WORDS else (talk.seconds or 0.0) / 60


def plot_of(speakers: Sequence[Talk], measure: str) -> Any:
    """The bars in their order; nothing where there is nothing to count."""
    found = bars(speakers, measure)
    if not found:
        return gr.update(visible=False)
    return gr.update(
        value=pd.DataFrame(found, columns=["speaker", "amount"]),
        y_title=WORDING.by_words if measure == WORDS else WORDING.by_minutes,
        sort=[who for who, _ in found],
        visible=True,
    )


def note_html(speakers: Sequence[Talk], transcripts: int, measure: str) -> str:
    """What was counted, what the plot leaves out, and the same as a table."""
    if not speakers:
        return f'<p class="aside" role="status">{WORDING.nothing_to_count}</p>'
    said = WORDING.counted_talk.format(
        words=f"{sum(talk.words for talk in speakers):,}", speakers=f"{len(speakers):,}", transcripts=f"{transcripts:,}"
    )
    untimed = sum(talk.untimed for talk in speakers)
    left_out = f" {WORDING.untimed_turns.format(count=f'{untimed:,}')}" if untimed and measure == MINUTES else ""
    more = len(speakers) - _IN_TABLE
    rest = f'<p class="aside">{WORDING.talk_more.format(count=f"{more:,}")}</p>' if more > 0 else ""
    return (
        f'<p class="aside" role="status">{said}{left_out}</p>'
        f"<details><summary>{WORDING.talk_table}</summary>{_table_html(speakers[:_IN_TABLE])}{rest}</details>"
    )


def _table_html(speakers: Sequence[Talk]) -> str:
    heads = (WORDING.talk_speaker, WORDING.by_words, WORDING.talk_share, WORDING.talk_length, WORDING.talk_turns)
    rows = "".join(
        f'<tr><th scope="row">{who_html(talk.speaker)}</th><td>{talk.words:,}</td><td>{talk.share:.0%}</td>'
        f"<td>{'' if talk.seconds is None else clock(talk.seconds)}</td><td>{talk.turns:,}</td></tr>"
        for talk in speakers
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return f"<table><caption>{WORDING.talk_time}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
