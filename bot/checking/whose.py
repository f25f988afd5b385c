"""Whose words or deeds a statement tells, and who says what it cites, where these are not the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.checking.drafts import Draft
from bot.checking.evidence import Sentence
from bot.checking.given import Given
from bot.checking.named import folded_words
from bot.checking.polarity import content
from bot.checking.statements import Claim
from bot.checking.subjects import DONE, SAID, VERBS, Subject, subjects_of
from bot.speakers.names import TITLES

_FIRST_PERSON = re.compile(
    r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]y|[Mm]e|[Mm]ine|[Ww]e|[Ww]e['’](?:re|ve|d|ll)|[Oo]urs?|us)\b"
)
_I = re.compile(r"\bI\b(?!\s(?:think|believe|know|guess|suppose|mean|feel|say|hear|heard|saw|see)\b)")
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)
_THIRD_PERSON = re.compile(r"\b(?:he|she|they|his|her|hers|him|them|their|theirs)\b", re.IGNORECASE)
_THIRD_SUBJECT = re.compile(r"\b(?:he|she|they)\b", re.IGNORECASE)
_THEY_SAY = re.compile(rf"\b(?:he|she|they|who)\s+(?:[a-z]+ly\s+|also\s+|always\s+)?(?:{VERBS})\b", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:He|She)\s+(?P<rest>.*)", re.DOTALL)


def swapped(
    claim: Claim, draft: Draft, cited: Sequence[Sentence], subjects: Sequence[Subject], given: Given, before: str
) -> Iterator[str]:
    """Whose words or deeds the statement tells, and who says what it cites, where these are not the same."""
    for subject in subjects:
        if not any(is_by(subject, sentence) for sentence in cited) and _needs_speaker(subject, cited, given.people):
            yield f"ascribed to {called(subject)}, said by {cited[0].quote.speaker}"
    yield from _taken(cited, subjects)
    yield from _of_others(cited, subjects, given.people)
    for subject in (*_above(claim, subjects, given.people), *_meant(draft, subjects, before, given.people)):
        if not any(is_by(subject, sentence) for sentence in cited) and _needs_speaker(subject, cited, given.people):
            yield f"ascribed to {called(subject)}, said by {cited[0].quote.speaker}"


def _taken(cited: Sequence[Sentence], subjects: Sequence[Subject]) -> Iterator[str]:
    """What happened to a speaker must not be told of a listener: "Edie left me her wheel" is not "Edie left Ana …"."""
    told = " ".join(sentence.shown for sentence in cited)
    people = [subject for subject in subjects if subject.speakers]
    if not re.search(r"\b(?:me|my|us|our)\b", told, re.IGNORECASE) or _THIRD_SUBJECT.search(told):
        return
    if not any(is_by(subject, sentence) for subject in people for sentence in cited):
        for subject in people:
            if not subject.role and not folded_words(subject.name) & folded_words(told):
                yield f"told of {called(subject)}, there of {cited[0].quote.speaker}"


def _of_others(cited: Sequence[Sentence], subjects: Sequence[Subject], people: Sequence[str]) -> Iterator[str]:
    """What a speaker tells of somebody else must not be told of the speaker: "Tom wanted to keep her", said by Ana."""
    told = " ".join(sentence.shown for sentence in cited)
    if _FIRST_PERSON.search(told):
        return
    named = {word for subject in subjects for word in folded_words(subject.name)}
    for other in subjects_of(told, people):
        about = other.role == DONE and other.speakers and not folded_words(other.name) & named
        for subject in subjects:
            if about and subject.role == DONE and subject.speakers and all(is_by(subject, one) for one in cited):
                yield f"told of {called(subject)}, there of {called(other)}"


def _above(claim: Claim, subjects: Sequence[Subject], people: Sequence[str]) -> Iterator[Subject]:
    """The one who is named in the line above a list ("Tom Farrant:"), where the item names nobody as saying it."""
    named = [item for item in subjects_of(claim.heading, people) if item.speakers]
    if len(named) == 1 and not any(subject.role == SAID for subject in subjects):
        rest = claim.heading[: named[0].start] + claim.heading[named[0].end :]
        if named[0].role == SAID or not content(re.sub(rf"\b(?:{VERBS})\b|['’]s\b|\bviews?\b", " ", rest)):
            yield Subject(named[0].start, named[0].end, named[0].name, named[0].speakers, SAID)


def _meant(draft: Draft, subjects: Sequence[Subject], before: str, people: Sequence[str]) -> Iterator[Subject]:
    """Whom "He" or "She" at the beginning means: the one person whom the sentence before names."""
    pronoun = _PRONOUN.match(draft.masked)
    named = {item.speakers: item for item in subjects_of(Draft.of(before).masked, people)} if pronoun else {}
    if pronoun and len(named) == 1 and not subjects:
        (one,) = named.values()
        if one.role:
            says = re.match(rf"(?:[a-z]+\s+){{0,2}}(?:{VERBS})\b|(?:[a-z]+\s+){{0,3}}Xx", pronoun["rest"])
            yield Subject(0, 0, one.name, one.speakers, SAID if says else DONE)


def is_by(subject: Subject, sentence: Sentence) -> bool:
    """Whether a sentence is by one who is meant.  Who is no speaker of the library may be one by a word of the name."""
    if sentence.quote.speaker in subject.speakers:
        return True
    return not subject.speakers and bool(folded_words(subject.name) & folded_words(sentence.quote.speaker) - TITLES)


def _needs_speaker(subject: Subject, cited: Sequence[Sentence], people: Sequence[str]) -> bool:
    """Whether a statement with this subject must cite words of theirs.

    Not where what is cited reports theirs ("Tom says that …", "he believed me"), or tells of them in the third person.
    """
    if not subject.role:
        return False
    told = " ".join(sentence.shown for sentence in cited)
    around = folded_words(" ".join(sentence.around for sentence in cited))
    name = {word for word in folded_words(subject.name) if word not in TITLES and word not in ("the", "a")}
    in_it, near = bool(name & folded_words(told)), bool(name & around)
    if subject.role == SAID:
        if not in_it:
            return not (near and _THEY_SAY.search(told))
        reported = [one for one in subjects_of(told, people) if one.role and name & folded_words(one.name)]
        capital = any(one.role == SAID or not subject.speakers for one in reported)
        return not (capital or _THEY_SAY.search(told))
    if subject.owns and re.search(r"\b(?:my|our)\b", told, re.IGNORECASE):  # "My mother missed her bus"
        return not in_it
    others = _THIRD_PERSON if subject.suffers else _THIRD_SUBJECT
    if subject.speakers and not in_it and not (others.search(told) or _SECOND_PERSON.search(told)):
        return True  # nothing in it is told of anybody but its own speaker
    first = _FIRST_PERSON if subject.speakers else _I
    return bool(first.search(told)) and not in_it and not (near and others.search(told))


def called(subject: Subject) -> str:
    """The name of a subject for people to read."""
    return subject.speakers[0] if len(subject.speakers) == 1 else subject.name
