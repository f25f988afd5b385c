"""What a question asks for: whose words, of which transcripts, in how many searches; and what is counted for it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot import Library, QuestionError, Transcript, answer
from bot.answers import ANSWERED, NOT_BY_SPEAKER, NOT_FOUND, UNCLEAR
from bot.counts.counting import count
from bot.questions import forms
from bot.questions.understanding import understand
from bot.transcripts.formats import read_bytes
from embeddings.encoder import Encoder

QUESTIONS = Path(__file__).parents[2] / "eval" / "sets" / "samples" / "questions.jsonl"


def made(id: str, text: str) -> Transcript:
    return read_bytes(text.encode(), f"{id}.txt")


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Encoder) -> Library:
    """Two dated talks by people of whom two share a first name."""
    library = Library.open(tmp_path_factory.mktemp("talks") / "library", encoder=tiny_encoder)
    for id, text in {
        "2023-05-08 harbour": "ASKER: What of the harbour?\nJenny Coles: The harbour is too small.\n"
        "ASKER: And the boats?\nTom Roe: The boats are fine in that harbour.\nASKER: Will it stay so?\n",
        "2024-06-02 harbour again": "ASKER: What now?\nJenny Molloy: The harbour has grown, and it is large now.\n"
        "Tom Roe: I would call it too large.\nASKER: Too large?\nASKER: Why?\nTom Roe: It is windy.\n",
    }.items():
        folder = tmp_path_factory.mktemp("files")
        (folder / f"{id}.txt").write_text(text, encoding="utf-8")
        library.add(folder / f"{id}.txt")
    return library


def test_a_name_of_two_people_is_unclear(talks: Library) -> None:
    """With the choices; a whole name, or a transcript with only one of them, is clear."""
    reply = answer("What did Jenny say about the harbour?", talks)
    assert reply.status == UNCLEAR
    assert reply.choices == ("Jenny Coles", "Jenny Molloy")
    assert "Jenny Coles or Jenny Molloy" in reply.text
    assert not reply.citations
    assert answer("What was said?", talks, speaker="Jenny").status == UNCLEAR
    assert understand("What did Jenny Coles say?", talks).named.choices == ()
    (first, _) = talks.entries
    assert understand({"question": "What did Jenny say?", "transcripts": [first.id]}, talks).named.speakers == (
        "Jenny Coles",
    )


def test_anyone_but(talks: Library) -> None:
    """All others are asked, and the answer says who was left out."""
    asked = understand("What did anyone but Tom say about the harbour?", talks)
    assert asked.named.excluded == ("Tom Roe",)
    assert "Tom Roe" not in asked.named.speakers
    assert set(asked.named.speakers) == {"ASKER", "Jenny Coles", "Jenny Molloy"}


def test_the_host_is_who_asks(talks: Library) -> None:
    """Where no label says it; the guests are the others."""
    assert understand("What did the host say about boats?", talks).named.speakers == ("ASKER",)
    guests = understand("What do the guests say about boats?", talks).named.speakers
    assert set(guests) == {"Jenny Coles", "Jenny Molloy", "Tom Roe"}


def test_somebody_who_is_not_in_the_transcript_that_is_asked(talks: Library) -> None:
    """Is asked for all the same, and says nothing in it."""
    (first, _) = talks.entries
    asked = understand({"question": "What did Jenny Molloy say?", "transcripts": [first.id]}, talks)
    assert asked.named.speakers == ("Jenny Molloy",)


def test_what_a_question_names_can_be_left_out_of_account(talks: Library) -> None:
    """The filters stand in the answer, and `filters=False` takes them away."""
    question = "What did Tom say about the harbour in the meeting of 8 May 2023?"
    narrowed = understand(question, talks)
    assert (narrowed.named.speakers, len(narrowed.transcripts)) == (("Tom Roe",), 1)
    free = understand({"question": question, "filters": False}, talks)
    assert (free.named.speakers, free.transcripts) == ((), ())


def test_the_sides_of_a_comparison(talks: Library) -> None:
    """People; or one person, or everybody, at several times."""
    people = understand("Do Tom and Jenny Molloy agree about the harbour?", talks)
    assert [(leg.name, leg.named.speakers) for leg in people.legs] == [
        ("Tom Roe", ("Tom Roe",)),
        ("Jenny Molloy", ("Jenny Molloy",)),
    ]
    assert {leg.named.topic for leg in people.legs} == {"harbour"}
    times = understand("How has Tom's view of the harbour changed?", talks)
    assert [leg.transcripts for leg in times.legs] == [(entry.id,) for entry in talks.entries]
    assert {leg.named.speakers for leg in times.legs} == {("Tom Roe",)}
    assert len(understand("Is the harbour large?", talks).legs) == 1


def test_a_count_is_the_answer(talks: Library) -> None:
    """With the quotes that show it, each once."""
    reply = answer("How often does anybody mention the harbour?", talks)
    assert (reply.status, reply.form) == (ANSWERED, forms.MENTIONS)
    assert reply.counted is not None
    assert reply.counted.mentions is not None
    assert reply.counted.mentions.count == 4
    assert reply.lead.startswith("“harbour” is said 4 times in 2 transcripts: ")
    assert len(reply.citations) == 4
    none = answer("How often does anybody mention whales?", talks)
    assert (none.status, none.lead) == (NOT_FOUND, "Nobody says “whales” in 2 transcripts.")
    assert not none.citations
    other = answer("How often does Jenny Molloy mention boats?", talks)
    assert other.lead == "Jenny Molloy never says “boats” in 2 transcripts. Others do, twice."


def test_the_first_and_the_last_mention(talks: Library) -> None:
    """By the dates of the recordings."""
    first = answer("Who first mentioned the harbour?", talks)
    assert [citation.quote.text for citation in first.citations] == ["What of the harbour?"]
    last = answer("When was the harbour last mentioned?", talks)
    assert [citation.quote.speaker for citation in last.citations] == ["Jenny Molloy"]
    assert "(2024-06-02)" in last.lead


def test_who_says_the_very_words_is_quoted(tmp_path: Path, encoder: Encoder) -> None:
    """However much better somebody else speaks to it: "not said by Tom" would be false."""
    (tmp_path / "talk.txt").write_text(
        "Ida: The lighthouse is the oldest on this coast, and the lighthouse keeper lived in it.\n"
        "Ida: I love the lighthouse, and everybody photographs that lighthouse.\nBo: It is tall.\n"
        "Tom: I drove past a lighthouse on the way to the dentist, who pulled two teeth.\n"
    )
    library = Library.open(tmp_path / "library", encoder=encoder)
    library.add(tmp_path / "talk.txt")
    reply = answer("What did Tom say about the lighthouse?", library)
    assert (reply.status, {citation.quote.speaker for citation in reply.citations}) == (ANSWERED, {"Tom"})
    assert answer("What did Bo say about the lighthouse?", library).status == NOT_BY_SPEAKER


def test_who_talks_most(talks: Library) -> None:
    """The whole table in the answer, no quotes."""
    reply = answer("Who talked the most?", talks)
    assert reply.status == ANSWERED
    assert reply.lead.startswith(
        "Of 46 words in 2 transcripts: ASKER 16 (35%) in 6 turns with 6 questions; Tom Roe 16 (35%) in 3 turns; "
    )
    assert json.loads(json.dumps(reply.as_dict()))["counted"]["talk_time"]["speakers"][0]["speaker"] == "ASKER"


def test_an_unknown_speaker(talks: Library) -> None:
    """Is named with those who are there."""
    with pytest.raises(QuestionError, match="no speaker is called 'Zoe'; the transcripts have ASKER, Jenny Coles"):
        answer("What was said?", talks, speaker="Zoe")


def packaged(*kinds: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line["answerable"] and {f"kind:{kind}" for kind in kinds} & set(line["tags"])]


def test_counts_of_the_packaged_set_are_exact(samples: Library) -> None:
    """Counted a second way, by their author, in the bytes of the files; no count may be wrong.

    A question whose form or speaker is not understood is not counted at all, or for more speakers; few may be.
    """
    ids = {entry.source: entry.id for entry in samples.entries}
    counted, questions = 0, packaged("mentions")
    for line in questions:
        transcripts = [ids[name] for name in line.get("transcripts", [])]
        asked = understand({"question": line["question"], "transcripts": transcripts}, samples)
        found = count(asked, samples)
        if found is None or found.mentions is None or "visitor" in line["question"]:
            continue
        number = re.match(r"\d+", line["answers"][0])
        assert number
        most = next(iter(found.mentions.by_speaker.values()))
        assert int(number.group()) == (most if len(line["answers"]) > 1 else found.mentions.count), line["question"]
        counted += 1
    print(f"mentions counted: {counted} of {len(questions)}")
    assert counted >= 0.9 * len(questions)
