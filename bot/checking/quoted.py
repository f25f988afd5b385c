"""Quotations: every one is replaced by the slice of the record that it is, or loses its marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.checking.drafts import Draft, Quoted, short, without_marks
from bot.checking.evidence import Sentence
from bot.checking.subjects import SAID, Subject
from bot.checking.whose import called, is_by
from bot.words.folding import Folded, Wording

_DOUBLE = re.compile(r"[“”„«»\"]")
_INCHES = re.compile(r"(?<=\d)[\"”](?!\w)")


@dataclass(frozen=True)
class Slice:
    """Quoted words: the characters [start:end] of the text of sentence `number`, at character `at` of the statement."""

    number: int
    start: int
    end: int
    at: int


@dataclass
class Shown:
    """A claim as it is shown; `words` is it without quotation marks, `without_quotes` with x for what is quoted."""

    text: str = ""
    words: str = ""
    without_quotes: str = ""
    problems: list[str] = field(default_factory=list)
    quoted: tuple[Slice, ...] = ()

    def add(self, text: str) -> None:
        """Words of the model's own: no double quotation mark stays."""
        kept = _DOUBLE.sub("", _INCHES.sub("″", text))
        self.text += kept
        self.words += kept
        self.without_quotes += kept

    def quote(self, slices: Sequence[tuple[Sentence, int, int]], final: str) -> None:
        """Slices of the record in quotation marks; neighbours are parted by the one white space between them."""
        self.text += "“"
        for at, (sentence, start, end) in enumerate(slices):
            words = sentence.quote.text[start:end]
            gap = " " if at else ""
            self.quoted += (Slice(sentence.number, start, end, len(self.text) + len(gap)),)
            self.text += gap + words
            self.words += gap + " ".join(words.split())
            self.without_quotes += gap + "x" * len(words)
        self.text += f"”{final}"
        self.words += final
        self.without_quotes += final


def located(draft: Draft, cited: Sequence[Sentence], subjects: Sequence[Subject]) -> Shown:
    """The claim with every quotation replaced by the slice that it is, or without its marks."""
    shown, done = Shown(), 0
    for item in draft.quotations:
        if item.start < done:
            continue
        shown.add(draft.text[done : item.start])
        done = item.end
        words = draft.text[slice(*item.inner)]
        if not item.closed:
            shown.problems.append("a quotation is not closed")
            continue
        if not any(char.isalnum() for char in words):
            shown.add(words)
            continue
        by = _ascribed(item, subjects)
        slices, end = _locate_one(draft.text, item, cited, by)
        if slices:
            words = draft.text[item.inner[0] : end]
            done = end + 1
            final = words.rstrip()[-1:]
            last = slices[-1]
            had = last[0].quote.text[: last[2]].rstrip()[-1:]
            follows = draft.text[done:].lstrip()[:1]
            shown.quote(slices, final if final in ".,?!" and final != had and follows not in tuple(".,?!") else "")
            continue
        shown.add(words)
        others = [sentence.quote.speaker for sentence in cited if locate(words, [sentence])]
        if others and by:
            shown.problems.append(f"ascribed to {called(by)}, said by {others[0]}")
        else:
            shown.problems.append(f"not said there in these words: {short(without_marks(words))}")
    shown.add(draft.text[done:])
    body = shown.text.rstrip()
    shown.text = body
    return shown


def _ascribed(item: Quoted, subjects: Sequence[Subject]) -> Subject | None:
    """Whose words the statement says that a quotation is: the nearest before it, else the first after it."""
    said = [subject for subject in subjects if subject.role == SAID]
    before = [subject for subject in said if subject.end <= item.start]
    after = [subject for subject in said if subject.start >= item.end]
    return before[-1] if before else after[0] if after else None


def _locate_one(
    text: str, item: Quoted, cited: Sequence[Sentence], by: Subject | None
) -> tuple[tuple[tuple[Sentence, int, int], ...], int]:
    """The slices that a quotation is, and where its words end in the statement."""
    theirs = [sentence for sentence in cited if not by or is_by(by, sentence)]
    for end in sorted(item.ends, reverse=True) or [item.inner[1]]:
        if slices := locate(text[item.inner[0] : end], theirs):
            return slices, end
    return (), item.inner[1]


def locate(words: str, sentences: Sequence[Sentence]) -> tuple[tuple[Sentence, int, int], ...]:
    """Where words stand verbatim, by the fold of `bot.words.folding`: (sentence, start, end) in its text, or ().

    They stand in one sentence, or run through neighbouring sentences of one turn; then there is a slice of each.
    """
    wording = Wording.of(words)
    if wording is None:
        return ()
    for sentence in sentences:
        span = next(wording.spans_in(Folded.of(sentence.shown)), None)
        if span:
            return ((sentence, *span),)
    for run in _neighbours(sentences):
        joined = " ".join(sentence.shown for sentence in run)
        for start, end in wording.spans_in(Folded.of(joined)):
            return tuple(_parts(run, start, end))
    return ()


def _neighbours(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """The longest runs of sentences that follow one another in one turn, with one white space between them."""
    ordered = sorted(sentences, key=lambda s: (s.quote.revision, s.quote.utterance, s.quote.start))
    run: list[Sentence] = []
    for sentence in ordered:
        last = run[-1].quote if run else None
        quote = sentence.quote
        if last and (last.revision, last.utterance, last.end + 1) == (quote.revision, quote.utterance, quote.start):
            run.append(sentence)
            continue
        if len(run) > 1:
            yield run
        run = [sentence]
    if len(run) > 1:
        yield run


def _parts(run: Sequence[Sentence], start: int, end: int) -> Iterator[tuple[Sentence, int, int]]:
    at = 0
    for sentence in run:
        first, last = max(start - at, 0), min(end - at, len(sentence.shown))
        if first < last:
            yield sentence, first, last
        at += len(sentence.shown) + 1
