"""Sentences of an utterance, as character spans."""

from __future__ import annotations

from functools import lru_cache

Span = tuple[int, int]


@lru_cache(maxsize=65_536)
def sentence_spans(text: str, language: str = "en") -> tuple[Span, ...]:
    """The sentences of a text as (start, end) character offsets, white space at either end left out.

    Every character that is not white space lies in exactly one span.  Boundaries are those of sentencex (Wikimedia),
    which knows abbreviations, decimals and quotation marks in many languages.
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
            spans.append((begin, begin + len(body)))
    return tuple(spans)
