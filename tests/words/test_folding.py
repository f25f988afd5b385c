"""The fold: what may differ between a quotation and the record, and what may not."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.words.folding import Folded, Wording, cuts_word, fold

MARKS = "'’\"“„«-–—…. \n\t\u00a0\u00ad\u200b\u2011ﬁéÅ" + "e\u0301" + "가" + "가"
TEXTS = st.text(st.one_of(st.sampled_from(MARKS), st.sampled_from("abz,9"), st.characters(codec="utf-8")), max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a  b\n c\u00a0d\u2009e", "a b c d e"),
        ("it’s “so”", 'it\'s "so"'),
        ("she said “no”", "she said ‘no’"),
        ("„so“ «so» ‹so›", "'so' 'so' 'so'"),
        ("word — word", "word—word"),
        ("word -- word", "word – word"),
        ("quarter‑to‐nine", "quarter-to-nine"),
        ("quarter-\nto-nine", "quarter-to-nine"),
        ("and… then", "and ... then"),
        ("and . . . then", "and...then"),
        ("U.S. … it", "U.S. ... it"),
        ("recom\u00admend\u200b", "recommend"),
        ("cafe\u0301", "café"),
        ("ﬁrst oﬀer", "first offer"),
    ],
)
def test_the_same_under_the_fold(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a b", "ab"),
        ("a, b", "a b"),
        ("a-b", "a b"),
        ("a… b", "a b"),
        ("it's", "its"),
        ("10²", "102"),  # a compatible character is not the same one
        ("½", "1/2"),
        ("The", "the"),
        ("resume", "résumé"),
        ("what?", "what!"),
    ],
)
def test_not_the_same_under_the_fold(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(TEXTS)
def test_the_fast_fold_and_the_one_with_places_agree(text: str) -> None:
    """Places grow, lie within the text, and hold what was folded."""
    folded = Folded.of(text)
    assert folded.text == fold(text)
    assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)
    assert list(folded.ends) == sorted(folded.ends)
    for at, char in enumerate(folded.text):
        if char.isalnum():
            piece = unicodedata.normalize("NFKC", text[folded.starts[at] : folded.ends[at]])
            assert unicodedata.normalize("NFKC", char) in piece


@given(TEXTS)
def test_folding_folded_text_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


# Marks alone between spaces are no words, and a full stop that begins one may join those before it to an ellipsis.
WRITTEN = st.from_regex("[-—“’']?[£]?[ab9é][ab9é’'.,—”%-]{0,4}", fullmatch=True)


@given(st.lists(WRITTEN, min_size=1, max_size=12), st.data())
def test_any_run_of_words_is_found_where_it_stands(words: list[str], data: st.DataObject) -> None:
    """A true slice between white space is never missed, and is whole words.

    Places do not overlap, so what stands twice in itself ("9 9" in "9 9 9") may be found where it stands first.  Two
    dashes with a space between are one dash to the fold, and the second may be a minus that belongs to its number: then
    "9-" is not found in "9- -9", as no number may lose its sign.
    """
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    said, text = " ".join(words[start:end]), " ".join(words)
    assume(not re.search("[-—] [-—]", text))
    wording = Wording.of(said)
    assert wording
    spans = list(wording.spans_in(Folded.of(text)))
    offset = len(" ".join(words[:start])) + bool(start)
    assert any(a < offset + len(said) and b > offset for a, b in spans)
    assert all(fold(text[a:b]).casefold().strip(",. ") == wording.core.casefold().strip(",. ") for a, b in spans)
    assert not any(cuts_word(text, a) or cuts_word(text, b) for a, b in spans)


@pytest.mark.parametrize(
    ("quotation", "text"),
    [
        ("we can", "we can't go"),
        ("we can", "we can’t go"),
        ("£9", "it cost £9.4 million"),
        ("9.4 million", "it cost £9.4 million"),
        ("about 18", "about 18% of it"),
        ("nine", "a quarter-to-nine boat"),
        ("smoking", "it is non‑smoking"),
        ("5 degrees", "it was -5 degrees"),
        ("1,200", "of 1,200,000 people"),
        ("caf", "cafe\u0301 noir"),
        ("Node", "we use Node.js here"),
    ],
)
def test_half_a_word_is_not_said(quotation: str, text: str) -> None:
    wording = Wording.of(quotation)
    assert wording
    assert not list(wording.spans_in(Folded.of(text)))


@pytest.mark.parametrize(
    ("quotation", "text", "found"),
    [
        ("We go", "then we go", "we go"),
        ("then we go", "Then we go", "Then we go"),
        ("we go,", "then we go and", "we go"),
        ("we go.", "we go, and", "we go"),
        ("we go.", "we go. And", "we go."),
        ("“we go,”", "Then we go.", "we go"),
        ("go—and", "we go - and stay", "go - and"),
        ("an an", "man an an", "an an"),  # a match that is no whole word overlaps the one that is
    ],
)
def test_the_freedoms_of_a_quotation(quotation: str, text: str, found: str) -> None:
    wording = Wording.of(quotation)
    assert wording
    assert [text[a:b] for a, b in wording.spans_in(Folded.of(text))] == [found]


@pytest.mark.parametrize("quotation", ["we Go", "we go!", "we, go", "we go,,"])
def test_no_further_freedom(quotation: str) -> None:
    wording = Wording.of(quotation)
    assert wording
    assert not list(wording.spans_in(Folded.of("then we go and")))
