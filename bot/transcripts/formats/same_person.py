"""One person under several labels: with and without a role, whole name and surname.

    OTTO BRANDT, MILLER (voice-over):        BRANDT (ph):        BRANDT:        are all Otto Brandt of one file

Labels stay what the file says, and so does a speaker whom somebody has named.  `as_one` changes `speaker` where the
file itself shows who it is; `spellings` only proposes: what may be a slip of the pen may be two people.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.transcripts.formats.labels import lower_case_words
from bot.transcripts.formats.text import fold_white, speaker_named
from bot.transcripts.transcript import Transcript, Utterance

# How a voice is heard, or that a name is spelt by ear, behind it: no part of a name.
_HEARD = re.compile(
    r"\s*[(\[](?:ph(?:on(?:etic)?)?\.?|sp\??|phonetic|voice-?\s?over|v\.?o\.?|on[ -](?:camera|screen|the phone|phone)|"
    r"off[ -](?:camera|mic|screen)|via \w+(?: \w+)?|by (?:phone|telephone)|through (?:an? )?(?:translator|interpreter)|"
    r"translated|subtitled?|continued|continuing|cont'?d\.?|contd\.?|o\.?s\.?|o\.?c\.?|live|recorded|on tape)[)\]]",
    re.IGNORECASE,
)
_TITLES = frozenset("mr mrs ms miss dr prof professor sir dame madam sen senator rep gov".split())
_SUFFIXES = frozenset("jr sr ii iii iv esq md phd".split())
_NAMELESS = frozenset(
    "unidentified unknown male female man woman boy girl speaker voice participant caller reporter the host guest "
    "interviewer interviewee moderator member audience crowd announcer narrator anchor witness officer doctor nurse "
    "teacher student judge president director chair chairman secretary clerk mother father mom dad child".split()
)
_SEVERAL = re.compile(r"[&/+,;]|\b(?:and|or|with|und|et|y|e|och|en)\b", re.IGNORECASE).search  # "Ida and Tom"
_LONG_ENOUGH = 5  # letters of a name in which one may be a slip


def as_one(turns: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """The same turns; labels of one person have one speaker, called by the whole name where the file has it.

    They are one where they differ only in a role behind a comma or in how the voice is heard, or where the one is the
    surname of exactly one whole name of the file.
    """
    labels = Counter(turn.label for turn in turns if turn.label and turn.speaker == speaker_named(turn.label))
    names = _names(labels, turns)
    if not names:
        return tuple(turns)
    return tuple(
        replace(turn, speaker=names[turn.label])
        if turn.label in names and turn.speaker == speaker_named(turn.label)
        else turn
        for turn in turns
    )


def _names(labels: Mapping[str, int], turns: Sequence[Utterance]) -> dict[str, str]:
    """What to call the person of each label that others share."""
    bare = {label: _bare(label, labels) for label in labels}
    people: dict[str, list[str]] = {}
    for label, name in bare.items():
        people.setdefault(name.casefold(), []).append(label)
    whole = {name: name.split() for name in people if _is_whole(name)}
    for short in [name for name in people if len(name.split()) == 1]:
        longer = [name for name, words in whole.items() if _surname(words) == short]
        if len(longer) != 1 or not _is_short_for(bare[people[short][0]], bare[people[longer[0]][0]]):
            continue
        # A word that the file has in lower case may be what somebody is: "Warden" beside "Head Warden".
        if short not in lower_case_words([turn.text for turn in turns]):
            people[longer[0]] += people.pop(short)
    called: dict[str, str] = {}
    for group in people.values():
        if len(group) > 1:
            name = max((bare[label] for label in group), key=len)
            called |= dict.fromkeys(group, name)
    return called


def _bare(label: str, labels: Mapping[str, int]) -> str:
    """A name without how it is heard, and without a role, where the file has the name alone or its surname too."""
    name = fold_white(_HEARD.sub("", label))
    head, comma, role = name.partition(",")
    if not comma or (role.split() or ["jr"])[0].strip(".").casefold() in _SUFFIXES:
        return name
    others = {fold_white(_HEARD.sub("", other)).casefold() for other in labels if other != label}
    # "Brandt, Otto" is no role; "OTTO BRANDT, MILLER" has two words before the comma.
    alone = {head.casefold(), _surname(head.casefold().split())}
    same = any(other in alone or other.partition(",")[0] == head.casefold() for other in others)
    return head.strip() if len(head.split()) > 1 and same else name


def _surname(words: Sequence[str]) -> str:
    """The last word of a name that is no suffix."""
    return next((word for word in reversed(words) if word.strip(".,") not in _SUFFIXES), "")


def _is_short_for(short: str, whole: str) -> bool:
    """Whether two names are written alike: a surname in capitals is not short for a word of a phrase."""
    return short.isupper() == whole.isupper() and not _is_nameless(short) and len(short) > 1


def _is_whole(name: str) -> bool:
    """Whether a name has a first name too: "Mrs. Ash" is not who "Ash" is."""
    words = name.split()
    return 1 < len(words) < 5 and words[0].strip(".") not in _TITLES and not _is_nameless(name) and not _SEVERAL(name)


def _is_nameless(name: str) -> bool:
    """Whether a label tells of a person without a name: "UNIDENTIFIED FEMALE", "Speaker 2"."""
    return any(word in _NAMELESS or word.isdigit() for word in name.casefold().split())


def spellings(transcript: Transcript) -> tuple[tuple[str, str], ...]:
    """Pairs of speakers who are probably one person: a surname or a first name and the whole name, one slip of a letter
    in names of five letters or more.  The likelier name, the one with more words spoken or more to it, comes first."""
    words = Counter[str]()
    for turn in transcript.utterances:
        if turn.label:
            words[turn.speaker] += len(turn.text.split())
    pairs = []
    for one, other in itertools.combinations(sorted(words, key=lambda name: (-words[name], name)), 2):
        if any(_is_nameless(name) or _SEVERAL(name.partition(",")[0]) for name in (one, other)):
            continue
        a, b = _parts(one), _parts(other)
        if not a or not b:
            continue
        if len(a) != len(b) and _stands_for(a, b, [_parts(name) for name in words]):
            pairs.append((one, other) if len(a) > len(b) else (other, one))
        elif len(a) == len(b) and _is_a_slip(a, b):
            pairs.append((one, other))
    return tuple(pairs)


def _parts(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without titles, roles and remarks."""
    bare = re.sub(r"[(\[].*?[)\]]", " ", name).split(",")[0].casefold().replace(".", " ").split()
    return tuple(word for word in bare if word not in _TITLES and word not in _SUFFIXES)


def _stands_for(a: tuple[str, ...], b: tuple[str, ...], names: Sequence[tuple[str, ...]]) -> bool:
    """Whether the shorter is one word that begins or ends the longer, and no other whole name of the file."""
    short, whole = sorted((a, b), key=len)
    if len(short) != 1 or len(short[0]) < 2:
        return False
    fitting = {name for name in names if len(name) > 1 and short[0] in (name[0], name[-1])}
    return fitting == {whole}


def _is_a_slip(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether one letter of one word is wrong, missing, too many, or two are exchanged; or whether only the case is."""
    differing = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    if len(differing) != 1:
        return not differing
    x, y = sorted(differing[0], key=len)
    if len(x) < _LONG_ENOUGH or not (x + y).isalpha() or len(y) - len(x) > 1:
        return False
    if len(x) < len(y):
        return any(y[:at] + y[at + 1 :] == x for at in range(len(y)))
    wrong = [at for at in range(len(x)) if x[at] != y[at]]
    return len(wrong) == 1 or (
        len(wrong) == 2 and wrong[1] == wrong[0] + 1 and x[wrong[0]] == y[wrong[1]] and x[wrong[1]] == y[wrong[0]]
    )
