"""A true quote can mislead: the flags, by hand and on the hand-made set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import pytest

from bot.quotes.cautions import HEDGED, NEGATED, QUESTION, REPORTED, cautions
from bot.quotes.quoting import Neighbour, Quote
from bot.transcripts.formats import read_bytes
from bot.transcripts.transcript import Transcript


@pytest.mark.parametrize(
    ("around", "flags"),
    [
        ({"text": "We should double it."}, ()),
        ({"text": "Should we double it?"}, (QUESTION,)),
        ({"text": "Some say we should double it."}, (REPORTED,)),
        ({"text": "recommend it.", "lead_in": "I would never"}, (NEGATED,)),
        ({"text": "We should double it.", "after": "No, I'm joking."}, (NEGATED,)),
        ({"text": "It costs nine pounds.", "after": "But don't quote me on that."}, (HEDGED,)),
        ({"text": "I would never recommend it."}, ()),  # the "not" is in the quote, where it can be read
    ],
)
def test_what_could_mislead_is_flagged(around: dict[str, str], flags: tuple[str, ...]) -> None:
    assert cautions(**around) == flags


def counts(lines: Sequence[str]) -> tuple[float, float]:
    """Of the flags that apply the share that is set, and of those that are set the share that is right."""
    right = missed = wrong = 0
    for line in lines:
        case = json.loads(line)
        expected = set(case.pop("flags"))
        case.pop("why")
        found = set(cautions(**case))
        right += len(found & expected)
        missed += len(expected - found)
        wrong += len(found - expected)
    return right / (right + missed), right / (right + wrong)


def test_on_the_hand_made_set() -> None:
    """The rules were written while looking at every other line; the lines between tell how good they are.

    docs/benchmarks.md has the figures; they must not get worse.
    """
    lines = resources.files("eval").joinpath("sets", "cautions.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 100
    seen, unseen = counts(lines[::2]), counts(lines[1::2])
    print(f"\ncautions: recall {unseen[0]:.2f}, precision {unseen[1]:.2f} on {len(lines[1::2])} quotes not looked at")
    assert min(seen) >= 0.9
    assert unseen[0] >= 0.5
    assert unseen[1] >= 0.7


def talk(*turns: str) -> Transcript:
    return read_bytes("\n".join(turns).encode(), "talk.txt")


def test_a_quote_carries_what_stands_around_it() -> None:
    """The sentences before and after, by whoever says them; only the speaker's own take the words back."""
    transcript = talk(
        "Ana Silva: How much was it?",
        "Tom Roe: It cost nine pounds. We should double it. No, I'm joking.",
        "Ana Silva: That is not true.",
        "Tom Roe: It was all gone.",
        "Ana Silva: Wrong, I still have some.",
    )
    said = transcript.utterances[1].text
    start = said.index("We should")
    quote = Quote.locate(transcript, 1, start, start + len("We should double it."))
    assert quote.before == Neighbour("Tom Roe", "It cost nine pounds.")
    assert quote.after == Neighbour("Tom Roe", "No, I'm joking.")
    assert quote.cautions == (NEGATED,)
    first = Quote.locate(transcript, 1, 0, len("It cost nine pounds."))
    assert first.before == Neighbour("Ana Silva", "How much was it?")
    assert Quote.locate(transcript, 3, 0, 16).cautions == ()  # another speaker disagrees, which is no taking back
    assert Quote.locate(transcript, 0, 0, 15).before is None


def test_a_slice_within_a_sentence_is_not_read_alone(tmp_path: Path) -> None:
    """ "I would never recommend it" does not back "recommend it" unmarked."""
    transcript = talk("Ana Silva: Good morning to you.", "Tom Roe: I would never recommend it to a friend.")
    start = transcript.utterances[1].text.index("recommend it")
    assert Quote.locate(transcript, 1, start, start + len("recommend it")).cautions == (NEGATED,)
