"""Speakers in a question: whose words are asked for, understood from the library's own names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_TITLES = frozenset("mr mrs ms miss dr prof professor sir dame lord lady hon rt right the judge justice".split())
_SAY = (
    r"(?:say|says|said|saying|think|thinks|thought|mention\w*|argue\w*|claim\w*|describe\w*|explain\w*|suggest\w*|"
    r"propose\w*|recommend\w*|believe\w*|feel|feels|felt|ask|asks|asked|talk\w*|speak|speaks|spoke|tell|tells|told|"
    r"report\w*|comment\w*|remark\w*|note|notes|noted|respond\w*|repl(?:y|ies|ied)|answer\w*|agree\w*|disagree\w*|"
    r"object\w*|promise\w*|admit\w*|warn\w*|insist\w*|point(?:s|ed)? out|refer(?:s|red)? to|put it|call|calls|called)"
)
_ABOUT = r"(?:\s+(?:about|of|on|regarding|concerning|that|to|was|were|is|are))?"
_HELPER = r"(?:did|does|do|has|had|have|would|could|can|will|should|was|is|what|how|why|when|where|whether|if|that)"
_VIEW = (
    r"(?:views?|opinions?|take|position|stance|point|answer|argument|thoughts?|words?|account|advice|response|reply)"
)
_NAME = "\x00"  # stands for the name while the words around it are read


@dataclass(frozen=True)
class SpeakerQuestion:
    """A question about what somebody said.

    `speakers` are those whose words are asked for, none when the question names nobody as speaking; `mentioned` are
    speakers who are named all the same ("Why did Tom leave?"), and who speak of themselves as "I"; `topic` is what is
    left to search for, without the name that acts as a filter; `words` is the topic without the names mentioned.
    """

    speakers: tuple[str, ...]
    mentioned: tuple[str, ...]
    topic: str
    words: str


def fold_name(name: str) -> str:
    """A name for comparing: lower case, no diacritics, no punctuation, no titles, no parenthesis."""
    plain = unicodedata.normalize("NFKD", name.split("(")[0] or name)
    plain = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    words = re.findall(r"\w+", plain.replace("'", "").replace("’", ""))
    return " ".join([word for word in words if word not in _TITLES] or words)


def find_speakers(name: str, speakers: Sequence[str]) -> tuple[str, ...]:
    """The speakers that a name may mean: the whole name, else a first or last name."""
    wanted = fold_name(name)
    whole = tuple(speaker for speaker in speakers if fold_name(speaker) == wanted)
    return whole or tuple(speaker for speaker in speakers if wanted and wanted in _name_parts(speaker))


def read_question(question: str, speakers: Sequence[str]) -> SpeakerQuestion:
    """Whose words a question asks for: "What did Jenny say about silos?", "Annie's view of …", "according to Tom".

    A name that is only mentioned ("What happened to Jenny?") filters nothing.
    """
    mentions = _mentions(question, speakers)
    for speaker, found in mentions:
        start, end = found.span()
        marked = question[:start] + _NAME + question[end:]
        topic = _topic(marked)
        if topic is not None:
            chosen = (speaker,) if _is_whole(found.group(), speaker) else find_speakers(found.group(), speakers)
            return SpeakerQuestion(chosen, (), topic, topic)
    words = question
    for _, found in mentions:
        words = words.replace(question[found.start() : found.end()], " ")
    return SpeakerQuestion((), tuple(dict.fromkeys(speaker for speaker, _ in mentions)), question, words)


def _topic(marked: str) -> str | None:
    """What is asked about, if the marked name is that of somebody speaking; else None."""
    frames = (
        rf"^.*?\b{_HELPER}\s+(?:the\s+)?{_NAME}\s+(?:\w+ly\s+|ever\s+|also\s+|not\s+|to\s+)?{_SAY}\b{_ABOUT}",
        rf"\b(?:what|how|why|where|when|whether)?\s*(?:the\s+)?{_NAME}\s+{_SAY}\b{_ABOUT}",
        rf"\b(?:according\s+to|in\s+the\s+words\s+of)\s+(?:the\s+)?{_NAME}\s*,?",
        rf"^.*?\b(?:the\s+)?{_NAME}['’]s?\s+(?:\w+\s+)?{_VIEW}\b{_ABOUT}",
    )
    for frame in frames:
        found = re.search(frame, marked, re.IGNORECASE)
        if found:
            rest = (marked[: found.start()] + " " + marked[found.end() :]).replace(_NAME, " ")
            rest = " ".join(rest.split()).strip(" ,")
            # "What did Jenny say?" leaves nothing to search for; then all but the name is the topic.
            return rest if re.search(r"\w", rest) else marked.replace(_NAME, " ")
    return None


def _mentions(question: str, speakers: Sequence[str]) -> list[tuple[str, re.Match[str]]]:
    """(speaker, where) of every name in the question: longest first, then in order."""
    plain = _strip_marks(question)
    found = []
    for speaker in speakers:
        for name in (fold_name(speaker), *_name_parts(speaker)):
            pattern = r"\W+".join(re.escape(word) for word in name.split())
            found += [(speaker, match) for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", plain, re.IGNORECASE)]
    return sorted(found, key=lambda item: (-len(item[1].group()), item[1].start()))


def _name_parts(speaker: str) -> tuple[str, ...]:
    """First and last name of somebody with a real one; "Speaker 4" has no parts."""
    words = fold_name(speaker).split()
    if len(words) < 2 or any(char.isdigit() for word in words for char in word):
        return ()
    return tuple(word for word in dict.fromkeys((words[0], words[-1])) if len(word) > 2)


def _is_whole(name: str, speaker: str) -> bool:
    return fold_name(name) == fold_name(speaker)


def _strip_marks(text: str) -> str:
    """The text without diacritics, character for character, so that offsets stay true."""
    plain = []
    for char in text:
        base = unicodedata.normalize("NFKD", char)[0]
        plain.append(base)
    return "".join(plain)
