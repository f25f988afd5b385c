"""What is known of every chunk, put side by side: hits of four rankings and the texts ─► a row a chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from bot.questions.whose import SpeakerQuestion
from bot.retrieval import ranking
from bot.store.chunking import Chunk
from bot.transcripts.transcript import Transcript
from bot.words.traits import Traits, traits_of
from embeddings.lexical import stemmer_of


def gather(
    found: Mapping[tuple[str, str], Mapping[str, float]],
    chunks: Sequence[Chunk],
    texts: Mapping[str, Transcript],
    named: SpeakerQuestion,
    fits: Mapping[str, float],
    asked: Mapping[str, Sequence[str]],
    rarity: Mapping[str, float],
) -> ranking.Evidence:
    """One row a chunk; what was not found has the lowest cosine found, and no BM25.

    `found` are the scores of the hits, by ("turns" or "windows", "meaning" or "words") and id.  `fits`: how well the
    date of each transcript fits the question's.  `asked`: the question's stems by stemmer, `rarity`: what each weighs.
    """
    groups = [chunk.group for chunk in chunks]
    sizes = Counter(groups)
    stops = np.cumsum([sizes[group] for group in texts]).tolist()
    bounds = [(stop - sizes[group], stop) for group, stop in zip(texts, stops, strict=True)]
    signals, pool = _signals(found, chunks)
    speaking = {*named.speakers, *named.mentioned}
    turns = [texts[chunk.group].utterances[chunk.first] for chunk in chunks]
    stemmers = [stemmer_of(texts[group].language) for group in groups]
    traits = [  # reading every chunk of a large library would take seconds
        traits_of(turn.text[chunk.start : chunk.end], stemmer) if inside else _UNREAD
        for turn, chunk, stemmer, inside in zip(turns, chunks, stemmers, pool, strict=True)
    ]
    cover, around = _cover(traits, stemmers, bounds, asked, rarity)
    two_party = {group: float(_two_party(text)) for group, text in texts.items()}

    def column(name: str) -> np.ndarray:
        return np.array([getattr(trait, name) for trait in traits], dtype=float)

    return ranking.Evidence(
        bounds=tuple(bounds),
        pool=pool,
        meaning=signals["turns", "meaning"],
        window_meaning=np.maximum(signals["windows", "meaning"], signals["turns", "meaning"]),
        words=signals["turns", "words"],
        window_words=signals["windows", "words"],
        cover=cover,
        around=around,
        named=np.array([float(turn.speaker in speaking) for turn in turns]),
        two_party=np.array([two_party[group] for group in groups]),
        date=np.array([fits[group] for group in groups]),
        length=np.array([chunk.end - chunk.start for chunk in chunks], dtype=float),
        asks=column("asks"),
        first_person=column("first_person"),
    )


# --- what the searches say ---------------------------------------------------------------------------------------


def _signals(
    found: Mapping[tuple[str, str], Mapping[str, float]], chunks: Sequence[Chunk]
) -> tuple[dict[tuple[str, str], np.ndarray], np.ndarray]:
    """The scores of each ranking by row, those of a window for all chunks in it; and which rows any of them found."""
    row_of = {(chunk.group, chunk.first, chunk.start): row for row, chunk in enumerate(chunks)}
    signals: dict[tuple[str, str], np.ndarray] = {}
    pool = np.zeros(len(chunks), dtype=bool)
    for key, ranked in found.items():
        low = min(ranked.values(), default=0.0) if key[1] == "meaning" else 0.0
        signal = np.full(len(chunks), low)
        for id, score in ranked.items():
            hit = Chunk.from_id(id)
            row = row_of.get((hit.group, hit.first, hit.start))
            while row is not None and row < len(chunks) and _within(chunks[row], hit):
                signal[row] = max(signal[row], score)
                pool[row] = True
                row += 1
        signals[key] = signal
    return signals, pool


def _within(chunk: Chunk, hit: Chunk) -> bool:
    """Whether a chunk of a turn lies in a found chunk or window."""
    return chunk.group == hit.group and (chunk.first, chunk.end) <= (hit.last, hit.end)


# --- what the texts say ------------------------------------------------------------------------------------------

_UNREAD = Traits(frozenset(), asks=False, number=False, reason=False, time=False, first_person=0.0)


def _cover(
    traits: Sequence[Traits],
    stemmers: Sequence[str],
    bounds: Sequence[tuple[int, int]],
    asked: Mapping[str, Sequence[str]],
    rarity: Mapping[str, float],
) -> tuple[np.ndarray, np.ndarray]:
    """The share of the question's words, by rarity, that each chunk holds, and the same with its neighbours.

    Every chunk is asked for the stems of its own language.
    """
    cover, around = np.zeros(len(traits)), np.zeros(len(traits))
    for stemmer in dict.fromkeys(stemmers):
        words, theirs = sorted(set(asked[stemmer])), np.array(stemmers) == stemmer
        held = _held(traits, words)
        rare = np.array([rarity[word] for word in words])
        total = float(rare.sum()) or 1.0
        cover[theirs] = (held @ rare / total)[theirs]
        around[theirs] = (_with_neighbours(held, bounds) @ rare / total)[theirs]
    return cover, around


def _held(traits: Sequence[Traits], words: Sequence[str]) -> np.ndarray:
    """Which chunks hold which words; booleans of shape (chunks, words)."""
    return np.array([[word in trait.stems for word in words] for trait in traits], dtype=bool).reshape(
        len(traits), len(words)
    )


def _with_neighbours(held: np.ndarray, bounds: Sequence[tuple[int, int]]) -> np.ndarray:
    """What a chunk or one of its two neighbours in the transcript holds."""
    around = held.copy()
    for start, stop in bounds:
        around[start + 1 : stop] |= held[start : stop - 1]
        around[start : stop - 1] |= held[start + 1 : stop]
    return around


_PARTY = 0.05  # share of what is said by which somebody takes part in a conversation


def _two_party(transcript: Transcript) -> bool:
    """Whether two people have the conversation, whoever else is heard for a moment."""
    characters: Counter[str] = Counter()
    for utterance in transcript.utterances:
        characters[utterance.speaker] += len(utterance.text)
    return sum(count > _PARTY * characters.total() for count in characters.values()) == 2
