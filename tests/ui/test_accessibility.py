"""axe on every view of the page: nothing that it calls serious or critical, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bot import Library
from tests.ui.browsing import Watched, free_port, needs_browser, opened

pytestmark = needs_browser


@pytest.fixture(scope="module")
def url(samples: Library) -> Iterator[str]:
    from ui.app import build_app, serve

    app = build_app(samples, ["Who first saw the ferry?"], model="none")
    yield serve(app, port=free_port())
    app.close(verbose=False)


@pytest.fixture(params=["light, wide", "dark, phone"])
def seen(browser: Browser, url: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    scheme, size = request.param.split(", ")
    viewport = {"width": 1280, "height": 860} if size == "wide" else {"width": 390, "height": 844}
    context = browser.new_context(color_scheme=scheme, viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
    watched = opened(context, url)
    yield watched
    context.close()
    assert not watched.errors


def check(page: Page, view: str) -> None:
    """Nothing serious here: each violation is named with what breaks it."""
    page.wait_for_timeout(250)  # a transition half way has colours of its own
    found = Axe().run(page).response["violations"]
    serious = [
        f"{view}: {item['id']} ({item['impact']}): {node['html'][:200]}  {node.get('failureSummary', '')[:300]}"
        for item in found
        if item["impact"] in ("serious", "critical")
        for node in item["nodes"]
    ]
    assert not serious, "\n".join(serious)


def test_nothing_serious_for_axe_while_asking(seen: Watched) -> None:
    """The empty page, answers, refusals, chips, a card, an open transcript, a question being edited."""
    page = seen.page
    check(page, "start")
    for question in ("What is the new gate's cost?", "And what did Helen say about it?", "Who sells bicycles on Mars?"):
        seen.ask(question)
    check(page, "answers")
    page.locator("#chat .asked .edit").first.click()
    page.wait_for_selector("#edited p")
    check(page, "editing")
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_selector("#panel mark")
    check(page, "transcript")
