"""Names of speakers: folded for comparing, found by a part of them, and told from the labels that a machine made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir dame lord lady hon rt right the judge justice nurse senator councillor "
    "minister president congressman congresswoman governor mayor commissioner rev reverend captain chairman "
    "chairwoman".split()
)
POSTNOMINALS = frozenset("am mp ms md phd jr sr ii iii qc kc obe mbe cbe esq".split())
# What somebody is, not what they are called: asked for as "the host", and in every second question about hosts.
ROLES = frozenset(
    "agent analyst anchor announcer attendant audience boy boys caller candidate chair clerk coach cohost commentator "
    "customer dean designer developer director doctor editor engineer expert facilitator girl girls grad group guest "
    "guests guy guys host hostess hosts instructor interface interviewee interviewees interviewer intro lawyer leader "
    "lecturer man manager "
    "marketing member men moderator mom narrator officer operator outro panel participant patient phd planner police "
    "postdoc presenter producer professor reporter researcher secretary speaker sponsor staff student support teacher "
    "team undergrad user vendor voice waiter witness woman women".split()
)
STOP = frozenset(
    "a about again all also an and any are at be been but by did do does else ever exactly first for from had has have "
    "he her him his how i in is it its me more my not of on one or our say said she so some something than that the "
    "their them then there these they this those to too us was we were what when where which who why with you "
    "your".split()
)


def find_speakers(name: str, speakers: Sequence[str]) -> tuple[str, ...]:
    """The speakers that a name may mean: all of that whole name, however spelled, else by a part of the name.

    Where namesakes are told apart in parentheses, a name with its parenthesis means one of them.
    """
    if "(" in name and name in speakers:
        return (name,)
    wanted = fold_name(name)
    if not wanted:
        return tuple(speaker for speaker in dict.fromkeys(speakers) if speaker == name)
    names = names_of(tuple(speakers))
    return names.whole.get(wanted) or names.parts.get(wanted, ())


def distinct_people(speakers: Sequence[str]) -> tuple[str, ...]:
    """These speakers, when they are several people; none when all are spellings of one name.

    Machine labels are nobody's name, so each is somebody: "Speaker 1 (ep-12)" and "Speaker 1 (ep-13)".
    """
    people = {speaker if is_machine_label(speaker) else fold_name(speaker) for speaker in speakers}
    return tuple(speakers) if len(people) > 1 else ()


# --- machine labels ----------------------------------------------------------------------------------------------

_NUMBERED = r"(?:speaker|spkr?|participant|person|voice|respondent|interviewee|interviewer|caller|guest|channel|ch)"
_MACHINE_LABEL = re.compile(
    rf"(?:{_NUMBERED}(?:[ _.#-]*\d+|[ _.#-]+[a-z])"  # SPEAKER_00, Speaker 1, spk_0, Speaker A, Participant 2
    r"|s[ _-]?\d+|[a-z]|\d+"  # S1, A, 1
    r"|channel \d+, speaker \d+"  # a service that numbers the speakers of each channel anew
    r"|(?:unknown|unidentified)(?: (?:(?:fe)?male )?(?:speaker|voice|person|participant))?)"
    r"(?: \([^()]*\))*",  # as the registry itself tells them apart
    re.IGNORECASE,
)


def is_machine_label(label: str) -> bool:
    """Whether a label tells speakers of one transcript apart and names nobody: "SPEAKER_00", "Speaker 1", "S1", "A".

    Such a label in two transcripts is two people.  Roles ("HOST") and numbered roles ("Grad A") are taken for names.
    """
    return bool(_MACHINE_LABEL.fullmatch(label.strip()))


# --- names -------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+(?:'(?!s\b)[^\W_]+)*", re.IGNORECASE)  # the 's of "Jenny's" is not part of the name
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "'": "", "’": "", "ʼ": ""})
_LONGEST = 12  # words of a name; so that looking names up stays linear in the question


def fold_name(name: str) -> str:
    """A name for comparing: lower case, no diacritics, punctuation, titles ("Dr."), posts ("MP") or parenthesis."""
    return " ".join(_name_words(name))


def _name_words(name: str) -> list[str]:
    """The white-space words of a name, each folded ("Jo-Anne" is "jo anne"), in the order of speaking."""
    plain = re.sub(r"[(\[].*", "", name, flags=re.DOTALL)
    family, comma, given = plain.partition(",")
    if comma:  # "Silva, Ana" is turned round; of "Ana Silva, Director" only the name is kept
        plain = f"{given} {family}" if len(family.split()) == 1 and given.strip() else family
    words = [word for word in (_fold_words(word) for word in plain.split()) if word]
    if not words:
        return [word for word in (_fold_words(word) for word in name.split()) if word]
    # "Professor C" and "Minister of Health" need the title.
    while len(words) > 1 and words[0] in TITLES and words[1] not in ("of", "for") and len("".join(words[1:])) > 1:
        words = words[1:]
    while len(words) > 1 and words[-1] in POSTNOMINALS:
        words = words[:-1]
    return words


def _fold_words(text: str) -> str:
    return " ".join(word for _, _, word in words_of(text))


def words_of(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, folded) of the words of a text."""
    for match in _WORD.finditer(shadow(text)):
        start, end = match.span()
        plain = unicodedata.normalize("NFKD", text[start:end])
        plain = "".join(char for char in plain if not unicodedata.combining(char)).casefold().translate(_LETTERS)
        yield start, end, (plain.lstrip("0") or "0") if plain.isdecimal() else plain


def shadow(text: str) -> str:
    """The text for patterns to read, character for character: straight apostrophes, accents as parts of words."""
    plain = text.translate({0x2019: "'", 0x2BC: "'", 0x60: "'", 0: " ", 1: " ", 2: " "})
    return plain if plain.isascii() else "".join("x" if unicodedata.category(c)[0] == "M" else c for c in plain)


@dataclass(frozen=True)
class Names:
    """A library's names: folded whole names and parts of them to speakers; `lengths` in words, by first word."""

    whole: dict[str, tuple[str, ...]]
    parts: dict[str, tuple[str, ...]]
    lengths: dict[str, tuple[int, ...]]


Roles = Sequence[tuple[str, tuple[str, ...]]]
"""What somebody is ("host"), and the speakers who are that."""


@lru_cache(maxsize=16)
def names_of(speakers: tuple[str, ...], roles: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Names:
    whole: dict[str, list[str]] = {}
    parts: dict[str, list[str]] = {}
    for speaker in dict.fromkeys(speakers):
        words = _name_words(speaker)
        if words:
            whole.setdefault(" ".join(words), []).append(speaker)
        for part in _name_parts(words, speaker):
            parts.setdefault(part, []).append(speaker)
    for role, people in roles:
        whole.setdefault(role, list(people))
    lengths: dict[str, set[int]] = {}
    for name in (*whole, *parts):
        words = name.split()
        if len(words) <= _LONGEST:
            lengths.setdefault(words[0], set()).add(len(words))
    return Names(
        {name: tuple(found) for name, found in whole.items()},
        {name: tuple(found) for name, found in parts.items()},
        {first: tuple(sorted(counts, reverse=True)) for first, counts in lengths.items()},
    )


def surnames_of(speaker: str) -> tuple[str, ...]:
    """By what, folded, somebody with a whole name is called without its beginning: "silva" of "Ana Silva"."""
    words = _name_words(speaker)
    parts = _name_parts(words, speaker)
    return tuple(part for at in range(1, len(words)) if (part := " ".join(words[at:])) in parts and len(part) > 1)


def _name_parts(words: Sequence[str], speaker: str) -> set[str]:
    """What else somebody is called: "Helen", "Jones", "Helen Jones" and "Mary Jones" of "Helen Mary Jones".

    Of a label with a letter only that ("A" of "Grad A"); of roles ("Project Manager"), "Speaker 4", "Pete's Mom" none.
    """
    if len(words) == 2 and len(words[1]) == 1 and words[1].isalpha():
        return {words[1]}
    if not 2 <= len(words) <= _LONGEST or ROLES & set(words) or speaker.lower().startswith("the "):
        return set()
    if "'s " in shadow(speaker) or any(char.isdigit() for char in speaker):
        return set()
    tails = {" ".join(words[at:]) for at in range(1, len(words))}
    return {part for part in tails | {words[0], f"{words[0]} {words[-1]}"} if len(part) > 1} - {" ".join(words)}
