"""What a language model wrote, checked: every sentence against the sentences that it cites.

    text ─► statements (`bot.checking.statements`) ─► quotations located ─► markers, quotations, numbers, names, whose
    words, negations, support and exchanged words checked ─► Statement, with the reasons why it does not stand

The rules are made so that a false statement is rarely let stand; `python -m eval.checks` measures how many true ones
are marked for that.  What is shown in quotation marks is always a slice of the record: words that are not found there
lose their marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.checking.drafts import Draft
from bot.checking.evidence import Sentence
from bot.checking.exchanged import exchanged
from bot.checking.given import Given, Support
from bot.checking.introducing import introduces
from bot.checking.named import figures_missing, names_missing
from bot.checking.polarity import added_negation, lost_negation
from bot.checking.quoted import Slice, located
from bot.checking.statements import Claim, read_statements
from bot.checking.subjects import subjects_of
from bot.checking.support import support_share, unsupported
from bot.checking.whose import swapped
from bot.words.phrases import join_names

_MOST_CITED = 5  # what cites more could be put together from anywhere
# Said to a machine that reads along; what such a sentence bids it say is nobody's statement.
_INSTRUCTS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.?!]{0,30}\b(?:instructions?|rules?|prompts?|above|previous|earlier|"
    r"told)\b|"
    r"\b(?:system|developer) prompt\b|\byou are (?:now )?an? (?:ai|assistant|chatbot|language model)\b|"
    r"\b(?:write|say|answer|respond|reply|output|print) (?:only|exactly|with|the words?)\b.*\b(?:instead|"
    r"nothing else)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Statement:
    """A sentence of a model's answer, checked.

    `text` is the sentence as it is shown: plain, without markers; in quotation marks (“ ”) stand only slices of what it
    cites.  `numbers` are the sentences that it cites and that there are, in order.  `problems` say why it is not
    verified, a line each; a statement without any stands.  `quoted` are the slices, in order.
    """

    text: str
    numbers: tuple[int, ...]
    problems: tuple[str, ...] = ()
    quoted: tuple[Slice, ...] = ()

    @property
    def verified(self) -> bool:
        return not self.problems


def check(
    text: str,
    evidence: Sequence[Sentence],
    people: Sequence[str],
    question: str,
    support: Support | None = None,
) -> tuple[Statement, ...]:
    """The statements of a text that a model wrote over numbered sentences, each with what is wrong with it.

    `people` are the speakers of the library.  `support` tells how near a statement and what it cites are in meaning;
    without it only words count, and free paraphrases fail.
    """
    by_number = {sentence.number: sentence for sentence in evidence}
    given = Given(
        tuple(evidence),
        tuple(dict.fromkeys([*people, *(s.quote.speaker for s in evidence)])),
        question,
        support,
    )
    statements, before = [], ""
    for claim in read_statements(text):
        cited = tuple(by_number[number] for number in claim.numbers if number in by_number)
        statements.append(_without_idle(claim, cited, _check(claim, cited, given, before), given, before))
        before = claim.text
    return tuple(statements)


def _without_idle(claim: Claim, cited: Sequence[Sentence], checked: Statement, given: Given, before: str) -> Statement:
    """A statement that stands, without the citations that have nothing of it and without which it stands too."""
    words = Draft.of(claim.text).masked
    bearing = [sentence for sentence in cited if support_share(words, [sentence], given)]
    if not checked.verified or not bearing or len(bearing) == len(cited):
        return checked
    fewer = _check(replace(claim, numbers=tuple(sentence.number for sentence in bearing)), bearing, given, before)
    return fewer if fewer.verified else checked


def _check(claim: Claim, cited: Sequence[Sentence], given: Given, before: str) -> Statement:
    drafted = Draft.of(claim.text)
    subjects = subjects_of(drafted.masked, given.people)
    shown = located(drafted, cited, subjects)
    numbers = tuple(sentence.number for sentence in cited)
    if introduces(claim, given):
        return Statement(shown.text, numbers, tuple(shown.problems), shown.quoted)
    problems = [f"cites [{number}], which there is not" for number in claim.numbers if number not in numbers]
    if not claim.numbers:
        problems.append("cites nothing")
    problems += shown.problems
    if len(cited) > _MOST_CITED:
        problems.append(f"cites {len(cited)} sentences, too many for one")
    if cited:
        # What is verbatim needs no further check, so only the words around it are read for figures and names.
        around = shown.without_quotes
        problems += _missing("number", figures_missing(around, cited, given))
        problems += _missing("name", names_missing(around, cited, given))
        problems += swapped(claim, drafted, cited, subjects, given, before)
        problems += _turned(shown.words, cited)
        problems += unsupported(shown.words, cited, given)
        problems += exchanged(shown.words, cited, given)
        problems += ["cites a sentence that gives instructions"] * any(_INSTRUCTS.search(s.shown) for s in cited)
    return Statement(shown.text, numbers, tuple(dict.fromkeys(problems)), shown.quoted)


def _missing(what: str, words: Sequence[str]) -> Iterator[str]:
    if words:
        are = f"{what}s {join_names(words)} are" if len(words) > 1 else f"{what} {words[0]} is"
        yield f"the {are} not in what it cites"


def _turned(words: str, cited: Sequence[Sentence]) -> Iterator[str]:
    texts = [sentence.shown for sentence in cited]
    if lost := lost_negation(words, texts):
        yield f"the word {lost} is lost"
    elif added := added_negation(words, texts):
        yield f"the word {added} is added"
