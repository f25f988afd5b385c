"""Reading HTML: Podcasting 2.0's cites, names in bold, and the page around them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from bot.errors import TranscriptError
from bot.transcripts.formats import read_bytes
from bot.transcripts.formats.text import fold_white
from bot.transcripts.transcript import Item
from tests.conftest import shared
from tests.transcripts.formats.locating import read_and_locate, turns

PAGE = """<!DOCTYPE html>
<!-- saved -->
<html lang="en-GB"><head><title>Episode 4 &amp; more</title><style>p { color: red }</style>
<script>if (a < b) "<p>"</script></head><body>
<nav><a href="/">Home</a> | <a href="/all">All</a></nav><h1>Transcript</h1>
{}
<footer>(c) us</footer></body></html>
"""

CITED = """<cite>Kevin:</cite> <time>0:09</time>
<p>It fell by <em>18</em> per cent,
and we th<b>in</b>k so. AT&amp;T &#39;did&#39;.</p>
<p>It did.</p>
<cite>Alban :</cite><time>1:00:30</time><p>Did it?<br>Really?</p>
<cite>Kevin</cite>
<time>1:00:35</time>
<p>I read <cite>Moby Dick</cite> at <time>10:30</time>.</p>"""

CITED_TURNS = [
    ("Kevin", "It fell by 18 per cent, and we think so. AT&T 'did'. It did.", 9.0),
    ("Alban", "Did it? Really?", 3630.0),
    ("Kevin", "I read Moby Dick at 10:30.", 3635.0),
]


@pytest.mark.parametrize("text", [CITED, PAGE.replace("{}", CITED), CITED.replace("\n", " ")])
def test_cites(text: str) -> None:
    """A name, a time, paragraphs; a cite or a time within a sentence is words."""
    transcript = read_and_locate(text.encode(), "talk.html")
    assert [(turn.label, turn.text, turn.start) for turn in transcript.utterances] == CITED_TURNS


def test_the_page_around_is_reported() -> None:
    """Every text node that is not speech, with its reason; title and language are the page's."""
    transcript = read_bytes(PAGE.replace("{}", f"<p>By us</p>{CITED}<div>Subscribe!</div>").encode(), "talk.html")
    assert transcript.report.by_reason() == {
        "page title": 1,
        "style": 1,
        "script": 1,
        "navigation": 3,
        "heading": 1,
        "before the first speaker": 1,
        "outside of a paragraph": 1,
        "page footer": 1,
    }
    assert (transcript.title, transcript.language) == ("Episode 4 & more", "en-GB")
    assert transcript.utterances[1].place == Item("text node 19 to text node 20")


@pytest.mark.parametrize(
    "turn",
    [
        "<p><strong>{}:</strong> {}</p>",
        "<p><b>{}</b>: {}</p>",
        "<p>{}: {}</p>",
        "<div><span class='who'>{}:</span> <span>{}</span></div>",
        "<p><cite>{}:</cite> {}</p>",
        "{}: {}<br>\n",
        "<li><p>{}: {}",
    ],
)
def test_names_in_the_words(turn: str) -> None:
    """Pages that know no cite: the shapes of labelled text, in bold or not."""
    said = [("Ana Silva", "It fell."), ("Tom Roe", "Did it?"), ("Ana Silva", "By 18 per cent."), ("Tom Roe", "Oh.")]
    body = "".join(turn.format(label, words) for label, words in said)
    assert turns(PAGE.replace("{}", body), "talk.html") == said


def test_times_in_paragraphs_of_their_own() -> None:
    body = "".join(
        f"<p>0:{at:02d}</p><p><b>{who}:</b> Yes, {at}.</p>" for at, who in [(3, "Ana"), (7, "Tom"), (9, "Ana")]
    )
    transcript = read_and_locate(PAGE.replace("{}", body).encode(), "talk.htm")
    assert [(turn.label, turn.start) for turn in transcript.utterances] == [("Ana", 3.0), ("Tom", 7.0), ("Ana", 9.0)]


def test_without_names() -> None:
    """A paragraph a turn, by nobody that is named; a stage direction is none."""
    assert turns("<p>One.</p>\n<p>[music]</p><p>Two.</p>", "talk.html") == [("", "One."), ("", "Two.")]


@pytest.mark.parametrize(
    "text", ["<p>One <!-- two -->and</x> three.</p></div>tail", "<p>One &copy; &lt;b&gt; 2 < 3.<p>Two"]
)
def test_odd_markup(text: str) -> None:
    """Reader and locator count text nodes alike where tags are stray, missing or no tags."""
    assert turns(text, "talk.html")


@pytest.mark.parametrize("element", ["div", "b", "ul"])
def test_deep_nesting_is_refused(element: str) -> None:
    """Parsers take hours for it."""
    with pytest.raises(TranscriptError, match="nested more than"):
        read_bytes(f"<{element}>".encode() * 100_000, "talk.html")


def test_numbers_and_times_that_are_said() -> None:
    """Paragraphs of digits are words, though they look like times; those in `<time>` are none."""
    page = "<cite>Ana:</cite><time>0:01</time><p>When?</p><cite>Tom:</cite><time>0:03</time><p>1984.</p><p>10:30.</p>"
    transcript = read_and_locate(page.encode(), "talk.html")
    assert [(turn.label, turn.text) for turn in transcript.utterances] == [("Ana", "When?"), ("Tom", "1984. 10:30.")]


class _Text(HTMLParser):
    """Cites and paragraphs, by another parser."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cites: list[str] = []
        self.paragraphs = ""
        self.nodes = 0
        self._tag = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._tag = tag

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""

    def handle_data(self, data: str) -> None:
        self.nodes += bool(data.strip())
        if self._tag == "cite":
            self.cites.append(data.strip(": "))
        elif self._tag == "p":
            self.paragraphs += f" {data}"


@pytest.mark.parametrize("name", ["buzzcast.html", "podcastindex_example.html"])
def test_real_files_against_another_parser(name: str) -> None:
    """The same names, words, times and number of text nodes."""
    data = shared(f"formats/podcast-html/{name}").read_bytes()
    transcript, other = read_and_locate(data, name), _Text(data.decode())
    assert [turn.label for turn in transcript.utterances] == other.cites
    assert " ".join(turn.text for turn in transcript.utterances) == fold_white(other.paragraphs)
    assert (transcript.report.units, transcript.report.unspoken) == (other.nodes, ())
    times = re.findall(r"<time>([\d:]+)</time>", data.decode())
    assert [turn.start for turn in transcript.utterances] == [
        sum(int(part) * 60**power for power, part in enumerate(reversed(time.split(":")))) for time in times
    ]
