"""What a person limits the search to: speakers, transcripts, dates of recording."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from bot.errors import QuestionError
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library


@dataclass(frozen=True)
class Limits:
    """Names as the library has them, and ids; empty: no limit."""

    speakers: tuple[str, ...] = ()
    transcripts: tuple[str, ...] = ()


def build(library: Library) -> list[Any]:
    """The components, in the order in which `limits_of` takes their values."""
    with gr.Accordion(WORDING.limits, open=False, elem_id="limits"), gr.Row():
        speakers = gr.Dropdown(
            list(library.speakers), multiselect=True, label=WORDING.limit_speakers, elem_id="limit-speakers"
        )
        transcripts = gr.Dropdown(
            _transcripts(library), multiselect=True, label=WORDING.limit_transcripts, elem_id="limit-transcripts"
        )
        since = gr.Textbox(label=WORDING.limit_since, max_length=10, elem_id="limit-since")
        until = gr.Textbox(label=WORDING.limit_until, max_length=10, elem_id="limit-until")
    return [speakers, transcripts, since, until]


def _transcripts(library: Library) -> list[tuple[str, str]]:
    return [(entry.title, entry.id) for entry in library.entries]


def choices(library: Library, speakers: Sequence[str] | None, transcripts: Sequence[str] | None) -> list[Any]:
    """Updates of the first two components: what there is to choose from today, less what was chosen and is gone."""
    there, ids = set(library.speakers), {entry.id for entry in library.entries}
    return [
        gr.update(choices=list(library.speakers), value=[name for name in speakers or () if name in there]),
        gr.update(choices=_transcripts(library), value=[id for id in transcripts or () if id in ids]),
    ]


def limits_of(
    library: Library,
    speakers: Sequence[str] | None,
    transcripts: Sequence[str] | None,
    since: str | None,
    until: str | None,
) -> Limits:
    """What the components say.  Raises QuestionError for a date that is none, or dates without any transcript."""
    first, last = _day(since, "From"), _day(until, "To")
    ids = tuple(transcripts or ())
    if first or last:
        entries = [entry for entry in library.entries if not ids or entry.id in ids]
        ids = tuple(
            entry.id
            for entry in entries
            if entry.date and (first or datetime.date.min) <= entry.date <= (last or datetime.date.max)
        )
        if not ids:
            undated = sum(entry.date is None for entry in entries)
            raise QuestionError(
                f"no transcript is dated within these limits ({undated} of {len(entries)} have no date); "
                "choose other dates, or give the transcripts their dates under Library"
            )
    return Limits(tuple(speakers or ()), ids)


def _day(given: str | None, name: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(given.strip()) if given and given.strip() else None
    except ValueError:
        raise QuestionError(f"{name} is {given!r}; expected a day as YYYY-MM-DD, such as 2025-03-17") from None
