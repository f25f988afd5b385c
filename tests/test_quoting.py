"""verify_quote: found, said by someone else, or not found; nothing in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import Library, QuestionError, verify_quote
from bot.quoting import Quote, clock, is_in_source
from bot.transcript import Lines
from tests.conftest import shared


def test_a_true_quote_is_found_where_it_stands(seed_library: Library) -> None:
    """Across line ends, with the lines of the words themselves; checked against the raw file by hand."""
    found = verify_quote("a reduction of about 18% on the number of serious incidents", seed_library)
    assert found.status == "found"
    assert [(quote.speaker, quote.lines) for quote in found.quotes] == [("ANNIE HUDSON", Lines(419, 420))]
    lines = shared("seed/nspcc-learning-podcast.txt").read_text().splitlines()
    assert lines[418] == "ANNIE HUDSON: represented and reflected a reduction of"
    assert lines[419] == "ANNIE HUDSON: about 18% on the number of serious incidents"


def test_right_words_wrong_speaker(seed_library: Library) -> None:
    """Says that somebody else said it, and who."""
    found = verify_quote("people work in silos", seed_library, speaker="Annie")
    assert found.status == "said_by_other"
    assert {quote.speaker for quote in found.quotes} == {"JENNY COLES"}


@pytest.mark.parametrize(
    "text",
    [
        "a reduction of about 19% on the number of serious incidents",  # a number changed
        "We quite understand what that's about",  # a negation dropped
        "a reduction on the number of serious incidents",  # words left out
        "duction of about 18%",  # not whole words
        "Yeah, it is difficult. Absolutely.",  # two speakers
    ],
)
def test_false_quotes_are_not_found(seed_library: Library, text: str) -> None:
    """One changed word is enough."""
    assert verify_quote(text, seed_library).status == "not_found"


def test_white_space_is_folded(seed_library: Library) -> None:
    """Line breaks and runs of blanks are the one thing that does not count."""
    assert verify_quote("people  work\nin silos", seed_library).status == "found"


def test_nothing_to_verify(samples: Library) -> None:
    """Empty text and an unknown speaker are errors, not findings."""
    with pytest.raises(QuestionError, match="nothing to verify"):
        verify_quote("  ", samples)
    with pytest.raises(QuestionError, match="no speaker is called 'Zoe'"):
        verify_quote("the ferry", samples, speaker="Zoe")


def test_the_locator_rejects_what_the_record_gets_wrong(samples: Library) -> None:
    """The second opinion is one: a wrong speaker, place or word in the record does not pass."""
    transcript = samples.transcript("allotment-committee")
    quote = Quote.locate(transcript, 0, 0, 40)
    assert is_in_source(quote, samples)
    assert not is_in_source(replace(quote, label="Desmond Okoye"), samples)
    assert not is_in_source(replace(quote, place=Lines(5, 5)), samples)
    assert not is_in_source(replace(quote, text=quote.text.replace("past", "to")), samples)


def test_clock() -> None:
    """Seconds as people write them."""
    assert [clock(seconds) for seconds in (5, 65.9, 3725)] == ["0:05", "1:05", "1:02:05"]
