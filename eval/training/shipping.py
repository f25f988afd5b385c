"""A trained encoder becomes a bundled one.

    python -m eval.training.shipping MODEL_FOLDER

Takes a folder that sentence-transformers saved and writes `embeddings/speech/` of a BERT with mean pooling, 384
dimensions and 256 tokens, as all-MiniLM-L6-v2 is, or `embeddings/fast/` of a static table: the weights in half
precision, the tokenizer, and the few settings that are needed.  The model card and the licence in that folder stay as
they are.  What was written is loaded and compared with the original before it takes the place of the old one; then its
SHA-256 is written into `embeddings/encoder.py`, so the folder and that file belong in one commit.

Run it from the source tree: an installed package should not change itself.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings import encoder as encoder_module
from embeddings.encoder import BUNDLED, FAST, MINILM, Encoder, bundled_folder, sha256_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

LARGEST = {BUNDLED: 46_000_000, FAST: 16_000_000}  # bytes of model.safetensors, as the package may grow by it
SAME = 0.9999  # cosine of what is shipped with the original
_TOKENS, _DIMENSION = 256, 384

# Written out in their oldest form, because sentence-transformers 6 names classes that 5 does not have.
_SETTINGS: dict[str, Any] = {
    "modules.json": [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ],
    "sentence_bert_config.json": {"max_seq_length": _TOKENS, "do_lower_case": False},
    "1_Pooling/config.json": {"word_embedding_dimension": _DIMENSION, "pooling_mode_mean_tokens": True},
    "tokenizer_config.json": {
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": _TOKENS, "pad_token": "[PAD]",
        "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
    },
}  # fmt: skip


_TABLE: dict[str, Any] = {
    "modules.json": [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}]
}


class NotShipped(Exception):
    """The model is not one that can be shipped; the message says why.  Nothing was changed."""


def name_of(model: Path) -> str:
    """As which bundled encoder a model ships: BUNDLED, or FAST for a static table.

    Raises NotShipped where it is no folder of a model.
    """
    try:
        modules = json.loads((model / "modules.json").read_text(encoding="utf-8"))
        return FAST if any(module["type"].endswith(".StaticEmbedding") for module in modules) else BUNDLED
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NotShipped(f"{model}: no modules.json; a folder that sentence-transformers saved was expected") from None


def ship(model: Path, target: Path) -> str:
    """Write a model as the one to ship; returns the SHA-256 of its weights.

    Raises NotShipped when a file is missing, the weights are too large, or what was written does not give the vectors
    of the original; `target` is then as it was.
    """
    shipped_as = name_of(model)
    for name in ("model.safetensors", "tokenizer.json", *(["config.json"] if shipped_as == BUNDLED else [])):
        if not (model / name).is_file():
            raise NotShipped(f"{model} has no {name}; a folder that sentence-transformers saved was expected")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"  # a temporary folder itself is its owner's alone, and so would be its copy
        made.mkdir()
        _write(model, made, shipped_as)
        size, largest = (made / "model.safetensors").stat().st_size, LARGEST[shipped_as]
        if size > largest:
            raise NotShipped(
                f"the weights of {model} have {size:,} bytes in half precision, at most {largest:,} may be"
            )
        _compare(model, made, shipped_as)
        shutil.copytree(made, target, dirs_exist_ok=True)
    return sha256_of(target / "model.safetensors")


def _write(model: Path, made: Path, shipped_as: str) -> None:
    from safetensors.torch import load_file, save

    halves = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous()
        for name, tensor in load_file(model / "model.safetensors").items()
    }
    # Written by Python: safetensors itself makes a file that only its owner may read.
    (made / "model.safetensors").write_bytes(save(halves, metadata={"format": "pt"}))
    tokenizer = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer |= {"truncation": None, "padding": None}  # left over from training; the settings say how far it reads
    (made / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False) + "\n", encoding="utf-8")
    settings = _TABLE if shipped_as == FAST else _SETTINGS | {"config.json": _config(model)}
    for name, content in settings.items():
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _config(model: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((model / "config.json").read_text(encoding="utf-8"))
    for key in ("_name_or_path", "torch_dtype"):  # where it was trained, and an older name of the next line
        config.pop(key, None)
    config["dtype"] = "float32"  # as which the halves are loaded: a CPU reckons slower with halves
    return config


def _compare(model: Path, made: Path, shipped_as: str) -> None:
    """Raises NotShipped unless both give the same vectors, for lines of speech and for text that is too long."""
    original, shipped = (Encoder(_loaded(folder), str(folder)) for folder in (model, made))
    for what, expected, seen in (
        ("tokens at most", _TOKENS, original.max_tokens),
        ("dimensions", _DIMENSION, original.dimension),
    ):
        if shipped_as == BUNDLED and seen != expected:
            raise NotShipped(f"{model} has {seen} {what}, expected {expected}")
    talks = [sample.read_text(encoding="utf-8") for sample in resources.files("bot").joinpath("samples").iterdir()]
    texts = [line for talk in talks for line in talk.splitlines() if line.strip()][:200] + talks
    same = np.sum(original.encode(texts) * shipped.encode(texts), axis=1)
    if not (worst := float(same.min())) > SAME:  # also where it is no number: a weight may be too large for a half
        raise NotShipped(f"in half precision {model} gives other vectors: cosine {worst}, expected above {SAME}")


def _loaded(folder: Path) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True).float()


def write_sha256(name: str, sha256: str, source: Path) -> None:
    """Put the SHA-256 of a bundled encoder's weights into the code that checks it."""
    constant = {BUNDLED: "BUNDLED", FAST: "FAST"}[name]
    code = source.read_text(encoding="utf-8")
    code, places = re.subn(rf'(?m)^    {constant}: "[^"]*",$', f'    {constant}: "{sha256}",', code)
    if places != 1:
        raise NotShipped(f'{source}: one line {constant}: "…" was expected, there are {places}')
    source.write_text(code, encoding="utf-8")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    source = Path(encoder_module.__file__)
    try:
        name = name_of(Path(arguments[0]))
        target = bundled_folder(name)
        sha256 = ship(Path(arguments[0]), target)
        write_sha256(name, sha256, source)
    except NotShipped as error:
        print(f"not shipped: {error}", file=sys.stderr)
        return 1
    size = (target / "model.safetensors").stat().st_size
    print(f"{target}: {size:,} bytes, sha256 {sha256}, written into {source}; commit both")
    encoder_module.BUNDLED_SHA256[name] = sha256
    if name == BUNDLED and Encoder.load().fingerprint().matches(Encoder.load(MINILM).fingerprint()):
        print(f"beware: a library cannot tell this encoder from {MINILM}, they are too near", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
