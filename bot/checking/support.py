"""Support: whether what a statement says is in what it cites at all, by its words or by its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.checking.drafts import short, without_marks
from bot.checking.evidence import Sentence
from bot.checking.given import Given
from bot.checking.polarity import base, content
from bot.checking.subjects import VERBS
from bot.speakers.naming import names_in

REPORTING = frozenset(base(word) for word in re.findall(r"[a-z]+", VERBS)) | frozenset(
    base(word)
    for word in "according say speaker people person thing way point view opinion words also note make get go "
    "use".split()
)
_CAPITAL = re.compile(r"(?<=[\w,;] )[A-Z][\w’'-]*")
_PARTS = re.compile(
    r";\s+|,?\s+(?:and(?! an? (?:half|quarter))|but|while|whereas|because|so that)\s+|,\s+(?:which|who|where)\s+|"
    r",\s+(?=[a-z]+ing\b)"
)
# Fitted by hand on the half "tune" of eval/sets/checks.jsonl.
_WORDS_DO = 0.5  # share of its words in what it cites with which a statement needs no nearness in meaning
_LEAST_SHARE = 0.34  # the same where nothing tells how near it is in meaning
_LEAST_SUM = 0.5  # of share and nearness, where the words alone do not do
_NEAR_PART = 0.45  # nearness of a part of a statement none of whose words is in what it cites
_FEWEST = 2  # content words of a part that is looked at by itself
_REPLY = re.compile(
    r"\W*(?:yes|yeah|yep|no|nope|not|never|always|absolutely|exactly|right|true|indeed|correct|definitely|certainly|"
    r"of course|sure|agreed|neither|both|me|i (?:do|did|am|was|have|had|would|will|can|could|don|didn|won|wouldn)|"
    r"about|around|some|since|until|because|for|in|on|at|last|next|every|a|\d|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|"
    r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen)\b",
    re.IGNORECASE,
)
_TELLING = 2  # content words from which on a cited sentence is no short reply


def unsupported(words: str, cited: Sequence[Sentence], given: Given) -> Iterator[str]:
    """Whether what a statement says is in what it cites at all, by its words or its meaning, and each part of it."""
    told = " ".join(sentence.shown for sentence in cited)
    share = support_share(words, cited, given)
    if share is None:
        return
    if share < _WORDS_DO:
        stands = share + given.support(words, told) >= _LEAST_SUM if given.support else share >= _LEAST_SHARE
        if not stands:
            yield "its words are not in what it cites"
            return
    for part in _PARTS.split(words):
        share = support_share(part, cited, given, fewest=_FEWEST)
        if share == 0.0 and (not given.support or given.support(part, told) < _NEAR_PART):
            yield f"not in what it cites: {short(without_marks(part).strip(' .,;:!?'))}"


def support_share(words: str, cited: Sequence[Sentence], given: Given, fewest: int = 1) -> float | None:
    """The share of a statement's content words that stand in what it cites, those beside it at half.

    None where it has fewer than so many.  Names, figures and verbs of saying are left aside: they are checked by
    themselves, and the right name is no evidence for what is told of it.
    """
    named = list(words)
    for start, end, _ in names_in(words, given.people):
        named[start:end] = " " * (end - start)
    for match in () if given.capitals else _CAPITAL.finditer(words):
        named[slice(*match.span())] = " " * len(match.group())
    held = set(content(" ".join(s.shown for s in cited)))
    near = set(content(" ".join(f"{s.around} {s.quote.title}" for s in cited)))
    stems = [word for word in content("".join(named)) if word in held or not (word in REPORTING or word.isdecimal())]
    if len(stems) < fewest:
        return None
    reply = len(held) < _TELLING and any(_REPLY.match(s.shown) for s in cited)
    if not reply and not any(kin(word, held) for word in stems):
        return 0.0  # only a short reply ("Yes, every day") says what it says by what stands beside it
    found = sum(1.0 if kin(word, held) else 0.5 if kin(word, near) else 0.0 for word in stems)
    return found / len(stems)


def kin(word: str, others: set[str]) -> bool:
    """Whether a stem is among others, longer or shorter forms of five letters included ("inspect", "inspector")."""
    if word in others:
        return True
    return len(word) >= 5 and any(other[:5] == word[:5] and abs(len(other) - len(word)) <= 4 for other in others)
