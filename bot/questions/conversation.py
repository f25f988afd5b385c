"""Follow-ups: a question that leans on what came before becomes one that stands alone.

    "How did he measure that?"  after  "How long does Tom say the crossing takes?"
        ─►  "How long does Tom say the crossing takes? How did Tom measure that?"
    "And Ingrid?"               after  "What does Tom think of the new boat?"
        ─►  "What does Ingrid think of the new boat?"

Rules alone, over the questions asked and the answers shown.  Where a rule is sure (a name for a name or a pronoun, a
date for a date, the second quote), words are put into one sentence; where it is not, the question before is put in
front of this one, whole.  Nothing is invented: every word stands in the question or in the history.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.questions.forms import read_form
from bot.questions.leaning import (
    AUXILIARY,
    PREPOSITION,
    WH,
    announced,
    compiled,
    content_words,
    has_verb,
    is_bare_definite,
    is_elliptic,
    opening,
    pointers,
    points_weakly,
    says_of_what,
)
from bot.questions.scope import narrow
from bot.questions.whose import read_question
from bot.speakers.names import fold_name, is_machine_label
from bot.speakers.naming import names_in
from bot.store.chunking import Chunk
from bot.transcripts.transcript import UNNAMED_SPEAKER
from embeddings.lexical import stems

if TYPE_CHECKING:
    from bot.store.manifest import Entry
    from bot.store.store import Store

_FEW = 2  # content words that a question has at most when "and" before it is more than a habit
_HITS = 20  # turns that are looked at for the words of a question
_TURNS = 6  # of the history are looked at
_SENTENCES = 2  # earlier questions at most that stand before the one that is asked
_PEOPLE_TURNS = 3  # back to which "she" may reach
_READ_FOR_GENDER = 8  # transcripts in which it is looked up whether somebody is spoken of as "he" or "she"
_QUOTED_WORDS = 12  # of "the second one" that are put into the question


class _Quote(Protocol):
    """What the conversation reads of a quote: whose it is, its words, and the turn where they stand."""

    @property
    def speaker(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def utterance(self) -> int: ...


class _Citation(Protocol):
    @property
    def quote(self) -> _Quote: ...


class Answered(Protocol):
    """What the conversation reads of an earlier answer; `bot.answers.Answer` has it."""

    @property
    def standalone(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def citations(self) -> Sequence[_Citation]: ...


Earlier = Answered | Sequence[str]
"""What was asked and answered before: an answer, or (question, answer)."""


@dataclass(frozen=True)
class Standalone:
    """A question as it stands alone.

    `question` is what is searched and shown: `before`, the earlier questions that it leans on, and `asked`, what is
    asked now.  `leans` says whether anything came from the history.  `elliptic`: what is asked is no question without
    those before it ("Why?"), so their form and the people whose words they ask for hold on.
    """

    asked: str
    before: str = ""
    leans: bool = False
    elliptic: bool = False

    @property
    def question(self) -> str:
        return f"{self.before} {self.asked}".strip()


def standalone_question(
    question: str, history: Sequence[Earlier], library: Store, entries: Sequence[Entry] = ()
) -> Standalone:
    """The question as it stands alone after this history: earlier answers, or (question, answer) pairs, oldest first.

    `entries` are the transcripts that are asked, all when none is named.  A question that does not lean on the history
    comes back as it is, without what only announces it ("Another question: …").
    """
    told: list[_Turn] = []
    conversation = _Conversation(library, tuple(entries) or library.entries)
    for item in history[-_TURNS:]:
        if isinstance(item, Sequence):
            before, said = str(item[0]).strip(), str(item[1] if len(item) > 1 else "")
            # A pair has only the bare words that were asked; an answer knows what it was read as.
            asked = conversation.rewrite(before, told)
            told.append(_Turn(asked.question, said, ()))
        else:
            quotes = tuple((citation.quote.speaker, citation.quote.text) for citation in item.citations)
            told.append(_Turn(item.standalone, "", quotes))
    return conversation.rewrite(question, [turn for turn in told if turn.question])


@dataclass(frozen=True)
class _Turn:
    """What was asked, as it stands alone, and what was answered: prose, or quotes as (speaker, text)."""

    question: str
    said: str
    quotes: tuple[tuple[str, str], ...]

    @property
    def asked(self) -> str:
        """The last sentence of it that is a question by itself."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[list[str], str, list[str]]:
        """The sentences before it, it, and those after it that are none without it ("Why?")."""
        sentences = _sentences(self.question) or [self.question]
        whole = [at for at, sentence in enumerate(sentences) if not is_elliptic(opening(sentence)[0].rstrip(" ?.!"))]
        at = whole[-1] if whole else 0
        return sentences[:at], sentences[at], sentences[at + 1 :]

    def with_asked(self, asked: str) -> Standalone:
        """The same question with something else in the place of `asked`."""
        before, _, after = self._parts
        if after:
            return Standalone(" ".join(after), " ".join([*before, asked]), leans=True, elliptic=True)
        return Standalone(asked, " ".join(before), leans=True)


# --- the conversation --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Conversation:
    """The library that is asked, and the rules that need to know who speaks in it."""

    library: Store
    entries: tuple[Entry, ...]

    @property
    def speakers(self) -> tuple[str, ...]:
        names = dict.fromkeys(name for entry in self.entries for name in entry.speakers)
        return tuple(name for name in names if name != UNNAMED_SPEAKER)

    def rewrite(self, question: str, told: Sequence[_Turn]) -> Standalone:
        """The question after these turns; `standalone_question` says what comes back."""
        if not told:
            return Standalone(question)
        subject = announced(question)
        if subject is not None:
            return Standalone(subject[:1].upper() + subject[1:] if _asks(subject) else question)
        rest, linked, about = opening(question)
        bare = rest.rstrip(" ?.!")
        last = told[-1]
        if put := self._of_somebody(bare, last) or _of_another_time(bare, last) or _of_other_words(bare, last):
            return put
        elliptic = about or is_elliptic(bare)
        if picked := _pick_quote(question, last):
            return Standalone(picked, _tail(last) if elliptic else "", leans=True)
        named = self._with_names(question, told)
        if named == question and not self._leans(question, rest, linked, elliptic):
            return Standalone(question)
        return Standalone(named, _tail(_spoken_of(rest, told) or last), leans=True, elliptic=elliptic)

    def _leans(self, question: str, rest: str, linked: bool, elliptic: bool) -> bool:
        """Whether a question, of which `rest` follows its opening, needs what was said before it."""
        bare = rest.rstrip(" ?.!")
        content = self._content(rest)
        few = len(content) <= _FEW
        if elliptic and not linked and (says_of_what(bare) or not (few or question.rstrip().endswith("?"))):
            return False  # words to look for, as in a search box
        return (
            self._points(question)
            or (linked and (few or elliptic))
            or (few and elliptic)
            or (len(content) == 1 and points_weakly(bare))
            or (not content and self._asks_of_before(rest))
            or (few and is_bare_definite(bare) and not self._said_together(content))
        )

    def _content(self, text: str) -> list[str]:
        """The stems of a question that say what it is about, without the names of speakers."""
        return content_words(self._without_names(text))

    def _without_names(self, text: str) -> str:
        for start, end, _ in reversed(names_in(text, self.speakers, sure=True)):
            text = f"{text[:start]} {text[end:]}"
        return re.sub(r"['’]s\b", " ", text)

    def _points(self, question: str) -> bool:
        """Whether something in it points back to what came before it, and not to an earlier word of its own."""
        for found in _PRONOUN.finditer(question):
            before, after = question[: found.start()], question[found.end() :]
            about_another = found.group().lower() in ("him", "her") and not _OWNED.match(after)
            if about_another or not (self._named(before) or _SOMEBODY.search(before)):
                return True
        return any(not self._content(before) for before in pointers(question))

    def _asks_of_before(self, question: str) -> bool:
        """Whether a question without content asks of what was said before, not "Who is Ida?" or "Who talks most?"."""
        without = self._without_names(question)
        return not read_form(question).counts and (without == question or bool(stems(without)))

    def _said_together(self, content: Sequence[str]) -> bool:
        """Whether somebody says these stems in one breath: what a question is about is said somewhere."""
        groups = [entry.group for entry in self.entries]
        with self.library.searching_words() as words:
            hits = words.nearest(content, _HITS, {"group": groups})
        return any(set(content) <= set(stems(self._text(Chunk.from_id(id)))) for id, _ in hits)

    def _text(self, chunk: Chunk) -> str:
        return self.library.revision(chunk.group).utterances[chunk.first].text[chunk.start : chunk.end]

    # --- people ---

    def _of_somebody(self, bare: str, last: _Turn) -> Standalone | None:
        """ "And Ingrid?": the last question, asked of somebody else, or of all."""
        if _OTHERS.fullmatch(bare):
            return self._asked_of_all(last, "anyone but {}")
        if _EVERYBODY.fullmatch(bare) and (lifted := self._asked_of_all(last, "everybody")):
            return lifted
        if _ELSEWHERE.fullmatch(bare) or _EVERYBODY.fullmatch(bare):
            return self._asked_everywhere(last)
        fragment = _WHO_ALONE.fullmatch(bare)
        who = fragment.group("who") if fragment else ""
        now = names_in(who, self.speakers, sure=True)
        if not fragment or len(now) != 1 or now[0][:2] != (0, len(who)):
            return None
        named = self._replaceable(last.asked, about=bool(fragment.group("about")))
        if named:
            asked = f"{last.asked[: named[0]]}{who.title() if who.islower() else who}{last.asked[named[1] :]}"
        else:
            asked = f"{last.asked.rstrip(' ?.!')}, according to {who}?"
        return last.with_asked(asked)

    def _asked_of_all(self, last: _Turn, whom: str) -> Standalone | None:
        """The last question, of others than the speaker to whom it was limited."""
        named = self._replaceable(last.asked, about=False)
        if named and not re.match(r"\s?['’]s?\b", last.asked[named[1] :]):
            who = whom.format(last.asked[slice(*named)])
            return last.with_asked(f"{last.asked[: named[0]]}{who}{last.asked[named[1] :]}")
        return None

    def _asked_everywhere(self, last: _Turn) -> Standalone | None:
        """The last question without the transcripts to which it was limited."""
        narrowed = narrow(last.question, self.entries)
        return Standalone(narrowed.question, leans=True) if narrowed.transcripts else None

    def _replaceable(self, question: str, about: bool) -> tuple[int, int] | None:
        """Where it names somebody for whom somebody else can stand: whose words it asks for, or else the last.

        With `about`, the last: "What did Tom say about Ida?  And about Bo?"
        """
        named = names_in(question, self.speakers, sure=True)
        asked = read_question(question, self.speakers).speakers
        of_words = [(start, end) for start, end, people in named if set(people) <= set(asked)]
        places = of_words[:1] if of_words and not about else [(start, end) for start, end, _ in named]
        return places[-1] if places else None

    def _with_names(self, question: str, told: Sequence[_Turn]) -> str:
        """The question with "he" and "she" by name, where it is sure who is meant."""
        for found in _PRONOUN.finditer(question):
            before, after = question[: found.start()], question[found.end() :]
            pronoun = found.group().lower()
            named = [before[start:end] for start, end, _ in self._named(before)]
            about_another = pronoun in ("him", "her") and not _OWNED.match(after)
            if pronoun in ("himself", "herself") or ((named or _SOMEBODY.search(before)) and not about_another):
                continue
            who = self._meant(_GENDER[pronoun], told, {fold_name(name) for name in named})
            if not who:
                continue
            # The first is enough: what follows it speaks of the same person.
            owns = pronoun in ("his", "hers") or (pronoun == "her" and _OWNED.match(after))
            return f"{before}{who}{'’s' if owns else ''}{after}"
        return question

    def _named(self, text: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """Where a text names speakers, or others by their title ("Mrs Lund"), in its order."""
        named = names_in(text, self.speakers, sure=True)
        others = [match.span("name") for match in _TITLED.finditer(text)]
        free = [span for span in others if not any(start < span[1] and span[0] < end for start, end, _ in named)]
        return sorted([*named, *((start, end, ()) for start, end in free)])

    def _meant(self, gender: str, told: Sequence[_Turn], besides: Collection[str]) -> str:
        """Who of the history is spoken of as "he" or "she"; "" where it is nobody, or may be two."""
        for turn in reversed(told[-_PEOPLE_TURNS:]):
            for people in self._people(turn):
                left = [name for name in people if fold_name(name) not in besides]
                known = {name: self._gender(name, told) for name in left}
                fitting = [name for name in left if known[name] == gender] or [n for n in left if not known[n]]
                if fitting:
                    return fitting[0] if len({fold_name(name) for name in fitting}) == 1 else ""
        return ""

    def _people(self, turn: _Turn) -> Iterator[list[str]]:
        """Those of a turn who may be meant, group by group, the likeliest first."""
        asked = [turn.question[start:end] for start, end, _ in self._named(turn.question)]
        said = [turn.said[start:end] for start, end, _ in self._named(turn.said)]
        quoted = [_spoken(speaker) for speaker, _ in turn.quotes if not is_machine_label(speaker)]
        if _ASKS_WHO.match(turn.asked):
            # Who answers it, speaker or not.
            named = _OPENS_WITH_NAME.match(turn.said)
            others = [named.group("name")] if named and stems(named.group("name")) else []
            yield said or quoted[:1] or others
        yield asked[-1:]
        yield asked
        yield said or quoted[:1]
        yield quoted

    def _gender(self, name: str, told: Sequence[_Turn]) -> str:
        """Whether somebody is spoken of as "he" or "she", by the history or else by the transcripts; "" if unsure."""
        if titled := re.match(r"(mrs?|ms|miss|sir|lady|lord|dame)\b", name, re.IGNORECASE):
            return "he" if titled.group().lower() in ("mr", "sir", "lord") else "she"
        votes: Counter[str] = Counter()
        for turn in told:
            text = f"{turn.question} {turn.said}"
            people = {fold_name(text[start:end]) for start, end, _ in names_in(text, self.speakers, sure=True)}
            if people == {fold_name(name)}:
                votes.update(_GENDER[match.group().lower()] for match in _SUBJECT.finditer(text))
        votes = votes or self._spoken_of_as(name)
        (first, most), (_, other) = [*votes.most_common(2), ("", 0), ("", 0)][:2]
        return first if most > 2 * other else ""

    def _spoken_of_as(self, name: str) -> Counter[str]:
        """How often others, where somebody speaks, say "he" or "she" behind the name with no other in between."""
        people = next((people for _, _, people in names_in(name, self.speakers, sure=True)), ())
        words = {word for speaker in people for word in re.findall(r"\w{2,}", speaker)}
        votes: Counter[str] = Counter()
        if not words:
            return votes
        spoken_of = re.compile(
            rf"\b(?i:{'|'.join(map(re.escape, sorted(words)))})\b(?:(?!\b[A-Z][a-z]+)[^?!]){{0,60}}?\b({_SUBJECTS})\b"
        )
        holding = [entry for entry in self.entries if set(people) & set(entry.speakers)]
        for entry in holding[:_READ_FOR_GENDER]:
            for turn in self.library.revision(entry.revision).utterances:
                if turn.speaker not in people:
                    votes.update(_GENDER[match.group(1).lower()] for match in spoken_of.finditer(turn.text))
        return votes


_PRONOUNS = r"he|him|his|himself|she|her|hers|herself"
# In "Ida answered him" he is somebody else; in "Ida said she would" she is likely Ida.
_SUBJECTS = r"he|himself|she|herself"
_SUBJECT = compiled(rf"\b(?:{_SUBJECTS})\b")
_PRONOUN = compiled(rf"\b(?:{_PRONOUNS})\b")
_SHE = frozenset(("she", "her", "hers", "herself"))
_GENDER = {word: "she" if word in _SHE else "he" for word in _PRONOUNS.split("|")}
_ASKS_WHO = compiled(r"\W*(?:(?:and|but|so|to|with|by)\s+)?(?:who|whom|whose)\b")
# A name and nothing else: "Ingrid", "for Ingrid", "according to Ingrid", "what does Ingrid say", "did Ingrid".
_WHO_ALONE = compiled(
    rf"(?:(?:(?P<about>about|of|with|for)|{PREPOSITION}|what\s+(?:did|does|do|has)|{AUXILIARY})\s+)?(?P<who>.+?)(?:['’]s?)?"
    r"(?:\s+(?:himself|herself|too|then|as well|either|say|think))*"
)
_OWNED = compiled(rf"\s+(?!(?:to|about|for|on|in|at|with|and|or|but|say|think|that|then|{AUXILIARY})\b)\w")
# Whom "he" means in "Who said he was tired?"; not in "Who did he meet?".
_SOMEBODY = compiled(rf"\b(?:any|some|every|no)(?:one|body)\b|\bwho(?:ever)?\b(?!['’]|\s+{AUXILIARY}\s*$)")
_TITLED = re.compile(r"\b(?P<name>(?:Mr|Mrs|Ms|Miss|Dr|Sir|Lady|Lord|Dame)\b\.? [A-Z][\w'’-]+)")
_OPENS_WITH_NAME = re.compile(r"\W*(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)(?=[,.]|$)")
_OTHERS = compiled(
    r"(?:(?:any|every|some)(?:one|body)|who) else|(?:what (?:do|did) )?(?:the )?others(?: say| think)?|"
    r"(?:the )?(?:other|rest of the) (?:speakers|people|guests|participants)|the rest of them"
)
_ELSEWHERE = compiled(
    r"(?:(?:in|from|across) )?(?:all|any|every|(?:(?:all|any) (?:of )?)?the (?:other|rest of the)|other|another)"
    r"(?: of)?(?: the)? (?:episode|meeting|session|recording|interview|hearing|transcript|one|show|programme)s?|"
    r"elsewhere|any(?:where)? else"
)
_EVERYBODY = compiled(
    r"in general|overall|generally|altogether|(?:by )?(?:every|any)(?:one|body)|all of them|the group|as a whole"
)


def _spoken(speaker: str) -> str:
    """A speaker's label as a name in a sentence: "MARISOL ADEYEMI" is Marisol Adeyemi."""
    return speaker.title() if speaker.isupper() and len(speaker) > 3 else speaker


# --- times and quotes --------------------------------------------------------------------------------------------

_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_WHEN = (
    rf"(?:(?:in|on|at|during|by|since|until|before|after|from)\s+)(?:the\s+)?(?:(?:early|late|last|next)\s+)?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?:{_MONTH}(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b)?(?:,?\s+(?:19|20)\d\d)?|(?:19|20)\d\d|{_DAY}|"
    r"spring|summer|autumn|winter|morning|afternoon|evening|weekend)"
    r"(?:\s+(?:meeting|episode|session|interview|hearing|recording))?"
)
_A_TIME, _TIME_ALONE = compiled(rf"\b{_WHEN}\b"), compiled(_WHEN)


def _of_another_time(bare: str, last: _Turn) -> Standalone | None:
    """ "And in March?": the last question, of another time."""
    if not _TIME_ALONE.fullmatch(bare):
        return None
    found = _A_TIME.search(last.asked)
    if found:
        asked = f"{last.asked[: found.start()]}{bare}{last.asked[found.end() :]}"
    else:
        asked = f"{last.asked.rstrip(' ?.!')} {bare}?"
    return last.with_asked(asked)


def _of_other_words(bare: str, last: _Turn) -> Standalone | None:
    """ "And the tunnel?" after "How often does Ida mention the ferry?": other words are to be counted."""
    words = read_form(last.asked).words
    if not words or not stems(bare) or has_verb(bare) or re.search(rf"\b{WH}\b", bare, re.IGNORECASE):
        return None
    counted = re.sub(r"^(?:about|of|for|with)\s+", "", bare)
    asked = re.sub(rf"(?:\b(?:the|an?)\s+)?{re.escape(words)}", lambda _: counted, last.asked, count=1)
    return last.with_asked(asked) if asked != last.asked else None


_ORDINALS = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "last": -1,
}
_THING = r"(?:one|quote|quotation|answer|thing|point|item|idea|option|reason|statement)"
_ORDERED = compiled(
    rf"\bthe (?P<which>{'|'.join(_ORDINALS)})(?:(?: {_THING})?(?: of (?:them|these|those))?(?=\s*(?:[?.!,]|$))|"
    rf" {_THING}\b(?! (?:of|who|that|which|in|to)\b))"
)


def _pick_quote(question: str, last: _Turn) -> str:
    """The question with "the second one" by its words: the second quote, or the second thing in a list; "" without."""
    found = _ORDERED.search(question)
    if not found:
        return ""
    things = [f"“{_shortened(text)}” ({_spoken(speaker)})" for speaker, text in last.quotes]
    things = things or [thing for part in re.split(r",|;|\band\b|\bor\b", last.said) if (thing := part.strip(" .?!"))]
    which = _ORDINALS[found.group("which").lower()]
    if len(things) < 2 or not -len(things) <= which < len(things):
        return ""
    return f"{question[: found.start()]}{things[which]}{question[found.end() :]}"


def _shortened(text: str) -> str:
    words = text.split()
    return text if len(words) <= _QUOTED_WORDS else f"{' '.join(words[:_QUOTED_WORDS])} …"


_THIS_THING = compiled(r"\b(?:this|that|these|those|such|the (?:other|same)) (?P<thing>\w+(?: \w+)?)")


def _spoken_of(question: str, told: Sequence[_Turn]) -> _Turn | None:
    """The last turn whose question has the word of "this event"; None where nothing of the kind is named."""
    things = {stem for found in _THIS_THING.finditer(question) for stem in content_words(found.group("thing"))}
    return next((turn for turn in reversed(told) if things & set(stems(turn.question))), None)


# --- parts -------------------------------------------------------------------------------------------------------


def _asks(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _sentences(question: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[?!])\s+", question) if _asks(part)]


def _tail(turn: _Turn) -> str:
    """The end of a question that stands alone, as much as is put before the next; each sentence ends as one."""
    kept = _sentences(turn.question)[-_SENTENCES:]
    return " ".join(part if part.endswith(("?", "!", ".")) else f"{part}?" for part in kept)
