"""A question to the passages worth reading.

    question ─► hits of four rankings ─► evidence, a row a chunk ─► scores ─► ranking of utterances, passages

Vectors and BM25, over turns and over windows of turns, find chunks; `bot.retrieval.ranking` weighs what
`bot.retrieval.gathering` knows of each.  The unit that is read is not the unit that is found: a passage is a found
chunk with the sentences around it, across turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bot.config import Retrieval
from bot.questions.kinds import Kind, read_kind, subject_of
from bot.questions.whose import SpeakerQuestion
from bot.retrieval import ranking
from bot.retrieval.gathering import gather
from bot.retrieval.passages import Hit, Passage, Stretch
from bot.speakers.registry import rows_of
from bot.store.chunking import Chunk, group_of
from bot.store.indexes import Indexes
from bot.store.revisions import RevisionGone
from bot.store.store import Store
from bot.transcripts.transcript import Transcript
from bot.words.sentences import Span, sentence_spans
from bot.words.traits import traits_of
from embeddings.lexical import ENGLISH, stemmer_of, stemmers_of, stems

Hits = list[tuple[str, float]]

SPOKEN = 0.75
"""Share of the question's words, by rarity, from which on somebody who says them speaks to it."""
_SPOKEN_READ = 3  # chunks that are read for that


@dataclass(frozen=True)
class Found:
    """What a search found.

    `ranking` places utterances (transcript id, utterance, score), each once, best first.  Of a question about somebody
    the passages may hold some by others, which tell whether it is somebody else who says it.
    """

    ranking: tuple[tuple[str, int, float], ...]
    passages: tuple[Passage, ...]


def search(library: Store, question: str, named: SpeakerQuestion, transcripts: Sequence[str] = ()) -> Found:
    """Utterances ranked for a question, and the passages to read.

    `named` says who is asked about (`bot.questions.whose.read_question`); `transcripts` (ids) keeps only what is said
    in these.  Raises LibraryError for an unknown transcript.
    """
    try:
        return _search(library, question, named, transcripts)
    except RevisionGone:  # a transcript was replaced between finding it and opening it; the new one is there now
        return _search(library, question, named, transcripts)


def _search(library: Store, question: str, named: SpeakerQuestion, transcripts: Sequence[str]) -> Found:
    scope = look_up(library, question, named, transcripts)
    if scope is None:
        return Found((), ())
    return Found(_rank_utterances(scope), _passages(scope, named, library.settings.retrieval))


def content_words(named: SpeakerQuestion, stemmer: str = ENGLISH) -> list[str]:
    """The stems of what is asked about, without the names in it where something is left."""
    texts = (subject_of(named.words), subject_of(named.topic), named.topic)
    return next((found for text in texts if (found := stems(text, stemmer))), [])


@dataclass(frozen=True)
class Scope:
    """Every chunk of the transcripts that a search touched, with what is known of it and how it scores.

    `chunks` and all arrays go by row, transcript after transcript.  `scores` rank turns, `content` are the scores
    without who speaks, `order` are scores for the ranking, in which the `head` best turns come first and then the
    region where they stand.
    """

    kind: Kind
    head: int
    chunks: tuple[Chunk, ...]
    texts: Mapping[str, Transcript]
    evidence: ranking.Evidence
    features: Mapping[str, ranking.Rows]
    scores: ranking.Rows
    content: ranking.Rows
    order: ranking.Rows

    def speaker(self, row: int) -> str:
        return self.texts[self.chunks[row].group].utterances[self.chunks[row].first].speaker


def look_up(library: Store, question: str, named: SpeakerQuestion, transcripts: Sequence[str] = ()) -> Scope | None:
    """What the indexes and the texts say of a question; None when there is nothing to search in."""
    kind = read_kind(question)
    chosen = {library.entry(id).group for id in transcripts}
    vector = library.encoder.embed_query(subject_of(named.topic))
    hits = library.settings.retrieval.hits
    with library.searching() as indexes:
        _check_names(named, indexes)
        known = {group: entry for group, entry in indexes.entries.items() if not chosen or group in chosen}
        if not known:
            return None
        # The question is stemmed in each language in which it may be answered.
        languages = (entry.language for entry in known.values())
        asked = {stemmer: content_words(named, stemmer) for stemmer in stemmers_of(languages)}
        words = [word for found in asked.values() for word in found]
        where = {"group": sorted(known)} if chosen else {}
        found = {
            (unit, name): dict(_known_hits(fetch, hits, known))
            for unit in ("turns", "windows")
            for name, fetch in (
                ("meaning", _by_vector(indexes, unit, vector, where)),
                ("words", _by_words(indexes, unit, words, where)),
            )
        }
        if named.speakers and len(found["turns", "meaning"]) >= hits:
            # In a large library those who are asked about may be drowned out by others.
            for rows in rows_of(named.speakers, {group: entry.called for group, entry in known.items()}):
                theirs = where | rows
                found["turns", "meaning"] |= _known_hits(_by_vector(indexes, "turns", vector, theirs), hits, known)
                found["turns", "words"] |= _known_hits(_by_words(indexes, "turns", words, theirs), hits, known)
        groups = _best_groups(found, list(known), library.settings.retrieval.transcripts)
        chunks = tuple(chunk for group in groups for chunk in indexes.chunks(group))
        rarity = indexes.words["turns"].weights(sorted(set(words)))
    if not chunks:
        return None
    texts = {group: library.revision(known[group].revision) for group in groups}
    fits = {group: kind.date.fits(known[group].date) for group in groups}
    evidence = gather(found, chunks, texts, named, fits, asked, rarity)
    return _weigh(evidence, chunks, texts, kind, library)


def _weigh(
    evidence: ranking.Evidence,
    chunks: tuple[Chunk, ...],
    texts: Mapping[str, Transcript],
    kind: Kind,
    library: Store,
) -> Scope:
    fitted, settings = library.settings.fitted, library.settings.retrieval
    features = ranking.features(evidence)
    weights = fitted.discussion if kind.discussion else fitted.fact
    scores = ranking.weigh(features, weights)
    content = ranking.weigh(features, weights, without=ranking.SPEAKER_FEATURES)
    two = bool(evidence.two_party[int(np.argmax(scores))])
    head = settings.discussion_head if kind.discussion else settings.fact_head if two else settings.fact_head_of_many
    order = with_head(scores, ranking.weigh(features, fitted.region), head)
    return Scope(kind, head, chunks, texts, evidence, features, scores, content, order)


def with_head(scores: ranking.Rows, region: ranking.Rows, head: int) -> ranking.Rows:
    """Region scores, with the best `head` rows of `scores` above all of them."""
    order = np.asarray(region - region.max(initial=0.0) - 1.0)
    best = np.argsort(-scores, kind="stable")[:head]
    order[best] = scores[best] - scores[best].min(initial=np.inf)
    return order


# --- what is searched --------------------------------------------------------------------------------------------


def _by_vector(
    indexes: Indexes, kind: str, vector: Sequence[float], where: Mapping[str, Sequence[str]]
) -> Callable[[int], Hits]:
    return lambda count: indexes.vectors.nearest(kind, vector, count, where)


def _by_words(
    indexes: Indexes, kind: str, words: Sequence[str], where: Mapping[str, Sequence[str]]
) -> Callable[[int], Hits]:
    return lambda count: indexes.words[kind].nearest(words, count, where)


def _known_hits(fetch: Callable[[int], Hits], count: int, known: Mapping[str, Any]) -> Hits:
    """The best `count` hits that are in the library.

    A writer that is at work, or was killed, leaves rows of transcripts that are not (yet) in it; ask for more then.
    """
    asked = count
    while True:
        hits = fetch(asked)
        kept = [hit for hit in hits if group_of(hit[0]) in known]
        if len(kept) >= count or len(hits) < asked:
            return kept[:count]
        asked *= 2


def _check_names(named: SpeakerQuestion, indexes: Indexes) -> None:
    """Raises RevisionGone when somebody was renamed after the question was understood: nobody would be called so."""
    heard = {speaker for entry in indexes.entries.values() for speaker in entry.speakers}
    if lost := {*named.speakers, *named.mentioned} - heard:
        raise RevisionGone(f"{', '.join(sorted(lost))} was renamed or removed meanwhile; ask again")


def _best_groups(found: Mapping[tuple[str, str], Mapping[str, float]], known: Sequence[str], count: int) -> list[str]:
    """The transcripts whose best chunk stands highest in one of the rankings, in the library's order."""
    best: dict[str, int] = {}
    for ranked in found.values():
        for place, id in enumerate(sorted(ranked, key=lambda id: -ranked[id])):
            group = group_of(id)
            best[group] = min(place, best.get(group, place))
    order = {group: at for at, group in enumerate(known)}
    return sorted(sorted(best, key=lambda group: (best[group], order[group]))[:count], key=lambda group: order[group])


# --- what is returned --------------------------------------------------------------------------------------------


def _rank_utterances(scope: Scope) -> tuple[tuple[str, int, float], ...]:
    best: dict[tuple[str, int], float] = {}
    for row in np.flatnonzero(scope.evidence.pool):
        chunk, score = scope.chunks[row], float(scope.order[row])
        key = (chunk.group, chunk.first)
        best[key] = max(score, best.get(key, -np.inf))
    order = {group: position for position, group in enumerate(scope.texts)}
    ranked = sorted(best.items(), key=lambda item: (-item[1], order[item[0][0]], item[0][1]))
    return tuple((scope.texts[group].id, utterance, score) for (group, utterance), score in ranked)


def _passages(scope: Scope, named: SpeakerQuestion, settings: Retrieval) -> tuple[Passage, ...]:
    """The best chunks, each with the sentences around it; nothing is read twice.

    Where words of certain people are asked for, only theirs are found; but as soon as anybody is named, the best chunks
    of others are read too, since it may be they who say it.
    """
    rows = [int(row) for row in np.argsort(-scope.scores, kind="stable") if scope.evidence.pool[row]]
    people = {*named.speakers, *named.mentioned}
    if people:
        by_content = sorted(rows, key=lambda row: -scope.content[row])
        others = [row for row in by_content if scope.speaker(row) not in people][: settings.others]
        spoken: list[int] = []
        if named.speakers:
            rows = [row for row in rows if scope.speaker(row) in people]
            # Nobody may be said not to say what they do say, in the very words asked, however it ranks.
            cover = scope.evidence.cover
            spoken = sorted((row for row in rows if cover[row] >= SPOKEN), key=lambda row: -cover[row])[:_SPOKEN_READ]
        rows = list(dict.fromkeys([*rows[: settings.chunks], *spoken, *others]))
    else:
        rows = rows[: settings.chunks]
    passages: list[Passage] = []
    sentences_of: dict[str, list[tuple[int, int, int]]] = {}
    read: dict[tuple[str, int, int, int], int] = {}  # sentence: its passage
    for row in _without_repeats(rows, scope):
        chunk = scope.chunks[row]
        group = chunk.group
        hit = Hit(
            utterance=chunk.first,
            start=chunk.start,
            end=chunk.end,
            speaker=scope.speaker(row),
            score=float(scope.scores[row]),
            content=float(scope.content[row]),
            signals={
                "meaning": float(scope.evidence.meaning[row]),
                "cover": float(scope.evidence.cover[row]),
                "two_party": float(scope.evidence.two_party[row]),
            },
        )
        sentences = sentences_of.setdefault(group, _all_sentences(scope.texts[group]))
        touched = [
            at
            for at, (utterance, start, end) in enumerate(sentences)
            if utterance == chunk.first and start < chunk.end and end > chunk.start
        ]
        holders = {read.get((group, *sentences[at])) for at in touched}
        if None not in holders:
            at = min(holder for holder in holders if holder is not None)
            passages[at] = replace(passages[at], hits=(*passages[at].hits, hit))
            continue
        begin, finish = max(0, touched[0] - settings.context_sentences), touched[-1] + 1 + settings.context_sentences
        fresh = [s for s in sentences[begin:finish] if (group, *s) not in read]
        read |= {(group, *sentence): len(passages) for sentence in fresh}
        text = scope.texts[group]
        passages.append(Passage(text.id, text.revision, _stretches(fresh), (hit,)))
    return tuple(passages)


_REPEATED = 0.9  # share of stems in common by which one stretch repeats another
_REPEATABLE = 8  # stems; shorter stretches are alike by chance


def _without_repeats(rows: Sequence[int], scope: Scope) -> list[int]:
    """The rows without those that say again, nearly to the word, what a better row says: jingles, repeats, re-runs."""
    kept: dict[int, frozenset[str]] = {}
    for row in rows:
        chunk = scope.chunks[row]
        transcript = scope.texts[chunk.group]
        text = transcript.utterances[chunk.first].text[chunk.start : chunk.end]
        held = traits_of(text, stemmer_of(transcript.language)).stems
        again = len(held) >= _REPEATABLE and any(
            len(held & other) >= _REPEATED * len(held | other) for other in kept.values()
        )
        if not again:
            kept[row] = held
    return list(kept)


def _all_sentences(transcript: Transcript) -> list[tuple[int, int, int]]:
    return [(u.index, start, end) for u in transcript.utterances for start, end in sentence_spans(u.text)]


def _stretches(sentences: Sequence[tuple[int, int, int]]) -> tuple[Stretch, ...]:
    """Sentences joined to one stretch an utterance."""
    joined: dict[int, Span] = {}
    for utterance, start, end in sentences:
        begin, finish = joined.get(utterance, (start, end))
        joined[utterance] = (min(begin, start), max(finish, end))
    return tuple(Stretch(utterance, start, end) for utterance, (start, end) in sorted(joined.items()))
