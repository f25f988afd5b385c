"""What the encoder is trained on: each kind of pair is what its name promises, and nothing held out is among them."""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from bot.config import Chunking
from bot.library import Library
from bot.questions.whose import read_question
from bot.retrieval.search import look_up
from bot.speakers.names import STOP
from bot.store.chunking import Chunk, chunk_turns, chunk_windows
from bot.transcripts.formats import read_bytes
from bot.words.sentences import sentence_spans
from embeddings.encoder import Encoder
from eval import fitting, sets
from eval.training import pairs
from eval.training.episodes import WINDOW, Episode, Pair
from tests.eval.training import invented
from tests.eval.training.invented import ANA, PRI, TOM, WordCounter

RECIPE = tomllib.loads(pairs.RECIPE.read_text(encoding="utf-8"))
KINDS = ("reply", "reply_window", "sentence", "window", "neighbour", "subject", "asked", "about")
MANY = dict.fromkeys(KINDS, 1000)
FIRST_PERSON = {"i", "me", "my", "mine", "myself", "we", "us", "our", "ours", "ourselves", "i'm", "we're", "i've"}
TRANSCRIPT = read_bytes(invented.podcast(), "talk.md")


def made(seed: int = 0, **limits: int) -> Episode:
    return pairs.podcast(TRANSCRIPT, "shows/talk.md", WordCounter(), MANY | limits, 20, seed)


@pytest.fixture(scope="module")
def episodes() -> list[Episode]:
    """With several seeds, since chance picks the sentence of a turn."""
    return [made(seed) for seed in range(5)]


@pytest.fixture(scope="module")
def speakers() -> list[str]:
    return [turn.speaker for turn in TRANSCRIPT.utterances]


def of(episodes: list[Episode], kind: str) -> list[tuple[Episode, Pair]]:
    found = [(episode, pair) for episode in episodes for pair in episode.pairs if pair.kind == kind]
    assert found, f"no pair of kind {kind}"
    return found


# --- each kind ---------------------------------------------------------------------------------------------------


def test_chunks_and_windows_are_the_products(episodes: list[Episode]) -> None:
    """What is trained on is what will be searched."""
    turns = chunk_turns(TRANSCRIPT, "group", WordCounter(), Chunking())
    windows = chunk_windows(turns, WordCounter(), Chunking())
    assert episodes[0].chunks == tuple(turn.text for turn in turns)
    assert [episodes[0].window(number) for number in range(len(episodes[0].windows))] == [w.text for w in windows]
    assert episodes[0].from_chunk(4) == windows[4].text
    assert Chunking().window_chunks == WINDOW


def test_a_long_turn_is_several_chunks_of_one_speaker() -> None:
    """Its own second half is then no reply, although the first ends with a question."""
    question = "Why would anybody in the whole wide world do such a thing as that?"
    turn = " ".join(["We had a very long and quite uneventful afternoon at the old lock."] * 6 + [question])
    rest = "We had another quite uneventful afternoon at the very old lock."
    said = (
        f"**{ANA}:** {turn} {rest}\n\n**{TOM}:** Who closed the lock on the other days?\n\n"
        f"**{ANA}:** Nobody closed it on any other day.\n\n"
    )
    episode = pairs.podcast(read_bytes(said.encode(), "x.md"), "x.md", WordCounter(), MANY, 20, 0)
    assert [chunk[:3] for chunk in episode.chunks] == ["We ", "We ", "Who", "Nob"]
    assert episode.chunks[0].endswith("?")
    assert [pair.first for pair in episode.pairs if pair.kind == "reply"] == [3]


def test_replies_follow_a_question_of_somebody_else(episodes: list[Episode], speakers: list[str]) -> None:
    """The reply stands directly after the question; one word, or a question back, is none."""
    for episode, pair in of(episodes, "reply"):
        asked, reply = episode.chunks[pair.first - 1], episode.text(pair)
        assert asked.endswith("?")
        assert pair.query in asked
        assert speakers[pair.first - 1] != speakers[pair.first]
        assert reply == episode.chunks[pair.first]
        assert len(reply.split()) >= 5
        assert not reply.endswith("?")
    questions = {pair.query for _, pair in of(episodes, "reply")}
    assert any("the tide decides" in question for question in questions)
    assert not any("take your word" in question for question in questions)  # answered by "No."


def test_reply_windows_begin_with_the_reply(episodes: list[Episode]) -> None:
    replies = {(pair.query, pair.first) for _, pair in of(episodes, "reply")}
    for episode, pair in of(episodes, "reply_window"):
        assert (pair.query, pair.first) in replies
        assert (pair.first, pair.last) in episode.windows
        assert episode.text(pair).startswith(episode.chunks[pair.first])


def test_a_sentence_is_cut_out_of_its_text(episodes: list[Episode]) -> None:
    """What is left is the rest of the chunk and nothing else, so that equal words are not what is learnt."""
    for episode, pair in of(episodes, "sentence"):
        whole, text = episode.chunks[pair.first], episode.text(pair)
        assert (pair.start, pair.end) in sentence_spans(whole)
        assert pair.query == whole[pair.start : pair.end].strip()
        assert pair.query not in text
        assert sorted([*pair.query.split(), *text.split()]) == sorted(whole.split())


def test_windows_begin_with_the_chunk_of_the_sentence(episodes: list[Episode]) -> None:
    """Mostly without the sentence, now and then with it: a user's words may be the speaker's."""
    cut = Counter(pair.query in episode.text(pair) for episode, pair in of(episodes, "window"))
    assert cut[False] > cut[True] > 0
    for episode, pair in of(episodes, "window"):
        assert (pair.first, pair.last) in episode.windows
        assert pair.query in episode.chunks[pair.first]


def test_neighbours_are_neighbours(episodes: list[Episode]) -> None:
    for episode, pair in of(episodes, "neighbour"):
        assert pair.query == episode.chunks[pair.first - 1]
        assert pair.last == pair.first


def test_a_subject_is_one_speakers_far_apart(episodes: list[Episode], speakers: list[str]) -> None:
    """The sextant comes up twice, nine turns apart, by the same speaker."""
    found = of(episodes, "subject")
    assert any("sextant" in pair.query and "sextant" in episode.text(pair) for episode, pair in found)
    for episode, pair in found:
        first = episode.chunks.index(pair.query)
        assert speakers[first] == speakers[pair.first]
        assert pair.first - first >= 6
        said = [set(re.findall(r"\w+", episode.chunks[row].lower())) for row in (first, pair.first)]
        count = Counter(word for chunk in episode.chunks for word in set(re.findall(r"\w+", chunk.lower())))
        assert sum(count[word] == 2 for word in said[0] & said[1]) >= 3


def test_no_subject_of_others_or_nearby_or_of_two_words() -> None:
    """Four chunks share words with an earlier one; one of them is by the same speaker, far off, and shares three."""
    said = [
        "copper walnut brass lamp rope", "herring trawler kelp", "slipway oars paint", "a", "b", "c",
        "copper walnut brass herring trawler kelp", "lamp rope", "slipway oars paint",
    ]  # fmt: skip
    turns = [Chunk("talk", row, 0, row, len(text), text) for row, text in enumerate(said)]
    speakers = [ANA] * 8 + [TOM]
    found = list(pairs._subjects(turns, speakers, [text.split() for text in said]))
    assert found == [Pair("subject", said[0], 6, 6)]


def test_about_is_a_phrase_of_its_window(episodes: list[Episode]) -> None:
    for episode, pair in of(episodes, "about"):
        assert pair.query in episode.text(pair)
        words = pair.query.split()
        assert 2 <= len(words) <= 5
        assert not {words[0].lower(), words[-1].lower()} & STOP


@pytest.mark.parametrize(
    ("sentence", "wh", "kept", "answer"),
    [
        ("I left the harbour board because the contract was broken.", "Why", "left the harbour board", "contract"),
        ("They rebuilt the whole northern pier in March 2014 with borrowed stone.", "When", "northern pier", "2014"),
        ("My sister counted thirty herons near the lock of the canal.", "How many herons", "near the lock", "thirty"),
        ("I met the whole council in Aberdeen on a cold morning.", "Where", "the whole council", "Aberdeen"),
        ("We kept our old engine alive by greasing it every evening.", "How", "old engine alive", "greasing"),
        ("I would build a slipway for small boats before anything else.", "What", "would build", "anything"),
    ],
)
def test_asked_of_a_statement(sentence: str, wh: str, kept: str, answer: str) -> None:
    """In the third person, whatever chance makes of it, and without its answer."""
    for seed in range(20):
        found = [asked for asked in pairs._asked(sentence, ANA, random.Random(seed)) if asked.startswith(wh)]
        assert found, f"{sentence}: no {wh}"
        for asked in found:
            assert kept in asked
            assert answer not in asked
            assert not FIRST_PERSON & set(asked.lower().split())


def test_nothing_is_asked_of_a_question_or_of_few_words() -> None:
    chance = random.Random(0)
    assert not list(pairs._asked("Did I leave the harbour board because the contract was broken?", ANA, chance))
    assert not list(pairs._asked("I left because of it.", ANA, chance))


def test_asked_in_an_episode(episodes: list[Episode]) -> None:
    """Told of the speaker by name or by pronoun; the reason is in the text and not in the question."""
    found = of(episodes, "asked")
    assert any(pair.query.startswith("Why") and "uncle" in episode.text(pair) for episode, pair in found)
    assert any("Tomas" in pair.query for _, pair in found)
    for episode, pair in found:
        assert not FIRST_PERSON & set(pair.query.lower().split())
        if pair.query.startswith("Why"):
            assert "because" in episode.text(pair)
            assert "because" not in pair.query


@pytest.mark.parametrize(
    "question",
    [
        "What did Ana Keller say about the price of a ticket?",
        "Summarize the discussion about the pier.",
        "Where can people find your timetable before they come?",
    ],
)
def test_searched_as_the_product_searches(question: str, tiny_encoder: Encoder, tmp_path: Path) -> None:
    """The text that retrieval gives to the encoder, for the same question and the same people."""
    asked: list[str] = []

    class Listening(Encoder):
        def embed_query(self, text: str) -> list[float]:
            asked.append(text)
            return super().embed_query(text)

    (tmp_path / "talk.md").write_bytes(invented.podcast())
    library = Library.open(tmp_path / "library", encoder=Listening(tiny_encoder._model, "tiny"))
    library.add(tmp_path / "talk.md")
    look_up(library, question, read_question(question, (ANA, TOM, PRI)))
    assert asked == [pairs.searched(question, (ANA, TOM, PRI))]


# --- how many, and repeatably ------------------------------------------------------------------------------------


def test_at_most_so_many_of_a_kind() -> None:
    count = Counter(pair.kind for pair in made(reply=2, neighbour=5, about=0).pairs)
    assert (count["reply"], count["neighbour"], count["about"]) == (2, 5, 0)
    assert not pairs.podcast(TRANSCRIPT, "x.md", WordCounter(), {}, 20, 0).pairs


def test_the_same_seed_gives_the_same_pairs() -> None:
    assert made(3, reply=2) == made(3, reply=2)
    assert made(3, reply=2) != made(4, reply=2)


def test_rivals_are_near_in_words_and_not_right(episodes: list[Episode], tmp_path: Path) -> None:
    """The nearest first; never what is asked for, nor what answers as well."""
    talks = [*episodes, *pairs.meetings(invented.meetings(tmp_path / "set", ["budget", "remote"]), WordCounter(), 3, 0)]
    for episode in talks:
        for pair in episode.pairs:
            assert not set(pair.rivals) & {*range(pair.first, pair.last + 1), *pair.others}
            assert len(pair.rivals) <= 8
    nearest = {pair.query: episode.chunks[pair.rivals[0]] for episode, pair in of(episodes, "sentence")}
    sextant = next(query for query in nearest if query.startswith("I repaired the brass sextant"))
    assert "museum wants the sextant" in nearest[sextant]


# --- what is held out --------------------------------------------------------------------------------------------


def test_held_out_by_name_alone(tmp_path: Path) -> None:
    """Whatever the order, the other episodes or the seed; and about as many as were asked for."""
    places = [f"Port{number}" for number in range(60)]
    path = invented.corpus(tmp_path / "corpus.tar.zst", places)
    talks = list(pairs.podcasts(path, WordCounter(), {"reply": 1}, 5, 0))
    assert [talk.name for talk in talks] == [f"shows/{place}.md" for place in places]  # no README, script, empty file
    for talk in talks:
        assert talk.held_out == pairs.is_held_out(talk.name, 5)
    assert 5 <= sum(talk.held_out for talk in talks) <= 20


def test_held_out_are_the_meetings_that_weights_are_fitted_on(tmp_path: Path) -> None:
    """Otherwise `make fit` would fit on meetings whose answers the encoder has seen."""
    subjects = ["budget", "remote", "case", "menu", "logo", "battery", "speech"]
    folder = invented.meetings(tmp_path / "qmsum-train", subjects)
    talks = list(pairs.meetings(folder, WordCounter(), RECIPE["data"]["fit_meetings"], 0))
    assert len(talks) == len(subjects)
    fitted = fitting._thinned(sets.load(folder))
    assert {talk.name for talk in talks if talk.held_out} == set(fitted.files)
    assert 0 < len(fitted.files) < len(subjects)


# --- meetings ----------------------------------------------------------------------------------------------------


def test_meetings_by_their_evidence(tmp_path: Path) -> None:
    """Central lines where there are some, all evidence as right; windows wholly within it, at most eight."""
    (talk,) = pairs.meetings(invented.meetings(tmp_path / "set", ["budget"]), WordCounter(), 3, 0)
    assert len(talk.chunks) == 24
    rows: dict[tuple[str, str], list[Pair]] = {}
    for pair in talk.pairs:
        rows.setdefault((pair.kind, pair.query), []).append(pair)
    wide, either = "the budget", pairs.searched("What did Bea say about the cost of the budget?", ("Ola", "Bea", "Chi"))
    assert "Bea" not in either
    assert set(rows) == {(kind, query) for kind in ("marked", "marked_window") for query in (wide, either)}
    assert [pair.first for pair in rows["marked", wide]] == [6, 7]  # lines 7 and 8
    assert [pair.first for pair in rows["marked", either]] == [0, 1, 19, 20, 21, 22]
    for pair in rows["marked_window", wide]:
        assert pair.others == tuple(range(4, 16))
        assert set(range(pair.first, pair.last + 1)) <= set(pair.others)
    assert len(rows["marked_window", wide]) == 8
    assert sorted(pair.first for pair in rows["marked_window", either]) == [19, 20]
