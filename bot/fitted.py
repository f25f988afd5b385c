"""The fitted weights: one file, `bot/fitted.json`, made by one command, `make fit` (`eval/fitting.py`).

Each group is a linear model: names of features to weights.  docs/benchmarks.md says what they were fitted on and what
each part is worth.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

_FILE = "fitted.json"
_VERSION = 1


@dataclass(frozen=True)
class Fitted:
    """Weights by feature.

    `fact` and `discussion` rank chunks for the two kinds of question, `region` ranks where a discussion is held
    (`bot.retrieval.ranking`); `sentence` ranks sentences, `said` and `theirs` are logistic and have a "bias"
    (`bot.quotes.choosing`).
    """

    fact: Mapping[str, float]
    discussion: Mapping[str, float]
    region: Mapping[str, float]
    sentence: Mapping[str, float]
    said: Mapping[str, float]
    theirs: Mapping[str, float]

    @classmethod
    @cache
    def packaged(cls) -> Fitted:
        """The weights that come with the package."""
        return cls.from_json(resources.files("bot").joinpath(_FILE).read_text(encoding="utf-8"))

    @classmethod
    def read(cls, path: Path) -> Fitted:
        """Weights from another file, such as those that were fitted without a part of the data."""
        return cls.from_json(path.read_text(encoding="utf-8"))

    @classmethod
    def from_json(cls, text: str) -> Fitted:
        """Raises ValueError for weights of another version."""
        data = json.loads(text)
        if data.get("version") != _VERSION:
            raise ValueError(f"fitted weights of version {data.get('version')!r}; expected {_VERSION}: run `make fit`")
        return cls(**data["weights"])

    def to_json(self, about: Mapping[str, Any]) -> str:
        """The file; `about` says how and on what the weights were fitted."""
        weights = {
            group: {name: round(value, 5) for name, value in part.items()} for group, part in asdict(self).items()
        }
        return json.dumps({"version": _VERSION, "about": about, "weights": weights}, indent=1) + "\n"
