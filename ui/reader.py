"""The panel: a transcript beside the chat, opened at a quote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import gradio as gr

from bot.errors import OnRecordError
from bot.quoting import clock
from bot.transcript import Transcript, Utterance
from ui.desk import QUIET, packaged, sent
from ui.markup import colour_of, text, who_html
from ui.places import TRANSCRIPT, Spot
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library
    from ui.desk import Desk

SHOWN_UTTERANCES = 400
"""The most utterances of one transcript that the panel holds; browsers get slow with thousands."""


def build(desk: Desk) -> None:
    """The panel, empty; what a `data-show` names fills it."""
    panel = gr.HTML("", elem_id="panel", apply_default_css=False, js_on_load=packaged("js", "reader.js"))

    def show(event: gr.EventData) -> str:
        return shown_html(desk.library, sent(event).get("show", ""))

    desk.wire.show(show, None, panel, **QUIET)


def shown_html(library: Library, key: str) -> str:
    """The panel for a `data-show` value, which the browser may have made up; nothing for an empty one."""
    if not key:
        return ""
    try:
        if spot := Spot.read(key):
            quote = spot.quote(library)
            marks = {quote.utterance: (quote.start, quote.end)}
            return transcript_html(library.revision(spot.group), key, marks)
        kind, _, id = key.partition(":")
        if kind == TRANSCRIPT:
            return transcript_html(library.transcript(id), key, {})
    except OnRecordError as error:
        return message_html(str(error))
    return message_html(WORDING.gone)


def message_html(message: str) -> str:
    """A panel that says one line in place of a transcript."""
    return (
        f'<section class="transcript" data-shown=""><header>{_back_html()}'
        f'<h2 tabindex="-1" class="error">{text(message)}</h2></header></section>'
    )


def transcript_html(transcript: Transcript, shown: str, marks: Mapping[int, tuple[int, int]]) -> str:
    """A transcript with some characters marked: {utterance: (start, end)}.

    `shown` is the `data-show` value that opened it.  Of a long transcript, the utterances around the first mark.
    """
    first, last = _window(len(transcript.utterances), min(marks, default=0))
    turns = "".join(
        _turn_html(utterance, colour_of(utterance.speaker, transcript), marks.get(utterance.index))
        for utterance in transcript.utterances[first:last]
    )
    before = _not_shown(WORDING.not_shown_before, first)
    after = _not_shown(WORDING.not_shown_after, len(transcript.utterances) - last)
    same = transcript.title.strip() == transcript.source.strip()
    return (
        f'<section class="transcript" data-shown="{text(shown)}"><header>{_back_html()}'
        f'<h2 tabindex="-1" dir="auto">{text(transcript.title)}</h2>'
        f"{'' if same else f'<p><bdi>{text(transcript.source)}</bdi></p>'}</header>"
        f"{before}<ol>{turns}</ol>{after}</section>"
    )


def _window(count: int, around: int) -> tuple[int, int]:
    """[first:last] of at most SHOWN_UTTERANCES utterances around one."""
    first = max(0, min(around - SHOWN_UTTERANCES // 2, count - SHOWN_UTTERANCES))
    return first, min(count, first + SHOWN_UTTERANCES)


def _not_shown(wording: str, count: int) -> str:
    return f'<p class="not-shown">{wording.format(count=f"{count:,}")}</p>' if count else ""


def _back_html() -> str:
    return f'<nav><button type="button" data-close>{WORDING.close}</button></nav>'


def _turn_html(utterance: Utterance, colour: str, mark: tuple[int, int] | None) -> str:
    when = f'<span class="time">{clock(utterance.start)}</span>' if utterance.start is not None else ""
    said = utterance.text
    if mark:
        start, end = mark
        words = f"{text(said[:start])}<mark>{text(said[start:end])}</mark>{text(said[end:])}"
    else:
        words = text(said)
    return (
        f'<li class="{colour}"><p class="by">{who_html(utterance.speaker)} '
        f'<span class="place">{text(str(utterance.place))}</span> {when}</p><p class="said" dir="auto">{words}</p></li>'
    )
