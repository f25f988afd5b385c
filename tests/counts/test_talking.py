"""Talk time: words, turns, questions and seconds of each speaker."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import Library, LibraryError, talk_time
from bot.transcripts.talk import _seconds
from bot.transcripts.transcript import Lines, Piece
from embeddings.encoder import Encoder

CAPTIONS = """WEBVTT

00:00:00.000 --> 00:00:04.000
<v Ana>Is it late?! Or
<v Ana>early?

00:00:05.000 --> 00:00:06.500
<v Ana>Well.

00:00:06.500 --> 00:00:08.500
<v Tom>Late.</v>
<v Ana>Thanks.</v>
"""


def test_who_talks_how_much(tmp_path: Path, tiny_encoder: Encoder) -> None:
    """In all and by transcript, by hand; a caption of two lines lasts once, one of two speakers is for both."""
    (tmp_path / "captions.vtt").write_text(CAPTIONS)
    (tmp_path / "notes.txt").write_text("Tom: Late again, is it not?\nBea: Yes.\nTom: I see.\nBea: Good.\n")
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    with pytest.raises(LibraryError, match="has no transcripts; add some first"):
        talk_time(library)
    library.add([tmp_path / "captions.vtt", tmp_path / "notes.txt"])
    spoken = talk_time(library)
    rows = [(t.speaker, t.words, t.turns, t.questions, t.seconds, t.untimed) for t in spoken.speakers]
    assert rows == [("Tom", 8, 3, 1, 2.0, 2), ("Ana", 7, 2, 2, 7.5, 0), ("Bea", 2, 2, 0, None, 2)]
    assert [talk.share for talk in spoken.speakers] == [8 / 17, 7 / 17, 2 / 17]
    tom = spoken.speakers[0].longest
    assert (tom.transcript, tom.utterance, tom.words, str(tom.place)) == ("notes", 0, 5, "line 1")
    captions = {talk.speaker: talk for talk in spoken.by_transcript["captions"]}
    assert (captions["Ana"].words, captions["Ana"].share) == (7, 7 / 8)
    assert talk_time(library, ["captions"]).speakers == spoken.by_transcript["captions"]
    assert spoken.as_dict()["speakers"][2]["seconds"] is None


def test_the_samples_add_up(samples: Library) -> None:
    """Words and turns are those that the library counts; nobody talks longer than the recording."""
    spoken = talk_time(samples)
    assert sum(talk.words for talk in spoken.speakers) == sum(entry.words for entry in samples.entries)
    assert sum(talk.turns for talk in spoken.speakers) == sum(entry.utterances for entry in samples.entries)
    assert sum(talk.share for talk in spoken.speakers) == pytest.approx(1)
    radio = spoken.by_transcript["night-shift-radio"]
    assert 9 * 60 < sum(talk.seconds or 0 for talk in radio) < 10 * 60 + 24 + 4
    assert all(talk.untimed == 0 for talk in radio)


def test_seconds_of_pieces() -> None:
    """What overlaps counts once, a pause not at all; without an end, until the next turn begins, if that is known."""
    place = Lines(1, 1)
    assert _seconds((Piece(0, place, 1.0, 3.0), Piece(4, place, 2.0, 5.0), Piece(8, place, 7.0, 8.0))) == 5.0
    assert _seconds((Piece(0, place, 1.0, 3.0), Piece(4, place, 3.0, None))) is None
    assert _seconds((Piece(0, place, 1.0, None),), following=4.5) == 3.5
    assert _seconds((Piece(0, place, 9.0, None),), following=4.5) == 0.0
    assert _seconds((Piece(0, place),), following=4.5) is None
