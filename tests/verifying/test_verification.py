"""verify_quote: found, said by someone else, or not found; nothing in between, however near."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bot import Library, QuestionError, Transcript, Verification, verify_quote
from bot.quotes.quoting import is_in_source
from bot.transcripts.transcript import Lines
from bot.verifying.verification import FOUND, NOT_FOUND, SAID_BY_OTHER, Verifier
from bot.words.folding import Folded, Wording, fold
from embeddings.encoder import Encoder
from eval.verification import cases, measure, summary, write_library
from tests.conftest import shared


def test_the_packaged_cases(samples: Library) -> None:
    """No false "found", no missed true one, nobody else taken for the speaker."""
    outcomes = measure(samples)
    print("\n" + summary(outcomes))
    assert len(outcomes) >= 120
    assert min(sum(c.kind == kind for c in cases()) for kind in {c.kind for c in cases()}) >= 12
    assert not [o for o in outcomes if o.falsely_found]
    assert not [o for o in outcomes if o.missed]
    assert not [o for o in outcomes if not o.right]


def test_a_true_quote_is_found_where_it_stands(seed_library: Library) -> None:
    """Across line ends, with the lines of the words themselves; checked against the raw file by hand."""
    found = verify_quote("a reduction of about 18% on the number of serious incidents", seed_library)
    assert found.status == FOUND
    assert [(quote.speaker, quote.lines) for quote in found.quotes] == [("ANNIE HUDSON", Lines(419, 420))]
    lines = shared("seed/nspcc-learning-podcast.txt").read_text().splitlines()
    assert lines[418] == "ANNIE HUDSON: represented and reflected a reduction of"
    assert lines[419] == "ANNIE HUDSON: about 18% on the number of serious incidents"


def test_right_words_wrong_speaker(samples: Library) -> None:
    """Says that somebody else said it, and who."""
    found = verify_quote("It was seventeen", samples, speaker="Marisol")
    assert found.status == SAID_BY_OTHER
    assert {quote.speaker for quote in found.quotes} == {"TOM FARRANT"}


def test_a_quote_comes_with_what_stands_around_it(samples: Library) -> None:
    """A slice of a sentence that is turned round by its beginning says so."""
    quote = verify_quote("we can decide it tonight", samples).quotes[0]
    assert quote.cautions == ("negation beside it",)
    assert quote.before is not None
    assert quote.before.text == "No. I didn't ask them that."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I would say that a January crossing is without risk", "I would {+never+} say that"),
        ("more tanks will save us 16 per cent, if we’re lucky,", "save us [-16-] {+15+} per cent, if we're lucky."),
        ("We have not four rain tanks", "We have [-not-] four rain tanks"),
        ("We have four Rain Tanks and if we bought", "[-Rain Tanks-] {+rain tanks,+}"),
        ("I would […] say that a January crossing is without risk", "I would {+never+} say"),
    ],
)
def test_a_near_miss_is_shown_word_by_word(samples: Library, text: str, shown: str) -> None:
    """The nearest place with what differs; the words at the place are the record's own."""
    found = verify_quote(text, samples)
    assert (found.status, found.quotes) == (NOT_FOUND, ())
    nearest = found.near[0]
    assert shown in str(nearest)
    assert is_in_source(nearest.quote, samples)
    assert nearest.similarity < 1
    recorded = "".join(fold(difference.recorded) for difference in nearest.differences)
    assert recorded.replace(" ", "") == fold(nearest.quote.text).replace(" ", "")


def test_nothing_near_is_shown_when_nothing_is(samples: Library) -> None:
    found = verify_quote("what is the airspeed of an unladen swallow", samples)
    assert found == Verification(NOT_FOUND, ())


def test_nearness_never_counts(samples: Library) -> None:
    """One word of sixty, and it is not found."""
    said = samples.transcript("harbour-lights-ferry").utterances[0].text
    assert verify_quote(said, samples).status == FOUND
    found = verify_quote(said.replace("thirty-eight", "thirty-nine"), samples)
    assert found.status == NOT_FOUND
    assert found.near[0].similarity > 0.98


def test_words_left_out_in_one_turn(samples: Library) -> None:
    """The parts stand, in their order and in one turn, and the quotation is not found all the same."""
    found = verify_quote("We have people here […] a rise of 21 per cent will keep people out", samples)
    assert (found.status, found.split, found.together) == (NOT_FOUND, "words left out", True)
    assert [part.quotes[0].text for part in found.parts] == [
        "We have people here",
        "a rise of 21 per cent will keep people out",
    ]


def test_words_left_out_the_wrong_way_round(samples: Library) -> None:
    """In another order the parts do not stand together."""
    found = verify_quote("a rise of 21 per cent will keep people out ... We have people here", samples)
    assert (found.status, found.together) == (NOT_FOUND, False)
    assert [bool(part.quotes) for part in found.parts] == [True, True]


def test_a_part_that_nobody_says(samples: Library) -> None:
    found = verify_quote("We have people here … who never pay their rent", samples)
    assert [bool(part.quotes) for part in found.parts] == [True, False]


def test_an_ellipsis_of_the_record_is_exact(samples: Library) -> None:
    """The record breaks off with "..."; to quote that leaves nothing out."""
    assert verify_quote("Put eighteen cars on her and…", samples).status == FOUND
    assert verify_quote("Put eighteen cars on her…", samples).status == NOT_FOUND


def test_a_quotation_over_two_turns_says_whose_parts_it_has(samples: Library) -> None:
    found = verify_quote("In their budget, not in ours. It's the same public purse.", samples)
    assert (found.status, found.split) == (NOT_FOUND, "more than one turn")
    assert [(part.quotes[0].speaker, part.quotes[0].text) for part in found.parts] == [
        ("MARISOL ADEYEMI", "in their budget, not in ours."),
        ("TOM FARRANT", "It's the same public purse."),
    ]


def test_a_splice_says_where_its_parts_stand(samples: Library) -> None:
    found = verify_quote("We have four rain tanks, and half a plot won't feed a family", samples)
    assert (found.status, found.split) == (NOT_FOUND, "more than one place")
    assert [part.quotes[0].speaker for part in found.parts] == ["Dr. Helen O'Shea", "Desmond Okoye"]


def test_nothing_to_verify(samples: Library) -> None:
    """Text without words and an unknown speaker are errors, not findings."""
    for nothing in ("  ", "“…”", "—"):
        with pytest.raises(QuestionError, match="nothing to verify"):
            verify_quote(nothing, samples)
    with pytest.raises(QuestionError, match="no speaker is called 'Zoe'"):
        verify_quote("the ferry", samples, speaker="Zoe")


def test_only_in_the_transcripts_named(samples: Library) -> None:
    """Neither found nor near elsewhere."""
    assert verify_quote("We have four rain tanks", samples, transcripts=["night-shift-radio"]).status == NOT_FOUND
    assert not verify_quote("We have five rain tanks", samples, transcripts=["night-shift-radio"]).near
    assert verify_quote("We have five rain tanks", samples, transcripts=["allotment-committee"]).near


# --- the kept texts ----------------------------------------------------------------------------------------------


@pytest.fixture
def library(tmp_path: Path, tiny_encoder: Encoder) -> Iterator[Library]:
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    library.add_samples()
    yield library
    library.close()


def kept(library: Library, id: str) -> Path:
    return library.folder / "transcripts" / library.entry(id).group / "folded-1.txt"


@pytest.mark.parametrize("damage", [b"", b"nobody\n", b"x\n" * 61, None])
def test_a_kept_text_that_is_damaged_hides_nothing(library: Library, damage: bytes | None) -> None:
    """Half a file is made again; an old one too, whatever it holds."""
    assert verify_quote("We have four rain tanks", library).status == FOUND
    file = kept(library, "allotment-committee")
    if damage is None:
        file.unlink()
    else:
        file.write_bytes(damage)
        os.utime(file, ns=(0, 0))
    assert verify_quote("We have four rain tanks", library).status == FOUND
    assert b"four rain tanks" in file.read_bytes()


def test_a_kept_text_proves_nothing(library: Library) -> None:
    """What only the kept file says is not found: it is looked for in the transcript."""
    verify_quote("anything at all", library)
    file = kept(library, "allotment-committee")
    file.write_bytes(file.read_bytes().replace(b"four rain tanks", b"nine rain tanks"))
    assert verify_quote("We have nine rain tanks", library).status == NOT_FOUND


def test_a_replaced_transcript_is_read_anew(tmp_path: Path, tiny_encoder: Encoder) -> None:
    file = tmp_path / "talk.txt"
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    file.write_text("Ana Silva: It sails at nine.\nTom Roe: It is late.\n")
    library.add(file)
    assert verify_quote("It sails at nine", library).status == FOUND
    file.write_text("Ana Silva: It sails at ten.\nTom Roe: It is late.\n")
    library.add(file)
    assert verify_quote("It sails at nine", library).status == NOT_FOUND
    assert verify_quote("It sails at ten", library).status == FOUND
    library.remove("talk")
    assert verify_quote("It sails at ten", library).status == NOT_FOUND
    assert not list((library.folder / "transcripts").iterdir())


def test_many_places_are_not_all_read(tmp_path: Path, tiny_encoder: Encoder) -> None:
    """Twenty are listed and the others counted; the one who is asked about is not lost among them."""
    file = tmp_path / "talk.txt"
    turns = [f"Ana Silva: Yes, indeed so.\nTom Roe: Is it number {number}?" for number in range(50)]
    file.write_text("\n".join([*turns, "Zoe Marsh: Yes, indeed so.", "Zoe Marsh: Good."]) + "\n")
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    library.add(file)
    found = verify_quote("yes, indeed", library)
    assert (len(found.quotes), found.more) == (20, 31)
    assert [quote.speaker for quote in verify_quote("yes, indeed", library, speaker="Zoe").quotes] == ["Zoe Marsh"]
    other = verify_quote("yes, indeed", library, speaker="Tom")
    assert (other.status, len(other.quotes), other.more) == (SAID_BY_OTHER, 20, 31)


# --- thousands of true and false quotations ----------------------------------------------------------------------

NOISE: Sequence[tuple[str, Sequence[str]]] = [
    (r"'", ["’", "`", "ʼ"]),
    (r'"', ["“", "”", "‘", "«"]),
    (r"\s*[-–—]+\s*", ["-", " – ", "—", "\u2011", " -- ", "-\n"]),
    (r"\s*(?:\.{3,}|…)\s*", ["…", " ... ", "... "]),
    (r" ", [" ", "  ", "\n", "\u00a0", " \u200b", "\t"]),
]


def noisy(said: str, chosen: random.Random) -> str:
    """Another typesetter's text: marks and white space changed, soft hyphens put in, accents taken apart."""
    for pattern, others in NOISE:
        said = re.sub(pattern, lambda match, o=others: chosen.choice([match.group(), *o]), said)
    if chosen.random() < 0.3:
        said = re.sub(r"(?<=[^\W\d_]{3})(?=[^\W\d_]{3})", "\u00ad", said, count=2)
    if chosen.random() < 0.3:
        said = said[:1].swapcase() + said[1:] if len(said[:1].swapcase()) == 1 else said
    if chosen.random() < 0.3 and said[-1].isalnum():
        said += chosen.choice(",.")
    return f"“{said}”" if chosen.random() < 0.3 else said


def _swap(words: list[str], chosen: random.Random) -> None:
    words[chosen.randrange(1, len(words) - 1)] = chosen.choice(["walrus", "never", "nine", "it"])


def _drop(words: list[str], chosen: random.Random) -> None:
    nots = [at for at, word in enumerate(words[1:-1], 1) if re.search(r"\b(?:not|never|no)\b|n't", word)]
    del words[chosen.choice(nots or range(1, len(words) - 1))]


def _insert(words: list[str], chosen: random.Random) -> None:
    words.insert(chosen.randrange(1, len(words)), chosen.choice(["not", "really", "walrus", "the"]))


def _number(words: list[str], chosen: random.Random) -> None:
    at = next((at for at, word in enumerate(words) if re.search(r"\d", word)), chosen.randrange(len(words)))
    words[at] = re.sub(r"\d", lambda digit: str((int(digit.group()) + 1) % 10), words[at]) + (
        "" if re.search(r"\d", words[at]) else " 40"
    )


def _capital(words: list[str], chosen: random.Random) -> None:
    at = chosen.randrange(1, len(words))
    words[at] = words[at].swapcase()


def _half(words: list[str], chosen: random.Random) -> None:
    words[-1] = words[-1][:1] + "q"


MUTATIONS: Sequence[Callable[[list[str], random.Random], None]] = [_swap, _drop, _insert, _number, _capital, _half]


def slices(transcript: Transcript, count: int, chosen: random.Random) -> Iterator[tuple[int, int, list[str]]]:
    """(utterance, first word, words) of runs of words of turns."""
    long = [(turn.index, words) for turn in transcript.utterances if len(words := turn.text.split()) >= 6]
    for _ in range(count):
        index, words = chosen.choice(long)
        size = min(len(words), chosen.randint(5, 25))
        start = chosen.randrange(len(words) - size + 1)
        yield index, start, words[start : start + size]


def bare(text: str) -> str:
    """Letters and digits alone, by a way that shares nothing with the fold: case counts, marks do not."""
    return re.sub(r"[\W_]+", " ", text)


def really_said(text: str, turns: Sequence[str]) -> bool:
    """Whether these words stand in a row in some bare turn; the case of the first letter does not count."""
    wanted = bare(text).strip()[1:]
    return any(wanted in turn for turn in turns)


def check_slices(library: Library, count: int, chosen: random.Random) -> None:
    """`count` true slices with noise are found at their place, and as many changed ones are not found."""
    transcripts = [library.transcript(entry.id) for entry in library.entries]
    bare_turns = [bare(turn.text) for transcript in transcripts for turn in transcript.utterances]
    verifier = Verifier(library)
    false = 0
    for number in range(count):
        transcript = chosen.choice(transcripts)
        index, start, words = next(slices(transcript, 1, chosen))
        said = " ".join(words)
        if any(char.isalnum() for char in said):
            text = noisy(said, chosen)
            wording = Wording.of(text)
            assert wording
            # The place itself, not only some place: short runs stand in many turns.
            turn = transcript.utterances[index].text
            offset = len(" ".join(turn.split()[:start])) + bool(start)
            spans = list(wording.spans_in(Folded.of(turn)))
            assert any(a < offset + len(said) and offset < b for a, b in spans), (text, turn)
            found = verifier.verify(text)
            assert found.status == FOUND, (text, turn)
            assert all(is_in_source(quote, library) for quote in found.quotes)
        changed = list(words)
        MUTATIONS[number % len(MUTATIONS)](changed, chosen)
        if not really_said(" ".join(changed), bare_turns):
            assert verifier.verify(" ".join(changed)).status == NOT_FOUND, changed
            false += 1
    assert false > count / 2


@pytest.mark.slow
def test_slices_of_the_samples(library: Library) -> None:
    check_slices(library, 1500, random.Random(1))


@pytest.mark.slow
def test_slices_of_the_seed(tmp_path: Path, tiny_encoder: Encoder) -> None:
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    library.add(shared("seed/nspcc-learning-podcast.txt"))
    check_slices(library, 500, random.Random(2))


@pytest.mark.slow
def test_slices_of_real_episodes(tmp_path: Path) -> None:
    """Ten random episodes of a real corpus."""
    import tarfile

    zstandard = pytest.importorskip("zstandard", reason="zstandard is not installed to unpack the corpus")
    folder = tmp_path / "episodes"
    folder.mkdir()
    chosen = random.Random(3)
    with shared("corpora/changelog-transcripts.tar.zst").open("rb") as file:
        archive = tarfile.open(fileobj=zstandard.ZstdDecompressor().stream_reader(file), mode="r|")  # noqa: SIM115
        for member in archive:
            data = archive.extractfile(member) if member.name.endswith(".md") and chosen.random() < 0.012 else None
            if data and "README" not in member.name and len(list(folder.iterdir())) < 10:
                (folder / Path(member.name).name).write_bytes(data.read())
    write_library(folder, tmp_path / "library")
    library = Library.open(tmp_path / "library")
    assert len(library.entries) == 10
    check_slices(library, 500, chosen)
