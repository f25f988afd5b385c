"""Figures and names: those of a statement that what it cites does not have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from bot.checking.evidence import Sentence
from bot.checking.figures import missing_figures
from bot.checking.given import Given
from bot.checking.polarity import base
from bot.checking.subjects import FROM, OPENERS, VERBS
from bot.speakers.names import ROLES, STOP, TITLES
from bot.speakers.naming import names_in
from embeddings.lexical import STOP_WORDS

_TOKEN = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_ANY_WORD = re.compile(r"[^\W_]+")
_NAMES_OF_NOBODY = frozenset({"i", "i'm", "i'd", "i've", "i'll", "ok", "tv", "am", "pm"}) | TITLES | ROLES


def figures_missing(text: str, cited: Sequence[Sentence], given: Given) -> tuple[str, ...]:
    """The figures that the cited sentences do not have; dates may stand in the title or the name of the file."""
    named = list(text)
    for start, end, _ in names_in(text, given.people):
        named[start:end] = "x" * (end - start)  # "Speaker 2"
    dates = " ; ".join(f"{s.quote.title} ; {s.quote.source.replace('-', ' ').replace('_', ' ')}" for s in cited)
    # A figure may run over neighbouring sentences no more than a quotation.
    return missing_figures("".join(named), *(sentence.shown for sentence in cited), dates=dates)


def names_missing(text: str, cited: Sequence[Sentence], given: Given) -> tuple[str, ...]:
    """The names that neither the cited sentences nor those around them have, and that are not their speakers'."""
    held = folded_words(
        " ".join(f"{s.shown} {s.around} {s.quote.speaker} {s.quote.label} {s.quote.title}" for s in cited)
    )
    everything = " ".join(f"{s.shown} {s.around} {s.quote.speaker}" for s in given.evidence)
    # Whom a statement names beside its subject may be whoever listens.
    talks = {s.quote.revision for s in cited}
    held |= folded_words(" ".join(s.quote.speaker for s in given.evidence if s.quote.revision in talks))
    asked = folded_words(given.question) & folded_words(everything)
    ordinary = {word for word in _ANY_WORD.findall(f"{everything} {given.question}") if word.islower()}
    initials = _initials(" ".join(f"{s.shown} {s.around}" for s in cited))
    missing = []
    for token in _name_tokens(text, ordinary, given.people):
        if given.capitals and not token.isupper():
            continue
        parts = [_fold(part) for part in re.split(r"[-&]", token) if part]
        named = all(_is_among(part, held) or part in asked for part in parts)
        if not named and not (token.isupper() and len(token) > 1 and token.casefold() in initials):
            missing.append(token)
    return tuple(dict.fromkeys(missing))


def _name_tokens(text: str, ordinary: set[str], people: Sequence[str]) -> Iterator[str]:
    """The words of a text that are written as names are, without a genitive's ending, and speakers in small letters."""
    tokens = [(m.start(), re.sub(r"(?:['’]s|\.)$", "", m.group())) for m in _TOKEN.finditer(text)]
    small = [(start, end) for start, end, _ in names_in(text, people) if text[start:end].islower()]
    speakers = {at for span in small if not ROLES & set(text[slice(*span)].split()) for at in range(*span)}
    for number, (start, token) in enumerate(tokens):
        if not token or re.fullmatch("[Xx]+x", token):
            continue
        capital = any(char.isupper() for char in token)
        if not capital:
            if start in speakers and token not in ordinary | ROLES | STOP:
                yield token
            continue
        if token.casefold().replace("’", "'") in _NAMES_OF_NOBODY:
            continue
        first = number == 0 or bool(re.search(r"[.?!:;“”]\s*$", text[:start]))
        if first and not _is_name(token, text[start + len(token) :], ordinary, people):
            continue
        yield token


def _is_name(token: str, after: str, ordinary: set[str], people: Sequence[str]) -> bool:
    """Whether a word at the beginning of a sentence is a name rather than any word with a capital."""
    small = token.lower().replace("’", "'")
    if sum(char.isupper() for char in token) > 1:
        return True
    if small in ordinary or small in STOP_WORDS or small in STOP or small in OPENERS or small.endswith("ly"):
        return False
    if re.match(r"\s+[A-Z](?!\w*['’](?:m|ve|d|ll)\b)\w", after) or names_in(token, people):
        return True
    return bool(re.match(rf"(?:['’]s)?{FROM}\s+(?:[a-z]+ly\s+)?(?:{VERBS})\b", after))


def _is_among(name: str, held: set[str]) -> bool:
    """Whether a name is among these words, other endings allowed: "Brazilians" of "Brazil", "Sept" of "September"."""
    if name in held or name.rstrip("s") in held:
        return True
    stem = base(name)
    return any(
        (len(word) >= 4 and name.startswith(word) and len(name) - len(word) <= 4)
        or (len(name) >= 4 and word.startswith(name) and len(word) - len(name) <= 5)
        or base(word) == stem
        for word in held
        if word[:3] == name[:3]
    )


def _initials(text: str) -> set[str]:
    words = _ANY_WORD.findall(text)
    letters = "".join(word[0].casefold() for word in words)
    return {letters[at : at + size] for size in (2, 3, 4, 5) for at in range(len(letters) - size + 1)
            if words[at][0].isupper() and words[at + size - 1][0].isupper()}  # fmt: skip


def folded_words(text: str) -> set[str]:
    """The words of a text for comparing: lower case, no diacritics."""
    return {_fold(word) for word in _ANY_WORD.findall(text)}


def _fold(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(char for char in apart if not unicodedata.combining(char))
