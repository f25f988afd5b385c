"""Quotes: located, and checked against the original bytes."""

from __future__ import annotations

from dataclasses import replace

from bot import Library
from bot.quotes.quoting import Quote, is_in_source
from bot.transcripts.transcript import Lines
from bot.words.phrases import clock


def test_the_locator_rejects_what_the_record_gets_wrong(samples: Library) -> None:
    """The second opinion is one: a wrong speaker, place or word in the record does not pass."""
    transcript = samples.transcript("allotment-committee")
    quote = Quote.locate(transcript, 0, 0, 40)
    assert is_in_source(quote, samples)
    assert not is_in_source(replace(quote, label="Desmond Okoye"), samples)
    assert not is_in_source(replace(quote, place=Lines(5, 5)), samples)
    assert not is_in_source(replace(quote, text=quote.text.replace("past", "to")), samples)


def test_seconds_are_written_as_people_write_them() -> None:
    """Seconds as people write them."""
    assert [clock(seconds) for seconds in (5, 65.9, 3725)] == ["0:05", "1:05", "1:02:05"]
