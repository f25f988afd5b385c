"""Whose words a question asks for, understood from the library's own names.

    question ─► mentions (the library's names in it, each weighed) ─► frames ("did NAME say about …") ─► topic

A wrong filter hides the answer, no filter only makes it harder to find: a doubtful name filters nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.speakers.names import STOP, Roles, shadow, words_of
from bot.speakers.naming import Mention, choices_in, named_in, people_between


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


def read_question(question: str, speakers: Sequence[str], roles: Roles = ()) -> SpeakerQuestion:
    """Whose words a question asks for: "What did Jenny say about silos?", "Annie's view of …", "according to Tom".

    A name that is only mentioned ("What happened to Jenny?") filters nothing.  `roles` says who is meant by what
    somebody is ("host"), where no label says it.
    """
    mentions = named_in(question, speakers, roles)
    marked = _mark(question, mentions)
    excepted = next((found for pattern in _EXCEPTED if (found := pattern.search(marked))), None)
    if excepted and _SPEAKING.search(question):
        return _but(question, excepted, mentions, speakers, roles)
    frames = _find_frames(marked, mentions) if mentions else []
    if frames:
        # Of several questions ("What did Tom say about silos? And what did Jenny say?") the last one is asked.
        start, end = frames[-1].who
        topic = _cut(question, [span for frame in frames for span in frame.cuts])
        if all(word in STOP for _, _, word in words_of(topic)):
            # "What did Jenny say?" leaves nothing to search for; then all but the name is the topic.
            topic = _cut(question, [(start, end)])
        choices = choices_in([mention for mention in mentions if start <= mention.start < end], roles)
        return SpeakerQuestion(people_between(mentions, start, end), (), topic, topic, choices=choices)
    named = [mention for mention in mentions if mention.anywhere]
    spans = [(mention.start, _end(_POSSESSIVE, marked, mention.end)) for mention in named]
    mentioned = tuple(dict.fromkeys(name for mention in named for name in mention.speakers))
    return SpeakerQuestion((), mentioned, question, _cut(question, spans))


def _but(
    question: str, excepted: re.Match[str], mentions: Sequence[Mention], speakers: Sequence[str], roles: Roles
) -> SpeakerQuestion:
    """A question for the words of all others: "What did anyone but Tom say?"."""
    start, end = excepted.span("who")
    excluded = people_between(mentions, start, end)
    others = tuple(name for name in speakers if name not in excluded)
    read = read_question(_cut(question, [excepted.span("cut")]), others, roles)
    if read.speakers:  # "Apart from Marisol, what did Tom say?" asks for Tom's
        return read
    choices = choices_in([mention for mention in mentions if start <= mention.start < end], roles)
    return replace(read, speakers=others, excluded=excluded, choices=choices)


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


def _mark(question: str, mentions: Sequence[Mention]) -> str:
    pieces, done, plain = [], 0, shadow(question)
    for mention in mentions:
        pieces += [plain[done : mention.start], mention.mark * (mention.end - mention.start)]
        done = mention.end
    return "".join([*pieces, plain[done:]])


def _find_frames(marked: str, mentions: Sequence[Mention]) -> list[_Frame]:
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
