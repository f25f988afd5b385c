"""Whose words or deeds a statement tells: "Tom says …", "according to Ana", "For Ida, …", "Tom's mother …".

`bot.speakers.ascribing` is for articles, where a doubtful name must ascribe nothing.  Here a doubt must not let a wrong
name pass, so more verbs and frames count, first names and surnames too, and names of people who are not in the library.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.speakers.ascribing import SAYING
from bot.speakers.names import ROLES, fold_name
from bot.speakers.naming import names_in

_THINKING = (
    "thinks|thought|believes|believed|feels|felt|reckons|reckoned|argues|suggests|suggested|agrees|agreed|disagrees|"
    "disagreed|doubts|doubted|mentions|mentioned|describes|described|points? out|pointed out|recommends|recommended|"
    "proposes|proposed|worries|worried|emphasi[sz]e[sd]?|stress(?:es|ed)|acknowledges|acknowledged|considers|considered|"
    "maintains|maintained|expects|expected|suspects|suspected|states|reports|reported|announces|announced|opposes|opposed|"
    "hopes|hoped|advises|advised|jokes|predicts|predicted|advocates|advocated|expresses|expressed|highlights|highlighted|"
    "objects|objected|is (?:sure|convinced|certain|adamant)|say|think|believe|argue|agree|disagree|feel|suggest|claim|"
    "explain|insist|warn|mention|describe|doubt|expect|"
    # continuing and past forms
    "saying|thinking|arguing|claiming|explaining|insisting"
)
VERBS = rf"(?:{SAYING}|{_THINKING})"
_ADVERBS = (
    r"(?:(?:also|then|later|once|has|had|have|would|does|do|did|not|still|even|never|both|himself|herself|[a-z]+ly)"
    r"\s+){0,3}"
)
FROM = r"(?:\s+(?:from|of|at|in)\s+(?:the\s+|their\s+)?\w+){0,2}"
_ASIDE = FROM + r"(?:\s*\([^()]{1,60}\))?(?:,[^,;:.]{1,80},)?"
_SAYS = re.compile(rf"{_ASIDE}\s+{_ADVERBS}(?P<verb>{VERBS})\b")
_OWN = re.compile(
    r"['’]s?\s+(?:[a-z]+\s+){0,2}(?:views?|opinions?|answers?|repl(?:y|ies)|words?|arguments?|positions?|points?|"
    r"claims?|advice|"
    r"explanation|account|statement|take|thoughts?|perspective|response|suggestion|proposal|recommendation|belief)\b",
)
_COLON = re.compile(rf"{_ASIDE}\s*:")
_QUOTED = re.compile(r"\s+(?:[a-z][\w’']*,?\s+){0,5}Xx+")
_ACCORDING = re.compile(
    r"\b(?:according to|in the (?:words|view|opinion|eyes|mind) of|as (?:told|said|put|stated|explained|noted) by|"
    rf"(?:view|opinion|argument|words|position|suggestion|claim|advice) of|(?:{SAYING}) by)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_FOR = re.compile(r"(?:^|[,;]\s+)for\s+(?:the\s+)?$", re.IGNORECASE)
_INVERTED = re.compile(
    rf"(?:^|[Xx.,?!…]\s*|\s)(?:as\s+)?(?:{SAYING.replace('told|tells|', '').replace('asked|asks|', '')}|thinks|argues|"
    rf"believes|"
    r"says|agrees)\s+(?:the\s+)?$"
)
_NO_SUBJECT = re.compile(
    r"\b(?:of|to|with|by|about|for|from|than|against|after|at|in|on|like|behalf of|between|among|told|tells|asked|"
    r"asks)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s*(?:,|,?\s*(?:and|or|&|as well as))\s+(?:the\s+)?")
_JOINED = re.compile(r",?\s*(?:and|or|&|as well as)\s+(?:the\s+)?")
_CLAUSE_START = re.compile(
    r"(?:^|[,;:]\s+|\b(?:and|but|while|whereas|because|since|that|as|when|although|though|so|if|where|"
    r"both)\s+)(?:the\s+)?$",
    re.IGNORECASE,
)
_DOES = re.compile(r"(?:\s*\([^()]{1,60}\))?(?:,[^,;:.]{1,80},)?\s+[a-zX]|['’]s?\s")
_SUFFERS = re.compile(r"\s+(?:(?:has|have|had)\s+)?(?:is|are|was|were|been|gets?|got)\b")
_CAPITALS = re.compile(r"\b[A-Z][\w’'.-]*(?:\s+(?:(?:de|da|van|von|of|the)\s+)?[A-Z][\w’'.-]*)*")

SAID, DONE = "said", "done"


@dataclass(frozen=True)
class Subject:
    """A name at characters [start:end] of a statement, and what the statement does with it.

    `speakers` are the library's speakers whom it may mean, none for a name that is nobody's there.  `role` is SAID for
    whose words or views are told, DONE for who is or does something, "" for a name that is only mentioned.  `owns` is
    true of a genitive ("Tom's mother"), `suffers` of one to whom something is done ("Tom was told").
    """

    start: int
    end: int
    name: str
    speakers: tuple[str, ...]
    role: str
    owns: bool = False
    suffers: bool = False


def subjects_of(text: str, speakers: Sequence[str]) -> tuple[Subject, ...]:
    """The names in a statement, in order, with what they do there; what is quoted must be masked by `Xxx`."""
    found = _named(text, speakers)
    roles = [_role(text, start, end) for start, end, _ in found]
    # "Tom and Ida say": the first is what the second is; "says Tom and Ida": the other way round.
    for at in reversed(range(len(found) - 1)):
        if _LISTED.fullmatch(text, found[at][1], found[at + 1][0]) and roles[at] != SAID and roles[at + 1]:
            roles[at] = roles[at + 1]
    for at in range(1, len(found)):
        before = text[: found[at - 1][0]]
        listed = _JOINED.fullmatch(text, found[at - 1][1], found[at][0])
        if listed and roles[at - 1] == SAID and (_ACCORDING.search(before) or _INVERTED.search(before)):
            roles[at] = SAID
    return tuple(
        Subject(
            start,
            end,
            text[start:end],
            who,
            role,
            bool(re.match(r"['’]s\s", text[end:])),
            bool(_SUFFERS.match(text, end)),
        )
        for (start, end, who), role in zip(found, roles, strict=True)
        if who or role
    )


def _named(text: str, speakers: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    """The names of speakers, and other words with capitals that somebody could be called."""
    known = []
    for start, end, who in names_in(text, speakers):
        # "will" and "the host" are names where they are subjects of saying; "the user interface" may be any.
        small = text[start:end].islower()
        whole = fold_name(text[start:end]) in {fold_name(one) for one in who}
        proven = not small or (whole and not ROLES & set(text[start:end].split()))
        if proven or _role(text, start, end) == SAID:
            known.append((start, end, who))
    taken = {at for start, end, _ in known for at in range(start, end)}
    others = []
    for match in _CAPITALS.finditer(text):
        name = match.group()
        if (
            not taken & set(range(*match.span()))
            and name not in _PRONOUNS
            and not re.fullmatch("Xx+[.,]?", name)
            and name.lower() not in OPENERS
        ):
            name = re.sub(r"['’]s?$|[.]$", "", name)
            start = match.start() + (4 if name.startswith("The ") else 0)
            others.append((start, match.start() + len(name), ()))
    return sorted([*known, *others])


OPENERS = frozenset(
    "however overall yesterday today tomorrow meanwhile furthermore moreover conversely both while although since "
    "though despite unlike like instead later earlier regarding concerning according given during within without "
    "asked when where whereas additionally besides thus hence therefore nevertheless nonetheless still yet also "
    "even every each another several three two four five six seven eight nine ten one first second third last next "
    "people speakers someone somebody everyone everybody nobody no none not neither either many most some few all "
    "any among between across through throughout until unless once because as if whether rather mr mrs ms dr prof "
    "sir lady lord per via against towards around over under above below before after again here there now then so "
    "but and or nor for on in at by to from with of up down out off".split()
)
"""Words that begin a sentence with a capital and are nobody's name."""
_PRONOUNS = frozenset(
    "I He She They It We You This That These Those There Here Who What Everyone Everybody Nobody Someone Some Many "
    "Most All Both Others People One Another Neither Speakers The A An His Her Its Their Our My Your".split()
)


def _role(text: str, start: int, end: int) -> str:
    before, after = text[:start], text[end:]
    if _ACCORDING.search(before):
        return SAID
    if _FOR.search(before) and after.startswith(","):
        return SAID
    if _INVERTED.search(before) and not re.match(r"['’]s?\s|\s+[a-z]+s\b", after):
        return SAID
    if _OWN.match(after):
        return SAID
    if _NO_SUBJECT.search(before):
        return ""
    if _SAYS.match(after) or _COLON.match(after) or _QUOTED.match(after):
        return SAID
    if _CLAUSE_START.search(before) and _DOES.match(after):
        return DONE
    return ""
