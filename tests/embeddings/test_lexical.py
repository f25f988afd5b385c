"""Stems of single words: those of the index, and what the words of a stem have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.lexical import STOP_WORDS, stem, stem_prefix, stems

SUFFIXES = """s es ed ing ly eed eedly edly ingly ies ied y ying e able ability abilities ibility ization izations
ational ation ator alism ality alities fulness ousness iveness ivity ogy fully lessly less ful ness alize icate icity
ical ative ence ance ement ment ion ism ous ive ize bly ble al ic er 's""".split()
WORDS = st.builds(
    lambda root, first, second: root + first + second,
    st.from_regex(r"[a-z0-9]{1,7}", fullmatch=True),
    st.sampled_from(["", *SUFFIXES]),
    st.sampled_from(["", *SUFFIXES]),
)


@given(WORDS)
def test_every_word_begins_with_the_prefix_of_its_stem(word: str) -> None:
    """What passing over turns without the prefix rests on."""
    prefix = stem_prefix(stem(word))
    assert prefix
    assert word.startswith(prefix)


@pytest.mark.parametrize(
    "word", ["dying", "vying", "skies", "cities", "hoping", "ability", "I", "ties", "probabilities"]
)
def test_words_whose_stem_is_not_their_beginning(word: str) -> None:
    """The stemmer's own exceptions, by name."""
    assert word.lower().startswith(stem_prefix(stem(word)))


@given(WORDS)
def test_a_stem_is_that_of_the_index(word: str) -> None:
    """For every word that the index keeps."""
    assert word in STOP_WORDS or [stem(word)] == stems(word)


def test_words_that_the_index_leaves_out_have_stems_too() -> None:
    """And contractions are words of their own, however their apostrophe is typed."""
    assert [stem(word) for word in ("not", "Who", "don't", "It's", "it\u2019s")] == [
        "not",
        "who",
        "don't",
        "it's",
        "it's",
    ]
    assert stem("caf\u00e9") == stem("cafe\u0301") == stem("cafes") == "cafe"
