"""Whose words a sentence says that they are: names of speakers in prose as the subjects of verbs of saying."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.speakers.names import find_speakers, fold_name
from bot.transcripts.transcript import UNNAMED_SPEAKER

_NAME_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_TITLE = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Councillor|Cllr|Rev)\.?\s+)$")
SAYING = (
    "said|says|told|tells|asked|asks|added|adds|explained|explains|argued|argues|insisted|insists|claimed|claims|warned|"
    "warns|replied|replies|answered|answers|noted|notes|admitted|admits|recalled|recalls|stated|states|remarked|remarks|"
    "observed|observes|continued|continues|concluded|concludes|complained|complains|joked|jokes|promised|promises|"
    "puts it|put it|wrote|writes|commented|comments|responded|responds|declared|declares|confirmed|confirms"
)
# "Ana Silva, who chairs the panel, later told us", but not "Ana Silva never said".
_SAYS = re.compile(rf"(?:,[^,;:.]{{1,80}},)?\s+(?:(?:also|then|later|once|has|had|[a-z]+ly)\s+){{0,2}}(?:{SAYING})\b")
_COLON = re.compile(r"(?:\s*\([^()]{1,60}\)|,[^,;:.]{1,80},?)?\s*:\s*$")
_NO_SUBJECT = re.compile(
    r"\b(?:of|to|with|by|about|for|from|and|or|than|against|behalf of|after|when|that)\s+$", re.IGNORECASE
)
# “…,” said the skipper Tom Farrant; "told Ana" tells who listened, and "said to Ana" too.
_SAID_BY = re.compile(
    rf"[Xx][.,?!]*\s+(?:{SAYING.replace('told|tells|', '')})\s+"
    r"(?:(?!(?:to|of|about|that|by|from|with|against|for|after|when|and)\b)[a-z][\w'’-]*,?\s+){0,4}$"
)
_TOLD = re.compile(rf"\b(?:{SAYING})\s+(?:[a-z]+\s+){{0,2}}$")
_ACCORDING = re.compile(r"\b(?:according to|in the words of)\s+$", re.IGNORECASE)
_LONGEST = 6  # words of a name


@dataclass(frozen=True)
class Names:
    """Folded whole names, and surnames that are nobody else's, of the library's speakers."""

    whole: dict[str, str]
    surnames: dict[str, str]

    @classmethod
    def of(cls, speakers: Sequence[str]) -> Names:
        whole = {fold_name(name): name for name in reversed(speakers) if name != UNNAMED_SPEAKER and fold_name(name)}
        surnames: dict[str, str] = {}
        for folded, name in whole.items():
            last = folded.split()[-1]
            if (
                last != folded
                and len(last) > 1
                and {fold_name(who) for who in find_speakers(last, speakers)} == {folded}
            ):
                surnames[last] = name
        return cls(whole, surnames)

    def __bool__(self) -> bool:
        return bool(self.whole)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, speaker) of the names in a text, the longest where several begin at one word."""
        words = [(match.start(), match.end(), fold_name(match.group())) for match in _NAME_WORD.finditer(text)]
        at = 0
        while at < len(words):
            size = next(
                (
                    size
                    for size in range(_LONGEST, 0, -1)
                    if " ".join(word for *_, word in words[at : at + size]) in self.whole
                ),
                1,
            )
            start, end = words[at][0], words[min(at + size, len(words)) - 1][1]
            name = " ".join(word for *_, word in words[at : at + size])
            # A name that goes on is another one: "Ana Silva Costa", and "Maria Silva" for Silva.
            alone = not _capital_after(text, end) and (size > 1 or not _capital_before(text, start))
            speaker = self.whole.get(name) or self.surnames.get(name)
            if speaker and alone and text[start].isupper():
                yield start, end, speaker
            at += size


def _capital_before(text: str, start: int) -> bool:
    before = text[:start]
    if _TITLE.search(before):
        return False
    return bool(re.search(r"\b[A-Z][^\W_]*\.?[ \n]+$", before))


def _capital_after(text: str, end: int) -> bool:
    return bool(re.match(r"[ \n]+[A-Z][a-z]|[ \n]+[A-Z]{2}", text[end:]))


def says(before: str, after: str, stop: int, start: int, masked: str) -> bool:
    """Whether a name with these words before and after it is the one who says the quotation at `start`."""
    if _NO_SUBJECT.search(before):
        return bool(_ACCORDING.search(before))
    if _SAYS.match(after) or _SAID_BY.search(before):
        return True
    if stop >= start or _TOLD.search(before):
        return False
    return bool(_COLON.fullmatch(masked[stop : max(stop, start - 1)]))
