"""A question to what is asked: what kind of answer, whose words, of which transcripts.  The chain's first step.

    question ─(history)─► standalone question ─► form, transcripts that it names, people ─► legs to search

A usual question has one leg.  A comparison has one for each side, and each is searched and quoted by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.errors import QuestionError
from bot.questions import forms
from bot.questions.conversation import Earlier, Standalone, standalone_question
from bot.questions.forms import Form, read_form
from bot.questions.scope import Narrowed, narrow
from bot.questions.whose import SpeakerQuestion, read_question
from bot.speakers.names import Roles, distinct_people, find_speakers
from bot.speakers.naming import people_in, unclear_in
from bot.speakers.registry import speakers_of
from bot.speakers.spellings import spellings_of
from bot.transcripts.transcript import UNNAMED_SPEAKER
from bot.words.phrases import join_names
from bot.words.traits import ends_with_question
from embeddings.lexical import stems

if TYPE_CHECKING:
    from bot.store.manifest import Entry
    from bot.store.store import Store
    from bot.transcripts.transcript import Transcript

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
_HOSTS_TURNS = 3  # turns that end with a question, of a host at least
_HOSTS_LEAD = 3  # times as many as anybody else's
_OVER_TIME = re.compile(
    r"\b(?:chang(?:e[sd]?|ing)|shift\w*|evolv\w*|develop(?:s|ed)?|over time|over the years|earlier|later|at first|"
    r"contradict (?:him|her|them)sel\w+)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Leg:
    """One search: for whose words, in which transcripts (ids; none for all).

    `name` is what this side of a comparison is called, "" where there is only one.
    """

    name: str
    named: SpeakerQuestion
    transcripts: tuple[str, ...]


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
    shown: frozenset[tuple[str, int]] = frozenset()
    """Turns, (revision, utterance), that the answer on which the question leans quotes."""


Rewriter = Callable[[str, Sequence[Earlier]], str | None]
"""A question and the history to one that stands alone, or None where it fails; asked only what leans on the history."""


def understand(question: str | Mapping[str, Any], library: Store, rewriter: Rewriter | None = None) -> Understood:
    """What to search for, by whom and where.  Errors as for `bot.answering.answer`."""
    asked: Mapping[str, Any] = {"question": question} if isinstance(question, str) else question
    if not isinstance(asked, Mapping):
        raise QuestionError(f'the question is a {type(asked).__name__}; expected words, or {{"question": words, …}}')
    # A lone surrogate, from a terminal of another encoding, is in no transcript and chokes tokenizers.
    text = str(asked.get("question") or "").encode(errors="replace").decode().strip()
    if not any(char.isalnum() for char in text):
        raise QuestionError(f'the question is {text!r}; ask something in words, e.g. "Who chairs the panel?"')
    library.need_transcripts()
    ids = asked.get("transcripts") or ()
    given = (ids,) if isinstance(ids, str) else tuple(ids)
    entries = library.entries_of(given)
    history = asked.get("history") or () if asked.get("rewrite", True) else ()
    alone = standalone_question(text, history, library, entries)
    if alone.leans and rewriter and (written := rewriter(text, history)):
        alone = Standalone(written, leans=True)
    standalone = alone.question
    filters = bool(asked.get("filters", True))
    # What names a transcript is no part of what is counted: "… say robot in go-time-284".
    now = narrow(alone.asked, entries)
    narrowed = _narrowed(alone, now, entries)
    form = _form(now.question, alone)
    if filters:
        entries = library.entries_of(narrowed.transcripts) if narrowed.transcripts else entries
        transcripts = narrowed.transcripts or given
        named = _read_people(narrowed.question, form, entries, library)
        if alone.before and not alone.elliptic:  # whose words were asked for before holds on only for "Why?"
            named = _only_now(named, _read_people(now.question, form, entries, library))
    else:
        transcripts, named = given, SpeakerQuestion((), (), standalone, standalone)
    if asked.get("speaker"):
        named = _only(asked["speaker"], named, entries, library)
    if named.excluded and not named.speakers:
        raise QuestionError(f"nobody but {join_names(named.excluded)} speaks there; ask without leaving anybody out")
    sides: tuple[Leg, ...] = ()
    if filters and form.name == forms.COMPARE and not named.choices and not named.excluded:
        named = _as_people(replace(named, choices=unclear_in(named.topic, speakers_of(entries))), entries)
        sides = _sides(named, transcripts, entries)
    legs = () if named.choices else sides or (Leg("", named, transcripts),)
    last = history[-1] if history else None
    citations = getattr(last, "citations", ()) if alone.leans and form.name != forms.WHO else ()
    shown = frozenset((citation.quote.revision, citation.quote.utterance) for citation in citations)
    return Understood(text, standalone, form, named, transcripts, legs, shown)


def _narrowed(alone: Standalone, now: Narrowed, entries: Sequence[Entry]) -> Narrowed:
    """The transcripts that are named now, else those named before it; what names them is cut from the whole."""
    before = narrow(alone.before, entries) if alone.before else Narrowed((), "")
    return Narrowed(now.transcripts or before.transcripts, f"{before.question} {now.question}".strip())


def _form(asked: str, alone: Standalone) -> Form:
    """The form of what is asked now; that of the question before holds on only for "And the soup?"."""
    form = read_form(asked)
    if not alone.elliptic or form.name != forms.FACT:
        return form
    before = read_form(alone.before)
    return form if before.words and stems(asked) else before  # what was counted is not what is asked now


# --- whose words -------------------------------------------------------------------------------------------------


def _read_people(question: str, form: Form, entries: Sequence[Entry], library: Store) -> SpeakerQuestion:
    heard = speakers_of(entries)
    named = read_question(question, heard, _roles(question, entries, library))
    if form.counts and not named.speakers:
        # Of what is counted, whoever is named beside it says it: "Count the mentions of pay in what Tom says".
        counted = people_in(form.words, heard)
        beside = tuple(name for name in named.mentioned if name not in counted)
        unclear = unclear_in(question.replace(form.words, " "), heard) if beside else ()
        named = replace(named, speakers=beside, mentioned=(), choices=unclear)
    if not named.speakers and len(heard) < len(library.speakers):
        # Somebody who is not heard in these transcripts is somebody all the same, and says nothing in them.
        elsewhere = read_question(question, library.speakers)
        if elsewhere.speakers and not elsewhere.excluded:
            return _as_people(elsewhere, library.entries)
    return _as_people(named, entries)


def _as_people(named: SpeakerQuestion, entries: Sequence[Entry]) -> SpeakerQuestion:
    """Whoever is named, under all names that they speak under: a surname, or a slip, is nobody else."""
    one, heard = spellings_of(entries), speakers_of(entries)
    if named.excluded:
        excluded = one.of(named.excluded, heard)
        others = tuple(name for name in named.speakers if name not in excluded)
        return replace(named, speakers=others, excluded=excluded)
    choices = () if one.are_one(named.choices) else named.choices
    return replace(
        named,
        speakers=one.of(named.speakers, heard),
        mentioned=one.of(named.mentioned, heard),
        choices=choices or one.asked_back(named.speakers, heard),
    )


def _only_now(whole: SpeakerQuestion, now: SpeakerQuestion) -> SpeakerQuestion:
    """The whole question, asked of those of whom it is asked now; who was named before is only mentioned."""
    before = (*whole.mentioned, *(() if whole.excluded else whole.speakers))
    mentioned = () if now.speakers else tuple(dict.fromkeys((*now.mentioned, *before)))
    return replace(now, mentioned=mentioned, topic=whole.topic, words=whole.words)


def _only(
    names: str | Sequence[str], named: SpeakerQuestion, entries: Sequence[Entry], library: Store
) -> SpeakerQuestion:
    """The question asked of one speaker, or of several, whomever it names."""
    heard = speakers_of(entries)
    speakers: dict[str, None] = {}
    choices: tuple[str, ...] = ()
    for name in [names] if isinstance(names, str) else names:
        # Several are named as the library has them, so that none of the names means two people.
        exact = not isinstance(names, str) and name in library.speakers
        found = (name,) if exact else find_speakers(name, heard) or find_speakers(name, library.speakers)
        if not found:
            raise QuestionError(f"no speaker is called {name!r}; the transcripts have {', '.join(heard)}")
        one = spellings_of(entries)
        speakers |= dict.fromkeys(found if exact else one.of(found, heard))
        choices += () if one.are_one(found) else distinct_people(found)
    return replace(named, speakers=tuple(speakers), mentioned=(), excluded=(), choices=choices)


def _roles(question: str, entries: Sequence[Entry], library: Store) -> Roles:
    """Who is meant by "the host" or "the guests", where no label says it: the one who asks the questions, the rest."""
    words = set(re.findall(r"\bthe (\w+)", question.lower()))
    wanted = {role: [name for name in names if name in words] for role, names in _ROLES.items()}
    if not any(wanted.values()):
        return ()
    hosts: dict[str, None] = {}
    guests: dict[str, None] = {}
    for entry in entries:
        host = _host_of(library.transcript(entry.id))
        if host:
            hosts[host] = None
            guests |= dict.fromkeys(name for name in entry.speakers if name not in (host, UNNAMED_SPEAKER))
    people = {"asks": tuple(hosts), "answers": tuple(name for name in guests if name not in hosts)}
    return tuple((name, people[role]) for role, names in wanted.items() for name in names if people[role])


def _host_of(transcript: Transcript) -> str | None:
    """Who asks most of the questions, where that is clear."""
    asking = Counter(turn.speaker for turn in transcript.utterances if ends_with_question(turn.text))
    (most, questions), *others = asking.most_common(2) or [("", 0)]
    clear = questions >= _HOSTS_TURNS and all(questions >= _HOSTS_LEAD * count for _, count in others)
    return most if clear and most != UNNAMED_SPEAKER else None


# --- what is searched --------------------------------------------------------------------------------------------


def _sides(named: SpeakerQuestion, transcripts: tuple[str, ...], entries: Sequence[Entry]) -> tuple[Leg, ...]:
    """One leg for each side of a comparison: people, else one person or everybody at several times; none for others.

    Spellings of one name are one side.
    """
    mentioned = (*named.speakers, *named.mentioned, *people_in(named.topic, speakers_of(entries)))
    person = spellings_of(entries).key
    sides: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(mentioned):
        sides[person(name)] = (*sides.get(person(name), ()), name)
    people = tuple(sides.values())[:_SIDES]
    subject = _subject(named, [name for side in people for name in side])
    about = replace(named, mentioned=(), topic=subject, words=subject)
    if len(people) > 1:
        return tuple(Leg(side[0], replace(about, speakers=side), transcripts) for side in people)
    if not _OVER_TIME.search(named.topic):
        return ()
    speaking = people[0] if people else ()
    dated = sorted(
        (entry for entry in entries if entry.date and (not speaking or set(speaking) & set(entry.speakers))),
        key=lambda entry: str(entry.date),
    )
    if len(dated) > _SIDES:
        dated = [dated[0], dated[-1]]
    about = replace(about, speakers=speaking)
    return tuple(Leg(f"{entry.title}, {entry.date}", about, (entry.id,)) for entry in dated) if len(dated) > 1 else ()


def _subject(named: SpeakerQuestion, people: Sequence[str]) -> str:
    """What is compared, without those who are, nor the words that compare."""
    words = read_question(named.topic, people).words if people else named.topic
    left = " ".join(_COMPARING.sub(" ", re.sub(r"['’]s\b", " ", words)).split()).strip(" ?.,'’")
    return left if any(char.isalnum() for char in left) else named.topic
