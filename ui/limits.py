"""What a person limits the search to: speakers, transcripts, dates of recording."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from bot.errors import OnRecordError, QuestionError
from bot.words.phrases import join_names, plural
from ui.desk import QUIET
from ui.markup import error_html
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library

_NAMED = 2  # speakers whom the label names; of more it tells how many


@dataclass(frozen=True)
class Limits:
    """Names as the library has them, and ids; empty: no limit."""

    speakers: tuple[str, ...] = ()
    transcripts: tuple[str, ...] = ()


def build(library: Library) -> list[Any]:
    """The components, in the order in which `limits_of` takes their values.

    What is set stands in the label, where it is read while the rest is folded away.  What there is to choose from comes
    when the page has loaded (`choices`), so that thousands of titles do not hold it up.
    """
    with gr.Accordion(WORDING.no_limits, open=False, elem_id="limits") as folder:
        with gr.Row():
            speakers = gr.Dropdown(multiselect=True, label=WORDING.limit_speakers, elem_id="limit-speakers")
            transcripts = gr.Dropdown(multiselect=True, label=WORDING.limit_transcripts, elem_id="limit-transcripts")
            since, until = (
                gr.Textbox(label=label, placeholder=WORDING.day, max_length=10, min_width=110, elem_id=id)
                for label, id in ((WORDING.limit_since, "limit-since"), (WORDING.limit_until, "limit-until"))
            )
        problem = gr.HTML("", elem_id="limit-problem", apply_default_css=False)
        clear = gr.Button(WORDING.clear_limits, elem_id="clear-limits", size="sm", variant="secondary")
    components = [speakers, transcripts, since, until]
    gr.on(
        [speakers.change, transcripts.change, since.blur, until.blur, since.submit, until.submit],
        partial(_seen, library),
        components,
        [folder, problem],
        **QUIET,
    )
    clear.click(
        lambda: ([], [], "", "", gr.update(label=WORDING.no_limits), ""), None, [*components, folder, problem], **QUIET
    )
    return components


def _seen(library: Library, *limits: Any) -> tuple[Any, str]:
    """The label, and what is wrong with what is set."""
    try:
        limits_of(library, *limits)
    except OnRecordError as error:
        return gr.update(label=WORDING.wrong_limits), error_html(str(error))
    return gr.update(label=label_of(*limits)), ""


def label_of(
    speakers: Sequence[str] | None, transcripts: Sequence[str] | None, since: str | None, until: str | None
) -> str:
    """What is set, in words: "Limited to Ana Silva, 2 transcripts, from 2024-05-01"."""
    parts = [join_names(speakers) if len(speakers) <= _NAMED else plural(len(speakers), "speaker")] if speakers else []
    parts += [plural(len(transcripts), "transcript")] if transcripts else []
    parts += [f"{word} {day.strip()}" for word, day in (("from", since), ("to", until)) if day and day.strip()]
    return WORDING.limited_to.format(limits=", ".join(parts)) if parts else WORDING.no_limits


def _transcripts(library: Library) -> list[tuple[str, str]]:
    """Titles and ids; where several have one title, the days tell them apart."""
    titles = Counter(entry.title for entry in library.entries)
    return [
        (f"{entry.title}, {entry.date}" if titles[entry.title] > 1 and entry.date else entry.title, entry.id)
        for entry in library.entries
    ]


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
    if first and last and first > last:
        raise QuestionError(f"From is {first}, which is after To, {last}; exchange them")
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
