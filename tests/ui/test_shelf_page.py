"""The Library tab in a real browser: files are dropped, listed, named, removed and brought back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from bot import Library
from embeddings.encoder import MINILM, Encoder
from tests.episode import EPISODE
from tests.ui.browsing import Watched, free_port, needs_browser, opened, watching
from tests.writers import WRITERS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_browser

HOSTILE = "<img src=x onerror=alert(5)> **b** $$y$$ {{a}} ${alert(6)} `c`"
LABELLED = (
    "Mara Quill: Who pays for painting the old crane?\n"
    "Odd Berg: The council pays for painting the crane, out of the spring budget.\n"
    "Mara Quill: And how long will it take?\nOdd Berg: Eleven days, if it stays dry.\n"
)
OTTER = (
    "Lena Hart  0:03\nThe otters are back below the weir this year.\n\n"
    "Speaker 2  0:09\nHow many did you count?\n\nLena Hart  0:12\nFour, and two of them are young.\n"
)
MARKDOWN = (
    "# Orchard evening\n\n**Ines Vale:** The pears were early, and the plums were late.\n\n"
    "**Jon Reed:** And nobody picked the quinces.\n\n**Ines Vale:** Nobody ever does.\n\n**Jon Reed:** I did once.\n"
)
VTT = (
    "WEBVTT\n\nNOTE exported <b>today</b>\n\n"
    "00:00:01.000 --> 00:00:04.000\n<v Speaker 1>The snow gauge broke in March.\n\n"
    "00:00:04.000 --> 00:00:09.000\n<v Speaker 2>Then who measured the snow?\n\n"
    "00:00:09.000 --> 00:01:05.000\n<v Speaker 1>I did, with a ruler {{x}} &lt;img src=x onerror=alert(7)&gt;.\n"
)
FILES = {
    "harbour 2024-05-02.txt": LABELLED.encode(),
    "otters.txt": OTTER.encode(),
    "orchard.md": MARKDOWN.encode(),
    "snow.vtt": VTT.encode(),
}
JUNK = {
    "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "empty.txt": b"",
    "noise.txt": bytes((n * 197 + 13) % 251 for n in range(4000)),
    f"{HOSTILE}.pdf": b"%PDF-1.7\n\x00\x01",
}


@pytest.fixture
def library(tmp_path: Path, encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", encoder=encoder)


@pytest.fixture
def url(library: Library) -> Iterator[str]:
    from ui.app import build_app, serve

    app = build_app(library, model="none")
    yield serve(app, port=free_port())
    app.close(verbose=False)


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[Watched]:
    for watched in watching(browser, url):
        yield shelf(watched)


def shelf(watched: Watched) -> Watched:
    watched.page.get_by_role("tab", name="Library").click()
    watched.page.wait_for_selector("#listing :is(.rows, .empty)")
    return watched


def upload(page: Page, files: dict[str, bytes]) -> str:
    """What is said in the end of these files."""
    page.set_input_files(
        "#drop input[type='file']",
        [{"name": name, "mimeType": "", "buffer": data} for name, data in files.items()],
    )
    return uploaded(page, len(files))


def uploaded(page: Page, count: int) -> str:
    done = page.locator("#uploads [role='status']", has_text=f"{count} file{'' if count == 1 else 's'}: ")
    done.wait_for(timeout=60_000)
    return page.inner_text("#uploads")


def listed(page: Page, *titles: str) -> None:
    """Wait until exactly these are in the list, in this order."""
    page.wait_for_function(
        """titles => JSON.stringify([...document.querySelectorAll("#listing .title")].map(item => item.textContent))
            === JSON.stringify(titles)""",
        arg=list(titles),
    )


def row(page: Page, title: str, button: str) -> None:
    page.locator("#listing li", has_text=title).get_by_role("button", name=button).click()


def test_a_library_made_with_the_default_before(browser: Browser, tmp_path: Path, encoder: Encoder) -> None:
    """The tab says how to move over, until another process has done so; questions are answered before and after."""
    from ui.app import build_app, serve

    minilm = Library.open(tmp_path / "library", encoder=Encoder.load(MINILM))
    (tmp_path / "harbour.txt").write_text(LABELLED)
    minilm.add(tmp_path / "harbour.txt")
    app = build_app(Library.open(tmp_path / "library"), model="none")
    try:
        watching_it = watching(browser, serve(app, port=free_port()))
        watched = next(watching_it)
        page = watched.page

        def answered() -> None:
            page.get_by_role("tab", name="Ask").click()
            watched.ask("Who pays for painting the crane?")
            assert "out of the spring budget" in page.locator("#chat .answer").last.inner_text()

        shelf(watched)
        said = page.inner_text("#encoder")
        assert f"onrecord reindex --encoder onrecord-speech --library {tmp_path / 'library'}" in said
        assert Axe().run(page).violations_count == 0
        answered()
        minilm.reindex(encoder)
        answered()
        page.get_by_role("tab", name="Library").click()
        page.wait_for_function("() => !document.querySelector('#encoder p')")
        assert not page.locator("#encoder").is_visible()
        assert list(watching_it) == []  # and nothing else went wrong
    finally:
        app.close(verbose=False)


def test_each_format_and_junk(watched: Watched, library: Library) -> None:
    """Files of each format are read, junk is refused in a line each, nothing of either is left to be fetched."""
    page = watched.page
    assert "onrecord add FILE" in page.inner_text("#listing")
    said = upload(page, FILES | JUNK)
    assert "8 files: 4 added, 4 not added." in said
    assert page.locator("#uploads .failed").count() == len(JUNK)
    for name in JUNK:
        assert f"not added: {name}: " in said
    assert "Left out:" in said
    page.locator("#uploads summary").last.click()
    assert "exported <b>today</b>" in page.locator("#uploads .left-out").last.inner_text()
    listed(page, "snow", "Orchard evening", "otters", "harbour")
    assert [entry.words > 10 for entry in library.entries] == [True] * 4
    assert not list(Path(tempfile.gettempdir(), "gradio").rglob("harbour 2024-05-02.txt"))
    rows = page.inner_text("#listing")
    assert "2024-05-02" in rows
    assert "1:05" in rows  # once it was looked up
    # The same once more, by its content.
    said = upload(page, {"again.vtt": VTT.encode()})
    assert "1 file: 1 there already." in said
    assert len(library.entries) == 4
    # The other tabs know of it.
    page.get_by_label("Close this report").click()
    page.wait_for_function("!document.querySelector('#uploads section')")
    page.get_by_role("tab", name="Ask").click()
    watched.ask("Who pays for painting the crane?")
    assert "The council pays" in page.inner_text("#chat .quote blockquote")


def test_every_family_of_files(watched: Watched, library: Library) -> None:
    """What each kind of exporter writes is read where it is dropped, and opens in the panel at its own places."""
    page = watched.page
    families = {
        name: f"{name}.{writer.file.rpartition('.')[2]}"
        for name, writer in ((writer.name, writer) for writer in WRITERS)
        if name in ("teams_vtt", "subrip_when_it_changes", "podcast_html", "teams_docx", "meet_docx", "podcast_json",
                    "whisperx_json", "assemblyai", "deepgram_utterances", "rev_json", "aws", "openai_diarized_json",
                    "fireflies", "gong_with_parties", "oyez")
    }  # fmt: skip
    assert len(families) == 15
    written = {writer.name: writer.write(EPISODE[:4]) for writer in WRITERS if writer.name in families}
    said = upload(page, {file: written[name] for name, file in families.items()})
    assert "15 files: 15 added." in said
    assert {entry.source for entry in library.entries} == set(families.values())
    assert page.locator("#uploads .failed").count() == 0
    for source, place in (("teams_docx.docx", "paragraph "), ("assemblyai.json", "utterances[0]")):
        title = next(entry.title for entry in library.entries if entry.source == source)
        page.get_by_label("Close this report").click() if page.query_selector("#uploads section") else None
        page.locator("#listing li", has_text=title).first.locator("[data-show]").first.click()
        page.locator("#panel .place", has_text=place).first.wait_for()
    assert not watched.errors


def test_dropped_anywhere(watched: Watched) -> None:
    """A file that falls beside the box, on another tab, is added all the same."""
    page = watched.page
    page.get_by_role("tab", name="Ask").click()
    page.evaluate(
        """([name, content]) => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([content], name));
            const target = document.querySelector("#question textarea");
            target.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }""",
        ["orchard.md", MARKDOWN],
    )
    assert "1 added" in uploaded(page, 1)
    assert page.locator("#listing").is_visible()
    listed(page, "Orchard evening")


def test_sort_and_filter(watched: Watched) -> None:
    page = watched.page
    upload(page, FILES)
    page.fill("#filter input, #filter textarea", "HART ott")
    listed(page, "otters")
    assert "1 transcript of 4" in page.inner_text("#listing")
    page.fill("#filter input, #filter textarea", HOSTILE)
    page.wait_for_selector("#listing .empty")
    assert HOSTILE in page.inner_text("#listing .empty")
    page.fill("#filter input, #filter textarea", "")
    listed(page, "snow", "Orchard evening", "otters", "harbour")
    page.click("#sort input")
    page.get_by_role("option", name="By title").click()
    listed(page, "harbour", "Orchard evening", "otters", "snow")


def test_details_are_changed_in_place(watched: Watched, library: Library) -> None:
    """Names, title and date by keyboard; errors stand by their form; whatever is typed stays text."""
    page = watched.page
    upload(page, {"snow.vtt": VTT.encode()})
    row(page, "snow", "Details")
    page.wait_for_selector("#details h2:focus")
    assert page.locator("#listing").is_hidden()
    names = page.locator("#details form[data-form='named']")
    assert names.first.get_attribute("data-label") == "Speaker 1"
    assert "label made by a machine" in page.inner_text("#details .voices")
    names.first.locator("input").fill(HOSTILE)
    page.keyboard.press("Enter")
    page.wait_for_selector("#details .saved")
    assert library.entry("snow").called["Speaker 1"] == HOSTILE
    assert page.evaluate("document.activeElement.value") == HOSTILE
    assert page.locator("#details h3", has_text="Speakers").count() == 1
    form = page.locator("#details form[data-label='Speaker 2']")
    form.locator("input").fill("Speaker 3")
    page.keyboard.press("Enter")
    form.locator(".error").wait_for()
    assert "names nobody in particular" in form.inner_text()
    assert form.locator("input").input_value() == "Speaker 3"
    form.locator("input").fill("")
    page.keyboard.press("Enter")
    form.locator(".saved").wait_for()
    assert form.locator("input").input_value() == "Speaker 2"

    given = page.locator("#details form[data-form='given']")
    given.locator("[name='title']").fill(f"Snow {HOSTILE}")
    given.locator("[name='date']").fill("2024-03-09")
    given.get_by_role("button", name="Save").click()
    page.locator("#details h2", has_text="Snow <img").wait_for()
    assert library.entry("snow").title == f"Snow {HOSTILE}"
    page.locator("#details [data-show^='quote:']").first.click()
    page.wait_for_selector("#panel mark")
    page.keyboard.press("Escape")
    page.click("#details [data-act='closed']")
    page.wait_for_selector("#listing [data-act='details']:focus")
    listed(page, f"Snow {HOSTILE}")
    assert HOSTILE in page.inner_text("#listing .speakers")
    assert page.locator("#library-tab :is(.rows, .uploads, .details) :is(img, b)").count() == 0

    page.click("#talk-time > button")
    page.wait_for_selector("#talk-plot canvas, #talk-plot svg.marks")
    page.hover("#talk-plot", position={"x": 200, "y": 150})
    page.click("#talk-note summary")
    assert HOSTILE in page.inner_text("#talk-note table")
    assert page.locator("#talk-time img, #vg-tooltip-element img").count() == 0


def test_removal_is_undone(watched: Watched) -> None:
    """The place, the title and the quotes come back; the limits follow."""
    page = watched.page
    upload(page, {name: FILES[name] for name in ("orchard.md", "harbour 2024-05-02.txt")})
    row(page, "orchard", "Details")
    page.click("#details [data-act='remove']")
    page.wait_for_selector("#removed [data-act='undo']:focus")
    listed(page, "harbour")
    page.keyboard.press("Enter")
    page.locator("#removed", has_text="Orchard evening is back.").wait_for()
    listed(page, "harbour", "Orchard evening")
    page.locator("#listing li", has_text="orchard").locator("[data-show]").click()
    page.locator("#panel h2", has_text="orchard").wait_for()


def test_uploads_are_seen_by_whoever_uploads(watched: Watched, browser: Browser, url: str) -> None:
    """The library is everybody's; what is said of an upload, and of a removal, is one session's."""
    context = browser.new_context()
    other = shelf(opened(context, url))
    try:
        upload(watched.page, {"orchard.md": MARKDOWN.encode()})
        upload(other.page, {"otters.txt": OTTER.encode()})
        assert "Orchard" in watched.page.inner_text("#uploads")
        assert "otters" not in watched.page.inner_text("#uploads")
        assert "Orchard" not in other.page.inner_text("#uploads")
        listed(other.page, "otters", "Orchard evening")
        row(other.page, "orchard", "Details")
        other.page.click("#details [data-act='remove']")
        other.page.wait_for_selector("#removed [data-act='undo']")
        row(watched.page, "orchard", "Details")  # which this session still lists
        watched.page.wait_for_selector("#details .error")
        assert "no transcript has the id" in watched.page.inner_text("#details")
        watched.page.click("#details [data-act='closed']")
        assert watched.page.locator("#removed p").count() == 0
        watched.page.get_by_role("tab", name="Ask").click()
        shelf(watched)
        listed(watched.page, "otters")
    finally:
        context.close()
    assert not other.errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_axe(browser: Browser, url: str, scheme: str) -> None:
    """Nothing serious in the empty tab, after an upload, in the list, the details and the plot."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844}, reduced_motion="reduce")  # type: ignore[arg-type]
    page = shelf(opened(context, url)).page
    check(page, "empty")
    upload(page, FILES | JUNK)
    page.click("#talk-time > button")
    page.wait_for_selector("#talk-note summary")
    page.click("#talk-note summary")
    check(page, "list")
    row(page, "snow", "Details")
    page.wait_for_selector("#details .details")
    page.locator("#details form[data-label='Speaker 2'] input").fill("Speaker 3")
    page.keyboard.press("Enter")
    page.wait_for_selector("#details .error")
    check(page, "details")
    context.close()


def check(page: Page, view: str) -> None:
    page.wait_for_timeout(250)  # a transition half way has colours of its own
    serious = [
        f"{view}: {item['id']}: {node['html'][:300]} {node.get('failureSummary', '')[:300]}"
        for item in Axe().run(page).response["violations"]
        if item["impact"] in ("serious", "critical")
        for node in item["nodes"]
    ]
    assert not serious, "\n".join(serious)
