"""How well an encoder finds what is held out: podcasts and meetings that no stage of training saw.

    reply, asked   the question of a podcast ─► its chunk is among the first ten of the episode
    marked         the question of a meeting ─► share of its central chunks, of at most ten, among the first ten
    marked_window  the same ─► share of the first twenty windows that are wholly evidence

Vectors alone, without BM25 or anything else that the product weighs.  `mean`, of the four, chooses the checkpoint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from sentence_transformers import SentenceTransformer

from eval.training.episodes import Episode, Pair

_FIRST = 10
_FIRST_WINDOWS = 20
_MEASURED = ("reply", "asked", "marked", "marked_window")


class Validation:
    """The held-out part: so many podcasts and meetings of it, each the first in the order of their names."""

    def __init__(self, episodes: Iterable[Episode], podcasts: int, meetings: int) -> None:
        marked: list[Episode] = []
        talks: list[Episode] = []
        for episode in sorted(episodes, key=lambda episode: episode.name):
            (marked if any(pair.kind.startswith("marked") for pair in episode.pairs) else talks).append(episode)
        self.episodes = [
            episode.only([pair for pair in episode.pairs if pair.kind in _MEASURED])
            for episode in (*talks[:podcasts], *marked[:meetings])
        ]

    def measure(self, model: SentenceTransformer, dimensions: int | None = None) -> dict[str, float]:
        """Each figure between 0 and 1, a mean over questions, and their mean; of the first `dimensions` of vectors."""
        texts: list[str] = []
        starts: list[int] = []
        for episode in self.episodes:
            starts.append(len(texts))
            texts += [*episode.chunks, *(pair.query for pair in episode.pairs)]
            texts += [episode.window(number) for number in self._windows(episode)]
        on_gpu = model.device.type == "cuda"
        vectors = model.encode(
            texts,
            batch_size=512 if on_gpu else 32,
            normalize_embeddings=True,
            show_progress_bar=False,
            truncate_dim=dimensions,
        )
        found: dict[str, list[float]] = defaultdict(list)
        for episode, start in zip(self.episodes, starts, strict=True):
            middle = start + len(episode.chunks)
            end = middle + len(episode.pairs)
            windows = vectors[end : end + len(self._windows(episode))]
            self._score(episode, vectors[start:middle], vectors[middle:end], windows, found)
        figures = {kind: round(float(np.mean(values)), 4) for kind, values in sorted(found.items())}
        return figures | {"mean": round(float(np.mean(list(figures.values()))), 4)}

    @staticmethod
    def _windows(episode: Episode) -> range:
        """Windows are looked for in meetings alone: elsewhere nobody marked them."""
        marked = any(pair.kind == "marked_window" for pair in episode.pairs)
        return range(len(episode.windows)) if marked else range(0)

    def _score(
        self,
        episode: Episode,
        chunks: np.ndarray,
        queries: np.ndarray,
        windows: np.ndarray,
        found: dict[str, list[float]],
    ) -> None:
        asked: dict[tuple[str, str], list[tuple[int, Pair]]] = defaultdict(list)
        for row, pair in enumerate(episode.pairs):
            asked[pair.kind, pair.query].append((row, pair))
        for (kind, _), pairs in asked.items():
            query = queries[pairs[0][0]]
            if kind != "marked_window":
                first = set(_best(chunks @ query, _FIRST))
                hits = [pair.first in first for _, pair in pairs]
                found[kind].append(sum(hits) / min(len(hits), _FIRST))
            else:
                right = set(pairs[0][1].others)
                best = _best(windows @ query, _FIRST_WINDOWS)
                found[kind].append(
                    float(np.mean([right.issuperset(range(a, b + 1)) for a, b in (episode.windows[at] for at in best)]))
                )


def _best(scores: np.ndarray, count: int) -> Sequence[int]:
    return [int(row) for row in np.argsort(-scores, kind="stable")[:count]]
