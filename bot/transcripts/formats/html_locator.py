"""The locator of HTML: a second way through a page, which splits it at its brackets and builds no tree."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.transcripts.formats.html_names import carries
from bot.transcripts.formats.inside import heard_inside
from bot.transcripts.formats.labelled import cut_at_labels, said_by, strip_label
from bot.transcripts.formats.text import decode, fold_white
from bot.transcripts.transcript import Place

_MARKUP = re.compile(r"(<!--.{0,20000}?-->|<[!?][^>]{0,500}>|<[a-zA-Z/][^<>]*>)", re.DOTALL)
_BETWEEN_WORDS = frozenset(
    "a abbr b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub sup time "
    "tt u var wbr".split()
)
_RAW = frozenset(("script", "style", "title", "textarea"))


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the page has these words in these text nodes under this label.

    Independent of `read`: it splits the page at angle brackets, counts what stands between them, cuts it at the labels
    that the record knows, undoes the family's folds (line wrap, tags, entities) and finds the words in one voice's.
    """
    numbers = [int(number) for number in re.findall(r"\d+", str(place))]
    within = [
        (begin, voice, words)
        for begin, end, voice, words in _heard(data, frozenset(labels) - {""})
        if min(numbers) <= end and begin <= max(numbers)
    ]
    # What looks like a time is not heard, unless the words are found only with it: somebody may say "10:30."
    without_times = [said for said in within if ":" not in said[2] or said[2].strip("0123456789:., []()")]
    return said_by(without_times, text, label) or said_by(within, text, label)


@dataclass
class _Run:
    """Text nodes `first` to `last` that stand together.

    `head` is what stands in a tag of its own at their head, `within` the tags around them, numbered.  `voice` is the
    label that they have in themselves; `silent`, that they hold no words of anybody; `breaks`, that a rule stands above
    them, or that they are a heading.
    """

    first: int
    last: int
    words: str
    head: str
    within: tuple[tuple[str, int], ...]
    breaks: bool
    voice: str | None = None
    silent: bool = False


@lru_cache(maxsize=4)  # many quotes of one page are checked in a row
def _heard(data: bytes, labels: frozenset[str]) -> tuple[tuple[int, int, str, str], ...]:
    """(first and last text node, voice, words) of each block; the voice is "" where nobody is named."""
    runs = list(_runs(decode(data).lstrip("\ufeff")))
    alone = {at for at, run in enumerate(runs) if labels and _bare(run.words) in labels}
    colons = [strip_label(run.words, labels) if at not in alone else ("", run.words) for at, run in enumerate(runs)]
    heads = [
        at for at, run in enumerate(runs) if at not in alone and run.head != run.words and _bare(run.head) in labels
    ]
    no_colons = sum(1 for at in heads if not colons[at][0])
    by_head = no_colons > sum(1 for label, _ in colons if label)
    for at, run in enumerate(runs):
        tags = {tag for tag, _ in run.within}
        heading = tags & {"h1", "h2", "h3", "h4", "h5", "h6"}
        run.silent = at not in alone and bool(heading or tags & _SILENT)
        run.breaks = run.breaks or (bool(heading) and at not in alone)
        if at in alone:
            run.voice, run.words = _bare(run.words), ""
        elif by_head and at in heads:
            run.voice, run.words = _bare(run.head), run.words.removeprefix(run.head).lstrip(":：–— ")
        elif colons[at][0]:
            run.voice, run.words = colons[at]
        elif not run.silent and not run.words.strip("0123456789:., []()"):
            run.silent = ":" in run.words
    _give_voices(
        [run for run in runs if run.breaks or not run.silent], bool(alone) and not any(label for label, _ in colons)
    )
    heard: list[tuple[int, int, str, str]] = []
    speaking = ""
    for run in runs:
        # What looks like a time goes on with whoever speaks.
        speaking = speaking if run.voice is None and run.silent else run.voice or ""
        for at, (label, part) in enumerate(cut_at_labels(run.words, labels)):
            speaking = label if at else speaking
            if part and (not run.silent or ":" in part):
                heard.append((run.first, run.last, speaking, part))
    return heard_inside(heard, labels)


def _bare(words: str) -> str:
    """A name without a time, a dash or a colon beside it."""
    bare = re.sub(r"[\[(]?\d{1,3}:\d\d[\d:.,]*[\])]?", "", words) if ":" in words else words
    return bare.strip(" :：–—-|·•")


def _give_voices(runs: list[_Run], alone: bool) -> None:
    """Give words without a name of their own the voice of the name beside them, and by the page's habit of others.

    `alone`: names stand by themselves, so that they may stand behind their words.
    """
    words = [at for at, run in enumerate(runs) if run.words and not run.silent]
    names = {at: run for at, run in enumerate(runs) if run.voice and not run.words}
    common: dict[
        int, list[int | None]
    ] = {}  # of each name: the tags shared with the words above it, and with those below
    said = set(words)
    for at in names:
        up = next((other for other in range(at - 1, -1, -1) if other in names or other in said), None)
        down = next((other for other in range(at + 1, len(runs)) if other in names or other in said), None)
        common[at] = [_shared(runs[at], runs[other]) if other in said else None for other in (up, down)]
    both = [(up, down) for up, down in common.values() if up is not None and down is not None]
    above, below = sum(1 for up, down in both if up > down), sum(1 for up, down in both if up < down)
    nested = bool(both) and max(above, below) >= 0.9 * len(both)
    behind = bool(alone and names and words) and (
        above >= 0.9 * len(both) if nested else _names_end_the_page(runs, words, min(names), max(names))
    )
    if behind:
        runs.reverse()
    own = [run.voice if run.words else None for run in runs]
    name: _Run | None = None
    reach: int | None = None
    beside = False
    for at, run in enumerate(runs):
        if run.breaks and not behind:
            name = None
        if run.voice and not run.words:
            name, beside = run, False
            depths = common[len(runs) - 1 - at if behind else at]
            reach = (depths[0] if behind else depths[1]) if nested else None
        elif run.voice or run.silent or name is None:
            name = None
        else:
            if (reach is None and not beside) or (reach is not None and _shared(name, run) >= reach):
                own[at] = name.voice
            beside = True
        if run.breaks and behind:
            name = None
    spoken = [
        voice
        for run, voice in zip(runs, own, strict=True)
        if run.words and not run.silent and (voice or not (run.words[0] in "[(♪♫" and run.words[-1] in "])♪♫"))
    ]
    known = [at for at, voice in enumerate(spoken) if voice]
    goes_on = bool(known) and not nested and carries(spoken[known[0] : known[-1] + 1])
    alike = [run.within[:-1] for run in names.values()] if alone else []
    common_tags = alike[0][: min(_same(alike[0], other) for other in alike)] if alike else ()
    speaking: str | None = None
    for run, voice in zip(runs, own, strict=True):
        if run.within[: len(common_tags)] != common_tags:
            speaking = None  # outside of what holds all names
        speaking = None if run.breaks and not behind else speaking
        speaking = voice or (run.voice if not run.words else None) or (speaking if goes_on or not run.words else None)
        run.voice = speaking if run.words else run.voice
        speaking = None if run.breaks and behind else speaking


def _names_end_the_page(runs: Sequence[_Run], words: Sequence[int], first: int, last: int) -> bool:
    """Whether words as those between the names stand above the first name, and none below the last."""
    tag = {at: runs[at].within[-1][0] if runs[at].within else "" for at in words}
    between = {tag[at] for at in words if first < at < last}
    return any(at < first and tag[at] in between for at in words) and not any(
        at > last and tag[at] in between for at in words
    )


def _shared(one: _Run, other: _Run) -> int:
    """How many of the tags around two runs are the same."""
    return _same(one.within, other.within)


def _same(one: Sequence[object], other: Sequence[object]) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


_SILENT = frozenset(
    "head title script style noscript template svg nav header footer aside form button select textarea "
    "figcaption".split()
)
_EMPTY = frozenset(
    "area base br col embed hr img input link meta source track wbr option colgroup tbody thead tfoot".split()
)  # or that nothing is told by
# An end tag may be left out before these: the tag that opens, which ones it ends, and what they stand in.
_ENDED = {
    "li": ("li", "ul ol menu"),
    "dt": ("dt dd", "dl"),
    "dd": ("dt dd", "dl"),
    "td": ("td th", "tr table"),
    "th": ("td th", "tr table"),
    "tr": ("tr", "table"),
}


def _opened(within: list[tuple[str, int]], name: str, number: int) -> list[tuple[str, int]]:
    """The tags around what follows a tag that opens."""
    if within and within[-1][0] == "p":
        within = within[:-1]
    ended, bounds = (part.split() for part in _ENDED.get(name, ("", "")))
    for at in range(len(within) - 1, -1, -1):
        if within[at][0] in bounds or not ended:
            break
        if within[at][0] in ended:
            within = within[:at]
            break
    return [*within, (name, number)]


def _runs(page: str) -> Iterator[_Run]:
    """What stands together; a name or a time in tags of its own is apart."""
    count, first, words, pending, raw = 0, 0, "", "", ""
    open_tags: dict[str, int] = {}
    cite: tuple[int, int, str] | None = None  # where a cite began: what stands before it
    within: list[tuple[str, int]] = []
    around: tuple[tuple[str, int], ...] = ()
    head, rule = "", False
    for number, part in enumerate([*_MARKUP.split(page), "<p>"]):
        markup = part[:1] == "<" and part[-1:] == ">" and _MARKUP.fullmatch(part)
        name = re.split(r"[\s/>]", part[1:].lstrip("/"), maxsplit=1)[0].lower() if markup else ""
        closing = part.startswith("</")
        if not markup or (raw and not (closing and name == raw)):
            pending += part
            continue
        if closing and name != "p" and not open_tags.get(name):
            continue  # closes nothing, so that text goes on
        if not part.startswith(("<!", "<?")):
            open_tags[name] = max(0, open_tags.get(name, 0) + (-1 if closing else 1))
        if pending.strip():
            count += 1
            first = first or count
            around = tuple(within) if first == count else around
        words += pending
        pending = ""
        raw = name if name in _RAW and not closing else ""
        if name == "cite" and not closing:
            cite = (first, count, words)
        elif name == "cite" and cite and cite[0] and words[len(cite[2]) :].rstrip().endswith((":", "：")):
            yield _Run(cite[0], cite[1], _shown(cite[2]), "", around, rule)
            first, words, head, rule = cite[1] + 1, words[len(cite[2]) :], "", False
        if name in _BETWEEN_WORDS and closing and words.strip() and not head:
            head = _shown(words)
        apart = name in ("cite", "time") and not words.strip() and not closing
        ends = name in ("cite", "time") and closing and (first == count)
        if part.startswith("<!") or (name in _BETWEEN_WORDS and not apart and not ends):
            continue
        if first:
            yield _Run(first, count, _shown(words), head, around, rule)
            rule = False
        first, words, head = 0, "", ""
        rule = rule or name == "hr"
        if name in _BETWEEN_WORDS or name in _EMPTY or part.startswith("<?"):
            continue
        if not closing:
            within = _opened(within, name, number)
        elif at := next((at for at in range(len(within), 0, -1) if within[at - 1][0] == name), 0):
            within = within[: at - 1]


def _shown(words: str) -> str:
    """Words without entities.  The standard library drops references to control characters, which a page keeps."""
    return fold_white(html.unescape(re.sub(r"&#(?:(\d{1,9})|[xX]([0-9a-fA-F]{1,8}));", _character, words)))


def _character(reference: re.Match[str]) -> str:
    number = int(reference[1]) if reference[1] else int(reference[2], 16)
    if number == 0 or number > 0x10FFFF or 0xD800 <= number < 0xE000:
        return "\ufffd"
    return reference.group() if 0x80 <= number < 0xA0 or number in (13, 38) else chr(number)
