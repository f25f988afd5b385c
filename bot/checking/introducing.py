"""What makes no statement: "Here is what they say:", "The transcript does not say so.", "Reasons:"."""

from __future__ import annotations

import re

from bot.checking.given import Given
from bot.checking.polarity import base, content
from bot.checking.statements import Claim
from bot.speakers.naming import names_in

_RECORD = r"(?:transcripts?|sentences?|passages?|speakers?|evidence|text|record|excerpts?|sources?|context)"
_INTRODUCTIONS = re.compile(
    r"(?:(?:sure|certainly|of course|okay|ok|yes|no)[,.!:]?\s*)?(?:"
    rf"(?:here|below|these|this|the following)(?:['’]s| is| are)?(?: (?:is|are))? (?:what|how) (?:they|he|she|people|"
    rf"\0+|the {_RECORD}) "
    r"(?:say|says|said|put it|puts it)(?: about (?:it|this|that))?|"
    r"(?:here|below|these|this|the following)(?:['’]s| is| are)(?: (?:the|a|an|some|my))?(?: (?:short|brief|main|key|"
    r"relevant))? "
    r"(?:answer|summary|points?|quotes?|quotations?|list|overview)(?: to (?:the|your) question)?|"
    r"(?:in )?(?:summary|short|conclusion|brief|sum|answer|overview|to sum up|(?:main|key) points?|quotes?|sources?|"
    r"the answer(?: is)?)|"
    rf"\0+(?:['’]s?(?: (?:views?|opinions?|words|position|answer))?)?(?: (?:says?|said))?"
    rf")?(?:,? (?:based on|from|in|according to) the(?: (?:provided|given|numbered))? {_RECORD})?\s*[:.!]?",
    re.IGNORECASE,
)
_REFUSALS = re.compile(
    rf"(?:(?:i['’]?m|i am|we are) sorry,?\s*(?:but\s+)?)?(?:(?:the(?: (?:provided|given|numbered))? {_RECORD}|they) "
    r"(?:do not|does not|don['’]t|doesn['’]t|did not|didn['’]t) (?:say|mention|answer|address|tell|state)"
    r"(?: (?:so|this|that|it|the question|this question|anything(?: about (?:it|this|that))?|enough))?|"
    rf"(?:this|that|it|the answer) is not (?:said|mentioned|stated|answered|given|in)(?: in)?(?: the {_RECORD})?|"
    rf"there is no (?:answer|information)(?: about (?:it|this|that))?(?: in the {_RECORD})?|"
    r"i (?:do not|don['’]t|cannot|can['’]t) (?:know|say|tell|answer(?: (?:this|that|it|the question))?))\W*",
    re.IGNORECASE,
)
_LABELS = frozenset(
    base(word)
    for word in "reasons reason summary answer overview conclusion points point quotes key main view views opinion "
    "opinions side "
    "sides arguments argument pros cons against details background other examples example".split()
)


def introduces(claim: Claim, given: Given) -> bool:
    """Whether a sentence says nothing about the record: a closed set of forms, so that no fact slips through."""
    if claim.numbers:
        return False
    text = list(claim.text)
    for start, end, _ in names_in(claim.text, given.people):
        text[start:end] = "\0" * (end - start)
    shape = "".join(text)
    if _INTRODUCTIONS.fullmatch(shape) or _REFUSALS.fullmatch(shape):
        return True
    return claim.leads and all(word in _LABELS for word in content(shape.replace("\0", " ")))
