"""Answers that are counted, not found: mentions, the first and the last of them, and who talks for how long.

Nothing here is a top-k: `bot.counts.mentioning` and `bot.counts.talking` read every turn of the transcripts that are
asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.counts.mentioning import Mention, Mentions, mentions
from bot.counts.talking import TalkTime, talk_time
from bot.questions import forms
from bot.questions.understanding import Understood
from bot.quotes.quoting import Quote
from bot.transcripts.talk import Talk
from bot.words.phrases import clock, join_names

if TYPE_CHECKING:
    from bot.store.store import Store

_SHOWN = 10  # mentions that are quoted; `onrecord mentions` has them all
_TERM = 2  # words of a name or a term, at most
_NAMED = 6  # speakers counted in a lead


@dataclass(frozen=True)
class Counted:
    """What was counted, in one line, with the quotes that show it, and the whole count."""

    lead: str
    quotes: tuple[Quote, ...] = ()
    mentions: Mentions | None = None
    talk: TalkTime | None = None

    def as_dict(self) -> dict[str, Any]:
        """The whole count as plain values, for JSON."""
        return {
            "mentions": self.mentions.as_dict() if self.mentions else None,
            "talk_time": self.talk.as_dict() if self.talk else None,
        }


def count(asked: Understood, library: Store) -> Counted | None:
    """The answer to a question about mentions or talk time; None for other questions.

    None too where nobody says the words, and they are more than a name or a term, or the first or last mention is asked
    for: the best passages may still answer.
    """
    if asked.form.name == forms.TALK_TIME:
        return _talk(asked, library)
    if not asked.form.counts:
        return None
    found = mentions(asked.form.words, library, asked.named.speakers or None, asked.transcripts)
    if asked.form.name == forms.MENTIONS and (found.count or asked.form.quoted or len(found.words.split()) <= _TERM):
        quotes = _quotes(found.mentions)
        return Counted(_count_lead(found, quotes), quotes, found)
    one = found.last if asked.form.name == forms.LAST else found.first
    return Counted(_place_lead(asked.form.name, one, found), _quotes([one]), found) if one else None


def _quotes(found: Sequence[Mention]) -> tuple[Quote, ...]:
    """The first sentences of the mentions, each once, in reading order."""
    quotes: dict[Quote, None] = {}
    for mention in found:
        if len(quotes) == _SHOWN:
            break
        quotes[mention.quote] = None
    return tuple(quotes)


def _talk(asked: Understood, library: Store) -> Counted:
    """Who talks for how long: those whom the question names, all others beside them."""
    talk = talk_time(library, asked.transcripts)
    return Counted(_talk_lead(talk, set(asked.named.speakers)), talk=talk)


# --- leads -------------------------------------------------------------------------------------------------------


def _count_lead(found: Mentions, quotes: Sequence[Quote]) -> str:
    searched = _transcripts(len(found.transcripts))
    if not found.count:
        nobody = f"{join_names(found.speakers, 'or')} never says" if found.speakers else "Nobody says"
        others = f" Others do, {_times(found.by_others)}." if found.by_others else ""
        return f"{nobody} “{found.words}” in {searched}.{others}"
    where = f" in {_transcripts(len(found.by_transcript))}" if len(found.transcripts) > 1 else ""
    more = f" The first {_SHOWN} sentences are quoted." if len(quotes) == _SHOWN < found.count else ""
    if found.speakers:
        people = ", ".join(f"{speaker} says “{found.words}” {_times(n)}" for speaker, n in found.by_speaker.items())
        others = f" Others say it {_times(found.by_others)}." if found.by_others else ""
        return f"{people}{where}.{others}{more}"
    return f"“{found.words}” is said {_times(found.count)}{where}: {_shares(found.by_speaker)}.{more}"


def _place_lead(which: str, one: Mention, found: Mentions) -> str:
    order = "last" if which == forms.LAST else "first"
    alone = "the only time" if found.count == 1 else f"one of {found.count} times"
    others = f" Others say it {_times(found.by_others)}." if found.by_others else ""
    dated = f" ({one.date})" if one.date else ""
    undated = " Not all transcripts have dates; those are taken in the library's order." if found.undated else ""
    unclear = undated if len(found.by_transcript) > 1 else ""
    if found.speakers:
        said = f"{one.speaker} {order} says “{found.words}” in {one.quote.title}{dated}, {alone} of theirs"
    else:
        said = f"“{found.words}” is {order} said by {one.speaker} in {one.quote.title}{dated}, {alone}"
    return f"{said}.{others}{unclear}"


def _talk_lead(talk: TalkTime, people: set[str]) -> str:
    total = sum(one.words for one in talk.speakers)
    asked = [one for one in talk.speakers if one.speaker in people] or list(talk.speakers)
    shown = [_talked(one) for one in asked[:_NAMED]]
    left = sum(one.words for one in asked[_NAMED:])
    more = f"; {len(asked) - _NAMED} others {left:,}" if left else ""
    return f"Of {total:,} words in {_transcripts(len(talk.by_transcript))}: {'; '.join(shown)}{more}."


def _talked(one: Talk) -> str:
    turns = f"{one.turns} {'turn' if one.turns == 1 else 'turns'}"
    questions = f" with {one.questions} {'question' if one.questions == 1 else 'questions'}" if one.questions else ""
    timed = "" if one.seconds is None else f", {clock(one.seconds)} of talk"
    return f"{one.speaker} {one.words:,} ({one.share:.0%}) in {turns}{questions}{timed}"


def _shares(by_speaker: Mapping[str, int]) -> str:
    shown = [f"{count} by {speaker}" for speaker, count in list(by_speaker.items())[:_NAMED]]
    left = sum(list(by_speaker.values())[_NAMED:])
    return ", ".join([*shown, f"{left} by others"] if left else shown)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _transcripts(count: int) -> str:
    return "1 transcript" if count == 1 else f"{count} transcripts"
