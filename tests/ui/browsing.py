"""A real page in headless Chromium, for the tests of the page.

A test takes the fixture `browser`, and opens its own server and its own context.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launched() -> Iterator[Browser]:
    """For the fixture `browser`."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and what it did that it should not: addresses elsewhere, dialogs, errors."""

    page: Page
    hosts: set[str | None] = field(default_factory=set)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        """Ask, and wait until the answer is final."""
        before = self.page.locator("#chat .question").count()
        self.page.fill("#question textarea", question)
        self.page.keyboard.press("Enter")
        self.settled(before + 1)

    def reload(self) -> None:
        """Load the page again; what Gradio logs of a request that this breaks off is no error of ours."""
        before = len(self.errors)
        self.page.reload()
        self.page.wait_for_selector("#question textarea")
        del self.errors[before:]

    def settled(self, turns: int) -> None:
        done = f"""() => document.querySelectorAll("#chat .question").length === {turns}
            && !document.querySelector("#chat .reading, #chat .draft")"""
        self.page.wait_for_function(done, timeout=15_000)


def opened(context: BrowserContext, url: str) -> Watched:
    page = context.new_page()
    page.set_default_timeout(10_000)
    watched = Watched(page)

    def saw(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "blob"):
            watched.hosts.add(parts.hostname)

    def dismissed(dialog: Dialog) -> None:
        watched.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("request", lambda request: saw(request.url))
    page.on("websocket", lambda socket: saw(socket.url))
    page.on("dialog", dismissed)
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    page.on("console", lambda said: watched.errors.append(said.text) if said.type == "error" else None)
    page.goto(url)
    page.wait_for_selector("#question textarea")
    return watched


def on_screen(page: Page, selector: str) -> bool:
    """Whether the element is where a reader sees it, and nothing lies over it."""
    script = """element => {
        const box = element.getClientRects()[0];
        const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        return element === top || element.contains(top);
    }"""
    return bool(page.locator(selector).first.evaluate(script))


def watching(browser: Browser, url: str, **options: Any) -> Iterator[Watched]:
    """For a fixture: a fresh session; whatever the test does, nothing leaves the machine and no script fails."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, **options)
    watched = opened(context, url)
    yield watched
    context.close()
    assert watched.hosts <= {"127.0.0.1"}
    assert not watched.dialogs
    assert not watched.errors, watched.errors
