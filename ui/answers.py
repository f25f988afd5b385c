"""A conversation to HTML: a question, a draft, an answer, a refusal.  Pure functions.

An answer's buttons name its turn: data-act="again" asks it anew, without what data-without names; "edit" puts its
question into the box.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers import ANSWERED, NOT_FOUND, Answer, Citation, side_heading
from bot.models.model import Model
from bot.quotes.quoting import Quote
from bot.retrieval.passages import Passage
from bot.transcripts.transcript import Transcript
from bot.words.phrases import join_names
from ui.markup import TranscriptOf, act_button, figure_html, number_button, open_button, text, who_html
from ui.places import PASSAGE
from ui.wording import WORDING

READING, SPEAKERS, TRANSCRIPTS = "reading", "speakers", "transcripts"
"""What an answer can be asked again without: the history, whose words, which transcripts."""


def question_html(question: str, turn: int) -> str:
    edit = act_button("edit", WORDING.edit, f"{WORDING.edit_label}: {question}", {"turn": turn})
    return f'<div class="asked"><h2 class="question" dir="auto">{text(question)}</h2>{edit}</div>'


def reading_html() -> str:
    """What stands in the place of an answer until there is one."""
    return f'<p class="reading" role="status">{WORDING.reading}</p>'


def unanswered_html(message: str, turn: int) -> str:
    """What stands in the place of an answer that there is not: it was stopped, or something went wrong."""
    role = "status" if message == WORDING.stopped else "alert"
    kind = "stopped" if message == WORDING.stopped else "error"
    return f'<p class="{kind}" role="{role}">{text(" ".join(message.split()))} {_again_html(turn)}</p>'


def model_html(model: Model | None) -> str:
    """One line that says who writes the answers, and whether the passages leave the machine for it."""
    if model is None:
        line = WORDING.by_quotes
    else:
        line = (WORDING.by_local_model if model.local else WORDING.by_model).format(model=model.name)
    return f'<p class="writer">{text(line)} {text(WORDING.of_the_transcript)}</p>'


def start_html(any_transcripts: bool) -> str:
    """What the empty chat says.  Chatbot reads it as Markdown, so nothing from outside may stand in it."""
    return f'<p class="start">{WORDING.start if any_transcripts else WORDING.empty_start}</p>'


def draft_html(draft: Answer) -> str:
    """An answer that is still being written: nothing in it can be opened, and a model's is called unchecked."""
    prose = f'<p class="aside">{WORDING.checking}</p>' if draft.model and not draft.notice else ""
    return f'<div class="answer draft">{prose}{_paragraphs(draft.text)}</div>'


def answer_html(answer: Answer, turn: int, transcript_of: TranscriptOf, lost: int = 0) -> str:
    """A final answer: how it was read, its lead, its quotes; the closest passages where the transcripts do not say.

    `lost` is how many of its quotes are gone since it was given.
    """
    state = "answered" if answer.status == ANSWERED else "refusal"
    parts = [
        _chips_html(answer, turn),
        f'<p class="aside notice" role="status">{text(answer.notice)}</p>' if answer.notice else "",
        f'<p class="gone" role="status">{text(WORDING.gone_quotes.format(count=lost))}</p>' if lost else "",
        _statements_html(answer),
        _linked(_paragraphs(answer.lead), answer),
        _quotes_html(answer.citations, transcript_of),
        # What somebody else says has no number, since it is no evidence for what was asked.
        "".join(figure_html(quote, transcript_of) for quote in answer.elsewhere),
        _closest_html(answer, transcript_of) if answer.status == NOT_FOUND else "",
        _left_out_html(answer),
        f'<p class="tools">{_again_html(turn)}</p>',
    ]
    return f'<div class="answer {state}">{"".join(parts)}</div>'


def _again_html(turn: int) -> str:
    return act_button("again", WORDING.retry, WORDING.retry, {"turn": turn})


def _chips_html(answer: Answer, turn: int) -> str:
    """How the question was read and what limited the search; each can be taken away, and it is asked again without."""
    chips = []
    if answer.standalone.strip() != answer.question.strip():
        edit = act_button("edit", WORDING.edit, WORDING.edit_reading, {"turn": turn, "what": READING})
        chips.append(_chip_html(WORDING.read_as, answer.standalone, READING, WORDING.remove_reading, turn, edit))
    if answer.excluded:
        chips.append(_limit_html(f"without {join_names(answer.excluded)}", SPEAKERS, turn))
    elif answer.speakers:
        chips.append(_limit_html(f"only {join_names(answer.speakers)}", SPEAKERS, turn))
    if answer.transcripts:
        chips.append(_limit_html(f"only in {join_names(answer.transcripts)}", TRANSCRIPTS, turn))
    return f'<ul class="chips">{"".join(chips)}</ul>' if chips else ""


def _limit_html(limit: str, without: str, turn: int) -> str:
    return _chip_html(WORDING.limited, limit, without, WORDING.remove_limit.format(limit=limit), turn)


def _chip_html(kind: str, shown: str, without: str, label: str, turn: int, more: str = "") -> str:
    remove = act_button("again", "×", label, {"turn": turn, "without": without})
    return f'<li class="chip"><span>{kind}</span> <bdi>{text(shown)}</bdi> {more} {remove}</li>'


def _statements_html(answer: Answer) -> str:
    """What a model wrote: each sentence with the numbers of its quotes, and marked where it is not verified."""
    if not answer.statements:
        return ""
    citations = {citation.number: citation for citation in answer.citations}
    pieces = []
    for statement in answer.statements:
        numbers = "".join(number_button(citations[n].quote, n) for n in statement.numbers if n in citations)
        body = f"{text(statement.text)} {numbers}"
        if statement.problems:
            why = text("; ".join(statement.problems))
            body = f'<span class="unverified" title="{why}">{body}<small>{WORDING.unverified}</small></span>'
        pieces.append(body)
    return f'<p class="prose" dir="auto">{" ".join(pieces)}</p>'


def _paragraphs(prose: str) -> str:
    return "".join(f'<p dir="auto">{text(part.strip())}</p>' for part in prose.split("\n\n") if part.strip())


def _linked(html: str, answer: Answer) -> str:
    """The citation numbers in prose, "[2]", as buttons."""
    for citation in answer.citations:
        html = html.replace(text(f"[{citation.number}]"), number_button(citation.quote, citation.number))
    return html


def _quotes_html(citations: Sequence[Citation], transcript_of: TranscriptOf) -> str:
    """The quotes, with a heading where a side of the answer begins."""
    parts, side = [], ""
    for citation in citations:
        if citation.side and citation.side != side:
            parts.append(f'<h3 class="side" dir="auto">{text(side_heading(citation.side))}</h3>')
        side = citation.side
        parts.append(figure_html(citation.quote, transcript_of, number=citation.number))
    return "".join(parts)


def _closest_html(answer: Answer, transcript_of: TranscriptOf) -> str:
    items = [_passage_html(passage, transcript_of(passage.revision)) for passage in answer.passages]
    if not items:
        return ""
    return f'<section class="closest"><h3>{WORDING.closest}</h3><ul>{"".join(items)}</ul></section>'


def _passage_html(passage: Passage, transcript: Transcript) -> str:
    hit = passage.hits[0]
    found = Quote.locate(transcript, hit.utterance, hit.start, hit.end)
    place = f'<bdi class="source">{text(transcript.source)}</bdi> <span class="place">{text(str(found.place))}</span>'
    return (
        f'<li><p dir="auto">{who_html(found.speaker)} {text(found.text)}</p>{open_button(found, place, PASSAGE)}</li>'
    )


def _left_out_html(answer: Answer) -> str:
    """What did not stand the check, with the reasons."""
    if not answer.unverified:
        return ""
    items = "".join(f"<li>{text(item)}</li>" for item in answer.unverified)
    heading = WORDING.unverified_note if answer.model else WORDING.left_out
    return f'<div class="aside">{heading}<ul>{items}</ul></div>'
