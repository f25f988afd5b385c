"""What imports what, and what stays light."""

from __future__ import annotations

import ast
import graphlib
import re
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
# What stands in bot/, in reading order: each imports only what stands before it.
READING_ORDER = (
    "errors",
    "fitted",
    "config",
    "words",
    "transcripts",
    "speakers",
    "store",
    "questions",
    "retrieval",
    "quotes",
    "counts",
    "verifying",
    "checking",
    "models",
    "answers",
    "answering",
    "library",
    "commands",
    "cli",
)
LONGEST_FILE, LONGEST_FUNCTION = 600, 60  # lines; in bot/
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


def modules_of(folder: Path) -> dict[str, Path]:
    """The modules in a folder by dotted name; a package is its `__init__`."""
    paths = folder.rglob("*.py")
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def imports_of(path: Path, modules: dict[str, Path]) -> set[str]:
    """The modules, of these, that a module imports anywhere: in functions and for types too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in modules else node.module for name in whole}
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}: a relative import hides its package"
    return found & set(modules)


def test_the_reading_order_names_everything_in_bot() -> None:
    """A package or module that is new finds its place in the order before it is used."""
    there = {path.stem for path in (ROOT / "bot").glob("*.py")} | {
        path.parent.name for path in (ROOT / "bot").glob("*/__init__.py")
    }
    assert there - {"__init__"} == set(READING_ORDER)


@pytest.mark.parametrize("name", READING_ORDER)
def test_a_package_imports_only_what_is_read_before_it(name: str) -> None:
    """Lazy and type-only imports count: they are arrows too."""
    modules = modules_of(ROOT / "bot")
    later = READING_ORDER[READING_ORDER.index(name) + 1 :]
    for module, path in modules.items():
        if module.split(".")[1:2] == [name]:
            wrong = {one for one in imports_of(path, modules) if one.split(".")[1:2] and one.split(".")[1] in later}
            assert not wrong, f"{module} imports what stands after it: {sorted(wrong)}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Siblings in a package neither.  `bot` itself is left out: it is the door, and names everything for types."""
    modules = modules_of(ROOT / "bot")
    del modules["bot"]
    arrows = {name: imports_of(path, modules) - {name} for name, path in modules.items()}
    graphlib.TopologicalSorter(arrows).prepare()  # raises CycleError, which names the circle


def test_files_and_functions_can_be_taken_in_at_a_glance() -> None:
    """A longer file says why at its top ("Long because …")."""
    for path in (ROOT / "bot").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        assert len(text.splitlines()) <= LONGEST_FILE or "Long because" in (ast.get_docstring(tree) or ""), path
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                assert lines <= LONGEST_FUNCTION, f"{path}: {node.name} has {lines} lines"


def test_a_package_says_what_it_is_for() -> None:
    """Each `__init__` tells what goes in and what comes out."""
    for path in (ROOT / "bot").glob("*/__init__.py"):
        told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert re.search(r"\bIn: .*\bOut: ", told, re.DOTALL), path


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_commands_are_on_top(package: str) -> None:
    """Nothing imports `bot.commands` but `bot.cli`, and nothing imports that."""
    for path in (ROOT / package).rglob("*.py"):
        modules = imported_modules(path)
        if path.parent != COMMANDS:
            assert path == CLI or not any(name.startswith("bot.commands") for name in modules), path
        assert "bot.cli" not in modules, path


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
    # A module of that name would take its place as soon as anything imports the module.
    assert not {name.split(".")[1] for name in modules_of(ROOT / "bot") if "." in name} & set(bot.__all__)
