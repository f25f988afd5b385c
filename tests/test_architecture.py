"""What imports what, and what stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "embeddings": set(),
    "prompts": set(),
    "bot": {"embeddings", "prompts"},
    "ui": {"bot"},
    "eval": {"bot", "embeddings"},
}
PACKAGES = set(ALLOWED)
# The composition root imports the doors that it opens.
COMPOSITION_ROOT = ROOT / "bot" / "cli.py"
HEAVY = ("torch", "gradio", "chromadb", "sentence_transformers")


def imported(path: Path) -> set[str]:
    """Top-level names that a module imports anywhere, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_the_arrows_hold(package: str) -> None:
    """A package imports only those that point to it."""
    for path in (ROOT / package).rglob("*.py"):
        if path != COMPOSITION_ROOT:
            assert imported(path) & PACKAGES <= ALLOWED[package] | {package}, path


@pytest.mark.parametrize("statement", ["import bot", "from bot.cli import main; main(['--help'])"])
def test_importing_bot_and_asking_for_help_load_nothing_heavy(statement: str) -> None:
    """`import bot` and `onrecord --help` load none of the heavy libraries."""
    code = (
        "import sys, contextlib\n"
        f"with contextlib.suppress(SystemExit):\n    {statement}\n"
        f"print('HEAVY', sorted(set(sys.modules) & set({HEAVY!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip().endswith("HEAVY []")


def test_public_names_exist() -> None:
    """Every name that `bot` offers can be had."""
    import bot

    assert all(getattr(bot, name) is not None for name in bot.__all__)
