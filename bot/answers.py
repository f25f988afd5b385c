"""What comes back: an answer, its numbered citations, and the text as which it can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.checking.check import Statement
from bot.counts.counting import Counted
from bot.questions import forms
from bot.quotes.quoting import Quote
from bot.retrieval.passages import Passage
from bot.words.phrases import join_names

ANSWERED, NOT_FOUND, NOT_BY_SPEAKER, UNCLEAR = "answered", "not_found", "not_by_speaker", "unclear"

REFUSAL = "The transcripts do not say."
"""The one sentence for `not_found`."""

UNVERIFIED = "Something was found, but not again in the file itself, so it is not quoted; add the file again."
"""Said in place of REFUSAL where quotes were chosen and none stood the check against the source."""

LOST = "the words that it cites are not found again in the source file"

NO_MARKS = str.maketrans("", "", "“”")
"""For `str.translate`: words that stand nowhere are no quotation."""

UNVERIFIED_MARK = "[unverified]"
"""Stands after each sentence of a language model that does not stand the check."""


@dataclass(frozen=True)
class Citation:
    """A numbered quote under an answer.

    `side` says which side of the answer it stands on where there are several: a speaker or a transcript of those
    compared, "another figure", "may say otherwise".
    """

    number: int
    quote: Quote
    side: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back.

    `status` is "answered", "not_found", "not_by_speaker" or "unclear".  `text` is readable as it stands: the `lead`,
    which says who speaks to the question, and the quotes with their numbers in brackets.  `passages` are what was
    read; under a refusal the closest ones, which are no evidence.  Where those asked about do not say it but somebody
    else does, `elsewhere` has at most three places; they are no citations.  `unverified` lists what did not stand the
    check against the source, with the reason.  `form` is the kind of question (`bot.questions.forms`); `counted` the
    whole count where it asks for one.  `choices` are the people whom an unclear name may mean.  `confidence` is between
    0 and 1.  A draft seen while streaming has `final=False` and no citations.  `timings` are seconds by stage.

    `model` is the language model that was asked, None for quotes alone.  What it wrote are the `statements`, whose
    `numbers` are those of citations; one with `problems` is not verified.  Where there are none, the quotes are the
    answer, and `notice` says in one line why; beside statements it says where words of somebody asked about may be
    somebody else's, which the `lead` says beside quotes.  `usage` are the tokens that it read and wrote.
    """

    question: str
    standalone: str
    status: str
    text: str
    lead: str = ""
    citations: tuple[Citation, ...] = ()
    elsewhere: tuple[Quote, ...] = ()
    passages: tuple[Passage, ...] = ()
    unverified: tuple[str, ...] = ()
    confidence: float = 0.0
    final: bool = True
    model: str | None = None
    form: str = forms.FACT
    speakers: tuple[str, ...] = ()
    """Those whose words were asked for; empty: anyone's."""
    excluded: tuple[str, ...] = ()
    """Those whose words were not wanted; `speakers` are all others then."""
    transcripts: tuple[str, ...] = ()
    """Ids of the transcripts that were asked, as given or as the question names them; empty: all."""
    choices: tuple[str, ...] = ()
    counted: Counted | None = None
    statements: tuple[Statement, ...] = ()
    notice: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text

    @property
    def limits(self) -> str:
        """What it was limited to, in words; "" when everything was searched."""
        parts = [f"without {join_names(self.excluded)}"] if self.excluded else []
        if self.speakers and not self.excluded:
            parts.append(f"only {join_names(self.speakers)}")
        if self.transcripts:
            parts.append(f"only in {join_names(self.transcripts)}")
        return ", ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, for JSON."""
        return {
            "question": self.question,
            "standalone": self.standalone,
            "status": self.status,
            "text": self.text,
            "lead": self.lead,
            "form": self.form,
            "speakers": list(self.speakers),
            "excluded": list(self.excluded),
            "transcripts": list(self.transcripts),
            "choices": list(self.choices),
            "counted": self.counted.as_dict() if self.counted else None,
            "confidence": round(self.confidence, 4),
            "citations": [
                {"number": item.number, "side": item.side, **item.quote.as_dict()} for item in self.citations
            ],
            "elsewhere": [quote.as_dict() for quote in self.elsewhere],
            "passages": [asdict(passage) for passage in self.passages],
            "statements": [
                {"text": item.text, "citations": list(item.numbers), "problems": list(item.problems)}
                for item in self.statements
            ],
            "unverified": list(self.unverified),
            "notice": self.notice,
            "final": self.final,
            "model": self.model,
            "timings": {stage: round(seconds, 4) for stage, seconds in self.timings.items()},
            "usage": dict(self.usage),
        }


def text_of(answer: Answer) -> str:
    """The answer as it can be read: a model's statements or the lead, then the quotes with their numbers."""
    quotes = [*listed_quotes(answer.citations), *map(_quoted, answer.elsewhere)]
    return "".join([opening_of(answer), *quotes])


def opening_of(answer: Answer) -> str:
    if answer.statements:
        return "\n\n".join(part for part in (" ".join(map(_marked, answer.statements)), answer.notice) if part)
    return "\n\n".join(part for part in (answer.notice, answer.lead) if part)


def _marked(statement: Statement) -> str:
    """A statement with its numbers, and marked where it is not verified."""
    markers = "".join(f"[{number}]" for number in statement.numbers)
    return " ".join(part for part in (statement.text, markers, "" if statement.verified else UNVERIFIED_MARK) if part)


def listed_quotes(citations: Sequence[Citation]) -> Iterator[str]:
    """The quotes as they stand in the text, each side below its heading."""
    side = ""
    for citation in citations:
        heading = f"\n\n{side_heading(citation.side)}" if citation.side and citation.side != side else ""
        side = citation.side
        yield heading + _quoted(citation.quote, citation.number)


def _quoted(quote: Quote, number: int | None = None) -> str:
    return f"\n\n“{quote.text}”{f' [{number}]' if number else ''}\n— {_where(quote)}"


def side_heading(side: str) -> str:
    """What stands above the quotes of one side: "INGRID PELL:", "Another figure:"."""
    return f"{side[:1].upper()}{side[1:]}:"


def _where(quote: Quote) -> str:
    """Its place, and how it could mislead."""
    return quote.where() + (f" (note: {', '.join(quote.cautions)})" if quote.cautions else "")
