"""gte-small out of its ONNX file, on a BERT of one layer that is exported in the same way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from eval.training import guide, train
from tests.eval.training import invented

# The exporter warns of branches that it follows only one way, and of an index that is never negative.
pytestmark = pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning", "ignore:Exporting aten")


class Positional(torch.nn.Module):
    """A BERT that takes its inputs in order, as the exporter hands them over; its parameters keep their names."""

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.embeddings, self.encoder = bert.embeddings, bert.encoder
        self._run = [bert]  # in a list, so that nothing is registered twice

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = self._run[0](input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
        return states


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT as ONNX, exported as gte-small was."""
    folder = tmp_path_factory.mktemp("exported")
    bert = invented.tiny_bert(folder)
    (folder / "onnx").mkdir()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = torch.ones((2, 5), dtype=torch.long)
    torch.onnx.export(
        Positional(bert),
        (example, example, torch.zeros_like(example)),
        str(folder / "onnx" / "model.onnx"),
        input_names=names,
        output_names=["last_hidden_state"],
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in (*names, "last_hidden_state")},
        dynamo=False,
    )
    return folder


def test_the_guide_is_the_same_model(exported: Path, tmp_path: Path) -> None:
    """All weights are found under the names of the export, and the vectors are those of onnxruntime."""
    assert guide.main([str(exported), str(tmp_path / "guide")]) == 0
    model = train.load(str(tmp_path / "guide"))
    assert model.encode(["The ferry sails at nine."]).shape == (1, 32)
    probes = list(guide._PROBES)
    original = guide._original(exported, model.tokenizer)
    np.testing.assert_allclose(model.encode(probes), original, atol=1e-4)


def test_another_model_is_no_guide(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Vectors that differ from the original's are refused, and so is a file without a weight."""
    parameters = guide._parameters
    spoilt = {
        "cosines with the original": lambda *a: {name: w * 1.5 + 0.1 for name, w in parameters(*a).items()},
        "the ONNX file has no encoder.layer.7": lambda model, wanted: parameters(
            model, ["encoder.layer.7.output.dense.weight"]
        ),
    }
    for words, change in spoilt.items():
        monkeypatch.setattr(guide, "_parameters", change)
        assert guide.main([str(exported), str(tmp_path / "guide")]) == 1
        assert words in capsys.readouterr().err
        assert not (tmp_path / "guide").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"), [([], 2, "ONNX_FOLDER OUT"), (["nowhere", "out"], 1, "nowhere has no config.json")]
)
def test_the_guide_refuses_in_one_line(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guide.main(arguments) == code
    said = capsys.readouterr().err
    assert words in said
    assert code == 2 or said.count("\n") == 1
