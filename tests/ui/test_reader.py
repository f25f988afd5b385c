"""The transcript panel: its HTML, and what it does in a real browser."""

from __future__ import annotations

import datetime
import statistics
import urllib.error
import urllib.request
from collections.abc import Iterator
from html import escape as escaped
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import Library
from bot.transcripts.transcript import Lines, Piece, Reading, Transcript, Utterance
from tests.ui.browsing import Watched, free_port, needs_browser, on_screen, watching
from tests.ui.parsing import Parsed, made
from tests.ui.test_media import silence
from ui import reader
from ui.media import Recording
from ui.reader import Beside, message_html, shown_html, transcript_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from embeddings.encoder import Encoder

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> **bold** $$x$$ {{constructor}} ${alert(3)} `code` "
    "[l](javascript:alert(4)) </p></li></ol> &amp; \\ \"'"
)


# --- the HTML ----------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_words_are_shown_as_they_are(raw: str) -> None:
    """A browser shows the characters that went in; nothing is left that HTML or a template could read."""
    html = reader._plain(raw)
    assert Parsed(html).text == raw
    assert not set(html) & set("<>\"'`${}\\\r")


@pytest.mark.parametrize(("start", "end"), [(0, 5), (6, 12), (0, 12)])
def test_exactly_the_quoted_characters_are_marked(start: int, end: int) -> None:
    """<mark> holds the slice; the turn around it is whole."""
    transcript = made("Before.", "Aé<b> “x”*$", "After.")
    end = min(end, len("Aé<b> “x”*$"))
    seen = Parsed(transcript_html(transcript, "quote:talk@0:1:0:5", {1: (start, end)}))
    said = transcript.utterances[1].text
    assert seen.inside["mark"] == [said[start:end]]
    assert said in seen.inside["p"]
    assert all(place in seen.text for place in ("line 1", "line 2", "line 3", "0:20"))
    assert "To the quote" in seen.inside["button"]


def test_passage_is_called_one() -> None:
    """What stands under a refusal is no quote, here neither."""
    seen = Parsed(transcript_html(made("One.", "Two."), "passage:talk@0:1:0:3", {1: (0, 3)}))
    assert "To the passage" in seen.inside["button"]
    assert "To the quote" not in seen.text


def test_hostile_names_stay_text() -> None:
    """Speakers, titles, file names and keys bring no tag and no attribute of their own."""
    transcript = made("Yes.", HOSTILE, speakers=(HOSTILE,), source=HOSTILE)
    pages = [
        transcript_html(
            transcript, f"transcript:{HOSTILE}", {0: (0, 4)}, Beside(None, Recording(Path("x"), "audio/wav"))
        ),
        message_html(HOSTILE),
    ]
    for page in pages:
        seen = Parsed(page)
        assert HOSTILE in seen.text
        assert not {"script", "a", "img", "code", "strong"} & {tag for tag, _ in seen.tags}
        assert not [name for _, attributes in seen.tags for name in attributes if name.startswith("on")]
    seen = Parsed(pages[0])
    assert seen.having("data-shown") == [f"transcript:{HOSTILE}"]
    assert HOSTILE in seen.inside["p"]
    assert seen.inside["option"] == ["Any speaker", f"{HOSTILE} (2)"]


def test_header_says_what_it_is() -> None:
    """Title, file and day; how many of its speakers only a machine told apart."""
    transcript = made("One.", "Two.", "Three.", speakers=("Ana", "SPEAKER_01", "Speaker 2 (talk)"))
    seen = Parsed(transcript_html(transcript, "transcript:talk", {}, Beside(datetime.date(2024, 5, 12))))
    assert seen.inside["h2"] == ["A talk"]
    assert "talk.txt · 2024-05-12" in seen.inside["p"]
    assert "Labels made by a machine: 2 of 3 speakers. Say who they are under Library." in seen.inside["p"]
    assert not seen.having("data-to-mark")
    named = Parsed(transcript_html(made("One.", source="A talk"), "transcript:talk", {}))
    assert "machine" not in named.text
    assert "about" not in named.having("class")


def test_speakers_can_be_jumped_to() -> None:
    """Each once, in order of their first words, with how often they speak."""
    seen = Parsed(transcript_html(made("One.", "Two.", "Three."), "transcript:talk", {}))
    assert seen.inside["option"] == ["Any speaker", "Ana (2)", "Ben (1)"]
    assert seen.having("data-by") == ["0", "1", "0"]


def test_speaker_colours_are_stable() -> None:
    """A speaker has one colour, which names tell apart from the seventh on."""
    speakers = tuple(f"P. Number{letter}" for letter in "abcdefgh")
    page = transcript_html(made(*(["One."] * 9), speakers=speakers), "transcript:talk", {})
    assert [page.count(f'"speaker-{number}"') for number in range(8)] == [3, 1, 1, 1, 1, 1, 1, 0]


def test_times_play_where_there_is_a_recording() -> None:
    """Times are buttons then, and the quote's place has one of its own, at the time of its own words."""
    pieces = (Piece(0, Lines(1, 1), 3.25, 9.0), Piece(6, Lines(2, 2), 9.5, 4000.0))
    turn = Utterance(0, "Ana", "Ana", "First second.", pieces)
    transcript = Transcript("talk", "A talk", "t.vtt", "0" * 64, (turn,), Reading("made", "line", 2, 2, ()))
    marks = {0: (6, 12)}
    silent = Parsed(transcript_html(transcript, "quote:talk@0:0:6:12", marks))
    assert silent.having("data-play") == []
    assert "0:03" in silent.text
    sounding = Parsed(
        transcript_html(transcript, "quote:talk@0:0:6:12", marks, Beside(None, Recording(Path("t.mp4"), "video/mp4")))
    )
    assert sounding.having("data-play") == ["3.25", "9.5"]
    assert sounding.having("src") == ["/media/talk"]
    assert sounding.having("data-at") == ["9.5"]
    assert "video" in sounding.inside


def test_recording_without_times_is_not_cued() -> None:
    """A plain text has a player and nothing that claims to know where in it something is said."""
    turn = Utterance(0, "Ana", "Ana", "Words.", (Piece(0, Lines(1, 1)),))
    transcript = Transcript("talk", "A talk", "t.txt", "0" * 64, (turn,), Reading("made", "line", 1, 1, ()))
    beside = Beside(None, Recording(Path("t.mp3"), "audio/mpeg"))
    seen = Parsed(transcript_html(transcript, "quote:talk@0:0:0:5", {0: (0, 5)}, beside))
    assert "audio" in seen.inside
    assert not seen.having("data-at") + seen.having("data-play")


def test_long_transcript_is_whole() -> None:
    """Thousands of turns are shown; nothing is said to be left out where nothing is."""
    transcript = made(*(f"Turn number {number}." for number in range(8000)))
    html = transcript_html(transcript, "quote:talk@0:6000:0:4", {6000: (0, 4)})
    assert html.count("<li ") == 8000
    assert "not shown" not in html


def test_beyond_the_bound_the_turns_around_the_quote_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is counted, and each end has a button that goes on from there."""
    monkeypatch.setattr(reader, "SHOWN_UTTERANCES", 400)
    transcript = made(*(f"Turn number {number}." for number in range(2000)))
    key = "quote:talk@0:1200:0:4"
    seen = Parsed(transcript_html(transcript, key, {1200: (0, 4)}))
    assert len(seen.inside["li"]) == 400
    assert seen.inside["mark"] == ["Turn"]
    assert "1,000 earlier turns are not shown" in seen.text
    assert "600 later turns are not shown" in seen.text
    assert seen.having("data-first") == ["600", "1400"]
    assert seen.having("data-key") == [key, key]
    onward = Parsed(transcript_html(transcript, key, {1200: (0, 4)}, first=1400))
    assert "Turn number 1400." in onward.inside["p"]
    assert onward.having("data-first") == ["1000", "1800"]
    assert "mark" not in onward.inside
    last = Parsed(transcript_html(transcript, key, {1200: (0, 4)}, first=1800))
    assert len(last.inside["li"]) == 200
    assert last.having("data-first") == ["1400"]


@pytest.mark.parametrize(("at", "before", "after"), [(0, 0, 1600), (1999, 1600, 0), (150, 0, 1600)])
def test_window_at_the_ends(monkeypatch: pytest.MonkeyPatch, at: int, before: int, after: int) -> None:
    """Near an end the window is as long as elsewhere."""
    monkeypatch.setattr(reader, "SHOWN_UTTERANCES", 400)
    assert reader._window(2000, at) == (before, 2000 - after)


# --- a library in a browser --------------------------------------------------------------------------------------

TURNS = 8000


def stamp(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}:{second % 60:02d}.000"


def cue(start: int, end: int, speaker: str, words: str) -> str:
    return f"{stamp(start)} --> {stamp(end)}\n<v {speaker}>{words}\n\n"


def ten_hours() -> str:
    """A WebVTT file of ten hours: 8,000 turns, some 90,000 words."""
    people = ("Ana Berg", "Odd Quill", "Mara Lind", "Speaker 4")
    length = 36_000 / TURNS
    said = "in the matter of the quay wall and its mooring rings, we heard this"
    return "WEBVTT\n\n" + "".join(
        cue(int(n * length), int((n + 1) * length), people[n % 4], f"Item {n} {said}.") for n in range(TURNS)
    )


HARBOUR = "WEBVTT\n\n" + "".join(
    cue(n * 10, n * 10 + 10, ("Mara Quill", "Odd Berg", "Speaker 3")[n % 3], words)
    for n, words in enumerate(
        [f"Item {n}: the ferry sails at {n} o'clock, said the harbour office in its usual letter." for n in range(60)]
        + ["What about the İstanbul ferry?", f"The lighthouse says {escaped(HOSTILE)}", "Then good night."]
    )
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """A transcript with a recording, and one of ten hours without."""
    folder = tmp_path_factory.mktemp("reader")
    library = Library.open(folder / "library", encoder=encoder)
    (folder / "harbour.en.vtt").write_text(HARBOUR, encoding="utf-8")
    silence(folder / "harbour.wav", 700)
    library.add(folder / "harbour.en.vtt")
    library.edit("harbour-en", title=f"Harbour {HOSTILE}", date="2024-05-12")
    (folder / "long.vtt").write_text(ten_hours(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        # The panel reads no index, and that of ten hours takes minutes.
        patch.setattr("bot.store.adding.Adding._index", lambda *_: None)
        library.add(folder / "long.vtt")
    return library


def key_of(library: Library, id: str, utterance: int, words: str, kind: str = "quote") -> str:
    """The place of words in a turn."""
    start = library.transcript(id).utterances[utterance].text.index(words)
    return f"{kind}:{library.entry(id).group}:{utterance}:{start}:{start + len(words)}"


def test_what_a_browser_made_up_opens_nothing(library: Library) -> None:
    """One line, whatever it sends; and nothing at all for nothing."""
    group = library.entry("harbour-en").group
    assert shown_html(library, "") == ""
    for key in (
        "quote:x",
        f"quote:{group}:9999:0:4",
        f"quote:{group}:0:4:4",
        f"quote:{group}:0:0:99999",
        "quote:gone@000000000000:0:0:4",
        "transcript:../../etc/passwd",
        f"<b>:{group}",
    ):
        seen = Parsed(shown_html(library, key))
        assert seen.inside["h2"] != [""], key
        assert "ol" not in seen.inside, key
    whole = shown_html(library, "transcript:harbour-en", 10**8)
    assert whole.count("<li ") == 1


def test_shown_as_the_library_calls_it(library: Library) -> None:
    """Under the title and date that a person gave, with the recording that lies beside the file."""
    seen = Parsed(shown_html(library, key_of(library, "harbour-en", 3, "ferry sails")))
    assert seen.inside["h2"] == [f"Harbour {HOSTILE}"]
    assert "harbour.en.vtt · 2024-05-12" in seen.inside["p"]
    assert seen.inside["mark"] == ["ferry sails"]
    assert seen.having("src") == ["/media/harbour-en"]
    assert "src=" not in shown_html(library, "transcript:long")


@pytest.fixture(scope="module")
def url(library: Library) -> Iterator[str]:
    from ui.app import build_app, serve

    app = build_app(library)
    yield serve(app, port=free_port())
    app.close(verbose=False)


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[Watched]:
    yield from watching(browser, url)


def clicked(page: Page, key: str) -> None:
    """Click something that opens this place, as a citation does, and wait until it stands there."""
    page.evaluate(
        """key => {
            document.querySelector("#opener")?.remove();
            const button = document.createElement("button");
            button.id = "opener";
            button.dataset.show = key;
            button.style = "position: fixed; z-index: 99; top: 0; right: 0; width: 1rem; height: 1rem";
            button.ariaLabel = "Open";
            document.querySelector("main").append(button);
        }""",
        key,
    )
    page.click("#opener")
    page.evaluate("document.querySelector('#opener').remove()")
    page.wait_for_function("key => document.querySelector('#panel [data-shown]')?.dataset.shown === key", arg=key)


def milliseconds_to(page: Page, key: str) -> float:
    """From the click on a place until its words are seen with nothing over them."""
    page.evaluate(
        """() => {
            window.seen = null;
            let start = 0;
            const look = () => {
                const box = document.querySelector("#panel mark")?.getClientRects()[0];
                const top = box && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                if (top?.closest("mark")) window.seen = performance.now() - start;
                else requestAnimationFrame(look);
            };
            const clicked = () => { start = performance.now(); look(); };
            document.addEventListener("click", clicked, { capture: true, once: true });
        }"""
    )
    clicked(page, key)
    return float(page.wait_for_function("window.seen").json_value())


def in_the_middle(page: Page, selector: str) -> None:
    """Wait until an element has come to rest in the middle half of the window, with nothing over it."""
    page.wait_for_function(
        """selector => {
            const box = document.querySelector(selector)?.getClientRects()[0];
            return box && box.top > innerHeight / 4 && box.bottom < innerHeight * 0.9;
        }""",
        arg=selector,
    )
    page.wait_for_timeout(100)
    assert on_screen(page, selector)


@needs_browser
@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
def test_opens_at_the_quote_and_goes_back(watched: Watched, library: Library, width: int, height: int) -> None:
    """The mark in the middle, the focus on the heading, hostile text as text; "Back" opens what was open before."""
    page = watched.page
    page.set_viewport_size({"width": width, "height": height})
    first = key_of(library, "harbour-en", 40, "ferry sails at 40 o'clock")
    second = key_of(library, "harbour-en", 61, "The lighthouse says", kind="passage")
    clicked(page, first)
    in_the_middle(page, "#panel mark")
    assert page.inner_text("#panel mark") == "ferry sails at 40 o'clock"
    assert page.evaluate("document.activeElement.matches('#panel h2')")
    clicked(page, second)
    page.wait_for_timeout(200)
    assert on_screen(page, "#panel mark")
    assert page.locator("#panel li").nth(61).locator(".said").text_content() == f"The lighthouse says {HOSTILE}"
    assert page.locator("#panel h2").text_content() == f"Harbour {HOSTILE}"
    assert page.locator("#panel :is(script, img, a, strong, code)").count() == 0
    assert "dashed" in page.locator("#panel mark").evaluate("mark => getComputedStyle(mark).textDecorationStyle")
    page.go_back()
    page.wait_for_function("document.querySelector('#panel mark').textContent.startsWith('ferry')")
    page.locator("#panel").evaluate("panel => panel.scrollTo(0, 0)")
    page.get_by_role("button", name="To the quote").click()
    in_the_middle(page, "#panel mark")
    assert page.evaluate("document.activeElement.matches('#panel mark')")
    page.wait_for_timeout(500)  # Gradio complains of a request that a reload breaks off
    watched.reload()
    in_the_middle(page, "#panel mark")
    page.get_by_role("button", name="Close", exact=True).click()
    page.wait_for_function("!document.querySelector('#panel [data-shown]')")


@needs_browser
def test_search_within(watched: Watched, library: Library) -> None:
    """Counted and stepped through by keys, whatever the case; characters, not patterns; Escape only leaves it."""
    page = watched.page
    clicked(page, key_of(library, "harbour-en", 20, "ferry sails at 20"))
    field, count = page.get_by_label("Search this transcript"), page.locator("#panel [role=search] output")

    def counted(query: str, said: str) -> None:
        for typed, wanted in (("", ""), (query, said)):
            field.fill(typed)
            page.wait_for_function(
                """wanted => {
                    const count = document.querySelector("#panel [role=search] output").innerText;
                    return wanted ? count.endsWith(wanted) : count === "";
                }""",
                arg=wanted,
            )

    found = "[...CSS.highlights.get('found')].length"
    here = "[...CSS.highlights.get('found-here')].map(String).join()"
    counted("FERRY", " of 61")
    assert page.evaluate(found) == 61
    assert page.evaluate(here) == "ferry"
    first = int(count.inner_text().partition(" ")[0])
    assert 10 < first <= 21  # from where the reader is
    field.press("Enter")
    assert count.inner_text() == f"{first + 1} of 61"
    field.press("Shift+Enter")
    field.press("Shift+Enter")
    assert count.inner_text() == f"{first - 1} of 61"
    counted("  sails   AT 20 O’clock,", "1 of 1")  # over the edge of the mark; white space and apostrophes of any kind
    assert page.evaluate(here) == "sails at 20 o'clock,"
    counted("stanbul ferry", "1 of 1")
    assert page.evaluate(here) == "stanbul ferry"
    assert page.locator("#panel .found-here").inner_text().endswith("İstanbul ferry?")
    counted("${alert(3)} `code`", "1 of 1")
    counted(".*", "Nothing found")
    assert page.evaluate(found) == 0
    counted("good night", "1 of 1")
    field.press("Enter")
    assert count.inner_text() == "1 of 1"
    page.wait_for_timeout(200)
    assert on_screen(page, "#panel .found-here .said")
    field.press("Escape")
    assert page.input_value("#panel [type=search]") == ""
    assert page.evaluate(found) == 0
    assert page.evaluate("document.activeElement.matches('#panel h2')")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('#panel [data-shown]')")


@needs_browser
def test_jump_by_speaker(watched: Watched, library: Library) -> None:
    """From where the reader is, to and fro, round the ends; any speaker when nobody is chosen."""
    page = watched.page
    clicked(page, "transcript:harbour-en")
    said, jumped = page.locator("#panel [role=group] output"), page.locator("#panel .jumped .place")
    page.select_option("#panel select", label="Odd Berg (21)")
    assert said.inner_text() == "Turn 1 of 21"
    assert page.locator("#panel .jumped .who").inner_text() == "Odd Berg"
    onward, back = page.get_by_label("Their next turn"), page.get_by_label("Their previous turn")
    for expected in ("Turn 2 of 21", "Turn 3 of 21"):
        onward.click()
        page.wait_for_timeout(150)
        assert said.inner_text() == expected
    assert on_screen(page, "#panel .jumped .said")
    assert jumped.inner_text() == "line 25"
    for _ in range(3):
        back.click()
    assert said.inner_text() == "Turn 21 of 21"
    page.wait_for_timeout(200)
    assert on_screen(page, "#panel .jumped .said")


@needs_browser
def test_the_turns_before_and_after_are_a_click_away(
    watched: Watched, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the bound one reads on from where the turns shown begin or end."""
    monkeypatch.setattr(reader, "SHOWN_UTTERANCES", 30)
    page = watched.page
    clicked(page, key_of(library, "harbour-en", 40, "ferry sails"))
    assert page.locator("#panel li").first.locator(".place").inner_text() == "line 79"
    page.get_by_role("button", name="Show those before").click()
    page.wait_for_function("document.querySelector('#panel li .place').innerText === 'line 4'")
    page.wait_for_timeout(200)
    assert on_screen(page, "#panel .not-shown button")
    page.get_by_role("button", name="Show those after").click()
    page.wait_for_function("document.querySelector('#panel li .place').innerText === 'line 94'")
    page.wait_for_timeout(200)
    assert on_screen(page, "#panel li .said")
    assert page.locator("#panel ol").first.get_attribute("start") == "31"


def test_recording_is_served_as_strictly_as_the_page(url: str) -> None:
    """To this page alone: by the machine's own name, and no page elsewhere may embed it."""
    request = urllib.request.Request(f"{url}/media/harbour-en", headers={"Range": "bytes=0-3"})
    with urllib.request.urlopen(request, timeout=20) as response:
        assert (response.status, response.read()) == (206, b"RIFF")
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert "default-src 'self'" in response.headers["content-security-policy"]
    for path, host, status in (
        ("harbour-en", "evil.example", 400),
        ("long", None, 404),
        ("..%2Fharbour.wav", None, 404),
    ):
        request = urllib.request.Request(f"{url}/media/{path}", headers={"Host": host} if host else {})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=20)
        assert caught.value.code == status


@needs_browser
def test_recording_plays_from_the_quote(watched: Watched, library: Library) -> None:
    """A click on a quote plays from there, unless that is switched off, which is remembered; times play as well."""
    page = watched.page
    time = "document.querySelector('#panel audio').currentTime"
    paused = "document.querySelector('#panel audio').paused"
    clicked(page, key_of(library, "harbour-en", 40, "ferry sails"))
    page.wait_for_function(f"{time} > 400.1")
    assert page.evaluate(f"{time} < 410 && !{paused}")
    page.get_by_label("Play from 6:50").click()
    page.wait_for_function(f"{time} > 410.1")
    page.get_by_role("button", name="Play from here").click()
    page.wait_for_function(f"{time} > 400.1 && {time} < 410")
    page.get_by_label("Play when a quote is opened").uncheck()
    watched.reload()
    page.wait_for_selector("#panel mark")
    assert page.evaluate(f"{time} === 400 && {paused}")
    clicked(page, key_of(library, "harbour-en", 30, "ferry sails"))
    page.wait_for_function(f"{time} === 300")
    page.wait_for_timeout(200)
    assert page.evaluate(paused)
    assert not page.is_checked("#panel [type=checkbox]")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('audio')")


@needs_browser
def test_ten_hours_open_at_a_quote(watched: Watched, library: Library) -> None:
    """All of it, with the quote in view in about a second; it is searched and jumped in whole."""
    page = watched.page
    opened_in = []
    for number in (6000, 12, 7990):
        opened_in.append(milliseconds_to(page, key_of(library, "long", number, f"Item {number}")))
        assert page.inner_text("#panel mark") == f"Item {number}"
        page.keyboard.press("Escape")
        page.wait_for_function("!document.querySelector('#panel [data-shown]')")
    # Milliseconds.  A third of a second on two quiet cores; the bound leaves room for machines that do other things.
    assert statistics.median(opened_in) < 3000, opened_in

    clicked(page, "transcript:long")
    assert page.locator("#panel li").count() == TURNS
    field = page.get_by_label("Search this transcript")
    field.fill("item 7777 in")
    field.press("Enter")
    in_the_middle(page, "#panel .found-here .said")
    assert "line 23335" in page.inner_text("#panel .found-here .by")
    page.select_option("#panel select", label="Speaker 4 (2000)")
    assert page.inner_text("#panel [role=group] output") in [f"Turn 1,9{n} of 2,000" for n in (42, 43, 44, 45)]
    page.wait_for_timeout(300)
    assert on_screen(page, "#panel .jumped .said")
    assert "Speaker 4" in page.inner_text("#panel .jumped .by")
