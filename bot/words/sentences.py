"""Sentences of an utterance, as character spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

Span = tuple[int, int]

_LONGEST = 100  # words; what goes on longer without an end is not a sentence but a transcript without punctuation
_PIECE = 40  # words into which such a run is cut
_WORD = re.compile(r"\S+")


@lru_cache(maxsize=65_536)
def sentence_spans(text: str, language: str = "en") -> tuple[Span, ...]:
    """The sentences of a text as (start, end) character offsets, white space at either end left out.

    Every character that is not white space lies in exactly one span.  Boundaries are those of sentencex (Wikimedia),
    which knows abbreviations, decimals and quotation marks in many languages.  A run of over a hundred words, as in
    captions without punctuation, is cut into pieces of about forty, after a comma where there is one.
    """
    import sentencex

    spans: list[Span] = []
    position = 0
    for segment in sentencex.segment(language, text):
        start = text.index(segment, position)
        position = start + len(segment)
        body = segment.strip()
        if body:
            begin = start + segment.index(body)
            spans += _cut(text, (begin, begin + len(body)))
    return tuple(spans)


def _cut(text: str, span: Span) -> Iterator[Span]:
    words = [(span[0] + word.start(), span[0] + word.end()) for word in _WORD.finditer(text[slice(*span)])]
    if len(words) <= _LONGEST:
        yield span
        return
    while words:
        count = min(_PIECE, len(words))
        if len(words) > _PIECE:
            pauses = [n for n in range(_PIECE // 2, _PIECE + 1) if text[words[n - 1][1] - 1] in ",;:—–-"]
            count = pauses[-1] if pauses else count
        yield words[0][0], words[count - 1][1]
        words = words[count:]
