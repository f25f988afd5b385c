"""Whether a question leans on what came before it, read from its words alone.

    "Why?", "And on the new boats?"          no question without another (`is_elliptic`)
    "Who pays for that?"                     something points back (`pointers`)
    "Did Annie agree?"                       nothing in it says what it is about (`content_words`)
    "Another question: where is the pier?"   a new subject (`announced`)

`bot.questions.conversation` puts these together with what the library and the history know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from embeddings.lexical import stems

WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
AUXILIARY = (
    r"(?:am|is|are|was|were|be|been|do|does|did|have|has|had|can|could|will|would|shall|should|may|might|must|"
    r"(?:is|are|was|were|do|does|did|have|has|had|could|wo|would|should|ca)n['’]?t)"
)
PREPOSITION = (
    r"(?:about|above|according to|after|against|as for|at|before|behind|below|besides|between|beyond|by|despite|during|"
    r"except|for|from|if|in|inside|into|like|near|of|off|on|once|out of|outside|over|since|than|through|to|towards|"
    r"under|unless|until|up to|when|while|with|within|without)"
)


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern that takes capitals for small letters."""
    return re.compile(pattern, re.IGNORECASE)


# --- how it opens ------------------------------------------------------------------------------------------------

_ANOTHER = r"(?:another|new|next|different|unrelated|separate|further|second|last|final|one more|one other)"
_SUBJECT = r"(?:question|topic|subject|thing|matter|note)s?"
_NEW_SUBJECT = compiled(
    r"^\W*(?:(?:ok(?:ay)?|right|alright|thanks|thank you|well|now|so|and|but|oh)\b[\s,.!]*)*"
    rf"(?:(?:(?:just|on|about|to) )?(?:(?:a|an|some|one) )?(?:quick )?{_ANOTHER}(?: \w+)? {_SUBJECT}|"
    r"something (?:else|different|new)(?: entirely| altogether| completely)?|"
    r"(?:let['’]s |let us |to )?(?:change|switch|changing|switching) (?:the )?(?:subject|topic)s?|"
    r"(?:let['’]s |let us )?(?:move|moving) on(?: to (?:something else|another (?:topic|subject)))?|"
    r"unrelated(?:ly)?|by the way|btw|forget (?:about )?(?:that|it))"
    r"\s*(?:[:.,;!?–—-]+|$)\s*"
)
_OPENS = compiled(
    r"^\W*(?:(?:ok(?:ay)?|right|alright|well|thanks|oh|hm+|yes|no|sorry|i see|i (?:mean|meant)|make that)\b[\s,.!…-]*)*"
    r"(?P<link>(?:and|but|so|then|or|also|plus)\b[\s,]*(?:then\b[\s,]*)?)?"
    r"(?P<about>(?:what|how) about\b|what of\b|same (?:question )?(?:for|about)\b)?"
)


def announced(question: str) -> str | None:
    """What follows the announcement of another subject: "Another question: why?"; None where none is announced."""
    found = _NEW_SUBJECT.match(question)
    return question[found.end() :].strip() if found else None


def opening(question: str) -> tuple[str, bool, bool]:
    """The question without its opening, whether that links it to what was said, and whether with "what about"."""
    found = _OPENS.match(question)
    assert found is not None  # every part of it may be empty
    about = bool(found.group("about"))
    return question[found.end() :].strip(" ,"), about or bool(found.group("link")), about


# --- what is no question by itself -------------------------------------------------------------------------------

_HAS_VERB = compiled(rf"\b{AUXILIARY}\b|\b(?:what|who|where|how|that|it|he|she|there|when|why)['’](?:s|re|d|ll)\b")
_IMPERATIVE = compiled(
    r"^(?:please\s+)?(?:tell|list|name|summari[sz]e|give|show|compare|contrast|describe|explain|count|find|quote|search|"
    r"discuss|outline|identify|define|elaborate|go on|continue)\b"
)
# "Why?", "Why not?", "Since when?", "For how long?", "How much?", "On which days?"
_WH_ONLY = compiled(
    rf"^(?:(?:for|since|until|till|from|by|to|with|on|at|in|of|about|than|as of|up to|after|before)\s+)?{WH}"
    r"(?:\s+(?:not|so|come|else|exactly|precisely|then|that|though|much|many|long|often|far|old|soon|big|more|less|"
    r"and|or|why|how|when|where|who|ones?|one|day|days|year|years|month|months|date|time|way|kind|sort|of|in|the|"
    r"particular|case|extent|reason))*$"
)
_STARTS_PREPOSITION = compiled(rf"^{PREPOSITION}\b(?!\s+{WH}\b)")
# "Purpose of the meeting?", unlike "Delivery included?", says of what.
_COMPLEMENTED = compiled(rf"^(?!{PREPOSITION}\b|{WH}\b)(?:\w+\s+){{1,3}}(?:of|for|about)\s+\w")
# "What are the opening hours?": of what, only the history says.
_BARE_DEFINITE = compiled(
    rf"^(?:{WH}|how \w+)(?:['’]s|['’]re|\s+{AUXILIARY})\s+the\s+(?:(?-i:[a-z’'-]+)\s+)?(?-i:[a-z’'-]+)$"
)


def is_elliptic(bare: str) -> bool:
    """Whether it is no question by itself: "why", "since when", "on the new boats", "the soup".

    `bare` is without its opening, and without the mark at its end.
    """
    if _WH_ONLY.match(bare):
        return True
    if _IMPERATIVE.match(bare):
        return False
    asking = re.search(rf"\b{WH}\b", bare, re.IGNORECASE)
    if asking and not asking.start():
        return asking.group().lower() == "why" and not has_verb(bare)
    if asking and not re.fullmatch(rf"{PREPOSITION}\s+", bare[: asking.start()], re.IGNORECASE):
        return False  # "The clockwork, who repairs it?"
    return bool(_STARTS_PREPOSITION.match(bare)) or not has_verb(bare)


def has_verb(text: str) -> bool:
    """Whether it has an auxiliary verb, as questions have."""
    return bool(_HAS_VERB.search(text))


def says_of_what(bare: str) -> bool:
    """Whether a noun comes with its complement, as words to look for do: "purpose of the meeting"."""
    return bool(_COMPLEMENTED.match(bare))


def is_bare_definite(bare: str) -> bool:
    """Whether it asks for "the" something and does not say of what: "What are the opening hours?"."""
    return bool(_BARE_DEFINITE.match(bare))


# --- what points back --------------------------------------------------------------------------------------------

_THINGS = compiled(
    r"\b(?:them|theirs|th[eo]se(?! (?:who|that|which|days)\b))\b|"
    r"\b(?:the|that|this|which|what|last|first|second|third|fourth|fifth|next|previous|other|same|\w+est) ones?\b"
    r"(?! (?:of|who|that|which|with|in|from|where)\b)|"
    r"\bthe (?:other|others|rest|former|latter|remaining|difference)\b(?! (?:\w+ )?(?:of|who|that|between)\b)|"
    r"\bthe same(?=\s*(?:[?.!,]|$))|\b(?:half|quarter) (?:a |of |an )?one\b|"
    r"\bthis\b(?! (?:meeting|episode|podcast|conversation|discussion|show|interview|transcript|programme|program|"
    r"hearing|session|recording|call|talk|year|week|month|morning|time|afternoon|evening|summer|winter|spring|autumn)\b)"
)
# Not the "that" of "said that he", nor that of "the group that was asked".
_THAT = compiled(
    r"\bthat(?=\s*(?:[?.!,;]|$))|^that\b|\bthat (?:much|many|way|kind|sort)\b|"
    r"(?<!\w)(?:is|are|was|were|does|did|do|has|have|had|of|about|with|for|to|by|on|after|before|like|than|and|why|how|"
    r"at|from|over|against|behind|into|would|will|could|can|should|but|besides|without|beyond|since|until) that\b"
    r"(?! (?:the|a|an|there|they|he|she|it|we|you|i|people|everyone|everybody|nobody)\b)"
)
# Not "Is it true that …", "How long does it take to …".
_IT = compiled(
    r"\b(?:it|its|itself)\b(?! (?:is |was |be |were )?(?:true|possible|likely|clear|fair|important|good|right|said|"
    r"raining) (?:that|to)\b)(?! takes? to\b)(?<!long does it)"
)
# Not "Is there a …".
_THERE = compiled(
    rf"\bthere\b(?!['’]s|\s+{AUXILIARY}\b)(?<!is there)(?<!are there)(?<!was there)(?<!were there)(?<!be there)"
    r"(?<!will there)(?<!would there)(?<!has there)(?<!have there)(?<!can there)|"
    r"\b(?:is|are|was|were|be|been) there(?=\s*(?:[?.!,]|$))"
)
_THEN = compiled(r"\bthen(?=\s*(?:[?.!]|$))")
# These point back only where little else is said: "they" are often just those who talk.
_WEAK = compiled(r"\b(?:they|their|else|both|either|neither|too|as well|instead|so|more|less|each|only)\b")
# A clause that ends: what stands before may be what "it" means behind it.
_CLAUSE = compiled(
    r",|;|[.?!]\s|\b(?:and|but|or|when|while|because|if|before|after|since|until|once|where|that|who|which|as|so|than)\b"
)


def pointers(question: str) -> Iterator[str]:
    """For each word that points back, what stands before it in clauses that have ended, where it may point to."""
    for pattern in (_THINGS, _THAT, _IT, _THERE, _THEN):
        for found in pattern.finditer(question):
            before = question[: found.start()]
            ends = [match.start() for match in _CLAUSE.finditer(before)]
            yield before[: ends[-1]] if ends else ""


def points_weakly(text: str) -> bool:
    """Whether it has a word that points back where little else is said: "they", "too", "more"."""
    return bool(_WEAK.search(text))


# --- what it is about --------------------------------------------------------------------------------------------


def content_words(text: str) -> list[str]:
    """The stems that say what a question is about, each once: none of words that only relate to something said."""
    return [stem for stem in dict.fromkeys(stems(text)) if stem not in _relating()]


@cache
def _relating() -> frozenset[str]:
    """Words that ask for something said before rather than saying what: "Did Annie agree?", "What happened next?"."""
    return frozenset(
        stems(
            "agree agreed agreement disagree disagreed object accept respond response reply answer answered react "
            "reaction happen happened next think thought believe feel opinion view mind happy content satisfied "
            "sure right wrong true correct fair certain explain elaborate mean meant matter know known say other "
            "others rest same different difference opposite instead alternatively alternative reason exactly "
            "really actually example detail details else further earlier later first second third last finally "
            "eventually together decide conclude conclusion result outcome change start end begin began help work "
            "cost often long go continue carry keep everybody everyone anybody anyone somebody someone nobody "
            "people thing one two both either"
        )
    )
