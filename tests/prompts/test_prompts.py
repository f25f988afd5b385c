"""Prompts are files with strict variables."""

from __future__ import annotations

from importlib import resources

import pytest

from prompts import Prompt

NAMES = sorted(
    file.name.removesuffix(".md") for file in resources.files("prompts").iterdir() if file.name.endswith(".md")
)


def test_there_are_prompts() -> None:
    assert NAMES == ["answer", "standalone"]


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_begins_with_a_system_message_and_ends_with_the_user(name: str) -> None:
    roles = [role for role, _ in Prompt.read(name).messages]
    assert roles[0] == "system"
    assert roles[-1] == "user"


@pytest.mark.parametrize("name", NAMES)
def test_values_go_in_as_they_are(name: str) -> None:
    """Dollar signs, braces and variables in a value are text like any other."""
    prompt = Prompt.read(name)
    hostile = "costs $5 {question} ${question} $question %s {{x}}"
    messages = prompt.render(**dict.fromkeys(prompt.variables, hostile))
    assert hostile in str(messages[-1].content)
    assert messages[0].type == "system"


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_or_needless_value_is_an_error(name: str) -> None:
    prompt = Prompt.read(name)
    values = dict.fromkeys(prompt.variables, "x")
    with pytest.raises(ValueError, match=f"prompt {name} takes"):
        prompt.render(**values, other="x")
    values.popitem()
    with pytest.raises(ValueError, match=f"prompt {name} takes"):
        prompt.render(**values)
