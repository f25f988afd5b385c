"""The tab where questions are asked: a conversation, and those that the browser keeps.

    question ─► answering (drafts, then the answer) ─► the conversation ─► keep ─► the browser's storage
    a chip taken away, "Ask again", an edited question ─► answering, in the place of the turn

What is said lives in a gr.State; a handler holds nothing of it.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from bot.answering import stream
from bot.errors import OnRecordError
from bot.models.model import load_model
from ui import answers
from ui.conversations import Asked, Conversation, Keeper, Turn, recall
from ui.desk import QUIET, Desk, sent
from ui.export import conversation_html, conversation_markdown
from ui.limits import limits_of
from ui.markup import act_button, text
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library

_LONGEST_QUESTION = 2000  # characters
_MOST_KEPT = 100  # conversations in a browser; the oldest go first

_DRAFTS_EVERY = 0.1  # seconds: quotes are found together, and a page that draws each of them by itself takes longer

STORED = "onrecord-conversation:"
"""What the keys in the browser's storage begin with; js/wire.js reads all of them, whichever library they belong to."""


@dataclass(frozen=True)
class Shown:
    """A turn, and what is shown for it."""

    turn: Turn
    html: str


@dataclass(frozen=True)
class Editing:
    """The turn whose question stands in the box, to be asked anew in its place; `rewrite`: with those before it."""

    turn: int
    rewrite: bool


@dataclass(frozen=True)
class _Bar:
    """The row above the conversation: which one it is, and what can be done with the whole of it."""

    picker: gr.Dropdown
    new: gr.Button
    forget: gr.Button
    markdown: gr.Button
    html: gr.Button

    @classmethod
    def build(cls) -> _Bar:
        with gr.Row(elem_id="conversations"):
            return cls(
                picker=gr.Dropdown(
                    [(WORDING.unnamed, "")], value="", label=WORDING.conversations, show_label=False, container=False,
                    elem_id="picker", interactive=True,
                ),
                new=gr.Button(WORDING.new, elem_id="new", size="sm", variant="secondary"),
                forget=gr.Button(WORDING.forget, elem_id="forget", size="sm", variant="secondary"),
                markdown=gr.Button(WORDING.export_markdown, elem_id="save-markdown", size="sm", variant="secondary"),
                html=gr.Button(WORDING.export_html, elem_id="save-html", size="sm", variant="secondary"),
            )  # fmt: skip


def _conversation(desk: Desk) -> gr.Chatbot:
    """What has been said; before that, what can be asked."""
    return gr.Chatbot(
        elem_id="chat",
        label=WORDING.chat,
        show_label=False,
        container=False,
        height=None,
        layout="panel",
        buttons=[],
        autoscroll=False,  # wire.js scrolls to the question instead of to the end of its answer
        sanitize_html=True,
        latex_delimiters=[],
        allow_tags=False,
        placeholder=answers.start_html(bool(desk.library.entries)),
        examples=[{"text": example} for example in desk.examples],
    )


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label=WORDING.question,
        placeholder=WORDING.hint,
        show_label=False,
        container=False,
        submit_btn=WORDING.ask,
        stop_btn=WORDING.stop,
        lines=1,
        max_lines=4,
        max_length=_LONGEST_QUESTION,
        autofocus=True,
    )


def build(desk: Desk) -> None:
    """The tab."""
    page = _Chat(desk)
    turns = gr.State([])
    editing = gr.State(None)
    current = gr.State(None)  # this conversation as this tab keeps it, once it does
    deleted = gr.State(None)  # what this session deleted last
    kept = gr.State({})  # id to Conversation: those that the browser keeps
    bar = _Bar.build()
    chat = desk.chat = _conversation(desk)
    edited = gr.HTML("", elem_id="edited", apply_default_css=False)
    question = _question_box()
    rewrite = gr.Checkbox(True, label=WORDING.rewrite, elem_id="rewrite", container=False, show_label=False)
    gr.HTML(page.writer(), elem_id="writer", apply_default_css=False)

    growing = [chat, turns, question, editing, edited]
    asked = [
        question.submit(page.reply, [question, turns, rewrite, editing, *desk.limits], growing, **QUIET),
        chat.example_select(page.reply_to_example, [turns, rewrite, *desk.limits], growing, **QUIET),
        desk.wire.again(page.again, turns, growing, **QUIET),
    ]
    keeping: dict[str, Any] = {
        "fn": page.keep,
        "inputs": [turns, current, kept],
        "outputs": [current, kept, bar.picker, desk.outbox],
        **QUIET,
    }
    for event in asked:
        event.then(**keeping)
    whole = [chat, turns, current, editing, edited, desk.outbox]
    # First the answer ends, then what is left is shown; at once, a late draft could come on top.
    question.stop(None, cancels=asked, **QUIET).then(page.shown, turns, chat, **QUIET).then(**keeping)
    bar.new.click(None, cancels=asked, **QUIET).then(page.new, kept, [*whole, bar.picker], **QUIET)
    # Not `input`, which it also sends when it is left with Escape.
    bar.picker.select(None, cancels=asked, **QUIET).then(page.open, [bar.picker, kept], whole, **QUIET)
    bar.forget.click(None, cancels=asked, **QUIET).then(
        page.forget, [current, kept], [*whole, bar.picker, kept, deleted], **QUIET
    )
    desk.wire.unforget(page.unforget, [deleted, kept], [*whole, bar.picker, kept], **QUIET)
    bar.markdown.click(page.save_markdown, turns, desk.outbox, **QUIET)
    bar.html.click(page.save_html, turns, desk.outbox, **QUIET)
    desk.wire.edit(page.edit, turns, [question, editing, edited], **QUIET)
    desk.wire.leave(lambda: ("", None, ""), None, [question, editing, edited], **QUIET)
    desk.wire.remembered(page.remembered, None, [*whole, bar.picker, kept], **QUIET)
    desk.wire.noticed(page.noticed, current, [bar.picker, kept], **QUIET)


class _Chat:
    """The event handlers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.keeper = Keeper.of(desk.library)

    @property
    def library(self) -> Library:
        return self.desk.library

    def writer(self) -> str:
        """Who writes the answers; what cannot be loaded at all is an error here, before the page opens."""
        return answers.model_html(load_model(self.desk.model, self.library.settings.modelling))

    # --- asking --------------------------------------------------------------------------------------------------

    def reply(
        self, question: str, turns: list[Shown], rewrite: bool, editing: Editing | None, *limits: Any
    ) -> Iterator[tuple[Any, ...]]:
        """The conversation and the question box, while an answer grows."""
        question = question.strip()
        if not question:
            yield (gr.skip(),) * 5
            return
        at = editing.turn if editing and editing.turn < len(turns) else len(turns)
        rewrite = rewrite and (editing is None or editing.rewrite)
        try:
            limited = limits_of(self.library, *limits)
        except OnRecordError as error:
            yield self._with(turns, at, Turn(question, message=str(error)))
            return
        yield from self._answered(question, Asked(limited.speakers, limited.transcripts, rewrite=rewrite), turns, at)

    def reply_to_example(
        self,
        turns: list[Shown],
        rewrite: bool,
        speakers: list[str] | None,
        transcripts: list[str] | None,
        since: str | None,
        until: str | None,
        event: gr.SelectData,
    ) -> Iterator[tuple[Any, ...]]:
        """`reply`, to an example that was clicked."""
        yield from self.reply(str(event.value["text"]), turns, rewrite, None, speakers, transcripts, since, until)

    def again(self, turns: list[Shown], event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """A turn asked anew, without what `without` names."""
        data = sent(event)
        at = _turn_of(data, turns)
        if at is None:
            yield (gr.skip(),) * 5
            return
        turn = turns[at].turn
        asked, answer = turn.asked, turn.answer
        without = data.get("without")
        if without == answers.READING:
            asked = replace(asked, rewrite=False)
        elif answer and without == answers.SPEAKERS:
            asked = replace(asked, filters=False, speakers=(), transcripts=answer.transcripts)
        elif answer and without == answers.TRANSCRIPTS:
            asked = replace(asked, filters=False, speakers=answer.speakers, transcripts=())
        yield from self._answered(turn.question, asked, turns, at)

    def _answered(self, question: str, asked: Asked, turns: list[Shown], at: int) -> Iterator[tuple[Any, ...]]:
        """A question answered in the place of turn `at`, or after the last.

        When the browser stops it, Gradio closes this generator, and with it a language model's.  Then the turn that was
        there before is left, or the question without an answer.
        """
        # Drafts leave the question box alone: the next question may be in it.
        left = turns if at < len(turns) else [*turns, self._shown(Turn(question, asked, message=WORDING.stopped), at)]
        history = [item.turn.answer for item in turns[:at] if item.turn.answer]
        before, after = _messages(turns[:at]), _messages(turns[at + 1 :], at + 1)
        asking = answers.question_html(question, at)
        yield [*before, *_pair(asking, answers.reading_html()), *after], left, "", None, ""
        turn, last = Turn(question, asked), time.monotonic() - _DRAFTS_EVERY
        try:
            drafts = stream(
                question,
                self.library,
                history=history,
                speaker=asked.speakers or None,
                transcripts=asked.transcripts,
                filters=asked.filters,
                rewrite=asked.rewrite,
                model=self.desk.model,
            )
            for found in drafts:
                if found.final:
                    turn = replace(turn, answer=found)
                elif time.monotonic() - last > _DRAFTS_EVERY:
                    last = time.monotonic()
                    yield [*before, *_pair(asking, answers.draft_html(found)), *after], *[gr.skip()] * 4
        except OnRecordError as error:
            turn = replace(turn, message=str(error))
        chat, new, *_ = self._with(turns, at, turn)
        yield chat, new, *[gr.skip()] * 3

    def _with(self, turns: list[Shown], at: int, turn: Turn) -> tuple[Any, ...]:
        """The conversation with a turn in its place, and the question box emptied."""
        new = [*turns[:at], self._shown(turn, at), *turns[at + 1 :]]
        return _messages(new), new, "", None, ""

    def _shown(self, turn: Turn, at: int) -> Shown:
        if turn.answer is None:
            return Shown(turn, answers.unanswered_html(turn.message, at))
        try:
            return Shown(turn, answers.answer_html(turn.answer, at, self.library.revision, turn.lost))
        except OnRecordError as error:  # a transcript that was renamed or removed while the answer was written
            return Shown(replace(turn, answer=None, message=str(error)), answers.unanswered_html(str(error), at))

    def shown(self, turns: list[Shown]) -> list[dict[str, Any]]:
        """What is left when an answer was stopped."""
        return _messages(turns)

    def edit(self, turns: list[Shown], event: gr.EventData) -> tuple[Any, Any, Any]:
        """The question of a turn in the box, as it was typed or as it was read."""
        data = sent(event)
        at = _turn_of(data, turns)
        if at is None:
            return gr.skip(), gr.skip(), gr.skip()
        turn = turns[at].turn
        as_read = data.get("what") == answers.READING and turn.answer is not None
        asked = turn.answer.standalone if as_read and turn.answer else turn.question
        leave = act_button("leave", "×", WORDING.leave, {})
        return asked, Editing(at, rewrite=not as_read), f'<p role="status">{text(WORDING.editing)} {leave}</p>'

    # --- conversations -------------------------------------------------------------------------------------------

    def keep(
        self, turns: list[Shown], current: Conversation | None, kept: dict[str, Conversation]
    ) -> tuple[Conversation | None, dict[str, Conversation], Any, Any]:
        """The conversation into the browser's storage.

        Where another tab has gone on with it meanwhile, this one becomes a conversation of its own: nothing is lost.
        """
        if not turns:
            return current, kept, gr.skip(), gr.skip()
        mine = current is not None and kept.get(current.id, current).changed == current.changed
        conversation = Conversation.of([item.turn for item in turns], current.id if current and mine else "")
        kept = {conversation.id: conversation} | {id: item for id, item in kept.items() if id != conversation.id}
        dropped = list(kept)[_MOST_KEPT:]
        kept = dict(list(kept.items())[:_MOST_KEPT])
        message = self._stored(conversation, drop=[STORED + id for id in dropped])
        return conversation, kept, _choices(kept, conversation), message

    def _stored(self, conversation: Conversation, drop: Sequence[str] = ()) -> dict[str, Any]:
        put = {STORED + conversation.id: self.keeper.seal(conversation)}
        return self.desk.post(put=put, drop=drop, current=conversation.id)

    def new(self, kept: dict[str, Conversation]) -> tuple[Any, ...]:
        """Nothing said; what was said before is kept."""
        return *self._whole([], None), _choices(kept, None)

    def open(self, id: str, kept: dict[str, Conversation]) -> tuple[Any, ...]:
        """A conversation as it was left, its quotes located afresh."""
        conversation = kept.get(id)
        found = [recall(turn, self.library) for turn in conversation.turns] if conversation else []
        return self._whole([self._shown(turn, at) for at, turn in enumerate(found)], conversation)

    def _whole(
        self, turns: list[Shown], current: Conversation | None, drop: Sequence[str] = (), said: str = ""
    ) -> tuple[Any, ...]:
        """A conversation in the place of another; the browser's tab is told which."""
        message = self.desk.post(current=current.id if current else "", drop=[STORED + id for id in drop])
        return _messages(turns), turns, current, None, said, message

    def forget(self, current: Conversation | None, kept: dict[str, Conversation]) -> tuple[Any, ...]:
        """Nothing said, and what was said is deleted from the browser, with a way back."""
        if current is None:
            return *self._whole([], None), _choices(kept, None), kept, None
        left = {id: conversation for id, conversation in kept.items() if id != current.id}
        undo = act_button("unforget", WORDING.undo, WORDING.undo_forget, {})
        said = f'<p role="status">{text(WORDING.forgotten.format(name=current.name))} {undo}</p>'
        return *self._whole([], None, drop=[current.id], said=said), _choices(left, None), left, current

    def unforget(self, deleted: Conversation | None, kept: dict[str, Conversation]) -> tuple[Any, ...]:
        """What was deleted last, as it was."""
        if deleted is None:  # the page was loaded anew meanwhile
            return (gr.skip(),) * 8
        kept = {deleted.id: deleted} | kept
        *whole, _ = self.open(deleted.id, kept)
        return *whole, self._stored(deleted), _choices(kept, deleted), kept

    def remembered(self, event: gr.EventData) -> tuple[Any, ...]:
        """What a page that has just been loaded shows: the conversation that its tab was in, if any."""
        kept = self._unsealed(event)
        chat, turns, current, *rest = self.open(sent(event).get("current", ""), kept)
        start = answers.start_html(bool(self.library.entries))
        return gr.update(value=chat, placeholder=start), turns, current, *rest, _choices(kept, current), kept

    def noticed(self, current: Conversation | None, event: gr.EventData) -> tuple[Any, dict[str, Conversation]]:
        """What another tab has kept or deleted meanwhile."""
        kept = self._unsealed(event)
        return _choices(kept, current if current and current.id in kept else None), kept

    def _unsealed(self, event: gr.EventData) -> dict[str, Conversation]:
        """What the browser keeps, the newest first.  It also sends what belongs to other libraries."""
        try:
            tokens = json.loads(sent(event).get("tokens", "[]"))
        except ValueError:
            return {}
        tokens = [token for token in tokens if isinstance(token, str)] if isinstance(tokens, list) else []
        found = [conversation for token in tokens if (conversation := self.keeper.unseal(token))]
        return {item.id: item for item in sorted(found, key=lambda item: -item.changed)}

    def save_markdown(self, turns: list[Shown]) -> Any:
        """The conversation as a file to download."""
        return self._download(turns, "md", "text/markdown", conversation_markdown)

    def save_html(self, turns: list[Shown]) -> Any:
        """The conversation as a file to download."""
        return self._download(turns, "html", "text/html", conversation_html)

    def _download(self, turns: list[Shown], suffix: str, kind: str, written: Any) -> Any:
        if not turns:
            return gr.skip()
        content = written([item.turn for item in turns])
        return self.desk.post(download={"name": f"conversation.{suffix}", "type": kind, "content": content})


def _turn_of(data: Mapping[str, str], turns: Sequence[Shown]) -> int | None:
    number = data.get("turn", "")
    return int(number) if number.isascii() and number.isdecimal() and int(number) < len(turns) else None


def _choices(kept: Mapping[str, Conversation], current: Conversation | None) -> Any:
    new = [] if current else [(WORDING.unnamed, "")]
    named = [(f"{item.name} · {_when(item.changed)}", id) for id, item in kept.items()]
    return gr.update(choices=[*new, *named], value=current.id if current else "")


def _when(changed: float) -> str:
    """When a conversation went on last; many begin with the same question."""
    return datetime.datetime.fromtimestamp(changed).strftime("%d %b %H:%M")


def _messages(turns: Sequence[Shown], first: int = 0) -> list[dict[str, Any]]:
    return [
        message
        for at, item in enumerate(turns, first)
        for message in _pair(answers.question_html(item.turn.question, at), item.html)
    ]


def _pair(question: str, answer: str) -> list[dict[str, Any]]:
    """A question and its answer for the Chatbot.

    As HTML components: what is plain content passes through a Markdown renderer, and its sanitiser takes away the
    attributes that citations need.
    """
    return [
        {"role": role, "content": gr.HTML(content, apply_default_css=False, js_on_load=None)}
        for role, content in (("user", question), ("assistant", answer))
    ]
