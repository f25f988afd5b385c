"""The page in a real browser: a real library, the real encoder, the real app, headless Chromium."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from langchain_core.messages import BaseMessage

from bot import Library
from bot.errors import OnRecordError
from tests.browsing import Watched, free_port, needs_browser, on_screen, opened
from tests.fakes import Reply, Scripted

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from embeddings.encoder import Encoder


HOSTILE = (
    "The lighthouse password is <script>alert(1)</script> <img src=x onerror=alert(2)> **bold** $$x$$ "
    "{{constructor}} ${alert(3)} [link](javascript:alert(4))."
)
ITEMS = "".join(
    f"Mara Quill: Item number {n} is about mooring fees for small boats.\nOdd Berg: Noted, as in {1900 + n}.\n"
    for n in range(60)
)
TALK = f"""\
Mara Quill: Welcome to the harbour meeting, we have three items tonight.
Odd Berg: Thank you for having us, I brought the figures.
Mara Quill: First the old crane. Who pays for painting the crane?
Odd Berg: The council pays for painting the crane, out of the spring budget.
Mara Quill: And how long will it take?
Odd Berg: Eleven days, if it stays dry.
{ITEMS}\
Mara Quill: What is the lighthouse password?
Odd Berg: {HOSTILE}
Mara Quill: Then we are done, good night.
"""
FILE_NAME = "harbour <img src=x onerror=alert(5)> **b** $$y$$ {{a}} ${alert(6)} `c`.txt"
PAID = "The council pays for painting the crane, out of the spring budget."
EXAMPLE = "Who pays for painting the crane?"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """One transcript that would do harm wherever it is read as anything but text."""
    folder = tmp_path_factory.mktemp("page")
    file = folder / FILE_NAME
    try:
        file.write_text(TALK, encoding="utf-8")
    except OSError:  # a file system that forbids such names
        file = folder / "harbour.txt"
        file.write_text(TALK, encoding="utf-8")
    library = Library.open(folder / "library", encoder=encoder)
    library.add(file)
    return library


@pytest.fixture(scope="module")
def url(library: Library) -> Iterator[str]:
    """The address of the served page."""
    from ui.app import build_app, serve

    app = build_app(library, [EXAMPLE])
    yield serve(app, port=free_port())
    app.close(verbose=False)


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[Watched]:
    """A fresh session; whatever the test does, nothing may have left the machine and no script of ours may fail."""
    context: BrowserContext = browser.new_context(viewport={"width": 1400, "height": 900})
    watched = opened(context, url)
    yield watched
    context.close()
    assert watched.hosts <= {"127.0.0.1"}
    assert not watched.dialogs
    assert not watched.errors


# --- asking ------------------------------------------------------------------------------------------------------


@needs_browser
def test_answer_shows_quote_speaker_file_and_lines(watched: Watched, library: Library) -> None:
    """A question brings a quote with who, where and which line."""
    watched.ask("Who pays for painting the crane?")
    page = watched.page
    assert PAID in page.locator("#chat blockquote").all_text_contents()
    caption = page.locator("#chat .quote", has_text=PAID).locator("button").inner_text()
    assert all(part in caption for part in ("Odd Berg", library.entries[0].source, "line 4"))
    assert page.input_value("#question textarea") == ""


@needs_browser
def test_example_is_asked(watched: Watched) -> None:
    """Clicking an example asks it."""
    watched.page.get_by_role("button", name=EXAMPLE).click()
    watched.settled(1)
    assert watched.page.inner_text("#chat .question") == EXAMPLE
    assert watched.page.locator("#chat blockquote").count() > 0


@needs_browser
def test_refusal_looks_different_and_cites_nothing(watched: Watched) -> None:
    """What the transcript does not say is refused: no quote, and passages labelled as no evidence."""
    watched.ask("Which vaccine do astronauts get before a flight to Jupiter?")
    page = watched.page
    assert page.locator("#chat .answer.refusal").count() == 1
    assert page.locator("#chat .quote, #chat [data-show^='quote:']").count() == 0
    assert "The transcripts do not say." in page.inner_text("#chat .refusal")
    assert page.inner_text("#chat .closest h3") == "Closest passages (not evidence)"
    assert 1 <= page.locator("#chat .closest li").count() <= 3


@needs_browser
def test_what_somebody_else_says_can_be_opened(watched: Watched) -> None:
    """Asked about the wrong speaker, the page says who does say it; a click opens their words, which have no number."""
    watched.ask("According to Mara, who pays for painting the crane?")
    answer = watched.page.locator("#chat .answer.refusal")
    assert "Not said by Mara Quill" in answer.inner_text()
    assert answer.locator(".number").count() == 0
    assert PAID in answer.locator(".quote blockquote").first.inner_text()
    answer.locator(".quote .cite").first.click()
    watched.page.wait_for_selector("#panel mark")
    assert PAID in watched.page.locator("#panel mark").first.inner_text()


@needs_browser
def test_error_is_one_line_in_the_chat(watched: Watched) -> None:
    """What cannot be asked is said in one line, without a traceback."""
    watched.ask("???")
    said = watched.page.inner_text("#chat .error")
    assert "ask something in words" in said
    assert "\n" not in said
    assert "Traceback" not in watched.page.content()


@needs_browser
def test_follow_up_knows_what_was_asked(watched: Watched) -> None:
    """The second question is read with the first."""
    watched.ask("Who pays for painting the crane?")
    watched.ask("How long will it take?")
    assert "crane" in watched.page.locator("#chat .answer").last.inner_text().lower()


@needs_browser
def test_clear_ends_the_conversation(watched: Watched) -> None:
    """After clearing, nothing is shown and the next question has no history."""
    watched.ask("Who pays for painting the crane?")
    watched.page.click("#chat .cite >> nth=0")
    watched.page.wait_for_selector("#panel mark")
    watched.page.click("#clear")
    watched.page.wait_for_selector("#panel .entries")
    watched.page.wait_for_function("!document.querySelector('#chat .question')")
    watched.ask("How long will it take?")
    assert watched.page.locator("#chat .aside").count() == 0


# --- follow-ups and a language model ------------------------------------------------------------------------------


@needs_browser
def test_how_a_question_was_read_can_be_edited(watched: Watched) -> None:
    """The standalone question comes into the box, and is asked as it stands there."""
    watched.ask("Who pays for painting the crane?")
    watched.ask("And how long will it take?")
    page = watched.page
    aside = page.locator("#chat .answer").last.locator(".aside", has_text="Read as:")
    read_as = aside.locator("bdi").inner_text()
    aside.get_by_role("button").click()
    page.wait_for_function("document.querySelector('#question textarea').value !== ''")
    assert page.input_value("#question textarea") == read_as
    assert page.evaluate("document.activeElement === document.querySelector('#question textarea')")
    watched.ask("How long will that painting take?")
    assert page.locator("#chat .answer").last.locator(".aside", has_text="Read as:").count() == 0
    watched.ask("And who pays for it?")  # only the one question was asked as it stood
    assert page.locator("#chat .answer").last.locator(".aside", has_text="Read as:").count() == 1


@needs_browser
def test_rewriting_can_be_switched_off(watched: Watched) -> None:
    watched.ask("Who pays for painting the crane?")
    watched.page.get_by_label("Read a question with those before it").uncheck()
    watched.ask("And how long will it take?")
    assert watched.page.locator("#chat .aside", has_text="Read as:").count() == 0


@pytest.fixture
def written(library: Library, browser: Browser) -> Iterator[tuple[Watched, Scripted]]:
    """A page whose answers a language model writes, slowly; the test says what."""
    from ui.app import build_app, serve

    model = Scripted.says("Nothing.", delay=0.02)
    app = build_app(library, model=model)
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    watched = opened(context, serve(app, port=free_port()))
    yield watched, model
    context.close()
    app.close(verbose=False)
    assert watched.hosts <= {"127.0.0.1"}
    assert not watched.dialogs
    assert not watched.errors


def cited(text: str) -> Reply:
    """A reply that cites the sentence about the council with {paid}."""

    def reply(messages: Sequence[BaseMessage]) -> str:
        found = re.search(r"\[(\d+)\] The council pays", str(messages[-1].content))
        assert found
        return text.replace("{paid}", f"[{found[1]}]")

    return reply


@needs_browser
def test_a_model_writes_and_its_sentences_are_checked(written: tuple[Watched, Scripted]) -> None:
    """Its text grows without markers; in the end each sentence has its quotes or is marked, and markup is text."""
    watched, model = written
    page = watched.page
    model.reply = cited(
        "Odd Berg says that the council pays for painting the crane {paid}. "
        "It costs <b>9,000</b> pounds and “not a penny more will be paid” {paid}."
    )
    assert "Scripted" in page.inner_text("#writer")
    page.fill("#question textarea", "Who pays for painting the crane?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#chat .draft")
    draft = page.inner_text("#chat .draft")
    assert "not checked yet" in draft
    assert not set("[]“”") & set(draft)
    watched.settled(1)
    prose = page.locator("#chat .prose")
    assert "the council pays for painting the crane" in prose.inner_text()
    marked = prose.locator(".unverified")
    assert marked.count() == 1
    assert "9,000" in marked.inner_text()
    assert "not verified" in marked.inner_text()
    assert "9,000" in (marked.get_attribute("title") or "")
    assert "“" not in prose.inner_text()
    assert page.locator("#chat .prose b").count() == 0
    assert page.locator("#chat .answer > .aside li").count() == 1
    prose.locator("button.number").first.click()
    page.wait_for_selector("#panel mark")
    assert PAID in page.locator("#panel mark").inner_text()


@needs_browser
def test_stop_stops_the_model(written: tuple[Watched, Scripted]) -> None:
    """The question stays, marked as stopped; the model is not asked for more; the next question works."""
    watched, model = written
    page = watched.page
    model.reply = lambda messages: itertools.repeat("and so on ")
    page.fill("#question textarea", "Who pays for painting the crane?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#chat .draft")
    page.click("#question .stop-button")
    page.wait_for_selector("#chat .stopped")
    assert page.inner_text("#chat .question") == "Who pays for painting the crane?"
    deadline = time.monotonic() + 5
    while not model.closed and time.monotonic() < deadline:
        time.sleep(0.05)
    assert model.closed == 1
    model.reply = cited("The council pays for painting the crane {paid}.")
    watched.ask("Who pays for painting the crane?")
    assert page.locator("#chat .prose").count() == 1
    assert page.locator("#chat .stopped").count() == 1


@needs_browser
def test_a_model_that_dies_leaves_quotes(written: tuple[Watched, Scripted]) -> None:
    watched, model = written
    model.reply = lambda messages: "The council pays for painting it."
    model.error, model.fails_after = ConnectionError("gone"), 2
    watched.ask("Who pays for painting the crane?")
    assert "cannot be reached, or went away" in watched.page.inner_text("#chat .notice")
    assert PAID in watched.page.locator("#chat blockquote").all_text_contents()
    assert watched.page.locator("#chat .prose").count() == 0


# --- the panel ---------------------------------------------------------------------------------------------------


@needs_browser
@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
@pytest.mark.parametrize("by_key", [False, True])
def test_citation_opens_its_lines(watched: Watched, width: int, height: int, by_key: bool) -> None:
    """A citation, clicked or entered, opens the transcript at exactly the quoted characters, in view."""
    page = watched.page
    page.set_viewport_size({"width": width, "height": height})
    watched.ask("What is the lighthouse password?")
    quote = page.locator("#chat .quote", has_text="lighthouse password is").first
    words = quote.locator("blockquote").text_content()
    button = quote.locator("button")
    if by_key:
        button.focus()
        page.keyboard.press("Enter")
    else:
        button.click()
    page.wait_for_selector("#panel mark")
    page.wait_for_timeout(300)
    assert page.locator("#panel mark").all_text_contents() == [words]
    assert on_screen(page, "#panel mark")
    turn = page.locator("#panel li", has=page.locator("mark"))
    assert "Odd Berg" in turn.inner_text()
    assert "line 128" in turn.inner_text()
    page.click("#panel [data-back]")
    assert on_screen(page, "#chat .cite[aria-current]")
    # The same citation again: the panel does not change, and is scrolled all the same.
    page.locator("#panel").evaluate("element => element.scrollTo(0, 0)")
    button.click()
    assert on_screen(page, "#panel mark")


@needs_browser
def test_library_is_listed_and_opens(watched: Watched) -> None:
    """The list names title, speakers and words, and a title opens its transcript."""
    page = watched.page
    entry = page.inner_text("#panel .entry")
    assert all(part in entry for part in ("Mara Quill", "Odd Berg", "words"))
    page.click("#panel .entry")
    page.wait_for_selector("#panel .transcript")
    assert page.locator("#panel mark").count() == 0
    page.click("#panel nav [data-show='list']")
    page.wait_for_selector("#panel .entries")


# --- harm --------------------------------------------------------------------------------------------------------


@needs_browser
def test_hostile_text_stays_text(watched: Watched, library: Library) -> None:
    """Markup in speech, file names and questions is shown as the characters it is, and runs nothing."""
    page = watched.page
    question = f"What is the lighthouse password? {HOSTILE}"
    watched.ask(question)
    quoted = [words for words in page.locator("#chat blockquote").all_text_contents() if "password is" in words]
    assert quoted
    assert all(words in HOSTILE for words in quoted)
    assert page.locator("#chat .question").text_content() == question
    page.locator("#chat .quote", has_text="password is").first.locator("button").click()
    page.wait_for_selector("#panel mark")
    assert HOSTILE in page.locator("#panel .said").all_text_contents()
    assert page.locator("#panel header h2").text_content() == library.entries[0].title
    assert library.entries[0].source in page.inner_text("#panel header")
    # Gradio's own icons are <svg>, so only what the text would have made is looked for.
    made = "#chat :is(script, img, a, strong, em, code, .katex), #panel :is(script, img, a, strong, em, code, .katex)"
    assert page.locator(made).count() == 0
    page.wait_for_timeout(300)  # an `onerror` would come late


@needs_browser
def test_sessions_are_apart(browser: Browser, url: str) -> None:
    """Two people do not see, open or continue each other's conversation."""
    first, second = browser.new_context(), browser.new_context()
    one, two = opened(first, url), opened(second, url)
    one.ask("Who pays for painting the crane?")
    assert two.page.locator("#chat .question").count() == 0
    two.ask("How long will it take?")
    assert two.page.locator("#chat .aside").count() == 0  # nothing before it to be read with
    assert "crane?" not in two.page.inner_text("#chat")
    again = opened(first, url)  # another tab is another conversation
    assert again.page.locator("#chat .question").count() == 0
    first.close()
    second.close()


@needs_browser
def test_made_up_citation_opens_nothing(watched: Watched) -> None:
    """A page that asks for citations of a conversation it does not have gets one line."""
    page = watched.page
    for key in ("quote:0:1", "quote:-1:1", "quote:x", "passage:9:9", "transcript:../../etc/passwd"):
        page.evaluate(
            """key => {
                const button = document.createElement("button");
                button.dataset.show = key;
                document.body.append(button);
                button.click();
                button.remove();
            }""",
            key,
        )
        page.wait_for_selector("#panel h2.error")
        assert page.locator("#panel .said").count() == 0
        page.click("#panel nav [data-show='list']")
        page.wait_for_selector("#panel .entries")


# --- without a browser -------------------------------------------------------------------------------------------


def fetched(url: str, **headers: str) -> tuple[str, Any]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as response:
        return response.read().decode(), response.headers


def test_served_page_names_no_other_host(url: str) -> None:
    """No link, script, style or font of the page comes from elsewhere, and the browser is told to keep it so."""
    html, headers = fetched(url)
    css, _ = fetched(f"{url}/theme.css")
    loaded = re.findall(r"<(?:link|script|img|iframe)\b[^>]*?(?:href|src)=[\"']([^\"']+)", html)
    loaded += re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')]+)", html + css)
    assert loaded
    assert not [address for address in loaded if urlsplit(address).netloc]
    assert "fonts.googleapis" not in html + css
    assert "default-src 'self'" in headers["content-security-policy"]


def test_other_host_name_is_refused(url: str) -> None:
    """A name that somebody made to point at this machine gets nothing."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        fetched(url, Host="evil.example")
    assert caught.value.code == 400


def test_api_has_only_ask(url: str) -> None:
    """One endpoint, and it answers in JSON."""
    info = json.loads(fetched(f"{url}/gradio_api/info")[0])
    assert list(info["named_endpoints"]) == ["/ask"]
    assert not info["unnamed_endpoints"]

    body = json.dumps({"data": ["Who pays for painting the crane?"]}).encode()
    post = urllib.request.Request(f"{url}/gradio_api/call/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(post, timeout=20) as response:
        event = json.load(response)["event_id"]
    events, _ = fetched(f"{url}/gradio_api/call/ask/{event}")
    (answer,) = json.loads(events.partition("event: complete\ndata: ")[2].splitlines()[0])
    assert answer["status"] == "answered"
    cited = next(citation for citation in answer["citations"] if citation["text"] == PAID)
    assert {"speaker": "Odd Berg", "lines": [4, 4], "time": None}.items() <= cited.items()
    assert set(cited) == {"number", "text", "speaker", "source", "lines", "time"}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org", "::", ""])
def test_host_that_others_reach_is_refused(library: Library, host: str) -> None:
    """The page is for this machine only."""
    from ui.app import launch

    with pytest.raises(OnRecordError, match=r"could be reached from other machines; use 127\.0\.0\.1"):
        launch(library, host=host)


def test_port_in_use_is_said(library: Library, url: str) -> None:
    """A taken port is an error that names the way out."""
    from ui.app import launch

    port = urlsplit(url).port
    assert port
    expected = f"^port {port} is in use; stop what uses it or name another with --port$"
    with pytest.raises(OnRecordError, match=expected):
        launch(library, port=port)


def test_launch_says_one_line_and_ends_on_interrupt(tmp_path: Path) -> None:
    """`launch` prints where it is, serves an empty library's page, and Ctrl-C ends it quietly."""
    import signal

    port = free_port()
    code = (  # a shell that starts the tests in the background makes them, and so this process, deaf to interrupts
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from bot import Library; from ui.app import launch; "
        f"launch(Library.open({str(tmp_path / 'library')!r}), port={port})"
    )
    root = Path(__file__).resolve().parents[1]
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr
        assert process.stderr.readline() == f"On Record is at http://127.0.0.1:{port}\n"
        assert "onrecord add FILE" in fetched(f"http://127.0.0.1:{port}")[0]
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("", "", 0)
