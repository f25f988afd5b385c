"""The Library tab: files are dropped, the transcripts listed, one of them looked at, named, removed and brought back.

    dropped files ─► read and indexed, one at a time ─► what became of each ─┐
    a row's "Details" ─► title, date, names of speakers, removal, undo ──────┴─► the list, and what limits offer

Uploads and changes of all sessions take turns at the library; what each of them sees of it stands in its own outputs.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import gradio as gr

from bot.errors import OnRecordError
from bot.speakers.registry import Renamed
from bot.store.reports import Added
from bot.store.store import Kept
from ui import talktime
from ui.answers import start_html
from ui.desk import QUIET, Desk, packaged, sent
from ui.limits import choices
from ui.listing import (
    GIVEN,
    ORDERS,
    ROWS,
    Said,
    Upload,
    accepted,
    details_html,
    empty_html,
    list_html,
    matching,
    merged_html,
    missing_html,
    named,
    removed_html,
    saved_html,
    uploaded_html,
    uploading_html,
)
from ui.markup import error_html, text
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library
    from bot.store.manifest import Entry

T = TypeVar("T")

_BEAT = 0.2  # seconds between two signs of progress
_UPLOADING = 20  # sessions that upload at once; their files take turns all the same
_LONGEST_FILTER = 200  # characters


def build(desk: Desk, tab: gr.Tab) -> None:
    """The tab."""
    shelf = _Shelf(desk)
    kept = gr.State(None)  # what this session removed last
    merged = gr.State(())  # whom this session has merged last, and what they were called
    encoder = gr.HTML(shelf.encoder(), elem_id="encoder", apply_default_css=False)
    drop = gr.File(
        label=WORDING.drop, file_count="multiple", show_label=False, container=False, height=100, elem_id="drop"
    )  # fmt: skip
    gr.HTML(f"<p>{WORDING.drop_hint.format(suffixes=accepted())}</p>", elem_id="drop-hint", apply_default_css=False)
    uploads = gr.HTML("", elem_id="uploads", apply_default_css=False)
    details = gr.HTML("", elem_id="details", apply_default_css=False, js_on_load=packaged("js", "shelf.js"))
    removed = gr.HTML("", elem_id="removed", apply_default_css=False)
    with gr.Row(elem_id="finding"):
        wanted = gr.Textbox(
            label=WORDING.filter, placeholder=WORDING.filter, show_label=False, container=False, max_lines=1,
            max_length=_LONGEST_FILTER, scale=2, elem_id="filter",
        )  # fmt: skip
        order = gr.Dropdown(
            [(WORDING.orders[name], name) for name in ORDERS], value="added", label=WORDING.sort, show_label=False,
            container=False, scale=1, elem_id="sort",
        )  # fmt: skip
    listing = gr.HTML("" if desk.library.entries else empty_html(), elem_id="listing", apply_default_css=False)
    talktime.build(desk, shelf.tallies)

    asked, limits = [wanted, order], desk.limits[:2]
    listed: dict[str, Any] = {"fn": shelf.listed, "inputs": asked, "outputs": listing, **QUIET}
    tab.select(**listed)
    tab.select(shelf.encoder, None, encoder, **QUIET)
    wanted.change(**listed, trigger_mode="always_last")
    order.input(**listed)
    # What is dropped reaches Python as the browser sent it: Gradio would keep the files.
    adding = drop.upload(shelf.add, drop, [drop, uploads], preprocess=False, concurrency_limit=_UPLOADING, **QUIET)
    changed = [
        adding,
        details.given(shelf.give, None, details, **QUIET),
        details.named(shelf.name, None, details, **QUIET),
        desk.wire.remove(shelf.remove, kept, [details, removed, kept], **QUIET),
        desk.wire.merge(shelf.merge, merged, [removed, merged], **QUIET),
        desk.wire.unmerge(shelf.unmerge, merged, [removed, merged], **QUIET),
        desk.wire.undo(shelf.undo, kept, [removed, kept], **QUIET),
    ]
    for event in changed:
        event.then(shelf.offered, limits, [*limits, desk.chat], **QUIET).then(**listed)
    desk.wire.details(shelf.details, None, details, **QUIET)
    desk.wire.closed(lambda: "", None, details, **QUIET)
    desk.wire.noted(lambda: "", None, uploads, **QUIET)


class _Shelf:
    """The event handlers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.tallies = talktime.Tallies(desk.library)
        self._turn = threading.Lock()

    @property
    def library(self) -> Library:
        return self.desk.library

    def offered(self, speakers: list[str], transcripts: list[str]) -> list[Any]:
        """What the limits offer now, and what an empty conversation says."""
        start = gr.update(placeholder=start_html(bool(self.library.entries)))
        return [*choices(self.library, speakers, transcripts), start]

    def encoder(self) -> str:
        """What to do where the library's encoder is no longer the default."""
        said = self.library.older_encoder
        return f"<p>{text(said)}</p>" if said else ""

    # --- the list ------------------------------------------------------------------------------------------------

    def listed(self, wanted: str, order: str) -> Iterator[str]:
        """The list at once, then with the lengths that had to be looked up."""
        entries = self.library.entries
        yield list_html(entries, wanted, order, self._known_length)
        unknown = [entry for entry in matching(entries, wanted, order)[:ROWS] if not self.tallies.known(entry)]
        if not unknown:
            return
        for entry in unknown:
            with contextlib.suppress(OnRecordError):  # changed or removed meanwhile; the next list knows
                self.tallies.of(entry)
        yield list_html(entries, wanted, order, self._known_length)

    def _known_length(self, entry: Entry) -> float | None:
        tally = self.tallies.known(entry)
        return tally.seconds if tally else None

    # --- adding --------------------------------------------------------------------------------------------------

    def add(self, dropped: list[dict[str, Any]] | None) -> Iterator[tuple[Any, str]]:
        """The drop zone, emptied, and how far the files have come; in the end what became of each.

        When the browser goes away, Gradio closes this generator: the file that is being added is finished, and the
        others are not begun.
        """
        uploads = [_received(file) for file in dropped or ()]
        if not uploads:
            return
        emptied: Any = None
        for upload in uploads:
            if upload.added:
                continue
            adding = self._in_turn(partial(self._add, upload))
            while not adding.done():
                yield emptied, uploading_html(uploads)
                emptied = gr.skip()
                wait([adding], _BEAT)
            upload.added = adding.result()
            upload.data = b""
        yield emptied, uploaded_html(uploads)

    def _add(self, upload: Upload) -> Added:
        upload.begun = True

        def progress(name: str, done: int, total: int) -> None:
            upload.done, upload.total = done, total

        try:
            return self.library.add_bytes(upload.data, upload.name, progress)
        except OnRecordError as error:
            return Added(upload.name, "failed", error=str(error))

    def _in_turn(self, work: Callable[[], T]) -> Future[T]:
        """Do it in the background, once nobody else's files are being indexed.

        The thread ends with the server, in the middle of it if need be: a library stands that.
        """
        future: Future[T] = Future()

        def run() -> None:
            with self._turn:
                try:
                    future.set_result(work())
                except BaseException as error:  # whoever waits for the result gets it
                    future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future

    # --- one transcript ------------------------------------------------------------------------------------------

    def details(self, event: gr.EventData) -> str:
        return self._details(sent(event).get("id", ""))

    def _details(self, id: str, said: Said | None = None) -> str:
        try:
            entry = self.library.entry(id)
            transcript = self.library.revision(entry.revision)
            seconds = self.tallies.of(entry).seconds
            return details_html(entry, transcript, self.library.speaker_records([id]), seconds, said)
        except OnRecordError as error:
            return missing_html(error_html(str(error)))

    def give(self, event: gr.EventData) -> str:
        """The details after title and date were sent; those that are as they were are left alone."""
        data = sent(event)
        id, title, date = (data.get(name, "") for name in ("id", "title", "date"))
        try:
            entry = self.library.entry(id)
            shown_date = entry.date.isoformat() if entry.date else ""
            self.library.edit(id, None if title == entry.title else title, None if date == shown_date else date)
        except OnRecordError as error:
            return self._details(id, Said(GIVEN, error_html(str(error)), {"title": title, "date": date}))
        return self._details(id, Said(GIVEN, saved_html(WORDING.saved)))

    def name(self, event: gr.EventData) -> str:
        """The details after a name was sent; none at all stands for what the file says."""
        data = sent(event)
        id, label, name = (data.get(name, "") for name in ("id", "label", "name"))
        try:
            renamed = self.library.rename(id, label, name.strip() or label)
        except OnRecordError as error:
            return self._details(id, Said(named(label), error_html(str(error)), {"name": name}))
        said = "; ".join(WORDING.renamed.format(after=text(change.after)) for change in renamed[:1]) or WORDING.saved
        return self._details(id, Said(named(label), saved_html(said)))

    # --- removing ------------------------------------------------------------------------------------------------

    def remove(self, before: Kept | None, event: gr.EventData) -> tuple[str, str, Kept | None]:
        """Details (closed), what was removed, and all that brings it back."""
        id = sent(event).get("id", "")
        try:
            kept = self.library.keep(id)
            self.library.remove(id)
        except OnRecordError as error:
            return missing_html(error_html(str(error))), "", before
        return "", removed_html(kept.record.shown_title), kept

    def undo(self, kept: Kept | None) -> Iterator[tuple[str, Any]]:
        """What is said of bringing it back, and what is left to bring back."""
        if kept is None:  # the page was loaded anew meanwhile
            yield "", None
            return
        title = f"<bdi>{text(kept.record.shown_title)}</bdi>"
        restoring = self._in_turn(lambda: self.library.restore(kept))
        while not restoring.done():
            yield f'<p role="status">{WORDING.restoring.format(title=title)}</p>', kept
            wait([restoring], _BEAT)
        try:
            restoring.result()
        except OnRecordError as error:
            yield error_html(str(error)), kept
        else:
            yield f'<p role="status">{WORDING.restored.format(title=title)}</p>', None

    # --- speakers that are one ---------------------------------------------------------------------------------------

    def merge(self, before: tuple[Renamed, ...], event: gr.EventData) -> tuple[str, tuple[Renamed, ...]]:
        """Spellings of one name are one person, called as the first of them."""
        try:
            names = [str(name) for name in json.loads(sent(event).get("names", "[]"))]
            changes = self.library.merge(names[0], *names[1:]) if names else ()
        except OnRecordError as error:
            return error_html(str(error)), before
        except (ValueError, TypeError):  # made up
            return "", before
        return (merged_html(changes), changes) if changes else ("", before)

    def unmerge(self, changes: tuple[Renamed, ...]) -> tuple[str, tuple[Renamed, ...]]:
        """Everybody has the name that they had."""
        try:
            for change in changes:
                self.library.rename(change.transcript, change.label, change.before)
        except OnRecordError as error:  # a transcript that was removed meanwhile
            return error_html(str(error)), changes
        return f'<p role="status">{WORDING.unmerged}</p>' if changes else "", ()


def _received(file: dict[str, Any]) -> Upload:
    """What the browser sent, which lies nowhere else from now on.

    `path` is where Gradio put it, and has been checked to be in its folder of uploads; `orig_name` is the browser's.
    """
    path = Path(file["path"])
    name = str(file.get("orig_name") or path.name)
    try:
        data = path.read_bytes()
        path.unlink()
    except OSError as error:
        failed = Added(name, "failed", error=WORDING.not_received.format(name=name, reason=error.strerror))
        return Upload(name, b"", added=failed)
    with contextlib.suppress(OSError):  # somebody else's upload of the same name may lie there
        path.parent.rmdir()
    return Upload(name, data)
