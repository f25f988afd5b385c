"""The encoder: what it remembers is what it would encode again."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings import encoder as module
from embeddings.encoder import Encoder

SENTENCES = ["The quay is old.", "Nobody has looked at it since the storm, which was in the winter of 1998.", "Why?"]


def test_token_vectors_are_those_of_the_text_alone(encoder: Encoder) -> None:
    """In a batch, alone and remembered: the same vectors up to rounding, and the same tokens."""
    fresh = Encoder(encoder._model, "fresh")
    together = fresh.encode_tokens(SENTENCES)
    again = fresh.encode_tokens([SENTENCES[2], SENTENCES[0], SENTENCES[2]])
    assert [id(found) for found in again] == [id(together[at]) for at in (2, 0, 2)]
    for text, found in zip(SENTENCES, together, strict=True):
        (alone,) = Encoder(encoder._model, "alone").encode_tokens([text])
        assert alone.ids == found.ids
        np.testing.assert_allclose(alone.tokens, found.tokens, atol=1e-4)
        np.testing.assert_allclose(alone.whole, found.whole, atol=1e-4)
        np.testing.assert_allclose(fresh.encode([text])[0], found.whole, atol=1e-4)


def test_what_was_not_asked_for_lately_is_forgotten(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory is bounded, and what is asked for again stays in it."""
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    fresh = Encoder(encoder._model, "fresh")
    assert len(fresh.encode_tokens(SENTENCES)) == 3
    assert list(fresh._lately) == SENTENCES[1:]
    fresh.encode_tokens([SENTENCES[1], SENTENCES[0]])
    assert list(fresh._lately) == [SENTENCES[1], SENTENCES[0]]
    assert fresh.encode_tokens([]) == []
