"""Speakers in a question: whose words are asked for, understood from the library's own names.

    question ─► mentions (the library's names in it, each weighed) ─► frames ("did NAME say about …") ─► topic

A wrong filter hides the answer, no filter only makes it harder to find: a doubtful name filters nothing.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.transcripts.transcript import UNNAMED_SPEAKER

TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir dame lord lady hon rt right the judge justice nurse senator councillor "
    "minister president congressman congresswoman governor mayor commissioner rev reverend captain chairman "
    "chairwoman".split()
)
_PLAIN_TITLES = frozenset("mr mrs ms dr prof professor".split())  # in lower case too; "miss" is a verb then
_POSTNOMINALS = frozenset("am mp ms md phd jr sr ii iii qc kc obe mbe cbe esq".split())
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
STOP = frozenset(
    "a about again all also an and any are at be been but by did do does else ever exactly first for from had has have "
    "he her him his how i in is it its me more my not of on one or our say said she so some something than that the "
    "their them then there these they this those to too us was we were what when where which who why with you "
    "your".split()
)


@dataclass(frozen=True)
class SpeakerQuestion:
    """A question about what somebody said.

    `speakers` are those whose words are asked for, none when the question names nobody as speaking; `mentioned` are
    speakers who are named all the same ("Why did Tom leave?"), and who speak of themselves as "I"; `topic` is what is
    left to search for, without the name that acts as a filter; `words` is the topic without the names mentioned.
    Both are the question with stretches cut out; nothing is added.  `excluded` are those of "anyone but Tom": all
    others are the `speakers` then.  `choices` are the people whom a name may mean, when it is not clear which.
    """

    speakers: tuple[str, ...]
    mentioned: tuple[str, ...]
    topic: str
    words: str
    excluded: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def find_speakers(name: str, speakers: Sequence[str]) -> tuple[str, ...]:
    """The speakers that a name may mean: all of that whole name, however spelled, else by a part of the name.

    Where namesakes are told apart in parentheses, a name with its parenthesis means one of them.
    """
    if "(" in name and name in speakers:
        return (name,)
    wanted = fold_name(name)
    if not wanted:
        return tuple(speaker for speaker in dict.fromkeys(speakers) if speaker == name)
    names = _names(tuple(speakers))
    return names.whole.get(wanted) or names.parts.get(wanted, ())


def distinct_people(speakers: Sequence[str]) -> tuple[str, ...]:
    """These speakers, when they are several people; none when all are spellings of one name.

    Machine labels are nobody's name, so each is somebody: "Speaker 1 (ep-12)" and "Speaker 1 (ep-13)".
    """
    people = {speaker if is_machine_label(speaker) else fold_name(speaker) for speaker in speakers}
    return tuple(speakers) if len(people) > 1 else ()


def read_question(question: str, speakers: Sequence[str], roles: Roles = ()) -> SpeakerQuestion:
    """Whose words a question asks for: "What did Jenny say about silos?", "Annie's view of …", "according to Tom".

    A name that is only mentioned ("What happened to Jenny?") filters nothing.  `roles` says who is meant by what
    somebody is ("host"), where no label says it.
    """
    mentions = _named_in(question, speakers, roles)
    marked = _mark(question, mentions)
    excepted = next((found for pattern in _EXCEPTED if (found := pattern.search(marked))), None)
    if excepted and _SPEAKING.search(question):
        return _but(question, excepted, mentions, speakers, roles)
    frames = _find_frames(marked, mentions) if mentions else []
    if frames:
        # Of several questions ("What did Tom say about silos? And what did Jenny say?") the last one is asked.
        start, end = frames[-1].who
        topic = _cut(question, [span for frame in frames for span in frame.cuts])
        if all(word in STOP for _, _, word in _words(topic)):
            # "What did Jenny say?" leaves nothing to search for; then all but the name is the topic.
            topic = _cut(question, [(start, end)])
        choices = _choices([mention for mention in mentions if start <= mention.start < end], roles)
        return SpeakerQuestion(_people(mentions, start, end), (), topic, topic, choices=choices)
    named = [mention for mention in mentions if mention.anywhere]
    spans = [(mention.start, _end(_POSSESSIVE, marked, mention.end)) for mention in named]
    mentioned = tuple(dict.fromkeys(name for mention in named for name in mention.speakers))
    return SpeakerQuestion((), mentioned, question, _cut(question, spans))


def _but(
    question: str, excepted: re.Match[str], mentions: Sequence[_Mention], speakers: Sequence[str], roles: Roles
) -> SpeakerQuestion:
    """A question for the words of all others: "What did anyone but Tom say?"."""
    start, end = excepted.span("who")
    excluded = _people(mentions, start, end)
    others = tuple(name for name in speakers if name not in excluded)
    read = read_question(_cut(question, [excepted.span("cut")]), others, roles)
    if read.speakers:  # "Apart from Marisol, what did Tom say?" asks for Tom's
        return read
    choices = _choices([mention for mention in mentions if start <= mention.start < end], roles)
    return replace(read, speakers=others, excluded=excluded, choices=choices)


def _choices(mentions: Sequence[_Mention], roles: Roles) -> tuple[str, ...]:
    """The people whom the first name that is not clear may mean; those of a role ("the guests") are all meant."""
    groups = [set(people) for _, people in roles]
    named = [mention.speakers for mention in mentions if set(mention.speakers) not in groups]
    return next((people for speakers in named if (people := distinct_people(speakers))), ())


def unclear_in(question: str, speakers: Sequence[str]) -> tuple[str, ...]:
    """The people whom a name in a question may mean, whether for their words or not, when it is not clear which."""
    return _choices([mention for mention in _named_in(question, speakers) if not mention.weak], ())


def people_in(question: str, speakers: Sequence[str]) -> tuple[str, ...]:
    """Everybody whom a question names, in its order, whether for their words or not."""
    mentions = _named_in(question, speakers)
    return tuple(dict.fromkeys(name for mention in mentions if not mention.weak for name in mention.speakers))


def names_in(text: str, speakers: Sequence[str], sure: bool = False) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    """(start, end, the speakers that it may mean) of the names in a text, in its order.

    Ordinary words that are names too ("Joy", "Host") are among them, but for `sure` ones.
    """
    mentions = _named_in(text, speakers)
    return tuple((item.start, item.end, item.speakers) for item in mentions if item.anywhere or not sure)


def _named_in(question: str, speakers: Sequence[str], roles: Roles = ()) -> list[_Mention]:
    """The mentions of these speakers in a question; whom a file does not name, no question can."""
    return _mentions(question, _names(tuple(name for name in speakers if name != UNNAMED_SPEAKER), tuple(roles)))


def _people(mentions: Sequence[_Mention], start: int, end: int) -> tuple[str, ...]:
    """The speakers named between two characters."""
    return tuple(dict.fromkeys(name for item in mentions if start <= item.start < end for name in item.speakers))


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
    while len(words) > 1 and words[-1] in _POSTNOMINALS:
        words = words[:-1]
    return words


def _fold_words(text: str) -> str:
    return " ".join(word for _, _, word in _words(text))


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, folded) of the words of a text."""
    for match in _WORD.finditer(_shadow(text)):
        start, end = match.span()
        plain = unicodedata.normalize("NFKD", text[start:end])
        plain = "".join(char for char in plain if not unicodedata.combining(char)).casefold().translate(_LETTERS)
        yield start, end, (plain.lstrip("0") or "0") if plain.isdecimal() else plain


def _shadow(text: str) -> str:
    """The text for patterns to read, character for character: straight apostrophes, accents as parts of words."""
    plain = text.translate({0x2019: "'", 0x2BC: "'", 0x60: "'", 0: " ", 1: " ", 2: " "})
    return plain if plain.isascii() else "".join("x" if unicodedata.category(c)[0] == "M" else c for c in plain)


@dataclass(frozen=True)
class _Names:
    """A library's names: folded whole names and parts of them to speakers; `lengths` in words, by first word."""

    whole: dict[str, tuple[str, ...]]
    parts: dict[str, tuple[str, ...]]
    lengths: dict[str, tuple[int, ...]]


Roles = Sequence[tuple[str, tuple[str, ...]]]
"""What somebody is ("host"), and the speakers who are that."""


@lru_cache(maxsize=16)
def _names(speakers: tuple[str, ...], roles: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> _Names:
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
    return _Names(
        {name: tuple(found) for name, found in whole.items()},
        {name: tuple(found) for name, found in parts.items()},
        {first: tuple(sorted(counts, reverse=True)) for first, counts in lengths.items()},
    )


def _name_parts(words: Sequence[str], speaker: str) -> set[str]:
    """What else somebody is called: "Helen", "Jones", "Helen Jones" and "Mary Jones" of "Helen Mary Jones".

    Of a label with a letter only that ("A" of "Grad A"); of roles ("Project Manager"), "Speaker 4", "Pete's Mom" none.
    """
    if len(words) == 2 and len(words[1]) == 1 and words[1].isalpha():
        return {words[1]}
    if not 2 <= len(words) <= _LONGEST or ROLES & set(words) or speaker.lower().startswith("the "):
        return set()
    if "'s " in _shadow(speaker) or any(char.isdigit() for char in speaker):
        return set()
    tails = {" ".join(words[at:]) for at in range(1, len(words))}
    return {part for part in tails | {words[0], f"{words[0]} {words[-1]}"} if len(part) > 1} - {" ".join(words)}


# --- mentions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mention:
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


def _mentions(question: str, names: _Names) -> list[_Mention]:
    """The names in a question, in order, the longest where several begin at one word."""
    words = list(_words(question))
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


def _told_apart(question: str, mention: _Mention) -> _Mention:
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
) -> _Mention | None:
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
    if following in _POSTNOMINALS and words[at + count][0] == end + 1 and question[end + 1].isupper():
        end = words[at + count][1]
    elif single and cased and (_is_neighbour(question, words, before, -1) or _is_neighbour(question, words, at, 1)):
        return None  # Tom Jones is not Tom Roe
    if single and len(single) == 1 and question[start:end].isascii():
        return _Mention(start, end, speakers, anywhere=False, weak=False)
    start = words[before][0]
    proven = titled or (capital and ((cased and not first) or count > 1))
    if role and (single or not proven):
        return _Mention(start, end, speakers, anywhere=False, weak=False)
    if not ordinary or proven:
        return _Mention(start, end, speakers, anywhere=True, weak=False)
    return None if _MASS & set(folds) and not capital else _Mention(start, end, speakers, anywhere=False, weak=True)


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


# --- frames ------------------------------------------------------------------------------------------------------

# In a marked question each letter of a name is its mention's mark, so that offsets stay true.
_SPACE = re.compile(r"\s*")
_POSSESSIVE = re.compile(r"\s?'s\b|(?<=[\0-\2])'(?!\w)", re.IGNORECASE)
_POSS = r"(?:\s?'s\b|')"
_LIST = r"(?:(?:both|either)\s+)?{n}{p}?(?:(?:\s*,\s*{n}{p}?)*\s*,?\s*(?:and|or|&)\s+{n}{p}?)?"
_WHO, _ANY = (rf"(?P<who>{_LIST.format(n=n, p=_POSS)})" for n in (r"[\0\2]+", r"[\0-\2]+"))
_ABOUT = (
    r"(?:\s+(?:to\s+)?(?:[\0-\2]+|me|us|him|her|them|you|everyone)(?=\s+(?:about|of|on|regarding|concerning|that)\b))?"
    r"(?P<about>\s+(?:about|of|on|upon|over|regarding|concerning|that|towards?|by)\b)?"
)
_OF = (
    r"(?=(?:\s+(?:to|with)\s+\w+|\s+(?:to\s+|with\s+)?[\0-\2]+)?"
    r"\s+(?:about|of|on|regarding|concerning|that|towards?)\b)"
)
_SAY = (
    r"(?:sa(?:ys?|id|ying)|th(?:inks?|ought|inking)|mention(?:s|ed|ing)?|believ(?:e[sd]?|ing)|"
    r"claim(?:s|ed|ing)?|told|tell(?:s|ing)?)"
)
_SPEAK = (  # verbs of speaking, some only with what is spoken of: "talk about", but not "talk to"
    rf"(?:(?!believ\w*\s*(?:[?.!]|\Z)){_SAY}|(?:talk(?:s|ed|ing)?|speaks?|spoken?|speaking|feels?|felt|feeling|comment(?:s|ed|ing)?|"
    rf"remark(?:s|ed|ing)?|report(?:s|ed|ing)?|remember(?:s|ed)?|joke[sd]?)\b{_OF}|mean(?:s|t)?(?=\s+by\b)|"
    r"argu(?:e[sd]?|ing)(?!\s+with)|propos(?:e[sd]?|ing)(?!\s+to\s+(?:[\0-\2]|him|her))|object(?:s|ed)?(?=\s+to)|"
    r"answer(?:s|ed)?(?!\s+(?:the\s+|a\s+)?(?:phone|door|call|bell))|describ(?:e[sd]?|ing)|explain(?:s|ed|ing)?|"
    r"suggest(?:s|ed|ing)?|recommend(?:s|ed|ing)?|ask(?:s|ed|ing)?|note[sd]?|respond(?:s|ed|ing)?|repl(?:y|ies|ied)|"
    r"(?:dis)?agree(?:s|d|ing)?|promis(?:e[sd]?|ing)|admit(?:s|ted)?|warn(?:s|ed|ing)?|insist(?:s|ed|ing)?|"
    r"point(?:s|ed|ing)?\s+out|refer(?:s|red|ring)?\s+to|puts?\s+it|discuss(?:es|ed|ing)?|express(?:es|ed)?|"
    r"predict(?:s|ed)?|complain(?:s|ed|ing)?|emphasi[sz]e[sd]?|stat(?:e[sd]?|ing)|criticis?z?e[sd]?)"
)
_ADVERBS = r"(?:(?:\w+ly|ever|also|not|never|first|last|just|then|still|always|each|all|ha(?:ve|s|d)\s+to)\s+){0,3}"
_VIEW = (
    r"(?:(?:views?|opinions?|takes?|thoughts?|stance|perspective|arguments?|comments?|remarks?|feelings?|explanation|"
    r"description|reply|response|answer|points?(?:\s+of\s+view)?|concerns?|words|quotes?|statements?|suggestions?|recommendations?|"
    rf"advice)\b|(?:position(?!\s+on\s+the\s+team)|attitude|account)s?\b{_OF})"
)
_AFTER_VIEW = (  # "Jenny's points table" is no view
    r"(?:about|of|on|upon|over|regarding|concerning|that|towards?|to|when|while|in|during|for|against|as|after|before|"
    r"at|with|and|is|was)"
)
_QUOTE = r"(?:quot(?:es?|ations?)|statements?|passages?|said|mentioned)"
_ASKING = (  # what may stand before a frame without being asked about
    r"(?:what|how|why|when|where|whom?|which|whether|if|whatever|everything|anything|something|things?|that|else|"
    r"please|can|could|would|you|i|i'd|like|show|tell|give|get|find|list|summari[sz]e|describe|explain|remind|share|"
    r"me|us|want|need|know|see|hear|read|do|exactly|out|look|for|to|search|up|and|so|but|then|also|the|any|some|all|"
    r"every|in|way|extent|parts?|places?|times?|moments?)"
)
_OPENING = rf"(?:{_ASKING}[\s,]++)*"
_OPENING_BE = rf"(?:(?:{_ASKING}|is|are|was|were|what's|about)[\s,]++)*"
_OPENING_ONLY, _KEPT = re.compile(_OPENING, re.IGNORECASE), re.compile(r"\b(?:why|when|where|who)\b", re.IGNORECASE)


def _compile(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


# Somebody is the subject of a verb of speaking: "did NAME say about"; "was NAME told" is no such frame.
_ASKED = _compile(
    rf"\b(?:did|does|do|has|have|had|would|might)(?:\s?n't|\s+not)?\s+{_WHO}\s+{_ADVERBS}(?P<verb>{_SPEAK})\b{_ABOUT}",
    rf"\b(?:did|does|do|has|had|would)(?:n't)?\s+{_ANY}\s+{_ADVERBS}(?P<verb>say|said|think|mention|tell|talk{_OF})\b"
    + _ABOUT,
    rf"\b(?:is|are|was|were)(?:n't|\s+not)?\s+{_WHO}\s+{_ADVERBS}"
    rf"(?P<verb>(?!talk|tell|speak|discuss)(?=\w+ing\b){_SPEAK})\b{_ABOUT}",
)
# These stand anywhere in a question.
_ASIDE = _compile(
    rf"\baccording\s+to\s+{_WHO}(?:\s*,|(?=\s*(?:[.?!;)]|\Z)))",
    r"\baccording\s+to\s+(?P<who>[\0\2]+)\s*,?",
    rf"\bin\s+the\s+(?:own\s+)?words\s+of\s+{_WHO}\s*,?",
    rf"\b(?:in|from)\s+{_WHO}(?<=['s])\s+(?:own\s+)?(?:words|view|opinion|perspective|point\s+of\s+view)\b\s*,?",
)
# These are the question: nothing stands before them but words that ask.
_OPENED = _compile(
    rf"{_OPENING}{_ANY}\s+(?P<verb>said|says|thinks)\b{_ABOUT}",
    rf"{_OPENING}{_WHO}\s+(?:(?:has|have|had)\s+)?{_ADVERBS}(?P<verb>{_SPEAK})\b{_ABOUT}",
    rf"{_OPENING_BE}{_ANY}(?<=['s])\s+(?:(?!\w+'s)\w+\s+)?{_VIEW}(?!\s+(?!{_AFTER_VIEW}\b)\w){_ABOUT}",
    rf"{_OPENING_BE}{_VIEW}\s+(?:of|by|from)\s+{_WHO}{_ABOUT}",
    rf"{_OPENING}{_VIEW}\s+(?:did|does|do|has|have)\s+{_WHO}\s+(?:have|hold|take|express|give|make|offer){_ABOUT}",
    rf"{_OPENING_BE}{_QUOTE}\s+(?:by|from)\s+{_WHO}{_ABOUT}",
    rf"{_OPENING_BE}{_QUOTE}\s+(?:about|on|of)\s+(?P<kept>[^?.!]*?)\s+(?:by|from)\s+{_WHO}(?=\s*(?:[.?!]|\Z))",
    r"(?P<who>\0+)\s+on\s+(?!(?:the\s+)?(?:phone|stage|weekend|\d|\w+day\b))",
)
_ANYONE = r"(?:any(?:one|body)|every(?:one|body)|some(?:one|body)|people|all|others?|speakers?|who|they)"
# "Anyone but Tom", "everybody other than the host"; only what is cut goes, so that "anyone" stays in the question.
# Leaving somebody out is of their words only beside a verb of speaking: "Who lives here apart from Ingrid?" is not.
_SPEAKING = re.compile(
    r"\b(?:sa(?:ys?|id|ying)|th(?:inks?|ought)|talk\w*|mention\w*|told|tells?|sp(?:eaks?|oke|oken|eaking)|br(?:ings?|ought)|"
    r"asks?|asked|suggest\w*|(?:dis)?agree\w*|argue\w*|propos\w*|feels?|felt|discuss\w*|describ\w*|explain\w*|words?|views?|"
    r"opinions?)\b",
    re.IGNORECASE,
)
_EXCEPTED = _compile(
    rf"\b{_ANYONE}(?:\s+else)?(?P<cut>\s*,?\s+(?:but|not|without)\s+{_ANY})",
    rf"(?P<cut>,?\s*\b(?:except(?:ing)?(?:\s+for)?|other\s+than|besides|apart\s+from|aside\s+from|excluding|"
    rf"not\s+counting|leaving\s+out|ignoring|with\s+the\s+exception\s+of)\s+{_ANY})",
)
# "And Jenny?" asks what was asked before, of somebody else.
_FOLLOWING = _compile(rf"(?:and|but|so|then|or)?\s*(?:(?:what|how)\s+about\s+)?{_WHO}\s*\?*\Z")


@dataclass(frozen=True)
class _Frame:
    """Where a question names those whose words it asks for, and what to cut so that the rest can be searched for."""

    who: tuple[int, int]
    cuts: tuple[tuple[int, int], ...]


def _mark(question: str, mentions: Sequence[_Mention]) -> str:
    pieces, done, shadow = [], 0, _shadow(question)
    for mention in mentions:
        pieces += [shadow[done : mention.start], mention.mark * (mention.end - mention.start)]
        done = mention.end
    return "".join([*pieces, shadow[done:]])


def _find_frames(marked: str, mentions: Sequence[_Mention]) -> list[_Frame]:
    """The first frame of each sentence that has one."""
    frames: list[_Frame] = []
    start = 0
    for stop in [*(match.end() for match in re.finditer(r"[?!]+\s+|(?<=\w\w\w)\.\s+|\s\.\s+", marked)), len(marked)]:
        begin = _end(_SPACE, marked, start)
        last = len(marked[:stop].rstrip())
        opened = (*_OPENED, *(_FOLLOWING if frames else ()))
        found = [pattern.match(marked, begin, last) for pattern in opened]
        found += [pattern.search(marked, begin, last) for pattern in (*_ASKED, *_ASIDE)]
        # "Monica asks about children. What does Richard say?": what is told first asks for nobody's words.
        told = stop < len(marked) and "?" not in marked[begin:stop]
        if matches := [match for match in found if match and not (told and match.start("who") == begin)]:
            first = min(matches, key=lambda match: (match.start("who"), -match.end("who")))
            frames.append(_frame(first, marked, begin))
        start = stop
    return frames


def _frame(match: re.Match[str], marked: str, begin: int) -> _Frame:
    """What to cut for a frame found in the sentence that begins at `begin`."""
    (start, end), who = match.span(), match.span("who")
    groups = match.groupdict()
    if match.re in _ASKED and not _OPENING_ONLY.fullmatch(marked, begin, start):
        # "Which book did Caroline recommend?": what is asked for stands before the frame, and the verb may tell it.
        if comma := re.search(r",\s*(?:what|how)\s+\Z", marked[begin:start], re.IGNORECASE):
            start = begin + comma.start() + 1
        bare = re.fullmatch(_SAY, groups["verb"], re.IGNORECASE)
        return _Frame(who, ((start, end if bare else match.start("verb")),))
    if match.re not in _ASIDE:
        start = begin
    if groups.get("kept"):
        return _Frame(who, ((start, match.start("kept")), (match.end("kept"), end)))
    # "Why" says what kind of answer is wanted; so does "when" in "When did she say it opens?", but it is the frame's
    # own in "When did she talk about silos?".
    asks = _KEPT.search(marked, start, who[0])
    clause = re.match("sa|th|be|cl|t[eo]l", groups.get("verb") or "", re.IGNORECASE) and not groups.get("about")
    if match.re not in _ASIDE and asks and (clause or asks.group().lower() == "why"):
        if groups.get("verb") and not re.fullmatch(_SAY, groups["verb"], re.IGNORECASE):
            end = match.start("verb")  # "Why agree with Jenny?"
        return _Frame(who, ((start, asks.start()), (asks.end(), end)))
    return _Frame(who, ((start, end),))


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where the pattern that may stand at `at` ends."""
    match = pattern.match(text, at)
    return match.end() if match else at


def _cut(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text without these stretches, nor the white space and commas that they leave behind."""
    pieces, done = [], 0
    for start, end in sorted(spans):
        start, after = min(end, _end(_SPACE, text, start)), _end(_SPACE, text, end)
        if after == len(text) or text[after] in "?.!,;:)":
            end = after
            start = len(text[:start].rstrip(" ,"))
            if start and text[start - 1] in "?.!":
                end = len(text) - len(text[end:].lstrip("?.!"))
        elif start == 0 or text[start - 1].isspace():
            end = after
        pieces.append(text[done:start])
        done = max(done, end)
    return "".join([*pieces, text[done:]]).strip(" ,")
