"""Mentions: complete, and counted right.  Counts are checked in a second way that shares no code with the first."""

from __future__ import annotations

import itertools
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import Library, LibraryError, QuestionError, mentions
from bot.counts import mentioning
from bot.counts.mentioning import _Query, _Script, _search
from bot.transcripts.formats import read_bytes
from embeddings.encoder import Encoder
from embeddings.lexical import stem
from tests.conftest import shared


@pytest.fixture
def library(tmp_path: Path, tiny_encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", encoder=tiny_encoder)


def add(library: Library, name: str, *turns: str) -> None:
    path = library.folder.parent / name
    path.write_text("".join(f"{turn}\n" for turn in turns), encoding="utf-8")
    library.add(path)


def said(words: str, *turns: str, exact: bool = False) -> list[str]:
    """What is found in turns, as it stands there."""
    script = _Script.of([("Ana", turn) for turn in turns])
    found = _search(script, _Query.of(words, exact))
    return [turns[turn][start:end] for turn, start, end, _ in found]


# --- counts, by a second way -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sample", "words", "forms"),
    [
        ("harbour-lights-ferry", "ferry", "ferry|ferries|ferry's"),
        ("harbour-lights-ferry", "boats", "boat|boats|boat's"),
        ("harbour-lights-ferry", "not", "not"),
        ("harbour-lights-ferry", "I", "I"),
        ("allotment-committee", "tank", "tank|tanks"),
        ("allotment-committee", "fires", "fire|fires"),
        ("allotment-committee", "O'Shea", "O'Shea"),
        ("allotment-committee", "per cent", "per cent"),
        ("night-shift-radio", "sheet", "sheet|sheets"),
        ("night-shift-radio", "300 | 120", "300|120"),
        ("night-shift-radio", "and", "and"),
    ],
)
def test_counts_are_those_of_the_file(samples: Library, sample: str, words: str, forms: str) -> None:
    """Counted by a plain pattern in the source, without labels, tags and headers, forms listed by hand."""
    text = samples.source(samples.entry(sample).group).decode()
    lines = [line for line in text.splitlines() if line.startswith("<v ") or ("-->" not in line and line)]
    spoken = "\n".join(re.sub(r"<[^>]*>|^[A-Z][\w.' ]+: ", "", line) for line in lines)
    spoken = re.sub(
        r"^(?:NOTE|Night Shift Radio, programme|Captions made|Committee meeting|Monday).*", "", spoken, flags=re.M
    )
    expected = len(re.findall(rf"(?<![\w'])(?:{forms})(?!\w|'\w)", spoken, re.IGNORECASE))
    found = mentions(words, samples, transcripts=[sample])
    assert found.count == expected
    assert expected or words == "O'Shea"


@pytest.mark.parametrize("words", ["the", "boat", "per cent | pounds", "it's", "no", "B & C"])
def test_every_mention_stands(samples: Library, words: str) -> None:
    """Its span holds the words, its sentences hold its span and are in the source, and all sums agree."""
    found = mentions(words, samples)
    assert found.mentions
    wanted = {tuple(map(stem, re.findall(r"[\w']+", part))) for part in words.split("|")}
    for mention in found.mentions:
        turn = samples.revision(mention.revision).utterances[mention.utterance]
        assert turn.text[mention.start : mention.end] == mention.text
        assert tuple(map(stem, re.findall(r"[\w']+", mention.text))) in wanted
        assert mention.quote.start <= mention.start < mention.end <= mention.quote.end
        assert (mention.speaker, mention.transcript) == (turn.speaker, mention.quote.transcript)
        assert mention.speaker == mention.quote.speaker
        assert mention.in_source
    for sums in (found.by_speaker, found.by_transcript, found.by_date, found.forms):
        assert sum(sums.values()) == found.count
    parts = [mentions(words, samples, speaker=speaker) for speaker in found.by_speaker]
    assert {part.speakers[0]: part.count for part in parts} == found.by_speaker
    assert {part.count + part.by_others for part in parts} == {found.count}


def spoken_of(name: str, data: bytes) -> list[str]:
    return [turn.text for turn in read_bytes(data, name).utterances]


def test_real_talk_is_counted_like_a_pattern_counts() -> None:
    """The seed: forms listed by hand, on the turns as read."""
    path = shared("seed/nspcc-learning-podcast.txt")
    turns = spoken_of(path.name, path.read_bytes())
    for words, forms in {
        "silo": "silos?|siloed",
        "review": "reviews?|reviewed|reviewing",
        "child protection": r"child\W+protection",
        "not": "not",
        "serious incident": r"serious\W+incidents?",
    }.items():
        pattern = rf"(?<!\w)(?:{forms})(?!\w|['’](?!s\b)\w)"
        counted = sum(len(re.findall(pattern, turn, re.IGNORECASE)) for turn in turns)
        assert counted
        assert len(said(words, *turns)) == counted, words


def test_ten_episodes_are_counted_like_a_pattern_counts(tmp_path: Path) -> None:
    """Real podcasts, with code, accents and typographic marks in them."""
    archive = shared("corpora/changelog-transcripts.tar.zst")
    unpacked = subprocess.run(["tar", "--zstd", "-xf", archive, "-C", tmp_path], check=False, capture_output=True)
    if unpacked.returncode:
        pytest.skip("tar cannot read zstd here")
    files = sorted(tmp_path.rglob("*/*-*.md"))
    turns = [turn for path in files[:: len(files) // 10][:10] for turn in spoken_of(path.name, path.read_bytes())]
    for words, forms in {
        "developer": "developers?|developed|develop|developing|development|developments|develops",
        "open source": r"open\W+(?:source|sources|sourced|sourcing)",
        "not": "not",
        "podcast": "podcasts?|podcasting|podcasted|podcasters?",
        "don't": "don['’]t",
    }.items():
        pattern = rf"(?<![^\W_])(?:{forms})(?:['’]s)?(?![^\W_]|['’][^\W_])"
        counted = sum(len(re.findall(pattern, turn, re.IGNORECASE)) for turn in turns)
        assert len(said(words, *turns)) == counted > 10, words


# --- laws --------------------------------------------------------------------------------------------------------

FILLER = st.sampled_from(
    "rain tank tanks water it's 1,200 é ﬁre co-op don’t — , … 18% C++ naïve raining the Ta\u0301nk".split()
)
TURNS = st.lists(st.lists(FILLER, min_size=1, max_size=12).map(" ".join), min_size=1, max_size=6)


@given(TURNS, st.lists(FILLER, min_size=1, max_size=3).map(" ".join), st.booleans())
def test_passing_over_turns_loses_nothing(turns: list[str], words: str, exact: bool) -> None:
    """What is found by prefixes is what is found by reading every turn word by word."""
    try:
        query = _Query.of(words, exact)
    except QuestionError:
        return  # marks only
    script = _Script.of([("Ana", turn) for turn in turns])
    every_turn = _Script(script.text, script.starts, script.speakers, tuple(range(len(turns))), script.words)
    found = list(_search(script, query))
    assert found == list(_search(every_turn, query))
    assert all(form for *_, form in found)


@given(st.lists(st.lists(st.sampled_from(["quay", "Tom", "gulls,", "fog.", "é", "PLANTED"]), min_size=1), min_size=1))
def test_what_is_planted_is_counted(talk: list[list[str]]) -> None:
    """As often as it was planted, at the places where it was, whatever form it has there."""
    forms = itertools.cycle(
        ["Lighthouse", "lighthouses", "lighthouse's", "LIGHTHOUSES,", "“lighthouse”", "lighthouse-"]
    )
    turns = [" ".join(next(forms) if word == "PLANTED" else word for word in turn) for turn in talk]
    found = said("lighthouses", *turns)
    assert len(found) == sum(turn.count("PLANTED") for turn in talk)
    assert {stem(word) for word in found} <= {"lighthous"}


# --- what is a word, what is a phrase ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("silo", "Silos, a silo and the silo’s door; siloxane.", ["Silos", "silo", "silo’s"]),
        (
            "rain tanks",
            "A rain tank; rain-tanks. Rain. Tanks of rain fill tanks.",
            ["rain tank", "rain-tanks", "Rain. Tanks"],
        ),
        ("16-year-olds", "A 16-year-old, 16 year olds, year 16.", ["16-year-old", "16 year olds"]),
        ("year", "16-year-olds", ["year"]),
        ("carers'", "The carers' room, a carer’s leave, careful.", ["carers", "carer’s"]),
        ("O’Shea", "Helen O'Shea and O’Shea's cat, o shea", ["O'Shea", "O’Shea's"]),
        ("it", "It's late. Is it? Don't.", ["it"]),
        ("it's", "It’s late. Is it?", ["It’s"]),
        ("don't", "I don’t. Do not!", ["don’t"]),
        ("café", "Cafe, caf\u00e9s, cafe\u0301.", ["Cafe", "caf\u00e9s", "cafe\u0301"]),
        ("Caf\u0301e", "cafe", []),
        ("1,200", "1,200 or 1200 or 200", ["1,200"]),
        ("200", "1,200 or 200.", ["200"]),
        ("18%", "18% of 18", ["18%"]),
        ("18", "18% of 18", ["18", "18"]),
        ("£540", "540 or £540", ["£540"]),
        ("C++", "C, C++ and C#", ["C++"]),
        ("C", "C, C++ and C#", ["C"]),
        ("R&D", "R & D, R D", ["R & D"]),
        ("js", "node.js and the end.Then js", ["js", "js"]),
        ("harbour", "har\u00adbour", ["har\u00adbour"]),
        ("very very", "very very very", ["very very"]),
        ("rain tank | rain | tank", "rain tank, tank rain", ["rain tank", "tank", "rain"]),
        ("the end", "the\tend and the\u00a0end", ["the\tend", "the\u00a0end"]),
        ("snake case", "snake_case", ["snake_case"]),
    ],
)
def test_words_and_phrases(words: str, text: str, found: list[str]) -> None:
    """By stems."""
    assert said(words, text) == found


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("silo", "Silos, a SILO.", ["SILO"]),
        ("rain tanks", "rain tanks, rain-tanks, rain, tanks, rain  tanks", ["rain tanks", "rain  tanks"]),
        ("16-year-olds", "16-year-olds, 16 year olds, 16‑year‑olds", ["16-year-olds", "16‑year‑olds"]),
        ("carer's", "carers, carer’s", ["carer’s"]),
        ("carer", "carer’s, carer", ["carer"]),
        ("résumé", "resume, résumé, re\u0301sume\u0301", ["résumé", "re\u0301sume\u0301"]),
        ("£1,200", "1,200, £1,200", ["£1,200"]),
    ],
)
def test_exact_words(words: str, text: str, found: list[str]) -> None:
    """As written."""
    assert said(words, text, exact=True) == found


def test_a_phrase_ends_with_its_turn(library: Library) -> None:
    """It may run over the lines of one turn, never into another turn; and a count is of places."""
    add(
        library,
        "talk.txt",
        "ANA: We need rain",
        "tanks and more rain",
        "TOM: tanks, tanks and rain",
        "ANA: Yes.",
        "TOM: No.",
    )
    found = mentions("rain tank", library)
    assert [(m.speaker, m.text, str(m.place)) for m in found.mentions] == [("ANA", "rain tanks", "lines 1-2")]
    assert mentions("tanks", library, speaker="Tom").count == 2
    assert found.per_thousand == {"ANA": 1000 / 8}


# --- whose, where, when ------------------------------------------------------------------------------------------


def test_reading_order(library: Library) -> None:
    """By date of recording; what has none comes last, in the library's order."""
    add(library, "b.txt", "ANA: Fog.", "TOM: No.")
    add(library, "2024-03-01 late.txt", "ANA: Fog.", "TOM: Fog, fog.")
    add(library, "a.txt", "ANA: Fog.", "TOM: Sun.")
    add(library, "2023-05-08 early.txt", "ANA: No.", "TOM: Fog.")
    found = mentions("fog", library)
    assert found.by_transcript == {"2023-05-08-early": 1, "2024-03-01-late": 3, "b": 1, "a": 1}
    assert [(str(date), count) for date, count in found.by_date.items()] == [
        ("2023-05-08", 1),
        ("2024-03-01", 3),
        ("None", 2),
    ]
    assert found.first
    assert (found.first.transcript, found.first.speaker) == ("2023-05-08-early", "TOM")
    assert found.last
    assert found.last.transcript == "a"
    assert found.undated == ("b", "a")
    assert mentions("fog", library, transcripts=["a", "a"]).count == 1
    assert mentions("fog", library, transcripts=["b", "2024-03-01-late"]).transcripts == ("2024-03-01-late", "b")


def test_nobody_says_it(samples: Library) -> None:
    """An answer, not an error."""
    found = mentions("kwyjibo", samples)
    assert (found.count, found.first, found.last, found.by_speaker) == (0, None, None, {})
    found = mentions("Gerald", samples, speaker="Tom")
    assert (found.count, found.by_others) == (0, 1)


def test_what_cannot_be_counted_is_one_line(library: Library) -> None:
    """One line that says what was seen and what to do."""
    with pytest.raises(LibraryError, match="has no transcripts; add some first"):
        mentions("fog", library)
    add(library, "talk.txt", "JENNY COLES: Fog.", "JENNY HALL: No.", "Dr. Jenny Coles: Fog.", "TOM: Fog.")
    assert mentions("fog", library, speaker="Jenny Coles").by_speaker == {"JENNY COLES": 1, "Dr. Jenny Coles": 1}
    with pytest.raises(QuestionError, match="'Jenny' could be JENNY COLES, JENNY HALL, Dr\\. Jenny Coles; give"):
        mentions("fog", library, speaker="Jenny")
    with pytest.raises(QuestionError, match="no speaker is called 'Zoe'; the transcripts have JENNY COLES"):
        mentions("fog", library, speaker="Zoe")
    with pytest.raises(LibraryError, match="no transcript has the id 'nope'"):
        mentions("fog", library, transcripts=["nope"])
    for nothing in ("", "…", " | "):
        with pytest.raises(QuestionError, match="there are no words to look for"):
            mentions(nothing, library)


def test_what_is_held_in_memory_is_never_old(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changes, comes or goes is counted anew, also when another process did it, and without the memory."""
    other = Library.open(library.folder, encoder=library.encoder)
    add(library, "talk.txt", "ANA: Fog.", "TOM: Fog.")
    assert [mentions("fog", each).count for each in (library, other)] == [2, 2]
    add(library, "talk.txt", "ANA: Fog.", "TOM: Sun.")
    assert [mentions("fog", each).count for each in (library, other)] == [1, 1]
    add(other, "more.txt", "ANA: Fog.", "TOM: Fog.")
    assert [mentions("fog", each).count for each in (library, other)] == [3, 3]
    monkeypatch.setattr(mentioning, "_HELD", 0)
    other.remove("talk")
    assert [mentions("fog", each).count for each in (library, other)] == [2, 2]


def test_turns_are_those_of_the_transcript(samples: Library) -> None:
    """The quick way to read a transcript reads the same words by the same speakers."""
    for entry in samples.entries:
        turns = tuple((turn.speaker, turn.text) for turn in samples.revision(entry.revision).utterances)
        assert samples.turns(entry.revision) == turns
    with pytest.raises(LibraryError, match="removed meanwhile"):
        samples.turns("gone@000000000000")


def test_a_name_that_was_given_counts(tmp_path: Path, tiny_encoder: Encoder) -> None:
    """From the next count on; the same words, under the new name."""
    (tmp_path / "talk.txt").write_text("Speaker 1: A pier, a pier.\nTom: No pier.\n")
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    library.add(tmp_path / "talk.txt")
    assert mentions("pier", library).by_speaker == {"Speaker 1": 2, "Tom": 1}
    library.rename("talk", "Speaker 1", "Ana Silva")
    assert mentions("pier", library).by_speaker == {"Ana Silva": 2, "Tom": 1}
    assert mentions("pier", library, speaker="Ana").mentions[0].quote.label == "Speaker 1"
