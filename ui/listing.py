"""The Library tab as HTML: the list of transcripts, one transcript's details, what became of files.

What is sorted and filtered is what the library lists; no transcript is opened for it.  The length of each is given
where it is known (`ui.talktime`).
"""

from __future__ import annotations

import datetime
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.counts.roster import SpeakerRecord, perhaps_one
from bot.quotes.quoting import Quote
from bot.speakers.registry import Renamed, speakers_of
from bot.store.reports import FileReport, LeftOut
from bot.transcripts.formats import SUFFIXES
from bot.transcripts.transcript import BLANK, Transcript
from bot.words.phrases import clock, plural
from ui.markup import act_button, colour_of, open_button, text, who_html
from ui.places import TRANSCRIPT
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.store.manifest import Entry
    from bot.store.reports import Added

ROWS = 100
"""The most transcripts that are listed at a time; the filter finds the others."""

_NAMED = 4  # speakers named in a row of the list, of the report
_RENAMED = 60  # speakers who can be renamed on the page; files of unnamed machine voices have hundreds
_PERHAPS = 5  # names with several spellings that are shown at a time
_LEFT_OUT = 500  # places in a report
_EXCERPT = 200  # characters of what was left out

_UNDATED = datetime.date.min

ORDERS: Mapping[str, Callable[[Sequence[Entry]], list[Entry]]] = {
    "added": lambda entries: list(reversed(entries)),
    "title": lambda entries: sorted(entries, key=lambda entry: (folded(entry.title), entry.id)),
    "date": lambda entries: sorted(entries, key=lambda entry: entry.date or _UNDATED, reverse=True),
    "words": lambda entries: sorted(entries, key=lambda entry: -entry.words),
}
"""Ways to sort the list; newest, latest and longest first."""


def folded(words: str) -> str:
    """For comparing: without accents, small letters."""
    plain = unicodedata.normalize("NFKD", words)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


def matching(entries: Sequence[Entry], wanted: str, order: str) -> list[Entry]:
    """The transcripts that have each word of `wanted` in title, speakers or name of the file, in order."""
    words = folded(wanted).split()
    found = [entry for entry in entries if all(word in _searched(entry) for word in words)] if words else entries
    return ORDERS.get(order, ORDERS["added"])(found)


def _searched(entry: Entry) -> str:
    return folded("\n".join((entry.title, entry.source, entry.id, *entry.speakers)))


# --- the list ----------------------------------------------------------------------------------------------------


def list_html(entries: Sequence[Entry], wanted: str, order: str, length_of: Callable[[Entry], float | None]) -> str:
    """The transcripts that match, as many as are shown at a time; where there are none, what to do."""
    if not entries:
        return empty_html()
    found = matching(entries, wanted, order)
    if not found:
        return f'<p class="empty" role="status">{WORDING.no_match.format(wanted=text(wanted.strip()))}</p>'
    counted = WORDING.listed if len(found) == len(entries) else WORDING.listed_some
    said = counted.format(found=plural(len(found), "transcript"), all=f"{len(entries):,}")
    more = len(found) - ROWS
    rest = f'<p class="aside">{WORDING.more_listed.format(count=f"{more:,}")}</p>' if more > 0 else ""
    rows = "".join(_row_html(entry, length_of(entry)) for entry in found[:ROWS])
    perhaps = "" if wanted.strip() else _perhaps_html(entries)
    return f'{perhaps}<p class="aside" role="status">{said}</p><ul class="rows">{rows}</ul>{rest}'


def _perhaps_html(entries: Sequence[Entry]) -> str:
    """Names that are probably spellings of one, with a button that says so: only a person can tell."""
    items = ""
    for names in perhaps_one(speakers_of(entries), (entry.speakers for entry in entries))[:_PERHAPS]:
        said = WORDING.merge.format(name=names[0])
        one = act_button("merge", said, said, {"names": json.dumps(names)})
        items += f"<li>{', '.join(f'<bdi>{text(name)}</bdi>' for name in names)} {one}</li>"
    if not items:
        return ""
    return f'<section class="perhaps"><p class="aside">{WORDING.perhaps_one}</p><ul>{items}</ul></section>'


def merged_html(changes: Sequence[Renamed]) -> str:
    """Who is called otherwise now, with a way back."""
    names = list(dict.fromkeys(change.before for change in changes))
    before = ", ".join(f"<bdi>{text(name)}</bdi>" for name in names)
    said = WORDING.merged.format(before=before, after=f"<bdi>{text(changes[0].after)}</bdi>")
    return f'<p role="status">{said} {act_button("unmerge", WORDING.undo, WORDING.undo_merge, {})}</p>'


def empty_html() -> str:
    return f'<p class="empty">{WORDING.no_transcripts}</p>'


def _row_html(entry: Entry, seconds: float | None) -> str:
    return (
        f'<li><p class="title">{open_html(entry)}</p>'
        f'<p class="facts">{facts_html(entry, seconds)}</p>'
        f'<p class="speakers">{_speakers_html(entry.speakers)}</p>'
        f"{_details_button(entry)}</li>"
    )


def open_html(entry: Entry) -> str:
    """The title as a button that opens the transcript."""
    return (
        f'<button type="button" class="opens" data-show="{text(_place(entry))}" dir="auto">{text(entry.title)}</button>'
    )


def _place(entry: Entry) -> str:
    return f"{TRANSCRIPT}:{entry.id}"


def facts_html(entry: Entry, seconds: float | None) -> str:
    """Day, words, length, and the name of the file."""
    day = f'<time datetime="{entry.date}">{entry.date}</time>' if entry.date else ""
    long = f"<span>{clock(seconds)}</span>" if seconds else ""
    return f"{day}<span>{plural(entry.words, 'word')}</span>{long}<bdi>{text(entry.source)}</bdi>"


def _details_button(entry: Entry) -> str:
    label = WORDING.details_label.format(title=entry.title)
    return act_button("details", WORDING.details, label, {"id": entry.id})


def _speakers_html(speakers: Sequence[str]) -> str:
    named = ", ".join(f"<bdi>{text(speaker)}</bdi>" for speaker in speakers[:_NAMED])
    more = len(speakers) - _NAMED
    return named + (f" {WORDING.more_named.format(count=f'{more:,}')}" if more > 0 else "")


def removed_html(title: str) -> str:
    said = WORDING.removed.format(title=f"<bdi>{text(title)}</bdi>")
    return f'<p role="status">{said} {act_button("undo", WORDING.undo, WORDING.undo_label.format(title=title), {})}</p>'


# --- one transcript ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What is said beside the form that was sent: HTML, and what was typed into it where that was no good."""

    form: str
    html: str
    typed: Mapping[str, str] | None = None


GIVEN = "given"
"""The form with title and date."""


def named(label: str) -> str:
    """The form with the name of a speaker."""
    return f"named:{label}"


def details_html(
    entry: Entry, transcript: Transcript, records: Sequence[SpeakerRecord], seconds: float | None, said: Said | None
) -> str:
    """All that can be seen and changed of a transcript but its words.  Who has no name comes first."""
    ordered = sorted(records, key=lambda record: not record.nameless)[:_RENAMED]
    forms = {GIVEN} | {named(label) for record in ordered for _, label in record.labels}
    elsewhere = said.html if said and said.form not in forms else ""
    return (
        f'<section class="details" data-id="{text(entry.id)}" aria-labelledby="details-title">'
        f"<nav>{act_button('closed', WORDING.back_to_list, WORDING.back_to_list, {})}</nav>"
        f'<h2 id="details-title" tabindex="-1" dir="auto">{text(entry.title)}</h2>'
        f'<p class="facts">{facts_html(entry, seconds)}</p>'
        f'<p><button type="button" class="quiet" data-show="{text(_place(entry))}">'
        f"{WORDING.open_transcript}</button></p>"
        f"{elsewhere}{_given_form(entry, said)}"
        f'<h3>{WORDING.speakers}</h3><p class="aside">{WORDING.rename_hint}</p>'
        f"{_voices_html(entry, transcript, ordered, len(records) - len(ordered), said)}"
        f"<h3>{WORDING.how_read}</h3>{reading_html(FileReport.of(transcript, entry))}"
        f'<p class="removing">'
        f"{act_button('remove', WORDING.remove, WORDING.remove_label.format(title=entry.title), {'id': entry.id})}</p>"
        "</section>"
    )


def missing_html(message: str) -> str:
    """In place of the details of a transcript that is not there any more."""
    return (
        f'<section class="details" data-id=""><nav>'
        f"{act_button('closed', WORDING.back_to_list, WORDING.back_to_list, {})}</nav>{message}</section>"
    )


def _given_form(entry: Entry, said: Said | None) -> str:
    typed = (said.typed if said and said.form == GIVEN else None) or {}
    title = typed.get("title", entry.title)
    day = typed.get("date", entry.date.isoformat() if entry.date else "")
    return (
        f'<form data-form="{GIVEN}" data-key="{GIVEN}" data-id="{text(entry.id)}">'
        f'<label class="wide">{WORDING.title_label}<input name="title" value="{text(title)}" dir="auto" '
        f'autocomplete="off"></label>'
        f'<label>{WORDING.date_label}<input type="date" name="date" value="{text(day)}"></label>'
        f"<button>{WORDING.save}</button>{_answer_html(said, GIVEN)}</form>"
    )


def _voices_html(
    entry: Entry, transcript: Transcript, records: Sequence[SpeakerRecord], more: int, said: Said | None
) -> str:
    """Each speaker with lines to recognise them by, and a form for each of their labels."""
    items = "".join(
        f'<li class="{colour_of(record.name, transcript)}"><p class="said-by">{who_html(record.name)} '
        f'<span class="amount">{_amount(record)}</span></p>{"".join(_sample_html(quote) for quote in record.samples)}'
        f"{''.join(_name_form(entry, record.name, label, said) for _, label in record.labels)}</li>"
        for record in records
    )
    rest = f'<p class="aside">{WORDING.more_to_rename.format(count=f"{more:,}")}</p>' if more > 0 else ""
    return f'<ul class="voices">{items}</ul>{rest}'


def _amount(record: SpeakerRecord) -> str:
    long = f", {clock(record.seconds)}" if record.seconds is not None else ""
    return f"{plural(record.words, 'word')} in {plural(record.turns, 'turn')}{long}"


def _sample_html(quote: Quote) -> str:
    opens = open_button(quote, text(str(quote.place)), style="quiet")
    return f'<blockquote dir="auto">{text(quote.text)} {opens}</blockquote>'


def _name_form(entry: Entry, name: str, label: str, said: Said | None) -> str:
    form = named(label)
    typed = (said.typed if said and said.form == form else None) or {}
    in_file = WORDING.in_file.format(label=f"<bdi>{text(label)}</bdi>")
    shown = text(typed.get("name", name))
    return (
        f'<form data-form="named" data-key="{text(form)}" data-id="{text(entry.id)}" data-label="{text(label)}">'
        f'<label><span>{in_file}</span><input name="name" value="{shown}" dir="auto" autocomplete="off"></label>'
        f"<button>{WORDING.rename}</button>{_answer_html(said, form)}</form>"
    )


def _answer_html(said: Said | None, form: str) -> str:
    return said.html if said and said.form == form else ""


def saved_html(message: str) -> str:
    return f'<p class="saved" role="status">{message}</p>'


# --- how a file was read -----------------------------------------------------------------------------------------


def reading_html(report: FileReport) -> str:
    """The format, what share is speech, what was left out and why; every place of it unfolds, reason by reason."""
    blank = sum(part.units for part in report.left_out if part.reason == BLANK)
    filled = report.units - blank
    kept = WORDING.kept.format(
        format=text(report.format),
        speech=f"{report.speech:,}",
        units=plural(filled, report.unit),
        share=report.speech / filled if filled else 0.0,
    )
    about = "; ".join(part for part in (report.why, report.encoding, report.spoken_in) if part)
    remarks = "".join(f'<p class="aside">{text(remark)}</p>' for remark in (about, *report.remarks))
    return f'<p class="aside">{kept}</p>{remarks}{_attributed_html(report)}{_left_out_html(report)}'


def _attributed_html(report: FileReport) -> str:
    """How it is known who speaks; the places that are doubtful unfold, with their reasons."""
    if report.attributed.sure:
        return f'<p class="aside">{WORDING.all_named}</p>'
    said = f'<p class="aside">{text(_sentence(str(report.attributed)))}</p>'
    doubts = report.attributed.doubts
    if not doubts:
        return said
    items = "".join(
        f"<li><span>{text(str(doubt.place))}, <bdi>{text(doubt.speaker)}</bdi></span> {text(doubt.reason)}</li>"
        for doubt in doubts[:_LEFT_OUT]
    )
    more = len(doubts) - _LEFT_OUT
    rest = f"<li>{WORDING.more_left_out.format(count=f'{more:,}')}</li>" if more > 0 else ""
    head = WORDING.doubtful_turns.format(turns=plural(len(doubts), "turn"))
    return f'{said}<details><summary>{head}</summary><ul class="left-out">{items}{rest}</ul></details>'


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _left_out_html(report: FileReport) -> str:
    if not report.left_out:
        return f'<p class="aside">{WORDING.nothing_left_out}</p>'
    items, room = "", _LEFT_OUT
    for part in report.left_out:
        items += _reason_html(part, report.unit, room)
        room -= min(room, len(part.items))
    return (
        f"<details><summary>{WORDING.not_speech.format(reasons=text(report.reasons))}</summary>"
        f'<ul class="left-out">{items}</ul></details>'
    )


def _reason_html(part: LeftOut, unit: str, room: int) -> str:
    """How many units were left out for a reason, then the places, as many as there is room for."""
    items = "".join(
        f"<li><span>{text(str(item.place))}, {text(item.reason)}</span>{_excerpt_html(item.text)}</li>"
        for item in part.items[:room]
    )
    more = len(part.items) - room
    rest = f"<li>{WORDING.more_left_out.format(count=f'{more:,}')}</li>" if more > 0 else ""
    return f"<li>{plural(part.units, unit)}: {text(part.reason)}</li>{items}{rest}"


def _excerpt_html(said: str) -> str:
    plain = " ".join(said.split())
    if not plain:
        return ""
    return f' <bdi class="excerpt">{text(plain[:_EXCERPT])}{"…" if len(plain) > _EXCERPT else ""}</bdi>'


# --- files that were dropped -------------------------------------------------------------------------------------


@dataclass
class Upload:
    """A file that was dropped on the page: what becomes of it, then what became of it."""

    name: str
    data: bytes
    begun: bool = False
    done: int = 0
    total: int = 0
    added: Added | None = None


def uploading_html(uploads: Sequence[Upload]) -> str:
    """How far the files have come, those that are done above."""
    finished = [upload for upload in uploads if upload.added]
    said = WORDING.uploading.format(done=f"{len(finished):,}", all=plural(len(uploads), "file"))
    at = max(0, min(len(finished) - ROWS // 2, len(uploads) - ROWS))
    rows = "".join(_uploading_row(upload) for upload in uploads[at : at + ROWS])
    return f'<section class="uploads"><p class="aside" role="status">{said}</p><ul>{rows}</ul></section>'


def _uploading_row(upload: Upload) -> str:
    name = f"<bdi>{text(upload.name)}</bdi>"
    if upload.added:
        return f"<li>{name} <span>{WORDING.outcomes[upload.added.outcome]}</span></li>"
    if not upload.begun:
        return f"<li>{name} <span>{WORDING.waiting}</span></li>"
    if not upload.total:
        return f"<li>{name} <span>{WORDING.being_read}</span></li>"
    label = text(WORDING.indexing_label.format(name=upload.name))
    said = WORDING.indexing.format(done=f"{upload.done:,}", total=plural(upload.total, "chunk"))
    return (
        f'<li>{name} <progress max="{upload.total}" value="{upload.done}" aria-label="{label}"></progress> '
        f"<span>{said}</span></li>"
    )


def uploaded_html(uploads: Sequence[Upload]) -> str:
    """What became of each file, those that failed first."""
    done = [upload.added for upload in uploads if upload.added]
    ordered = sorted(done, key=lambda added: added.outcome != "failed")
    counts = [(outcome, sum(added.outcome == outcome for added in done)) for outcome in WORDING.outcomes]
    said = ", ".join(f"{count:,} {WORDING.outcomes[outcome]}" for outcome, count in counts if count)
    more = len(ordered) - ROWS
    rest = f'<p class="aside">{WORDING.more_files.format(count=f"{more:,}")}</p>' if more > 0 else ""
    items = "".join(_uploaded_row(added) for added in ordered[:ROWS])
    head = WORDING.uploaded.format(files=plural(len(done), "file"), outcomes=said)
    close = act_button("noted", WORDING.close, WORDING.close_report, {})
    return f'<section class="uploads"><p class="aside" role="status">{head} {close}</p><ul>{items}</ul>{rest}</section>'


def _uploaded_row(added: Added) -> str:
    outcome = WORDING.outcomes[added.outcome]
    if added.entry is None or added.report is None:
        return f'<li class="failed"><p class="error">{outcome}: {text(" ".join((added.error or "").split()))}</p></li>'
    entry = added.entry
    about = WORDING.added_facts.format(
        words=plural(entry.words, "word"),
        turns=plural(entry.utterances, "turn"),
        speakers=_speakers_html(entry.speakers),
    )
    known = WORDING.known_as.format(name=f"<bdi>{text(added.source)}</bdi>") if added.outcome == "unchanged" else ""
    report = "" if added.outcome == "unchanged" else reading_html(added.report)
    return (
        f'<li><p class="title">{open_html(entry)} <span>{outcome}</span> {_details_button(entry)}</p>'
        f'<p class="aside">{known} {about}</p>{report}</li>'
    )


def accepted() -> str:
    """Endings of the names of files that can be read, for a sentence."""
    return ", ".join(sorted(SUFFIXES))
