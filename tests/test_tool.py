"""On Record as a tool for agents: the example in README, with a model that calls it as real ones do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from bot import Answer, Library

README = Path(__file__).parents[1] / "README.md"


class Agent(BaseChatModel):
    """Asks the tool what it was asked, then repeats what the tool said."""

    @property
    def _llm_type(self) -> str:
        return "agent"

    def bind_tools(self, tools: Any, **options: Any) -> Agent:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> ChatResult:
        last = messages[-1]
        if isinstance(last, ToolMessage):
            message = AIMessage(content=str(last.content))
        else:
            arguments = {"question": str(last.content)}
            call = {"name": "ask_transcripts", "args": arguments, "id": "1", "type": "tool_call"}
            message = AIMessage(content="", tool_calls=[call])
        return ChatResult(generations=[ChatGeneration(message=message)])


def run_readme_example(library: Library, model: BaseChatModel) -> Any:
    """The block of README that makes an agent, with this library and this model in place of its own."""
    (block,) = [
        text
        for text in re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
        if "create_agent" in text
    ]
    code = re.sub(r'Library\.open\("[^"]*"\)', "library", block)
    code, swapped = re.subn(r'create_agent\("[^"]*"', "create_agent(model", code)
    assert swapped == 1
    names: dict[str, Any] = {"library": library, "model": model}
    exec(compile(code, "README.md", "exec"), names)
    return names["result"]


def test_readme_example(samples: Library) -> None:
    """The agent's answer holds the quotes, and the artifact is the Answer."""
    result = run_readme_example(samples, Agent())
    (told,) = [message for message in result["messages"] if isinstance(message, ToolMessage)]
    assert isinstance(told.artifact, Answer)
    assert told.artifact.citations
    assert told.artifact.citations[0].quote.text in result["messages"][-1].content


def test_a_speaker_can_be_named(samples: Library) -> None:
    reply = samples.as_tool().invoke({"question": "How long does the crossing take?", "speaker": "Tom"})
    assert "TOM FARRANT" in reply


def test_what_cannot_be_asked_is_told_to_the_agent(samples: Library) -> None:
    """So that it can ask otherwise."""
    reply = samples.as_tool().invoke({"question": "How long does the crossing take?", "speaker": "Nobody Known"})
    assert reply.startswith("no speaker is called 'Nobody Known'")
