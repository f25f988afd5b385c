"""Mentions: every place where words are said, counted.

    words ─► phrases (stems, or forms as written) ─► turns that may hold them ─► places, in reading order

No index is asked and nothing is ranked: the stored turns themselves are searched, so that a count is complete.

Words are runs of letters and digits.  An apostrophe inside one belongs to it ("O'Shea", "don't"), so do the marks of a
number ("1,200", "9.4") and of "C++" and "C#".  Everything else stands between words: "16-year-olds" is three, and the
apostrophe of "carers'" is no part of any.  In a transcript in another language than English an apostrophe parts two
words ("l'eau"), and words are stemmed by the rules of that language.
"""

from __future__ import annotations

import bisect
import csv
import datetime
import io
import itertools
import re
import threading
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from bot.errors import QuestionError
from bot.quotes.quoting import Quote, is_in_source
from bot.speakers.names import distinct_people, find_speakers
from bot.speakers.registry import speakers_of
from bot.speakers.spellings import spellings_of
from bot.transcripts.transcript import Place
from bot.words.phrases import listed, plural
from bot.words.sentences import sentence_spans
from embeddings.lexical import ENGLISH, stem, stem_prefix, stemmer_of

if TYPE_CHECKING:
    from bot.store.manifest import Entry
    from bot.store.store import Store

_NAMED = 12  # names that an error lists
_HELD = 500_000_000  # characters of speech kept in memory for each library: about ninety million words


@dataclass(frozen=True)
class Mention:
    """A place where the words are said: `transcript.utterances[utterance].text[start:end]`.

    `form` is what is said there in lower case, with straight apostrophes; `date` is that of the recording, None where
    its name has none.
    """

    transcript: str
    revision: str
    date: datetime.date | None
    utterance: int
    start: int
    end: int
    speaker: str
    form: str
    _library: Store = field(repr=False, compare=False)

    @cached_property
    def quote(self) -> Quote:
        """The whole sentences that hold the words.  Raises RevisionGone when the transcript has been replaced since."""
        transcript = self._library.revision(self.revision)
        spans = sentence_spans(transcript.utterances[self.utterance].text)
        touched = [span for span in spans if span[0] < self.end and span[1] > self.start]
        return Quote.locate(transcript, self.utterance, touched[0][0], touched[-1][1])

    @cached_property
    def in_source(self) -> bool:
        """Whether the original bytes have these sentences at their place; what does not stand is not to be shown."""
        return is_in_source(self.quote, self._library)

    @property
    def text(self) -> str:
        """The words as they are said here."""
        return self.quote.text[self.start - self.quote.start : self.end - self.quote.start]

    @property
    def place(self) -> Place:
        """Where the words themselves stand in the file."""
        return self._library.revision(self.revision).utterances[self.utterance].place_of(self.start, self.end)

    @property
    def time(self) -> tuple[float, float | None] | None:
        """When the words themselves are said, in seconds (start, end); None where the file has no times."""
        return self._library.revision(self.revision).utterances[self.utterance].time_of(self.start, self.end)

    def as_dict(self) -> dict[str, Any]:
        """The sentences as `Quote.as_dict` has them, in `match` the words (text and span in the utterance), and
        `in_source`."""
        return {
            **self.quote.as_dict(),
            "date": self.date.isoformat() if self.date else None,
            "match": {"text": self.text, "start": self.start, "end": self.end},
            "in_source": self.in_source,
        }


@dataclass(frozen=True)
class Mentions:
    """Every mention in what was searched, in reading order.

    Reading order: transcripts by the date of the recording, then those without a date in the library's order, which
    says nothing of when they were recorded; within a transcript as it was said.  `first` and `last` are of this order.

    `transcripts` are the ids searched, in that order, `undated` those of them without a date.  `speakers` are those
    asked for, none for anyone; `by_others` is how often others say the words in the same transcripts, when somebody was
    asked for.  `spoken` is how many words each speaker says in what was searched.
    """

    words: str
    exact: bool
    mentions: tuple[Mention, ...]
    transcripts: tuple[str, ...]
    undated: tuple[str, ...]
    speakers: tuple[str, ...]
    spoken: Mapping[str, int]
    by_others: int = 0

    @property
    def count(self) -> int:
        """Places, not sentences or turns: two in one sentence are two."""
        return len(self.mentions)

    @cached_property
    def by_speaker(self) -> dict[str, int]:
        """Mentions of each speaker who has any, most first."""
        return dict(Counter(mention.speaker for mention in self.mentions).most_common())

    @cached_property
    def by_transcript(self) -> dict[str, int]:
        """Mentions in each transcript (id) that has any, in reading order."""
        return dict(Counter(mention.transcript for mention in self.mentions))

    @cached_property
    def by_date(self) -> dict[datetime.date | None, int]:
        """Mentions on each day that has any, in order; those in transcripts without a date last, under None."""
        return dict(Counter(mention.date for mention in self.mentions))

    @cached_property
    def forms(self) -> dict[str, int]:
        """What was counted, most frequent first: {"silos": 5, "silo": 2}."""
        return dict(Counter(mention.form for mention in self.mentions).most_common())

    @cached_property
    def per_thousand(self) -> dict[str, float]:
        """Mentions in a thousand words of each speaker's who has any, in the order of `by_speaker`."""
        return {speaker: 1000 * count / self.spoken[speaker] for speaker, count in self.by_speaker.items()}

    @property
    def first(self) -> Mention | None:
        return self.mentions[0] if self.mentions else None

    @property
    def last(self) -> Mention | None:
        return self.mentions[-1] if self.mentions else None

    @cached_property
    def in_source(self) -> tuple[Mention, ...]:
        """Those that the original bytes have; what does not stand there is counted, and not to be shown."""
        return tuple(mention for mention in self.mentions if mention.in_source)

    @property
    def summary(self) -> str:
        """How often, in how many transcripts and by how many, in one line."""
        where, who = plural(len(self.transcripts), "transcript"), " or ".join(self.speakers)
        others = f"; others say it {plural(self.by_others, 'time')}" if who else ""
        if not self.count:
            return f"{who or 'nobody'} {'does not say' if who else 'says'} “{self.words}” in {where}{others}"
        reach = f"{len(self.by_transcript):,} of {where}" if len(self.transcripts) > 1 else where
        speakers = plural(len(self.by_speaker), "speaker")
        return f"“{self.words}”: {plural(self.count, 'time')} in {reach}, by {speakers}{others}"

    @property
    def counted(self) -> str:
        """The forms in one line: "silos 5, silo 2"."""
        return ", ".join(f"{form} {count:,}" for form, count in self.forms.items())

    @property
    def order_note(self) -> str:
        """What the reading order is where dates are missing; "" where there is nothing to say about it."""
        if len(self.transcripts) < 2 or not self.undated:
            return ""
        if len(self.undated) == len(self.transcripts):
            return "no file has a date in its name, so the transcripts come in the library's order"
        where = plural(len(self.transcripts), "transcript")
        return f"{len(self.undated):,} of {where} have no date and come last"

    def as_dict(self) -> dict[str, Any]:
        """The counts and all mentions as plain values, for JSON."""
        return {
            "words": self.words,
            "exact": self.exact,
            "count": self.count,
            "forms": self.forms,
            "by_speaker": [
                {
                    "speaker": speaker,
                    "count": count,
                    "words": self.spoken[speaker],
                    "per_thousand": round(self.per_thousand[speaker], 3),
                }
                for speaker, count in self.by_speaker.items()
            ],
            "by_transcript": [{"transcript": id, "count": count} for id, count in self.by_transcript.items()],
            "by_date": [
                {"date": date.isoformat() if date else None, "count": count} for date, count in self.by_date.items()
            ],
            "searched": len(self.transcripts),
            "undated": len(self.undated),
            "speakers": list(self.speakers),
            "by_others": self.by_others,
            "mentions": [mention.as_dict() for mention in self.mentions],
        }


def mentions(
    words: str,
    library: Store,
    speaker: str | Sequence[str] | None = None,
    transcripts: Sequence[str] = (),
    exact: bool = False,
) -> Mentions:
    """Every place where words are said: all of them, found by reading all turns.

    A word is matched by its stem in the language of each transcript, accents aside: "silo" finds "silos" and "silo's",
    "café" finds "cafe", and in a German transcript "Brücke" finds "Brücken".  A contraction
    is a word of its own: "it" does not find "it's".  Several words are a phrase: they must follow one another in one
    turn, whatever lines, cues or marks are between them, so "rain tanks" finds "rain-tank" and not "tanks of rain".
    "|" stands between alternatives: "rain tank | water butt"; where two overlap, the one that begins first is
    counted, or the longer.  Of the marks only "%", "&", "+", "#" and signs of currencies count, where they are
    written: "18%" finds only that, "18" finds both.

    `exact`: only the words as written, with the marks between them as written; capitals, runs of white space and the
    shapes of apostrophes, quotation marks and dashes do not count, nor do marks at either end.

    `speaker`: only theirs, by whole, first or last name; or several, each as the library calls them.  `transcripts`:
    only in these (ids).

    Raises QuestionError when there are no words, or the speaker is unknown or could be several; LibraryError for an
    unknown transcript, or a library without any.
    """
    _Query.of(words, exact)  # no words are an error before anything is read
    generation = library.generation  # before the entries, so that nothing newer is ever held under an older number
    entries = _in_reading_order(library, transcripts)
    wanted = _speakers(speaker, entries)
    queries = {stemmer: _Query.of(words, exact, stemmer) for stemmer in {stemmer_of(e.language) for e in entries}}
    found: list[Mention] = []
    spoken: Counter[str] = Counter()
    for entry in entries:
        script = _script(library, generation, entry.revision)
        spoken.update(script.words)
        found += [
            Mention(entry.id, entry.revision, entry.date, turn, start, end, script.speakers[turn], form, library)
            for turn, start, end, form in _search(script, queries[stemmer_of(entry.language)])
        ]
    theirs = [mention for mention in found if mention.speaker in wanted] if wanted else found
    return Mentions(
        words=words,
        exact=exact,
        mentions=tuple(theirs),
        transcripts=tuple(entry.id for entry in entries),
        undated=tuple(entry.id for entry in entries if entry.date is None),
        speakers=wanted,
        spoken=spoken,
        by_others=len(found) - len(theirs),
    )


def mentions_csv(found: Mentions) -> str:
    """The mentions that are in their source as CSV, one a row, with a head."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["transcript", "date", "speaker", "place", "seconds", "words", "sentence"])
    for mention in found.in_source:
        seconds = mention.time[0] if mention.time else None
        fixed = (mention.transcript, mention.date, mention.speaker, mention.place, seconds)
        rows.writerow([*fixed, mention.text, mention.quote.text])
    return out.getvalue()


# --- where to look -----------------------------------------------------------------------------------------------


def _in_reading_order(library: Store, ids: Sequence[str]) -> list[Entry]:
    entries = list(dict.fromkeys(library.entries_of(ids)))
    library.need_transcripts()
    return sorted(entries, key=lambda entry: entry.date or datetime.date.max)


def _speakers(name: str | Sequence[str] | None, entries: Sequence[Entry]) -> tuple[str, ...]:
    if not isinstance(name, str):
        return tuple(name or ())
    known = speakers_of(entries)
    found = find_speakers(name, known)
    if not found:
        raise QuestionError(f"no speaker is called {name!r}; the transcripts have {listed(known, _NAMED)}")
    one = spellings_of(entries)
    if distinct_people(found) and not one.are_one(found):
        raise QuestionError(f"{name!r} could be {listed(found, _NAMED)}; give the whole name of one")
    return one.of(found, known)


# --- words -------------------------------------------------------------------------------------------------------

_MARKS = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"  # soft hyphens and joiners, which may stand within a word
_ACCENTS = "\u0300-\u036f"  # those that are characters of their own
_SIGNS = "%&+#$¢£¥€"
_WORD = (
    r"\d+(?:[.,]\d+)+[^\W_]*"  # 1,200 and 9.4
    rf"|[^\W_]+(?:(?:'|[{_ACCENTS}{_INVISIBLE}]+)[^\W_]+)*[{_ACCENTS}]*(?:\+\+|\#)?"
)
_WORDS = re.compile(_WORD)
_UNUSUAL = re.compile(rf"[^\W\x00-\x7f]|[{_ACCENTS}{_INVISIBLE}]")  # what a word may hold besides ASCII


def _written(text: str) -> str:
    """The text for comparing, character for character: in lower case, with straight quotation marks and hyphens."""
    if text.isascii():
        return text.lower()
    plain = text.translate(_MARKS)
    lower = plain.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in plain)


def _form(word: str) -> str:
    """A word however it is encoded: without what cannot be seen, and with accents as parts of their letters."""
    if word.isascii():
        return word
    return unicodedata.normalize("NFC", word.translate(dict.fromkeys(map(ord, _INVISIBLE))))


@dataclass(frozen=True)
class _Phrase:
    """Words that follow one another: their stems, or with `between` their forms and what stands between these.

    `prefixes`: what each word begins with, wherever it is written in ASCII; none where that is not known, since other
    stemmers than the English one may change the middle of a word ("maan" and "manen" have the stem "man").
    """

    words: tuple[str, ...]
    between: tuple[str, ...] | None
    prefixes: tuple[str, ...]
    stemmer: str

    @classmethod
    def of(cls, text: str, found: Sequence[re.Match[str]], exact: bool, stemmer: str) -> _Phrase:
        if exact:
            forms = tuple(_form(word.group()) for word in found)
            return cls(forms, tuple(_between(text, found)), forms, stemmer)
        stems = tuple(stem(_form(word.group()), stemmer) for word in found)
        return cls(stems, None, tuple(map(stem_prefix, stems)) if stemmer == ENGLISH else (), stemmer)

    @cached_property
    def anchor(self) -> int:
        """Which of the words to look for first: that of which most is known."""
        return max(range(len(self.words)), key=lambda at: len(self.prefixes[at]))

    def holds_at(self, at: int, word: re.Match[str]) -> bool:
        """Whether word number `at` of the phrase is this one."""
        said = _form(word.group())
        return (stem(said, self.stemmer) if self.between is None else said) == self.words[at]

    def is_said(self, text: str, words: Sequence[re.Match[str]]) -> bool:
        """Whether these words, which follow one another in a text, are the phrase."""
        if len(words) != len(self.words) or not all(map(self.holds_at, range(len(words)), words)):
            return False
        return self.between is None or tuple(_between(text, words)) == self.between


def _between(text: str, words: Sequence[re.Match[str]]) -> Iterator[str]:
    """What stands between the words, runs of white space as one space."""
    for one, next_one in itertools.pairwise(words):
        yield re.sub(r"\s+", " ", text[one.end() : next_one.start()])


@dataclass(frozen=True)
class _Query:
    """What is looked for: phrases, any of them, and what counts as a word."""

    phrases: tuple[_Phrase, ...]
    word: re.Pattern[str]

    @classmethod
    def of(cls, words: str, exact: bool, stemmer: str = ENGLISH) -> _Query:
        text = _written(words)
        with_signs = any(char in _SIGNS for char in _WORDS.sub("", text))
        pattern = _WORD if stemmer == ENGLISH else _WORD.replace("(?:'|", "(?:")
        word = re.compile(rf"{pattern}|[{_SIGNS}]" if with_signs else pattern)
        phrases = []
        for alternative in text.split("|"):
            found = list(word.finditer(alternative))
            if found:
                phrases.append(_Phrase.of(alternative, found, exact, stemmer))
        if not phrases:
            raise QuestionError(f'there are no words to look for in {words!r}; give some, e.g. "rain tanks"')
        return cls(tuple(phrases), word)


# --- searching ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Script:
    """A transcript for searching: the turns in one string, as `_written`, each followed by a space.

    `starts` is where each turn begins, and where the last one ends.  `unusual` are the turns whose words are not all
    written in ASCII.  `words` counts the words of each speaker, as `Transcript.words` does.
    """

    text: str
    starts: Sequence[int]
    speakers: tuple[str, ...]
    unusual: tuple[int, ...]
    words: Mapping[str, int]

    def turn_at(self, at: int) -> int:
        """The turn in which a character stands."""
        return bisect.bisect_right(self.starts, at) - 1

    @classmethod
    def of(cls, turns: Sequence[tuple[str, str]]) -> _Script:
        texts = [_written(text) for _, text in turns]
        starts, words = array("L", [0]), Counter[str]()
        for (speaker, text), written in zip(turns, texts, strict=True):
            starts.append(starts[-1] + len(written) + 1)
            words[speaker] += len(text.split())
        unusual = tuple(at for at, text in enumerate(texts) if not text.isascii() and _UNUSUAL.search(text))
        return cls(
            "".join(f"{text} " for text in texts), starts, tuple(speaker for speaker, _ in turns), unusual, words
        )


def _search(script: _Script, query: _Query) -> Iterator[tuple[int, int, int, str]]:
    """(turn, start, end, form) of every match, in order: of those that overlap the first, and the longest of these."""
    found = {span for phrase in query.phrases for span in _spans(script, phrase, query.word)}
    done = 0
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= done:
            done, turn = end, script.turn_at(start)
            begin = script.starts[turn]
            yield turn, start - begin, end - begin, " ".join(_form(script.text[start:end]).split())


def _spans(script: _Script, phrase: _Phrase, word: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """(start, end) in the script of every place where a phrase is said.

    A word in ASCII begins with the prefix of its stem, so the prefixes are looked for first.  Turns with other letters
    are read word by word, and all turns where there are no prefixes.
    """
    for turn in script.unusual if phrase.prefixes else range(len(script.starts) - 1):
        begin, stop = script.starts[turn], script.starts[turn + 1]
        words = list(word.finditer(script.text, begin, stop))
        for at in range(len(words)):
            if phrase.holds_at(0, words[at]) and phrase.is_said(script.text, words[at : at + len(phrase.words)]):
                yield words[at].start(), words[at + len(phrase.words) - 1].end()
    if phrase.prefixes and all(prefix in script.text for prefix in phrase.prefixes):
        for place in re.finditer(re.escape(phrase.prefixes[phrase.anchor]), script.text):
            at = place.start()
            if not (at and script.text[at - 1].isalnum()):
                yield from _span_around(script, phrase, word, at)


def _span_around(script: _Script, phrase: _Phrase, word: re.Pattern[str], at: int) -> Iterator[tuple[int, int]]:
    """The phrase with its anchor at a character, if it is said there.

    No word holds a space, so words can be read from after any space on, forwards and backwards.
    """
    text = script.text
    left = text.rfind(" ", 0, at) + 1
    here = next((found for found in word.finditer(text, left) if found.start() >= at), None)
    if here is None or here.start() != at or not phrase.holds_at(phrase.anchor, here):
        return
    words = [here]
    if len(phrase.words) > 1:
        turn = script.turn_at(at)
        begin, stop = script.starts[turn], script.starts[turn + 1]
        after = itertools.islice(word.finditer(text, here.end(), stop), len(phrase.words) - phrase.anchor - 1)
        words = [*_words_before(text, word, begin, at, phrase.anchor), here, *after]
    if phrase.is_said(text, words):
        yield words[0].start(), words[-1].end()


def _words_before(text: str, word: re.Pattern[str], begin: int, at: int, count: int) -> list[re.Match[str]]:
    """The last words, `count` of them if there are so many, of what stands between two characters."""
    left, found = at, list[re.Match[str]]()
    while len(found) < count and left > begin:
        left = max(begin, text.rfind(" ", begin, left - 1) + 1)
        found = list(word.finditer(text, left, at))
    return found[len(found) - count :] if count else []


@dataclass
class _Held:
    """The scripts of a library as of one generation."""

    generation: int
    scripts: dict[str, _Script] = field(default_factory=dict)
    characters: int = 0


_held: WeakKeyDictionary[Store, _Held] = WeakKeyDictionary()
_guard = threading.Lock()


def _script(library: Store, generation: int, revision: str) -> _Script:
    """A revision for searching; kept until the library changes, as long as there is room."""
    with _guard:
        held = _held.get(library)
        if held is None or held.generation < generation:
            held = _held[library] = _Held(generation)
        if held.generation == generation and revision in held.scripts:
            return held.scripts[revision]
    script = _Script.of(library.turns(revision))
    with _guard:
        if held.generation == generation and held.characters + len(script.text) <= _HELD:
            held.scripts[revision] = script
            held.characters += len(script.text)
    return script
