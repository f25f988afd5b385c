"""What is copied and saved: the exact words with where they stand, and Markdown that shows them as they are."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot import Library, Quote, answer
from bot.verifying.article import verify_text
from bot.verifying.verification import Verification
from ui.conversations import Asked, Turn
from ui.export import conversation_html, conversation_markdown, escaped, quote_markdown, quote_text
from ui.wording import WORDING


class _Text(HTMLParser):
    """The text of HTML, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", set[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(markdown: str) -> _Text:
    """As CommonMark with tables, strikethrough and HTML is shown, by a reader that is not ours."""
    return _Text(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1).map(str.strip).filter(bool))
def test_escaped_markdown_shows_the_same_characters(raw: str) -> None:
    """One line of anything that can be typed is a paragraph of exactly these characters."""
    seen = rendered(escaped(raw))
    assert seen.text.strip() == raw
    assert seen.tags == {"p"}


@pytest.mark.parametrize(
    "raw", ["# no heading", "- no list", "1. no list", "> no quote", "    no code", "&amp; <b>", "a_b_c", "***"]
)
def test_escaped_markdown_is_text(raw: str) -> None:
    assert rendered(escaped(raw.strip())).text.strip() == raw.strip()


@pytest.fixture(scope="module")
def turns(samples: Library) -> list[Turn]:
    questions = [
        "What is the new gate's cost?",
        "What did Tom say about the Railway Hotel?",
        "Who sells bicycles on Mars?",
    ]
    return [Turn(q, Asked(), answer(q, samples, model="none")) for q in questions] + [Turn("Why?", message="Stopped.")]


def test_a_copied_quote_says_where_it_stands(turns: list[Turn]) -> None:
    """The words between quotation marks, who, in which file, on which line."""
    assert turns[0].answer
    quote = turns[0].answer.citations[0].quote
    assert quote_text(quote) == (
        "“One is the new gate, which was £540.” — Desmond Okoye, allotment committee (allotment-committee.txt), line 9"
    )
    assert quote_markdown(quote) == (
        "> One is the new gate, which was £540.\n>\n"
        "> — Desmond Okoye, allotment committee (allotment-committee.txt), line 9"
    )


@pytest.mark.parametrize("kind", ["Markdown", "HTML"])
def test_a_saved_conversation_has_everything(turns: list[Turn], kind: str) -> None:
    """Questions, what limited the search, leads, quotes with their places, refusals; and what verbatim means."""
    seen = rendered(conversation_markdown(turns)) if kind == "Markdown" else _Text(conversation_html(turns))
    said = " ".join(seen.text.split())
    for turn in turns:
        assert turn.question in said
        for citation in turn.answer.citations if turn.answer else ():
            assert citation.quote.text in said
            assert f"[{citation.number}]" in said
        for quote in turn.answer.elsewhere if turn.answer else ():
            assert quote.text in said
            assert str(quote.place) in said
    assert "Searched: only TOM FARRANT" in said
    assert "The transcripts do not say." in said
    assert "Stopped." in said
    assert WORDING.of_the_transcript in said
    assert not {"script", "img", "button"} & seen.tags


@pytest.mark.parametrize("copied", [quote_text, quote_markdown])
def test_what_was_copied_is_checked_as_it_stands(
    samples: Library, turns: list[Turn], copied: Callable[[Quote], str]
) -> None:
    """A quote with its citation is found, and ascribed to the one whom the citation names."""
    for turn in turns[:2]:
        assert turn.answer
        for quote in (*(citation.quote for citation in turn.answer.citations), *turn.answer.elsewhere):
            pasted = copied(quote)
            found = verify_text(pasted, samples)
            assert isinstance(found, Verification)
            assert (found.status, found.quotes[0].place) == ("found", quote.place)
            other = verify_text(pasted.replace(f"— {quote.speaker}", "— Yolanda Petrescu"), samples)
            assert isinstance(other, Verification)
            assert other.status == "said_by_other"
