"""Where a text names speakers of the library, and how surely: "Will" is a name, "will" hardly ever.

    question ─► words ─► candidates of the library's names ─► mentions, each weighed

A doubtful name is no mention, or a weak one that only the clearest frame of a question takes (`bot.questions.whose`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.speakers.names import POSTNOMINALS, ROLES, TITLES, Names, Roles, distinct_people, names_of, words_of
from bot.transcripts.transcript import UNNAMED_SPEAKER

_PLAIN_TITLES = frozenset("mr mrs ms dr prof professor".split())  # in lower case too; "miss" is a verb then
# Names that are words of their own: only a capital in the middle of a question tells Will from "will".  The first line
# can open a clause in lower case without being anybody ("what does art say about us").
_MASS = frozenset("art black brown charity faith gray green grey grace hope joy justice love patience white".split())
_ORDINARY = _MASS | frozenset(
    "amber angel april august baker ball banks baron bass bay bean bear bell best bill bird bishop blue bob bond "
    "bones book branch brand bridge brook brooks buck burns bush butler cannon carpenter carter case cash chance "
    "chase chip church clay cliff cole cook cooper court cross crystal daisy dale dawn day dean don drew duke earl "
    "east eve fast field fields fish fisher flowers ford forest foster fox frank friend frost gene ginger glen gold "
    "good grant hazel heath heather hill holly honey house hunt hunter iris ivy jack june keen key king knight lake "
    "lamb lance lane law lily little long lord low major mark marks marsh mason may mercy miles mill miller mills "
    "misty moon more moss nick noble north olive page park parker parks pat peace pearl penny pepper pierce piper "
    "pool pope porter pound power powers price prince queen rain ray reckless reed rich rivers rob robin rock rocky "
    "rod rose ruby rush rusty sage sandy scarlet seal sharp shepherd short silver singer skip sky small smart snow "
    "south spring star stern stone storm street strong sue summer summers sunny sweet swift tailor taylor temple "
    "tiny trip turner van victor violet wade walker wall ward waters way weeks wells west wild will wills winter "
    "winters wise wolf wood woods worth wright yard young".split()
)
_MONTHS = frozenset("april may june august".split())
_NEVER = frozenset(  # labels that ask for nobody, and labels that are pronouns or verbs first
    "i you he she it we they me him her us them who what that this all both everyone everybody someone somebody anyone "
    "anybody nobody none other others people many any some and or the not can could would answer question comment note "
    "report reply unknown unidentified unnamed".split()
)
_DETERMINERS = frozenset("a an this these my your our their his its every each any some no which another".split())


def unclear_in(question: str, speakers: Sequence[str]) -> tuple[str, ...]:
    """The people whom a name in a question may mean, whether for their words or not, when it is not clear which."""
    return choices_in([mention for mention in named_in(question, speakers) if not mention.weak], ())


def people_in(question: str, speakers: Sequence[str]) -> tuple[str, ...]:
    """Everybody whom a question names, in its order, whether for their words or not."""
    mentions = named_in(question, speakers)
    return tuple(dict.fromkeys(name for mention in mentions if not mention.weak for name in mention.speakers))


def names_in(text: str, speakers: Sequence[str], sure: bool = False) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    """(start, end, the speakers that it may mean) of the names in a text, in its order.

    Ordinary words that are names too ("Joy", "Host") are among them, but for `sure` ones.
    """
    mentions = named_in(text, speakers)
    return tuple((item.start, item.end, item.speakers) for item in mentions if item.anywhere or not sure)


def named_in(question: str, speakers: Sequence[str], roles: Roles = ()) -> list[Mention]:
    """The mentions of these speakers in a question; whom a file does not name, no question can."""
    return _mentions(question, names_of(tuple(name for name in speakers if name != UNNAMED_SPEAKER), tuple(roles)))


def people_between(mentions: Sequence[Mention], start: int, end: int) -> tuple[str, ...]:
    """The speakers named between two characters."""
    return tuple(dict.fromkeys(name for item in mentions if start <= item.start < end for name in item.speakers))


def choices_in(mentions: Sequence[Mention], roles: Roles) -> tuple[str, ...]:
    """The people whom the first name that is not clear may mean; those of a role ("the guests") are all meant."""
    groups = [set(people) for _, people in roles]
    named = [mention.speakers for mention in mentions if set(mention.speakers) not in groups]
    return next((people for speakers in named if (people := distinct_people(speakers))), ())


# --- mentions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mention:
    """A name in a question.

    `anywhere`: it is a name wherever it stands; else only where a frame wants one ("did the host say").  `weak`: an
    ordinary word without its capital, which only the clearest frames take for a name ("what did will say").
    """

    start: int
    end: int
    speakers: tuple[str, ...]
    anywhere: bool
    weak: bool

    @property
    def mark(self) -> str:
        return "\0" if self.anywhere else "\1" if self.weak else "\2"


def _mentions(question: str, names: Names) -> list[Mention]:
    """The names in a question, in order, the longest where several begin at one word."""
    words = list(words_of(question))
    # Capitals prove nothing in "What Will It Cost" or "WHAT DID WILL SAY".
    others = [question[at] for at, _, word in words[1:] if question[at].islower() or word not in names.lengths]
    cased = bool(others) and 2 * sum(letter.isupper() for letter in others) <= len(others)
    found, at = [], 0
    while at < len(words):
        for count in names.lengths.get(words[at][2], ()):
            name = " ".join(word for _, _, word in words[at : at + count])
            speakers = at + count <= len(words) and (names.whole.get(name) or names.parts.get(name))
            mention = speakers and _weigh(question, words, at, count, speakers, name in names.whole, cased)
            if mention:
                found.append(_told_apart(question, mention))
                while at + 1 < len(words) and words[at + 1][0] < found[-1].end:
                    at += 1
                break
        at += 1
    return found


_PARENTHESIS = re.compile(r"\s?(\([^()]+\))")


def _told_apart(question: str, mention: Mention) -> Mention:
    """Of namesakes the one with the parenthesis that follows the name: "Speaker 1 (ep-12)"."""
    following = _PARENTHESIS.match(question, mention.end)
    meant = following and tuple(name for name in mention.speakers if name.endswith(f" {following[1]}"))
    return replace(mention, end=following.end(), speakers=meant) if following and meant else mention


def _weigh(
    question: str,
    words: Sequence[tuple[int, int, str]],
    at: int,
    count: int,
    speakers: tuple[str, ...],
    whole: bool,
    cased: bool,
) -> Mention | None:
    """The mention that these words make, or None if they are words like others."""
    run = words[at : at + count]
    folds = [word for _, _, word in run]
    gaps = [question[a[1] : b[0]] for a, b in itertools.pairwise(run)]
    start, end = run[0][0], run[-1][1]
    if any(not re.fullmatch(r"[\s._'\"’‐–-]{1,3}", gap) for gap in gaps) or _is_joined(question, start, end):
        return None
    capital = all(_has_capital(question[a:b]) for a, b, _ in run)
    role = bool(ROLES & set(folds))
    ordinary = all(w in ROLES or w in _ORDINARY or w.isdecimal() or len(w) <= 2 for w in folds)
    single = folds[0] if count == 1 else ""
    if single in _NEVER or (single and len(single) <= 2 and not capital):
        return None

    # Titles before the name and posts after it belong to it: "Prime Minister Blair", "Lynne Neagle AM".
    before = at
    while len(single) != 1 and before > 0 and _is_title(question, words, before):
        before -= 1
    titled = before < at
    first = before == 0 or not re.fullmatch(r"[^.?!:;\n\"“”]*", question[words[before - 1][1] : words[before][0]])
    last = "" if first else words[before - 1][2]
    following = words[at + count][2] if at + count < len(words) else ""
    if last == "the":
        if not titled and not (whole and (role or single not in _ORDINARY)):
            return None  # "the bill", "the Trudeau government"
        before -= 1
    elif last in _DETERMINERS and count == 1 and not titled:
        return None
    if single and ordinary and following.isdecimal():
        return None  # "Page 4", "May 2024"
    if single in _MONTHS and last in ("in", "since", "until", "by", "last", "next", "early", "late"):
        return None
    if following in POSTNOMINALS and words[at + count][0] == end + 1 and question[end + 1].isupper():
        end = words[at + count][1]
    elif single and cased and (_is_neighbour(question, words, before, -1) or _is_neighbour(question, words, at, 1)):
        return None  # Tom Jones is not Tom Roe
    if single and len(single) == 1 and question[start:end].isascii():
        return Mention(start, end, speakers, anywhere=False, weak=False)
    start = words[before][0]
    proven = titled or (capital and ((cased and not first) or count > 1))
    if role and (single or not proven):
        return Mention(start, end, speakers, anywhere=False, weak=False)
    if not ordinary or proven:
        return Mention(start, end, speakers, anywhere=True, weak=False)
    return None if _MASS & set(folds) and not capital else Mention(start, end, speakers, anywhere=False, weak=True)


def _has_capital(text: str) -> bool:
    """Whether a word is written as names are; true of scripts without case and of numbers, false of "WILL"."""
    shouted = len(text) > 2 and text.isupper()
    return (text[0].isupper() and not shouted) or text[0].lower() == text[0].upper()


def _is_joined(question: str, start: int, end: int) -> bool:
    """Whether a hyphen makes it part of a longer word: "mark-up", "Anne" in "Jo-Anne"."""
    before, after = question[max(0, start - 2) : start], question[end : end + 2]
    return bool(re.fullmatch(r"\w[-‐@]", before) or re.fullmatch(r"[-‐@]\w", after))


def _is_title(question: str, words: Sequence[tuple[int, int, str]], at: int) -> bool:
    """Whether the word before word `at` is a title of what follows."""
    start, end, word = words[at - 1]
    known = word in _PLAIN_TITLES or (question[start].isupper() and word in TITLES | ROLES | {"prime"})
    return known and word != "the" and bool(re.fullmatch(r"\.?\s+", question[end : words[at][0]]))


def _is_neighbour(question: str, words: Sequence[tuple[int, int, str]], at: int, step: int) -> bool:
    """Whether the word beside word `at` is another part of a name: capital, with nothing but a space between."""
    beside = at + step
    if not 0 <= beside < len(words) or (step < 0 and beside == 0):
        return False
    (_, end, _), (start, _, _) = sorted((words[at], words[beside]))
    text = question[words[beside][0] : words[beside][1]]
    sentence = step < 0 and question[: words[beside][0]].rstrip()[-1:] in tuple(".?!:;")
    return not sentence and text[0].isupper() and text != "I" and question[end:start] == " "
