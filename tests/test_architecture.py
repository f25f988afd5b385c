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
# The composition root: commands import the doors that they open.
CLI, COMMANDS = ROOT / "bot" / "cli.py", ROOT / "bot" / "commands"
HEAVY = ("torch", "gradio", "chromadb", "sentence_transformers")


def imported_modules(path: Path) -> set[str]:
    """What a module imports anywhere, inside functions too; of `from package import name` both may be modules."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def imported(path: Path) -> set[str]:
    """The top-level names of what a module imports."""
    return {name.split(".")[0] for name in imported_modules(path)}


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_the_arrows_hold(package: str) -> None:
    """A package imports only those that point to it."""
    for path in (ROOT / package).rglob("*.py"):
        if path.parent != COMMANDS:
            assert imported(path) & PACKAGES <= ALLOWED[package] | {package}, path


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_commands_are_on_top(package: str) -> None:
    """Nothing imports `bot.commands` but `bot.cli`, and nothing imports that."""
    for path in (ROOT / package).rglob("*.py"):
        modules = imported_modules(path)
        if path.parent != COMMANDS:
            assert path == CLI or not any(name.startswith("bot.commands") for name in modules), path
        assert "bot.cli" not in modules, path


@pytest.mark.parametrize("statement", ["import bot", "from bot.cli import main; main(['--help'])"])
def test_light(statement: str) -> None:
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
