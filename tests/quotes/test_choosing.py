"""Which sentences become quotes, by whom, and when none does; on small invented talks with the real encoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot import Library, answer
from bot.answers import ANSWERED, NOT_BY_SPEAKER, NOT_FOUND
from bot.config import Refusing
from bot.questions.whose import read_question
from bot.quotes.choosing import logistic
from bot.retrieval.search import search
from embeddings.encoder import Encoder

FRIENDS = """\
Ana Silva: Hi Tom, it has been a while. How are things at the boatyard?
Tom Roe: Busy. We had the big crane inspected on Monday and it passed.
Ana Silva: That is a relief. I adopted a greyhound last spring, her name is Biscuit, and she sleeps on my feet.
Tom Roe: She sounds lovely. My allotment is the only thing I look after.
Ana Silva: Did you sign the lease for the new slipway?
Tom Roe: Yes, absolutely.
Ana Silva: And what does it cost?
Tom Roe: Four hundred and twenty pounds a month, plus the insurance.
Ana Silva: My brother says the slipway floods every winter.
Tom Roe: It did once. I moved the winch up the bank because of that.
"""


@pytest.fixture(scope="module")
def friends(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    folder = tmp_path_factory.mktemp("friends")
    (folder / "2024-05-08 friends.txt").write_text(FRIENDS, encoding="utf-8")
    library = Library.open(folder / "library", encoder=encoder)
    library.add(folder / "2024-05-08 friends.txt")
    return library


def willing(library: Library) -> Library:
    """The same library, never refusing."""
    return Library.open(
        library.folder, encoder=library.encoder, settings=replace(library.settings, refusing=Refusing(-1.0, -1.0))
    )


def test_the_reply_is_quoted_rather_than_the_question(friends: Library) -> None:
    reply = answer("How much is the lease a month?", willing(friends))
    assert reply.citations[0].quote.speaker == "Tom Roe"
    assert "Four hundred and twenty pounds" in reply.citations[0].quote.text


def test_a_short_reply_comes_after_the_question_that_it_answers(friends: Library) -> None:
    """ "Yes, absolutely" means nothing alone; each is a quote of its own speaker."""
    quotes = [
        citation.quote for citation in answer("Did Tom sign the lease for the slipway?", willing(friends)).citations
    ]
    texts = [(quote.speaker, quote.text) for quote in quotes]
    at = texts.index(("Tom Roe", "Yes, absolutely."))
    assert texts[at - 1] == ("Ana Silva", "Did you sign the lease for the new slipway?")
    assert quotes[at - 1].cautions == ("question",)


def test_what_somebody_else_says_is_pointed_at_and_not_cited(friends: Library) -> None:
    """Asked of the wrong one of two friends, the answer says who does say it, and where."""
    reply = answer("What is the name of Tom's greyhound?", friends)
    assert reply.status == NOT_BY_SPEAKER
    assert reply.citations == ()
    assert 1 <= len(reply.elsewhere) <= 3
    assert {quote.speaker for quote in reply.elsewhere} == {"Ana Silva"}
    assert any("Biscuit" in quote.text for quote in reply.elsewhere)
    assert reply.lead.startswith("Not said by Tom Roe")
    assert answer("What is the name of Ana's greyhound?", friends).status == ANSWERED


def test_what_nobody_says_is_refused(friends: Library) -> None:
    """With the closest passages, which are no evidence."""
    reply = answer("Which university did the minister attend?", friends)
    assert (reply.status, reply.citations, reply.elsewhere) == (NOT_FOUND, (), ())
    assert 1 <= len(reply.passages) <= 3


def test_reported_speech_is_marked(friends: Library) -> None:
    quotes = [c.quote for c in answer("Does the slipway flood every winter?", willing(friends)).citations]
    brother = next(quote for quote in quotes if "My brother says" in quote.text)
    assert brother.cautions == ("reported speech",)
    assert brother.after is not None
    assert brother.after.speaker == "Tom Roe"


def test_a_named_speaker_weighs_more_and_filters_only_when_asked_for_words(friends: Library) -> None:
    """Both are read; quotes are only theirs when their words are asked for."""
    question = "What did Tom say about the crane?"
    named = read_question(question, friends.speakers)
    assert named.speakers == ("Tom Roe",)
    speakers = {hit.speaker for passage in search(friends, question, named).passages for hit in passage.hits}
    assert speakers == {"Ana Silva", "Tom Roe"}
    assert {c.quote.speaker for c in answer(question, willing(friends)).citations} == {"Tom Roe"}


def test_what_is_said_again_word_by_word_is_read_once(tmp_path: Path, encoder: Encoder) -> None:
    """A jingle that every episode repeats does not crowd out what was asked for."""
    jingle = "Host: This programme is brought to you by Harbour Rope, makers of mooring lines and nets since 1881.\n"
    for number in range(6):
        text = jingle + f"Guest: In year {number} we bought rope of somebody else.\n"
        (tmp_path / f"episode-{number}.txt").write_text(text, encoding="utf-8")
    library = Library.open(tmp_path / "library", encoder=encoder)
    library.add(tmp_path)
    question = "Who makes mooring lines and nets?"
    passages = search(library, question, read_question(question, library.speakers)).passages
    read = [hit for passage in passages for hit in passage.hits if hit.speaker == "Host"]
    assert len(read) == 1


def test_the_logistic_by_hand() -> None:
    """-6 + 8 * .5 + 3 * .5 is -.5, which is .3775; without signals only the bias counts."""
    weights = {"bias": -6.0, "meaning": 8.0, "words": 3.0}
    assert logistic({"meaning": 0.5, "words": 0.5}, weights) == pytest.approx(0.37754, abs=1e-5)
    assert logistic({}, {"bias": 0.0}) == 0.5
