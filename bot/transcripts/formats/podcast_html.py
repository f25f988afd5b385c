"""HTML transcripts: Podcasting 2.0 (`<cite>Kevin:</cite> <time>0:09</time> <p>words</p>`) and pages with names in them.

A page is cut into blocks (`html_blocks`).  Who speaks stands in a `<cite>` with a colon or a time, in the words as in
labelled text (`<p><strong>Kevin:</strong> words</p>` is read as `**Kevin:** words`), or in elements of its own
(`html_names`): what names more blocks is taken.

A block that nobody is named for goes on with the speaker before it only where this is the page's habit (`carries`).
Else its words are nobody's that is known; and so are those above the first name, unless they are plainly no speech.

Places are text nodes, counted from 1 through the whole page, those of white space alone left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser

from bot.transcripts.formats import hearing
from bot.transcripts.formats.html_blocks import Block, blocks_of, refuse_deep
from bot.transcripts.formats.html_locator import holds
from bot.transcripts.formats.html_names import BEHIND, UNDECIDED, Names, alone, carries, inferred, shared_depth
from bot.transcripts.formats.inside import speak_inside
from bot.transcripts.formats.labels import SENTENCE_END, accept_labels, candidate_of, split_at_labels
from bot.transcripts.formats.text import Turn, decode, fold_white, parse_time, peek, speaker_named, utterances
from bot.transcripts.formats.unsaid import is_direction
from bot.transcripts.transcript import UNNAMED_SPEAKER, Contents, Item, Reading, Unspoken

NAME = "HTML"
__all__ = ["NAME", "holds", "read", "recognises"]

_BEGINS = re.compile(
    r"\s*+(?:(?:<!--.{0,2000}?-->|<\?xml.{0,200}?\?>)\s*+)*"
    r"<(?:!doctype\s+html|html|head|body|main|article|section|div|p|cite|time|span|ul|ol|dl|h[1-6]|table|blockquote)\b",
    re.IGNORECASE | re.DOTALL,
)
_TIME = re.compile(r"[\[(]?\s*((?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)\s*[\])]?")
_FEW_WORDS = 8  # so few without the end of a sentence are a heading, a credit or the like
_FIELD = re.compile(r"[^:：.!?]{1,40}[:：]\s+\S.{0,200}$")

# Where it is doubtful that a block goes on: so many blocks from the name, in a page that names so small a share of its
# blocks, or so large a share that others stand out.
_FAR = 6
_SPARSE = 0.25
_NEARLY_ALL = 0.9


@dataclass(slots=True)
class _Part:
    """What a block, or part of it, is: a name (no words), words (with a label if they are named where they stand, "" if
    known to be nobody's), or what ends a turn (neither)."""

    at: int  # the index of the block
    label: str | None = None
    words: str = ""
    start: float | None = None
    carried: int = 0
    doubt: str = ""
    begins: bool = False  # a turn


def recognises(data: bytes) -> bool:
    """Markup of a page where the text begins, after comments; not the text of a record that is wrapped in a page."""
    return bool(_BEGINS.match(peek(data)[:20_000].lstrip("\ufeff"))) and not hearing.recognises(data)


def read(data: bytes) -> Contents:
    """Utterances and the account of every text node that is not white space alone.

    Raises TranscriptError for tags nested beyond any page.
    """
    text = decode(data).lstrip("\ufeff")
    refuse_deep(text)
    tree = LexborHTMLParser(text)
    blocks, left_out, count = blocks_of(tree)
    reported: dict[int, str] = {}
    remarks: list[str] = []
    parts, names = _parts(blocks, reported)
    if names and names.side == UNDECIDED:
        remarks.append(
            "names stand between the words, and nothing shows whether before or behind them: the words are unnamed"
        )
    turns = _turns(blocks, _attributed(blocks, parts, names, reported), names is not None and names.side == BEHIND)
    left_out += [
        Unspoken(reason, Item(f"text node {number}"), blocks[at].words if number == blocks[at].first else "")
        for at, reason in reported.items()
        for number in range(blocks[at].first, blocks[at].last + 1)
    ]
    left_out.sort(key=lambda item: int(str(item.place).split()[-1]))
    if any(turn.spoken and not turn.label for turn in turns):
        remarks.append(f"words without a name are by one {UNNAMED_SPEAKER.lower()}")
    report = Reading(NAME, "text node", count, count - len(left_out), tuple(left_out), tuple(remarks))
    title, page = tree.css_first("title"), tree.css_first("html")
    found = Contents(
        utterances(turns),
        report.check(),
        title=fold_white(title.text()) or None if title else None,
        language=(page.attributes.get("lang") or None) if page else None,
    )
    return speak_inside(found)


def _parts(blocks: Sequence[Block], reported: dict[int, str]) -> tuple[list[_Part], Names | None]:
    """What each block is, by the way of naming that names most blocks; and the names in elements, where that is it.

    `reported` gets the blocks (by index) that hold no speech, and why.
    """
    heads_of = [_heads(block) for block in blocks]
    named = [at for at, heads in enumerate(heads_of) if heads and any(t == "cite" for t, _ in blocks[at].parts[:heads])]
    if sum(1 for at in named if _is_podcast(blocks, at)) * 2 > len(named):
        return _cited(blocks, heads_of, reported), None
    lines = ["" if block.reason else block.line for block in blocks]
    spaced = [line for whole in lines for line in (whole, "")]
    candidates = [found for number, line in enumerate(spaced, 1) if (found := candidate_of(number, line))]
    labels = accept_labels(candidates, spaced)
    heads = {candidate.line // 2: candidate for candidate in candidates if candidate.name in labels}
    names = inferred(blocks, len(heads))
    # As many, and alone: the page's parts tell more of a name than its colon does.
    if names and (len(names.named) > len(heads) or not names.heads):
        return _in_elements(blocks, names, reported), names
    parts: list[_Part] = []
    start: float | None = None
    for at, block in enumerate(blocks):
        head = heads.get(at)
        if not head and (time := _TIME.fullmatch(block.words)) and not block.reason:
            start = parse_time(time[1])
            continue
        if block.after_rule:
            parts.append(_Part(at))
        if reason := block.reason or ("stage direction" if not head and is_direction(block.words) else ""):
            reported[at] = reason
            parts += [_Part(at)] if reason == "heading" else []
            continue
        if head:
            start = head.time if head.time is not None else start
        (_, words), *more = split_at_labels(head.words if head else block.words, labels)
        parts.append(
            _Part(at, head.name if head else None if labels else "", fold_white(words), start, begins=bool(head))
        )
        start = None
        parts += [_Part(at, label, fold_white(said), begins=True) for label, said in more]
    by_itself = {at: head.name for at, head in heads.items() if not head.words}
    return parts, alone(blocks, by_itself) if by_itself and len(by_itself) == len(heads) else None


def _in_elements(blocks: Sequence[Block], names: Names, reported: dict[int, str]) -> list[_Part]:
    """What each block is, where names stand in elements of their own."""
    tables = {blocks[at].row: at for at in names.named if blocks[at].row}
    first_row = min((block.row for block in blocks if block.row), default=0) if tables else 0
    parts: list[_Part] = []
    times: dict[int, float] = {}  # of the rows of a table
    start: float | None = None
    for at, block in enumerate(blocks):
        if block.after_rule:
            parts.append(_Part(at))
        if at in names.named:
            if names.side == UNDECIDED:
                reported[at] = "name above or below its words"
                continue
            time = _TIME.search(block.words)
            start = parse_time(time[1]) if time and at not in names.heads else start
            words = fold_white("".join(text for _, text in block.parts[names.heads.get(at, len(block.parts)) :]))
            parts.append(_Part(at, names.named[at], words.lstrip(":：–— ") if words else "", start, begins=True))
            start = None if words else start
        elif block.reason:
            reported[at] = block.reason
            parts += [_Part(at)] if block.reason == "heading" else []
        elif time := _TIME.fullmatch(block.words):
            start = times[block.row] = parse_time(time[1])
        elif tables and block.row == first_row and block.row not in tables:
            reported[at] = "table header"
        elif tables and block.row and block.words.rstrip(".").isdigit():
            reported[at] = "number of a row"
        elif is_direction(block.words):
            reported[at] = "stage direction"
        else:
            label = "" if names.side == UNDECIDED else None
            parts.append(_Part(at, label, block.words, times.get(block.row, start) if block.row else start))
            start = None
    return parts


def _is_label(block: Block, at: int) -> bool:
    """Whether the `<cite>` at this part of a block names a speaker: nothing is said in the block before it, and it
    stands alone, or before a time, or ends in a colon."""
    if block.parts[at][0] != "cite":
        return False
    before = "".join(text for tag, text in block.parts[:at] if tag != "time")
    after = "".join(text for tag, text in block.parts[at + 1 :] if tag not in ("time", "cite"))
    text = block.parts[at][1].rstrip()
    has_time = any(tag == "time" for tag, _ in block.parts[at + 1 : at + 3])
    return not before.strip() and (not after.strip() or has_time or text.endswith((":", "：")))


def _is_podcast(blocks: Sequence[Block], at: int) -> bool:
    """Whether a `<cite>` has the colon or the time behind it that Podcasting 2.0 gives it, or words in its block."""
    block = blocks[at]
    behind = blocks[at + 1].parts[0][0] if at + 1 < len(blocks) else ""
    return (
        any(tag == "cite" and text.rstrip().endswith((":", "：")) for tag, text in block.parts)
        or any(tag == "time" for tag, _ in block.parts)
        or behind == "time"
        or any(text.strip() for tag, text in block.parts if tag != "cite")
    )


def _cited(blocks: Sequence[Block], heads_of: Sequence[int], reported: dict[int, str]) -> list[_Part]:
    """What each block is in a page whose speakers stand in `<cite>`."""
    parts: list[_Part] = []
    in_paragraphs = any(block.in_paragraph and not heads for block, heads in zip(blocks, heads_of, strict=True))
    start: float | None = None
    for at, block in enumerate(blocks):
        if block.reason:
            reported[at] = block.reason
            parts += [_Part(at)] if block.reason == "heading" else []
            continue
        if block.after_rule:
            parts.append(_Part(at))
        heads = heads_of[at]
        words = fold_white("".join(text for _, text in block.parts[heads:]))
        label: str | None = None
        for tag, text in block.parts[:heads]:
            if tag == "cite" and (name := fold_white(text).rstrip(":： ")):
                label, start = name, None
            elif tag == "time" and (time := _TIME.fullmatch(text.strip())):
                start = parse_time(time[1])
        if not heads and in_paragraphs and not block.in_paragraph:
            reported[at] = "outside of a paragraph"
        elif not heads and is_direction(words):
            reported[at] = "stage direction"
        elif words or label is not None:
            parts.append(_Part(at, label, words, start, begins=label is not None))
            start = None if words else start
    return parts


def _heads(block: Block) -> int:
    """How many parts at the head of a block are a speaker's name and a time."""
    heads = 0
    if block.parts[0][0] not in ("cite", "time") and block.parts[0][1].strip():
        return 0
    for at, (tag, text) in enumerate(block.parts):
        if (tag == "cite" and _is_label(block, at)) or (tag == "time" and _TIME.fullmatch(text.strip())):
            heads = at + 1
        elif text.strip(" \t\r\n:：-–—") or not heads:
            break
        elif text.strip():
            heads = at + 1  # the colon between a name and the words
    return heads


def _attributed(
    blocks: Sequence[Block], parts: Sequence[_Part], names: Names | None, reported: dict[int, str]
) -> list[_Part]:
    """Parts with the label of who says them, None where nobody is known; without those that are no speech."""
    behind = names is not None and names.side == BEHIND
    # Names behind their words stand before them in a page that is read backwards.
    ordered = list(reversed(parts)) if behind else list(parts)
    own = _beside_names(blocks, ordered, names.reach if names else {})
    habit = _Habit(own)
    within = _common_part(blocks, names)
    result: list[_Part] = []
    speaking, carried, numbers = None, 0, [at for at, part in enumerate(own) if part.words and part.label]
    for at, part in enumerate(own):
        if part.label is not None:
            speaking, carried = part.label, part.carried
        elif not part.words or (names and names.reach) or blocks[part.at].path[: len(within)] != within:
            speaking = None
        elif speaking:
            carried += 1
            if habit.carries:
                part = replace(part, label=speaking, carried=carried, doubt=habit.doubt(carried))
        outside = numbers and not numbers[0] <= at <= numbers[-1]
        if part.words and part.label is None and outside and not _may_be_speech(blocks[part.at]):
            is_above = (at > numbers[-1]) if behind else (at < numbers[0])
            reported[part.at] = "before the first speaker" if is_above else "behind the last speaker"
        else:
            result.append(part)
    return list(reversed(result)) if behind else result


def _beside_names(blocks: Sequence[Block], parts: Sequence[_Part], reach: Mapping[int, int]) -> list[_Part]:
    """Parts with the label of the name that they stand beside: right beside, or within its `reach`."""
    result: list[_Part] = []
    name: _Part | None = None
    count = 0
    for part in parts:
        if part.label is not None or not part.words:
            name, count = (part if part.label and not part.words else None), 0
        elif name and name.label:
            inside = name.at in reach and shared_depth(blocks[name.at].path, blocks[part.at].path) >= reach[name.at]
            if inside or (name.at not in reach and not count):
                part = replace(part, label=name.label, carried=count)
            count += 1
        result.append(part)
    return result


def _common_part(blocks: Sequence[Block], names: Names | None) -> tuple[int, ...]:
    """The smallest part of the page that holds all names: words outside of it are nobody's."""
    paths = [blocks[at].path[:-1] for at in names.named] if names else []
    return paths[0][: min(shared_depth(paths[0], path) for path in paths)] if paths else ()


class _Habit:
    """Whether a block without a name goes on with the speaker before it, as the blocks between names tell."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        named = [part.label for part in parts if part.words]
        known = [at for at, label in enumerate(named) if label]
        self._named = named[known[0] : known[-1] + 1] if known else []
        self.carries = bool(known) and carries(self._named)

    def doubt(self, carried: int) -> str:
        """Why it may be somebody else who speaks so many blocks from the name; "" where nothing says so."""
        share = sum(1 for label in self._named if label) / len(self._named)
        if share >= _NEARLY_ALL and len(self._named) >= 1 / (1 - _NEARLY_ALL) and share < 1:
            return "nearly every other paragraph has a name of its own"
        if carried >= _FAR or (share < _SPARSE and carried > 1):
            return f"named {carried} paragraphs above; others may speak between"
        return ""


def _may_be_speech(block: Block) -> bool:
    """Whether words that nobody is named for may be said: not links, a key and its value, or a few without an end."""
    words = block.words
    if block.linked or SENTENCE_END.search(words):
        return not block.linked
    return len(words.split()) > _FEW_WORDS and not _FIELD.match(words)


def _turns(blocks: Sequence[Block], parts: Sequence[_Part], behind: bool) -> list[Turn]:
    """A turn begins with the block that is named, or behind one where names stand behind their words."""
    turns: list[Turn] = []
    carried_before = 0
    for part in parts:
        if not part.words:
            continue
        label = part.label or ""
        goes_on = carried_before if behind else part.carried
        last = turns[-1] if turns else None
        if not (last and label and goes_on) or part.begins or last.label != label or part.doubt != last.doubt:
            turns.append(Turn(label, speaker_named(label), part.doubt))
        turns[-1].add(part.words, blocks[part.at].place, part.start, carried=part.carried)
        carried_before = part.carried
    return turns
