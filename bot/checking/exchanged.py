"""Exchanged words: one word of what is cited put for another, which says something else in nearly the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.checking.evidence import Sentence
from bot.checking.given import Given
from bot.checking.polarity import content
from bot.checking.support import REPORTING, kin

_ALIKE = 0.43  # nearness in meaning from which on one word may stand for another ("large" and "big": 0.81)
_WORD_OR_END = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.,;:!?–—]")
_END = "|"
# Verbs have too many words that do as well; a noun or what stands before it has an article or preposition near it.
_IN_NOUNS = (
    r"\b(?:the|an?|this|that|these|those|his|her|its|their|my|our|of|in|on|at|to|for|from|with|by)\s+(?:[\w'’-]+\s+)?"
)


def exchanged(words: str, cited: Sequence[Sentence], given: Given) -> Iterator[str]:
    """A word between words of what it cites, in the place of one that means something else: "the nursing course"."""
    if given.support is None:
        return
    held = set(content(" ".join(f"{s.shown} {s.around} {s.quote.title}" for s in cited)))
    told = [_chain(sentence.shown) for sentence in cited]
    all_told = " ".join(sentence.shown for sentence in cited)
    chain = _chain(words)
    own = {stem for stem, _ in chain}
    for (left, _), (stem, word), (right, _) in zip(chain, chain[1:], chain[2:], strict=False):
        if word and _is_noun(word, words) and not kin(stem, held | REPORTING) and {left, right} & held:
            for there in told:
                for (before, _), (other, source), (after, _) in zip(there, there[1:], there[2:], strict=False):
                    same = (before, after) == (left, right) and other not in own and _is_noun(source, all_told)
                    if same and given.support(word, source) < _ALIKE:
                        yield f"says {word}, there it is {source}"


def _is_noun(word: str, text: str) -> bool:
    """Whether a word in small letters stands where nouns and their adjectives stand."""
    return word.islower() and bool(re.search(rf"{_IN_NOUNS}{re.escape(word)}\b", text))


def _chain(text: str) -> list[tuple[str, str]]:
    """(stem, word) of the content words of a text, with an end for every mark that parts it."""
    chain = [(_END, "")]
    for word in _WORD_OR_END.findall(text):
        if not word[0].isalnum():
            chain.append((_END, ""))
        elif stems := content(word):
            chain.append((stems[0], word))
    return [*chain, (_END, "")]
