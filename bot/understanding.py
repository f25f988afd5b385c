"""A question to what is asked: what kind of answer, whose words, of which transcripts.  The chain's first step.

    question ─(history)─► standalone question ─► form, transcripts that it names, people ─► legs to search

A usual question has one leg.  A comparison has one for each side, and each is searched and quoted by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot import forms
from bot.choosing import Choice
from bot.conversation import standalone_question
from bot.errors import LibraryError, QuestionError
from bot.forms import Form, read_form
from bot.retrieval import Passage
from bot.scope import narrow
from bot.speakers import Roles, SpeakerQuestion, distinct_people, find_speakers, people_in, read_question
from bot.traits import ends_with_question

if TYPE_CHECKING:
    from bot.library import Entry, Library
    from bot.transcript import Transcript

_SIDES = 4  # at most so many sides of a comparison

# What a comparison says of itself rather than of its subject.
_COMPARING = re.compile(
    r"^\s*(?:compare|contrast)\b|\b(?:what|how)\b|\b(?:do|does|did|have|has|are|is|was|were)\b|"
    r"\b(?:dis)?agree[sd]?\b|\bdiffer(?:ed|s|ent(?:ly)?|ences?)?\b|\b(?:between|with|from|and|both|versus|vs\.?|the)\b|"
    r"\b(?:sa(?:y|ys|id)|thinks?|thought|sees?|saw|feels?|felt|talk(?:s|ed)?|views?|opinions?|positions?|stance|minds?)\b|"
    r"\b(?:change[sd]?|shift(?:ed)?|evolve[ds]?|over time|earlier|later|before|after|first|now)\b",
    re.IGNORECASE,
)
_ROLES = {
    "asks": ("host", "interviewer", "presenter", "moderator", "podcaster", "facilitator"),
    "answers": ("guest", "guests", "interviewee", "interviewees"),
}
_HOSTING = 3  # questions that a host asks at least, and how many times as many as anybody else


@dataclass(frozen=True)
class Leg:
    """One search: for whose words, in which transcripts (ids; none for all), and what it found.

    `name` is what this side of a comparison is called, "" where there is only one.
    """

    name: str
    named: SpeakerQuestion
    transcripts: tuple[str, ...]
    passages: tuple[Passage, ...] = ()
    choice: Choice = field(default_factory=Choice)


@dataclass(frozen=True)
class Understood:
    """A question, understood: `named` and `transcripts` are what it says, `legs` what is to be searched for it.

    There are no legs where a name is unclear: nothing is searched before it is known who is meant.
    """

    question: str
    standalone: str
    form: Form
    named: SpeakerQuestion
    transcripts: tuple[str, ...]
    legs: tuple[Leg, ...]


def understand(question: str | Mapping[str, Any], library: Library) -> Understood:
    """What to search for, by whom and where.  Errors as for `bot.answering.answer`."""
    asked: Mapping[str, Any] = {"question": question} if isinstance(question, str) else question
    if not isinstance(asked, Mapping):
        raise QuestionError(f'the question is a {type(asked).__name__}; expected words, or {{"question": words, …}}')
    # A lone surrogate, from a terminal of another encoding, is in no transcript and chokes tokenizers.
    text = str(asked.get("question") or "").encode(errors="replace").decode().strip()
    if not any(char.isalnum() for char in text):
        raise QuestionError(f'the question is {text!r}; ask something in words, e.g. "Who chairs the panel?"')
    if not library.entries:
        raise LibraryError(f"the library {library.folder} has no transcripts; add some first: `onrecord add FILE`")
    ids = asked.get("transcripts") or ()
    given = (ids,) if isinstance(ids, str) else tuple(ids)
    entries = library.entries_of(given)
    standalone = standalone_question(text, asked.get("history") or ())
    form = read_form(standalone)
    if asked.get("filters", True):
        narrowed = narrow(standalone, entries)
        entries = library.entries_of(narrowed.transcripts) if narrowed.transcripts else entries
        transcripts = narrowed.transcripts or given
        named = _read_people(narrowed.question, form, entries, library)
    else:
        transcripts, named = given, SpeakerQuestion((), (), standalone, standalone)
    if asked.get("speaker"):
        named = _only(str(asked["speaker"]), named, entries)
    legs = () if named.choices else _legs(form, named, transcripts, entries)
    return Understood(text, standalone, form, named, transcripts, legs)


def speakers_of(entries: Sequence[Entry]) -> tuple[str, ...]:
    """The speakers of these transcripts, each once."""
    return tuple(dict.fromkeys(name for entry in entries for name in entry.speakers))


# --- whose words -------------------------------------------------------------------------------------------------


def _read_people(question: str, form: Form, entries: Sequence[Entry], library: Library) -> SpeakerQuestion:
    heard = speakers_of(entries)
    named = read_question(question, heard, _roles(question, entries, library))
    if form.counts and not named.speakers:
        # Of what is counted, whoever is named beside it says it: "Count the mentions of pay in what Tom says".
        counted = people_in(form.words, heard)
        named = replace(named, speakers=tuple(name for name in named.mentioned if name not in counted), mentioned=())
    if not named.speakers and len(heard) < len(library.speakers):
        # Somebody who is not heard in these transcripts is somebody all the same, and says nothing in them.
        elsewhere = read_question(question, library.speakers)
        if elsewhere.speakers and not elsewhere.excluded:
            return elsewhere
    return named


def _only(name: str, named: SpeakerQuestion, entries: Sequence[Entry]) -> SpeakerQuestion:
    """The question asked of one speaker, whoever it names."""
    heard = speakers_of(entries)
    found = find_speakers(name, heard)
    if not found:
        raise QuestionError(f"no speaker is called {name!r}; the transcripts have {', '.join(heard)}")
    return replace(named, speakers=found, excluded=(), choices=distinct_people(found))


def _roles(question: str, entries: Sequence[Entry], library: Library) -> Roles:
    """Who is meant by "the host" or "the guests", where no label says it: the one who asks the questions, the rest."""
    words = set(re.findall(r"\w+", question.lower()))
    wanted = {role: [name for name in names if name in words] for role, names in _ROLES.items()}
    if not any(wanted.values()):
        return ()
    hosts: dict[str, None] = {}
    guests: dict[str, None] = {}
    for entry in entries:
        host = _host_of(library.transcript(entry.id))
        if host:
            hosts[host] = None
            guests |= dict.fromkeys(name for name in entry.speakers if name != host)
    people = {"asks": tuple(hosts), "answers": tuple(name for name in guests if name not in hosts)}
    return tuple((name, people[role]) for role, names in wanted.items() for name in names if people[role])


def _host_of(transcript: Transcript) -> str | None:
    """Who asks most of the questions, where that is clear."""
    asking = Counter(turn.speaker for turn in transcript.utterances if ends_with_question(turn.text))
    (most, questions), *others = asking.most_common(2) or [("", 0)]
    clear = questions >= _HOSTING and all(questions >= _HOSTING * count for _, count in others)
    return most if clear else None


# --- what is searched --------------------------------------------------------------------------------------------


def _legs(
    form: Form, named: SpeakerQuestion, transcripts: tuple[str, ...], entries: Sequence[Entry]
) -> tuple[Leg, ...]:
    """One leg for each side of a comparison: people, else one person or everybody at several times."""
    whole = (Leg("", named, transcripts),)
    if form.name != forms.COMPARE or named.choices or named.excluded:
        return whole
    people = (*named.speakers, *named.mentioned)
    people = tuple(dict.fromkeys((*people, *people_in(named.topic, speakers_of(entries)))))[:_SIDES]
    subject = _subject(named, people)
    if len(people) > 1:
        return tuple(
            Leg(one, replace(named, speakers=(one,), mentioned=(), topic=subject, words=subject), transcripts)
            for one in people
        )
    dated = sorted(
        (entry for entry in entries if entry.date and (not people or people[0] in entry.speakers)),
        key=lambda entry: str(entry.date),
    )
    if len(dated) < 2:
        return whole
    dated = dated if len(dated) <= _SIDES else [dated[0], dated[-1]]
    of = replace(named, speakers=people, mentioned=(), topic=subject, words=subject)
    return tuple(Leg(f"{entry.title}, {entry.date}", of, (entry.id,)) for entry in dated)


def _subject(named: SpeakerQuestion, people: Sequence[str]) -> str:
    """What is compared, without those who are, nor the words that compare."""
    words = read_question(named.topic, people).words if people else named.topic
    left = " ".join(_COMPARING.sub(" ", words).split()).strip(" ?.,'’s")
    return left if any(char.isalnum() for char in left) else named.topic
