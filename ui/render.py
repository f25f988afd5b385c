"""Answers and transcripts to HTML: pure functions, and every string that people read on the page.

Whatever comes from a file or a person passes through `text` before it stands in HTML.  Elements with a `data-show`
attribute open something in the panel; its values are

    quote:TURN:NUMBER    a citation of an answer      transcript:ID    a transcript from its beginning
    passage:TURN:NUMBER  a passage under a refusal    list             the library's transcripts
    elsewhere:TURN:NUMBER  what somebody else says, where those asked about do not

and a `data-edit` attribute names the turn whose question, as it was read, is to be edited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.answering import ANSWERED, NOT_FOUND, Answer, Citation, side_heading
from bot.library import Entry
from bot.model import Model
from bot.quoting import Quote, clock
from bot.retrieval import Passage
from bot.transcript import Transcript, Utterance

SHOWN_UTTERANCES = 400
"""The most utterances of one transcript that the panel holds; browsers get slow with thousands."""

_COLOURS = 7  # speaker colours in style.css


@dataclass(frozen=True)
class Wording:
    """What the page says."""

    title: str = "On Record"
    tagline: str = "Ask your transcripts. Answers come in the speakers’ own words."
    ask: str = "Ask"
    question: str = "Your question"
    hint: str = "Ask about what was said"
    clear: str = "New conversation"
    chat: str = "Conversation"
    start: str = "Ask a question. Each quote opens its place in the transcript."
    reading: str = "Reading the transcripts …"
    read_as: str = "Read as:"
    edit: str = "Edit"
    edit_label: str = "Edit the question as it was read, and ask it so"
    rewrite: str = "Read a question with those before it"
    stop: str = "Stop"
    stopped: str = "Stopped."
    by_quotes: str = "Answers are quotes; no language model is used."
    by_local_model: str = "Answers are written by {model} on this machine, and checked against the quotes."
    by_model: str = "Answers are written by {model}, which is sent the passages, and checked against the quotes."
    checking: str = "Being written; not checked yet."
    unverified: str = "not verified"
    unverified_note: str = "Not verified:"
    limited: str = "Searched:"
    closest: str = "Closest passages (not evidence)"
    note: str = "Note:"
    open_elsewhere: str = "Open what {speaker} says in {source}, {place}"
    left_out: str = "Left out, because it did not stand the check against the file:"
    library: str = "Transcripts"
    empty: str = "There are no transcripts yet."
    empty_start: str = "There are no transcripts yet, so there is nothing to ask."
    empty_hint: str = "Add some in a terminal, then load this page again:"
    empty_command: str = "onrecord add FILE"
    back: str = "Back to the answer"
    all: str = "All transcripts"
    gone: str = "This belongs to a conversation that has ended; ask again."
    changed: str = "{source} has changed since this answer; ask again."
    open_quote: str = "Open quote {number} by {speaker} in {source}, {place}"
    open_passage: str = "Open closest passage {number} in {source}, {place}"
    not_shown_before: str = "{count} earlier turns are not shown"
    not_shown_after: str = "{count} later turns are not shown"


WORDING = Wording()

TranscriptOf = Callable[[str], Transcript]
"""The transcript in a revision."""

_UNSAFE = re.compile(r"[!-/:-@\[-`{-~\r]")


def text(raw: str) -> str:
    """Text as HTML that shows exactly these characters.

    Every ASCII punctuation mark becomes a numeric entity, so that neither HTML nor Markdown, LaTeX, Handlebars or a
    JavaScript template finds anything to read; a carriage return does too, which HTML would read as a line feed.
    """
    return _UNSAFE.sub(lambda match: f"&#{ord(match[0])};", raw)


# --- the conversation --------------------------------------------------------------------------------------------


def question_html(question: str) -> str:
    return f'<h2 class="question" dir="auto">{text(question)}</h2>'


def reading_html() -> str:
    """What stands in the place of an answer until there is one."""
    return f'<p class="reading">{WORDING.reading}</p>'


def error_html(message: str) -> str:
    """One line for what went wrong."""
    return f'<p class="error" role="alert">{text(" ".join(message.split()))}</p>'


def stopped_html() -> str:
    """What stands in the place of an answer that was stopped."""
    return f'<p class="stopped" role="status">{WORDING.stopped}</p>'


def model_html(model: Model | None) -> str:
    """One line that says who writes the answers, and whether the passages leave the machine for it."""
    if model is None:
        line = WORDING.by_quotes
    else:
        line = (WORDING.by_local_model if model.local else WORDING.by_model).format(model=model.name)
    return f'<p class="writer">{text(line)}</p>'


def draft_html(draft: Answer) -> str:
    """An answer that is still being written: nothing in it can be opened, and a model's is called unchecked."""
    prose = f'<p class="aside">{WORDING.checking}</p>' if draft.model and not draft.notice else ""
    return f'<div class="answer draft">{prose}{_paragraphs(draft.text)}</div>'


def answer_html(answer: Answer, turn: int, transcript_of: TranscriptOf) -> str:
    """A final answer: its lead, then its quotes; the closest passages where the transcripts do not say."""
    state = "answered" if answer.status == ANSWERED else "refusal"
    read_as = answer.standalone if answer.standalone.strip() != answer.question.strip() else ""
    parts = [
        _read_as_html(read_as, turn) if read_as else "",
        f'<p class="aside">{WORDING.limited} <bdi>{text(answer.limits)}</bdi></p>' if answer.limits else "",
        f'<p class="aside notice" role="status">{text(answer.notice)}</p>' if answer.notice else "",
        _statements_html(answer, turn),
        _linked(_paragraphs(answer.lead), answer, turn),
        _quotes_html(answer.citations, turn, transcript_of),
        "".join(_elsewhere_html(q, at, turn, transcript_of) for at, q in enumerate(answer.elsewhere, 1)),
        _closest_html(answer, turn, transcript_of) if answer.status == NOT_FOUND else "",
        _left_out_html(answer),
    ]
    return f'<div class="answer {state}">{"".join(parts)}</div>'


def _read_as_html(standalone: str, turn: int) -> str:
    return (
        f'<p class="aside">{WORDING.read_as} <bdi>{text(standalone)}</bdi> '
        f'<button type="button" class="edit" data-edit="{turn}" aria-label="{WORDING.edit_label}">'
        f"{WORDING.edit}</button></p>"
    )


def _statements_html(answer: Answer, turn: int) -> str:
    """What a model wrote: each sentence with the numbers of its quotes, and marked where it is not verified."""
    if not answer.statements:
        return ""
    citations = {citation.number: citation for citation in answer.citations}
    pieces = []
    for statement in answer.statements:
        numbers = "".join(_number_button(citations[number], turn) for number in statement.numbers)
        body = f"{text(statement.text)} {numbers}"
        if statement.problems:
            why = text("; ".join(statement.problems))
            body = f'<span class="unverified" title="{why}">{body}<small>{WORDING.unverified}</small></span>'
        pieces.append(body)
    return f'<p class="prose" dir="auto">{" ".join(pieces)}</p>'


def _paragraphs(prose: str) -> str:
    return "".join(f'<p dir="auto">{text(part.strip())}</p>' for part in prose.split("\n\n") if part.strip())


def _linked(html: str, answer: Answer, turn: int) -> str:
    """The citation numbers in prose, "[2]", as buttons."""
    for citation in answer.citations:
        html = html.replace(text(f"[{citation.number}]"), _number_button(citation, turn))
    return html


def _number_button(citation: Citation, turn: int) -> str:
    return (
        f'<button type="button" class="number" data-show="quote:{turn}:{citation.number}" '
        f'aria-label="{_quote_label(citation)}">{citation.number}</button>'
    )


def _quote_label(citation: Citation) -> str:
    quote = citation.quote
    label = WORDING.open_quote.format(
        number=citation.number, speaker=quote.speaker, source=quote.source, place=quote.place
    )
    return text(label)


def _quotes_html(citations: Sequence[Citation], turn: int, transcript_of: TranscriptOf) -> str:
    """The quotes, with a heading where a side of the answer begins."""
    parts, side = [], ""
    for citation in citations:
        if citation.side and citation.side != side:
            parts.append(f'<h3 class="side" dir="auto">{text(side_heading(citation.side))}</h3>')
        side = citation.side
        parts.append(_quote_html(citation, turn, transcript_of))
    return "".join(parts)


def _quote_html(citation: Citation, turn: int, transcript_of: TranscriptOf) -> str:
    button = (
        f'<button type="button" class="cite" data-show="quote:{turn}:{citation.number}" '
        f'aria-label="{_quote_label(citation)}">'
        f'<span class="number">{citation.number}</span> {_where_html(citation.quote)}</button>'
    )
    return _figure(citation.quote, button, transcript_of)


def _elsewhere_html(quote: Quote, number: int, turn: int, transcript_of: TranscriptOf) -> str:
    """What somebody else says: it has no number, since it is no evidence for what was asked."""
    label = WORDING.open_elsewhere.format(speaker=quote.speaker, source=quote.source, place=quote.place)
    button = (
        f'<button type="button" class="cite" data-show="elsewhere:{turn}:{number}" aria-label="{text(label)}">'
        f"{_where_html(quote)}</button>"
    )
    return _figure(quote, button, transcript_of)


def _figure(quote: Quote, button: str, transcript_of: TranscriptOf) -> str:
    return (
        f'<figure class="quote {_colour(quote.speaker, transcript_of(quote.revision))}">'
        f'<blockquote dir="auto">{text(quote.text)}</blockquote>'
        f"<figcaption>{button}{_cautions_html(quote)}</figcaption></figure>"
    )


def _cautions_html(quote: Quote) -> str:
    """How a quote could mislead, with the sentences around it, which show why."""
    if not quote.cautions:
        return ""
    around = [f"{n.speaker}: “{n.text}”" for n in (quote.before, quote.after) if n]
    title = text(" … ".join(around))
    return f'<p class="caution" title="{title}"><span>{WORDING.note}</span> {text(", ".join(quote.cautions))}</p>'


def _where_html(quote: Quote) -> str:
    when = f'<span class="time">{clock(quote.time[0])}</span>' if quote.time else ""
    return (
        f'<bdi class="who">{text(quote.speaker)}</bdi> '
        f'<bdi class="source">{text(quote.source)}</bdi> <span class="place">{text(str(quote.place))}</span> {when}'
    )


def _closest_html(answer: Answer, turn: int, transcript_of: TranscriptOf) -> str:
    items = [
        _passage_html(passage, number, turn, transcript_of(passage.revision))
        for number, passage in enumerate(answer.passages, 1)
    ]
    if not items:
        return ""
    return f'<section class="closest"><h3>{WORDING.closest}</h3><ul>{"".join(items)}</ul></section>'


def _passage_html(passage: Passage, number: int, turn: int, transcript: Transcript) -> str:
    found = [Quote.locate(transcript, hit.utterance, hit.start, hit.end) for hit in passage.hits[:1]]
    said = "".join(f'<p dir="auto"><bdi class="who">{text(q.speaker)}</bdi> {text(q.text)}</p>' for q in found)
    place = str(found[0].place)
    label = WORDING.open_passage.format(number=number, source=transcript.source, place=place)
    return (
        f'<li>{said}<button type="button" class="cite" data-show="passage:{turn}:{number}" aria-label="{text(label)}">'
        f'<bdi class="source">{text(transcript.source)}</bdi> <span class="place">{text(place)}</span></button></li>'
    )


def _left_out_html(answer: Answer) -> str:
    """What did not stand the check, with the reasons."""
    if not answer.unverified:
        return ""
    items = "".join(f"<li>{text(item)}</li>" for item in answer.unverified)
    heading = WORDING.unverified_note if answer.model else WORDING.left_out
    return f'<div class="aside">{heading}<ul>{items}</ul></div>'


# --- the panel ---------------------------------------------------------------------------------------------------


def library_html(entries: Sequence[Entry]) -> str:
    """The library's transcripts; how to add some where there are none."""
    if not entries:
        body = (
            f'<p class="empty">{WORDING.empty} {WORDING.empty_hint}</p>'
            f'<pre class="empty"><code>{WORDING.empty_command}</code></pre>'
        )
    else:
        body = f'<ul class="entries">{"".join(_entry_html(entry) for entry in entries)}</ul>'
    return f'<section class="library" data-shown="list"><h2 tabindex="-1">{WORDING.library}</h2>{body}</section>'


def _entry_html(entry: Entry) -> str:
    speakers = ", ".join(f"<bdi>{text(speaker)}</bdi>" for speaker in entry.speakers)
    return (
        f'<li><button type="button" class="entry" data-show="{text(f"transcript:{entry.id}")}">'
        f'<bdi class="name">{text(entry.title)}</bdi> '
        f'<span class="words">{entry.words:,} word{"" if entry.words == 1 else "s"}</span> '
        f'<span class="speakers">{speakers}</span></button></li>'
    )


def start_html(entries: Sequence[Entry]) -> str:
    """What the empty chat says.  Chatbot reads it as Markdown, so nothing from outside may stand in it."""
    if entries:
        return f'<p class="start">{WORDING.start}</p>'
    return f'<p class="start">{WORDING.empty_start} {WORDING.empty_hint} <code>{WORDING.empty_command}</code></p>'


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
        _turn_html(utterance, _colour(utterance.speaker, transcript), marks.get(utterance.index))
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
    return (
        f'<nav><button type="button" data-back>{WORDING.back}</button>'
        f'<button type="button" data-show="list">{WORDING.all}</button></nav>'
    )


def _turn_html(utterance: Utterance, colour: str, mark: tuple[int, int] | None) -> str:
    when = f'<span class="time">{clock(utterance.start)}</span>' if utterance.start is not None else ""
    said = utterance.text
    if mark:
        start, end = mark
        words = f"{text(said[:start])}<mark>{text(said[start:end])}</mark>{text(said[end:])}"
    else:
        words = text(said)
    return (
        f'<li class="{colour}"><p class="by"><bdi class="who">{text(utterance.speaker)}</bdi> '
        f'<span class="place">{text(str(utterance.place))}</span> {when}</p><p class="said" dir="auto">{words}</p></li>'
    )


def _colour(speaker: str, transcript: Transcript) -> str:
    """The same colour for a speaker wherever the transcript is shown; names tell those apart who share one."""
    return f"speaker-{transcript.speakers.index(speaker) % _COLOURS}"
