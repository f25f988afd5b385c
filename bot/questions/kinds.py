"""What kind of answer a question wants, read from its words alone.

Whose words it asks for is read by `bot.questions.whose`; follow-ups by `bot.questions.conversation`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.words.dates import AskedDate, read_date

_NUMBER = re.compile(
    r"\b(?:how (?:much|many|long|old|often|far|big|large|tall|high|fast|late|soon)|when|what (?:percentage|per ?cent|"
    r"share|proportion|number|fraction|year|time|age|date|day|month|price|cost|rate))\b",
    re.IGNORECASE,
)
_REASON = re.compile(r"\bwhy\b|\bwhat (?:is|was|are|were) the reason", re.IGNORECASE)
_TIME = re.compile(r"\bwhen\b|\bhow (?:long|soon)\b|\bwhat (?:year|date|day|month|time)\b", re.IGNORECASE)

# Questions about a discussion rather than a fact: their answers are spread over many turns.
_DISCUSSION = re.compile(
    r"\b(?:summari[sz]e|discuss(?:ed|ions?|ing)?|overview|main points|opinions?|views? (?:on|of|about)|attitudes?|"
    r"decisions? (?:of|on|about)|conclu\w+|debates?|concerns?|disagree\w*|agree[sd]?|(?:dis)?advantages?|"
    r"respon(?:d|ded|se)|react(?:ed|ion)?|recommend\w*|suggest\w*|propos\w+|argue[sd]?|criticisms?|"
    r"(?:said|says?|thinks?|thought|talk(?:ed)?|mention(?:ed)?|feel|felt|decided?)\s+"
    r"(?:about|of|on|regarding|concerning|over|towards?))\b"
    r"|\b(?:the|this|whole|all) (?:team|group|committee|meeting|participants?|members?)\b",
    re.IGNORECASE,
)
# These ask for a person, a time, a place or a number, whatever else they mention.
_POINTED = re.compile(r"^\s*(?:who|whom|whose|when|where|which|how (?:many|much|long|old|often|far))\b", re.IGNORECASE)
# What a request says of itself rather than of its subject: "Summarize the discussion about", "What did the group say
# about".  It would only be found where people talk about discussions.
_GROUP = r"(?:(?:the|they|everyone|all|both|whole|group|team|members?|meeting|participants?|people|committee)\s+)*"
_FRAMES = re.compile(
    r"^\s*(?:please\s+)?(?:can you\s+)?(?:summari[sz]e|describe|explain|outline)\s+(?:(?:the|all|any|their|what|how)\s+)*"
    r"(?:(?:whole|main|entire|further|general|group'?s?|team'?s?|detailed)\s+)*"
    r"(?:(?:discussions?|conversations?|opinions?|views?|ideas?|debates?|arguments?|content|presentations?|talks?|"
    r"summary|thoughts?|introduction)\b(?:\s+(?:about|of|on|over|regarding|concerning|towards?|around|in))*)?"
    rf"|^\s*what\s+(?:did|was|were|do|does)\s+{_GROUP}"
    r"(?:say|said|think|thought|discuss(?:ed)?|talk(?:ed)?|mention(?:ed)?|conclude|decide[d]?)\s*"
    r"(?:(?:about|of|on|over|regarding|when|concerning|that)\s+)*"
    r"|\b(?:discuss(?:ing|ion|ed)?|during the meeting|in the meeting|according to the (?:team|group|meeting))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Kind:
    """What kind of answer a question wants.

    `discussion`: its answer is spread over many turns ("Summarize …", "What did the group think about …"); otherwise
    it asks for a fact.  `number`, `reason` and `time` say what a sentence that answers will hold.
    """

    discussion: bool
    number: bool
    reason: bool
    time: bool
    date: AskedDate


def read_kind(question: str) -> Kind:
    """The kind of a question."""
    return Kind(
        discussion=bool(_DISCUSSION.search(question)) and not _POINTED.search(question),
        number=bool(_NUMBER.search(question)),
        reason=bool(_REASON.search(question)),
        time=bool(_TIME.search(question)),
        date=read_date(question),
    )


def subject_of(question: str) -> str:
    """The question without what it says of itself: "Summarize the discussion about the budget" asks for the budget.

    Nothing is added; a question that would be left empty is returned whole.
    """
    left = re.sub(r"\s+", " ", _FRAMES.sub(" ", question)).strip(" ?.,")
    return left if any(char.isalnum() for char in left) else question
