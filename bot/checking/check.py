"""What a language model wrote, checked: every sentence against the sentences that it cites.

    text ─► statements (`bot.checking.statements`) ─► quotations located ─► markers, quotations, numbers, names, whose words,
    negations and support checked ─► Statement, with the reasons why it does not stand

The rules are made so that a false statement is rarely let stand; `python -m eval.checks` measures how many true ones
are marked for that.  What is shown in quotation marks is always a slice of the record: words that are not found there
lose their marks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.checking.evidence import Sentence
from bot.checking.figures import missing_figures
from bot.checking.polarity import added_negation, base, content, lost_negation
from bot.checking.statements import Claim, quotations, read_statements
from bot.checking.subjects import DONE, FROM, OPENERS, SAID, VERBS, Subject, subjects_of
from bot.speakers.names import ROLES, STOP, TITLES
from bot.speakers.naming import names_in
from bot.words.folding import Folded, Wording
from bot.words.marks import NOT_CLOSED, Marked, masked
from bot.words.phrases import join_names
from embeddings.lexical import STOP_WORDS

_ENOUGH_WORDS, _NOUNS = 40, 0.2  # words that tell a language, and the share of nouns among them

_MOST_CITED = 5  # what cites more could be put together from anywhere

Support = Callable[[str, str], float]
"""How near two texts are in meaning, between -1 and 1: the cosine of an encoder."""


@dataclass(frozen=True)
class Slice:
    """Quoted words: the characters [start:end] of the text of sentence `number`, at character `at` of the statement."""

    number: int
    start: int
    end: int
    at: int


@dataclass(frozen=True)
class Statement:
    """A sentence of a model's answer, checked.

    `text` is the sentence as it is shown: plain, without markers; in quotation marks (“ ”) stand only slices of what it
    cites.  `numbers` are the sentences that it cites and that there are, in order.  `problems` say why it is not
    verified, a line each; a statement without any stands.  `quoted` are the slices, in order.
    """

    text: str
    numbers: tuple[int, ...]
    problems: tuple[str, ...] = ()
    quoted: tuple[Slice, ...] = ()

    @property
    def verified(self) -> bool:
        return not self.problems


def check(
    text: str,
    evidence: Sequence[Sentence],
    people: Sequence[str],
    question: str,
    support: Support | None = None,
) -> tuple[Statement, ...]:
    """The statements of a text that a model wrote over numbered sentences, each with what is wrong with it.

    `people` are the speakers of the library.  `support` tells how near a statement and what it cites are in meaning;
    without it only words count, and free paraphrases fail.
    """
    by_number = {sentence.number: sentence for sentence in evidence}
    read = _Read(
        tuple(evidence),
        tuple(dict.fromkeys([*people, *(s.quote.speaker for s in evidence)])),
        question,
        support,
    )
    statements, before = [], ""
    for claim in read_statements(text):
        cited = tuple(by_number[number] for number in claim.numbers if number in by_number)
        statements.append(_without_idle(claim, cited, _check(claim, cited, read, before), read, before))
        before = claim.text
    return tuple(statements)


@dataclass(frozen=True)
class _Read:
    """What is the same for all statements of a text."""

    evidence: tuple[Sentence, ...]
    people: tuple[str, ...]
    question: str
    support: Support | None

    @cached_property
    def capitals(self) -> bool:
        """Whether it is in a language that writes all nouns with capitals, which are no sign of a name there."""
        words = re.findall(r"(?<=[^\W_] )[^\W\d_]+", " ".join(sentence.shown for sentence in self.evidence))
        return len(words) >= _ENOUGH_WORDS and sum(word[0].isupper() for word in words) > _NOUNS * len(words)


def _without_idle(claim: Claim, cited: Sequence[Sentence], checked: Statement, read: _Read, before: str) -> Statement:
    """A statement that stands, without the citations that have nothing of it and without which it stands too."""
    words = _Draft.of(claim.text).masked
    bearing = [sentence for sentence in cited if support_share(words, [sentence], read)]
    if not checked.verified or not bearing or len(bearing) == len(cited):
        return checked
    fewer = _check(replace(claim, numbers=tuple(sentence.number for sentence in bearing)), bearing, read, before)
    return fewer if fewer.verified else checked


def _check(claim: Claim, cited: Sequence[Sentence], read: _Read, before: str) -> Statement:
    drafted = _Draft.of(claim.text)
    subjects = subjects_of(drafted.masked, read.people)
    shown = _locate_all(drafted, cited, subjects)
    numbers = tuple(sentence.number for sentence in cited)
    if introduces(claim, read):
        return Statement(shown.text, numbers, tuple(shown.problems), shown.quoted)
    problems = [f"cites [{number}], which there is not" for number in claim.numbers if number not in numbers]
    if not claim.numbers:
        problems.append("cites nothing")
    problems += shown.problems
    if len(cited) > _MOST_CITED:
        problems.append(f"cites {len(cited)} sentences, too many for one")
    if cited:
        # What is verbatim needs no further check, so only the words around it are read for figures and names.
        around = shown.without_quotes
        problems += _missing("number", _figures(around, cited, read))
        problems += _missing("name", _names(around, cited, read))
        problems += _swapped(claim, drafted, cited, subjects, read, before)
        problems += _turned(shown.words, cited)
        problems += _support(shown.words, cited, read)
        problems += _exchanged(shown.words, cited, read)
        problems += ["cites a sentence that gives instructions"] * any(_INSTRUCTS.search(s.shown) for s in cited)
    return Statement(shown.text, numbers, tuple(dict.fromkeys(problems)), shown.quoted)


def _missing(what: str, words: Sequence[str]) -> Iterator[str]:
    if words:
        are = f"{what}s {join_names(words)} are" if len(words) > 1 else f"{what} {words[0]} is"
        yield f"the {are} not in what it cites"


# --- 1. what makes no statement ----------------------------------------------------------------------------------

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


def introduces(claim: Claim, read: _Read) -> bool:
    """Whether a sentence says nothing about the record: a closed set of forms, so that no fact slips through."""
    if claim.numbers:
        return False
    text = list(claim.text)
    for start, end, _ in names_in(claim.text, read.people):
        text[start:end] = "\0" * (end - start)
    shape = "".join(text)
    if _INTRODUCTIONS.fullmatch(shape) or _REFUSALS.fullmatch(shape):
        return True
    return claim.leads and all(word in _LABELS for word in content(shape.replace("\0", " ")))


# --- 2. quotations -----------------------------------------------------------------------------------------------

_ODD_MARKS = str.maketrans("＂〝〞〟「」『』‟❝❞《》", '"“””“”“”““”“”')
_DOUBLE = re.compile(r"[“”„«»\"]")
_SINGLE = re.compile(r"(?<![\w’'])(?P<mark>['‘‚‹])(?=[^\W\d])")
_SINGLE_ENDS = {"'": r"(?<=\S)['’](?!\w)", "‘": r"(?<=\S)[’'](?!\w)", "‚": r"[‘’](?!\w)", "‹": r"›"}
_INCHES = re.compile(r"(?<=\d)[\"”](?!\w)")


@dataclass(frozen=True)
class _Quoted:
    """A quotation of a statement: [start:end] with its marks, and where its words may end when it has single marks."""

    start: int
    end: int
    inner: tuple[int, int]
    ends: tuple[int, ...] = ()
    closed: bool = True


@dataclass(frozen=True)
class _Draft:
    """A claim with its quotations found; `masked` has X for what is quoted."""

    text: str
    quotations: tuple[_Quoted, ...]
    masked: str

    @classmethod
    def of(cls, text: str) -> _Draft:
        text = text.translate(_ODD_MARKS).replace("``", "“").replace("''", '"')
        doubles = [item for item in quotations(text) if text[item.pieces[0][1] - 1] != "‘"]
        found = [_double(text, item) for item in doubles]
        taken = [(item.start, item.end) for item in found if item.closed]
        found = sorted([*found, *_singles(text, taken)], key=lambda item: item.start)
        closed = [(0, *item.inner) for item in found if item.closed]
        return cls(text, tuple(found), masked(text, closed))


def _double(text: str, item: Marked) -> _Quoted:
    _, start, end = item.pieces[0]
    closed = item.doubt != NOT_CLOSED
    return _Quoted(start - 1, min(end + 1, len(text)) if closed else start, (start, end), closed=closed)


def _singles(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[_Quoted]:
    """What stands between single marks; a mark that nothing closes is an apostrophe."""
    at = 0
    while match := _SINGLE.search(text, at):
        at = match.end()
        if any(start <= match.start() < end for start, end in taken):
            continue
        stop = min((start for start, _ in taken if start >= at), default=len(text))
        ends = [end.start() for end in re.finditer(_SINGLE_ENDS[match["mark"]], text[:stop]) if end.start() > at]
        if ends:
            yield _Quoted(match.start(), ends[0] + 1, (at, ends[0]), tuple(ends))
            at = ends[0] + 1


@dataclass
class _Shown:
    """A claim as it is shown; `words` is it without quotation marks, `without_quotes` with x for what is quoted."""

    text: str = ""
    words: str = ""
    without_quotes: str = ""
    problems: list[str] = field(default_factory=list)
    quoted: tuple[Slice, ...] = ()

    def add(self, text: str) -> None:
        """Words of the model's own: no double quotation mark stays."""
        kept = _DOUBLE.sub("", _INCHES.sub("″", text))
        self.text += kept
        self.words += kept
        self.without_quotes += kept

    def quote(self, slices: Sequence[tuple[Sentence, int, int]], final: str) -> None:
        """Slices of the record in quotation marks; neighbours are parted by the one white space between them."""
        self.text += "“"
        for at, (sentence, start, end) in enumerate(slices):
            words = sentence.quote.text[start:end]
            gap = " " if at else ""
            self.quoted += (Slice(sentence.number, start, end, len(self.text) + len(gap)),)
            self.text += gap + words
            self.words += gap + " ".join(words.split())
            self.without_quotes += gap + "x" * len(words)
        self.text += f"”{final}"
        self.words += final
        self.without_quotes += final


def _locate_all(draft: _Draft, cited: Sequence[Sentence], subjects: Sequence[Subject]) -> _Shown:
    """The claim with every quotation replaced by the slice that it is, or without its marks."""
    shown, done = _Shown(), 0
    for item in draft.quotations:
        if item.start < done:
            continue
        shown.add(draft.text[done : item.start])
        done = item.end
        words = draft.text[slice(*item.inner)]
        if not item.closed:
            shown.problems.append("a quotation is not closed")
            continue
        if not any(char.isalnum() for char in words):
            shown.add(words)
            continue
        by = _ascribed(item, subjects)
        slices, end = _locate_one(draft.text, item, cited, by)
        if slices:
            words = draft.text[item.inner[0] : end]
            done = end + 1
            final = words.rstrip()[-1:]
            last = slices[-1]
            had = last[0].quote.text[: last[2]].rstrip()[-1:]
            follows = draft.text[done:].lstrip()[:1]
            shown.quote(slices, final if final in ".,?!" and final != had and follows not in tuple(".,?!") else "")
            continue
        shown.add(words)
        others = [sentence.quote.speaker for sentence in cited if locate(words, [sentence])]
        if others and by:
            shown.problems.append(f"ascribed to {_name(by)}, said by {others[0]}")
        else:
            shown.problems.append(f"not said there in these words: {_short(_plain_marks(words))}")
    shown.add(draft.text[done:])
    body = shown.text.rstrip()
    shown.text = body
    return shown


def _ascribed(item: _Quoted, subjects: Sequence[Subject]) -> Subject | None:
    """Whose words the statement says that a quotation is: the nearest before it, else the first after it."""
    said = [subject for subject in subjects if subject.role == SAID]
    before = [subject for subject in said if subject.end <= item.start]
    after = [subject for subject in said if subject.start >= item.end]
    return before[-1] if before else after[0] if after else None


def _locate_one(
    text: str, item: _Quoted, cited: Sequence[Sentence], by: Subject | None
) -> tuple[tuple[tuple[Sentence, int, int], ...], int]:
    """The slices that a quotation is, and where its words end in the statement."""
    theirs = [sentence for sentence in cited if not by or _is_by(by, sentence)]
    for end in sorted(item.ends, reverse=True) or [item.inner[1]]:
        if slices := locate(text[item.inner[0] : end], theirs):
            return slices, end
    return (), item.inner[1]


def locate(words: str, sentences: Sequence[Sentence]) -> tuple[tuple[Sentence, int, int], ...]:
    """Where words stand verbatim, by the fold of `bot.words.folding`: (sentence, start, end) in its text; () for nowhere.

    They stand in one sentence, or run through neighbouring sentences of one turn; then there is a slice of each.
    """
    wording = Wording.of(words)
    if wording is None:
        return ()
    for sentence in sentences:
        span = next(wording.spans_in(Folded.of(sentence.shown)), None)
        if span:
            return ((sentence, *span),)
    for run in _neighbours(sentences):
        joined = " ".join(sentence.shown for sentence in run)
        for start, end in wording.spans_in(Folded.of(joined)):
            return tuple(_parts(run, start, end))
    return ()


def _neighbours(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """The longest runs of sentences that follow one another in one turn, with one white space between them."""
    ordered = sorted(sentences, key=lambda s: (s.quote.revision, s.quote.utterance, s.quote.start))
    run: list[Sentence] = []
    for sentence in ordered:
        last = run[-1].quote if run else None
        quote = sentence.quote
        if last and (last.revision, last.utterance, last.end + 1) == (quote.revision, quote.utterance, quote.start):
            run.append(sentence)
            continue
        if len(run) > 1:
            yield run
        run = [sentence]
    if len(run) > 1:
        yield run


def _parts(run: Sequence[Sentence], start: int, end: int) -> Iterator[tuple[Sentence, int, int]]:
    at = 0
    for sentence in run:
        first, last = max(start - at, 0), min(end - at, len(sentence.shown))
        if first < last:
            yield sentence, first, last
        at += len(sentence.shown) + 1


def _plain_marks(words: str) -> str:
    """The words without any mark in which they could pass for a quotation."""
    return re.sub(r"[“”„«»\"‘‚‹›]", "", words)


def _short(words: str, most: int = 60) -> str:
    words = " ".join(words.split())
    return words if len(words) <= most else words[: most - 1].rsplit(" ", 1)[0] + "…"


# --- 3. numbers --------------------------------------------------------------------------------------------------


def _figures(text: str, cited: Sequence[Sentence], read: _Read) -> tuple[str, ...]:
    """The figures that the cited sentences do not have; dates may stand in the title or the name of the file."""
    named = list(text)
    for start, end, _ in names_in(text, read.people):
        named[start:end] = "x" * (end - start)  # "Speaker 2"
    dates = " ; ".join(f"{s.quote.title} ; {s.quote.source.replace('-', ' ').replace('_', ' ')}" for s in cited)
    # A figure may run over neighbouring sentences no more than a quotation.
    return missing_figures("".join(named), *(sentence.shown for sentence in cited), dates=dates)


# --- 4. names ----------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_ANY_WORD = re.compile(r"[^\W_]+")
_NAMES_OF_NOBODY = frozenset({"i", "i'm", "i'd", "i've", "i'll", "ok", "tv", "am", "pm"}) | TITLES | ROLES


def _names(text: str, cited: Sequence[Sentence], read: _Read) -> tuple[str, ...]:
    """The names that neither the cited sentences nor those around them have, and that are not their speakers'."""
    held = _folded_words(
        " ".join(f"{s.shown} {s.around} {s.quote.speaker} {s.quote.label} {s.quote.title}" for s in cited)
    )
    everything = " ".join(f"{s.shown} {s.around} {s.quote.speaker}" for s in read.evidence)
    # Whom a statement names beside its subject may be whoever listens.
    talks = {s.quote.revision for s in cited}
    held |= _folded_words(" ".join(s.quote.speaker for s in read.evidence if s.quote.revision in talks))
    asked = _folded_words(read.question) & _folded_words(everything)
    ordinary = {word for word in _ANY_WORD.findall(f"{everything} {read.question}") if word.islower()}
    initials = _initials(" ".join(f"{s.shown} {s.around}" for s in cited))
    missing = []
    for token in _name_tokens(text, ordinary, read.people):
        if read.capitals and not token.isupper():
            continue
        parts = [_fold(part) for part in re.split(r"[-&]", token) if part]
        named = all(_is_among(part, held) or part in asked for part in parts)
        if not named and not (token.isupper() and len(token) > 1 and token.casefold() in initials):
            missing.append(token)
    return tuple(dict.fromkeys(missing))


def _name_tokens(text: str, ordinary: set[str], people: Sequence[str]) -> Iterator[str]:
    """The words of a text that are written as names are, without a genitive's ending, and speakers in small letters."""
    tokens = [(m.start(), re.sub(r"(?:['’]s|\.)$", "", m.group())) for m in _TOKEN.finditer(text)]
    small = [(start, end) for start, end, _ in names_in(text, people) if text[start:end].islower()]
    speakers = {at for span in small if not ROLES & set(text[slice(*span)].split()) for at in range(*span)}
    for number, (start, token) in enumerate(tokens):
        if not token or re.fullmatch("[Xx]+x", token):
            continue
        capital = any(char.isupper() for char in token)
        if not capital:
            if start in speakers and token not in ordinary | ROLES | STOP:
                yield token
            continue
        if token.casefold().replace("’", "'") in _NAMES_OF_NOBODY:
            continue
        first = number == 0 or bool(re.search(r"[.?!:;“”]\s*$", text[:start]))
        if first and not _is_name(token, text[start + len(token) :], ordinary, people):
            continue
        yield token


def _is_name(token: str, after: str, ordinary: set[str], people: Sequence[str]) -> bool:
    """Whether a word at the beginning of a sentence is a name rather than any word with a capital."""
    small = token.lower().replace("’", "'")
    if sum(char.isupper() for char in token) > 1:
        return True
    if small in ordinary or small in STOP_WORDS or small in STOP or small in OPENERS or small.endswith("ly"):
        return False
    if re.match(r"\s+[A-Z](?!\w*['’](?:m|ve|d|ll)\b)\w", after) or names_in(token, people):
        return True
    return bool(re.match(rf"(?:['’]s)?{FROM}\s+(?:[a-z]+ly\s+)?(?:{VERBS})\b", after))


def _is_among(name: str, held: set[str]) -> bool:
    """Whether a name is among these words, other endings allowed: "Brazilians" of "Brazil", "Sept" of "September"."""
    if name in held or name.rstrip("s") in held:
        return True
    stem = base(name)
    return any(
        (len(word) >= 4 and name.startswith(word) and len(name) - len(word) <= 4)
        or (len(name) >= 4 and word.startswith(name) and len(word) - len(name) <= 5)
        or base(word) == stem
        for word in held
        if word[:3] == name[:3]
    )


def _initials(text: str) -> set[str]:
    words = _ANY_WORD.findall(text)
    letters = "".join(word[0].casefold() for word in words)
    return {letters[at : at + size] for size in (2, 3, 4, 5) for at in range(len(letters) - size + 1)
            if words[at][0].isupper() and words[at + size - 1][0].isupper()}  # fmt: skip


def _folded_words(text: str) -> set[str]:
    return {_fold(word) for word in _ANY_WORD.findall(text)}


def _fold(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(char for char in apart if not unicodedata.combining(char))


# --- 5. whose words ----------------------------------------------------------------------------------------------

_FIRST_PERSON = re.compile(
    r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]y|[Mm]e|[Mm]ine|[Ww]e|[Ww]e['’](?:re|ve|d|ll)|[Oo]urs?|us)\b"
)
_I = re.compile(r"\bI\b(?!\s(?:think|believe|know|guess|suppose|mean|feel|say|hear|heard|saw|see)\b)")
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)
_THIRD_PERSON = re.compile(r"\b(?:he|she|they|his|her|hers|him|them|their|theirs)\b", re.IGNORECASE)
_THIRD_SUBJECT = re.compile(r"\b(?:he|she|they)\b", re.IGNORECASE)
_THEY_SAY = re.compile(rf"\b(?:he|she|they|who)\s+(?:[a-z]+ly\s+|also\s+|always\s+)?(?:{VERBS})\b", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:He|She)\s+(?P<rest>.*)", re.DOTALL)


def _swapped(
    claim: Claim, draft: _Draft, cited: Sequence[Sentence], subjects: Sequence[Subject], read: _Read, before: str
) -> Iterator[str]:
    """Whose words or deeds the statement tells, and who says what it cites, where these are not the same."""
    for subject in subjects:
        if not any(_is_by(subject, sentence) for sentence in cited) and _needs_speaker(subject, cited, read.people):
            yield f"ascribed to {_name(subject)}, said by {cited[0].quote.speaker}"
    yield from _taken(cited, subjects)
    yield from _of_others(cited, subjects, read.people)
    for subject in (*_above(claim, subjects, read.people), *_meant(draft, subjects, before, read.people)):
        if not any(_is_by(subject, sentence) for sentence in cited) and _needs_speaker(subject, cited, read.people):
            yield f"ascribed to {_name(subject)}, said by {cited[0].quote.speaker}"


def _taken(cited: Sequence[Sentence], subjects: Sequence[Subject]) -> Iterator[str]:
    """What happened to a speaker must not be told of a listener: "Edie left me her wheel" is not "Edie left Ana …"."""
    told = " ".join(sentence.shown for sentence in cited)
    people = [subject for subject in subjects if subject.speakers]
    if not re.search(r"\b(?:me|my|us|our)\b", told, re.IGNORECASE) or _THIRD_SUBJECT.search(told):
        return
    if not any(_is_by(subject, sentence) for subject in people for sentence in cited):
        for subject in people:
            if not subject.role and not _folded_words(subject.name) & _folded_words(told):
                yield f"told of {_name(subject)}, there of {cited[0].quote.speaker}"


def _of_others(cited: Sequence[Sentence], subjects: Sequence[Subject], people: Sequence[str]) -> Iterator[str]:
    """What a speaker tells of somebody else must not be told of the speaker: "Tom wanted to keep her", said by Ana."""
    told = " ".join(sentence.shown for sentence in cited)
    if _FIRST_PERSON.search(told):
        return
    named = {word for subject in subjects for word in _folded_words(subject.name)}
    for other in subjects_of(told, people):
        about = other.role == DONE and other.speakers and not _folded_words(other.name) & named
        for subject in subjects:
            if about and subject.role == DONE and subject.speakers and all(_is_by(subject, one) for one in cited):
                yield f"told of {_name(subject)}, there of {_name(other)}"


def _above(claim: Claim, subjects: Sequence[Subject], people: Sequence[str]) -> Iterator[Subject]:
    """The one who is named in the line above a list ("Tom Farrant:"), where the item names nobody as saying it."""
    named = [item for item in subjects_of(claim.heading, people) if item.speakers]
    if len(named) == 1 and not any(subject.role == SAID for subject in subjects):
        rest = claim.heading[: named[0].start] + claim.heading[named[0].end :]
        if named[0].role == SAID or not content(re.sub(rf"\b(?:{VERBS})\b|['’]s\b|\bviews?\b", " ", rest)):
            yield Subject(named[0].start, named[0].end, named[0].name, named[0].speakers, SAID)


def _meant(draft: _Draft, subjects: Sequence[Subject], before: str, people: Sequence[str]) -> Iterator[Subject]:
    """Whom "He" or "She" at the beginning means: the one person whom the sentence before names."""
    pronoun = _PRONOUN.match(draft.masked)
    named = {item.speakers: item for item in subjects_of(_Draft.of(before).masked, people)} if pronoun else {}
    if pronoun and len(named) == 1 and not subjects:
        (one,) = named.values()
        if one.role:
            says = re.match(rf"(?:[a-z]+\s+){{0,2}}(?:{VERBS})\b|(?:[a-z]+\s+){{0,3}}Xx", pronoun["rest"])
            yield Subject(0, 0, one.name, one.speakers, SAID if says else DONE)


def _is_by(subject: Subject, sentence: Sentence) -> bool:
    if sentence.quote.speaker in subject.speakers:
        return True
    return not subject.speakers and bool(_folded_words(subject.name) & _folded_words(sentence.quote.speaker) - TITLES)


def _needs_speaker(subject: Subject, cited: Sequence[Sentence], people: Sequence[str]) -> bool:
    """Whether a statement with this subject must cite words of theirs.

    Not where what is cited reports theirs ("Tom says that …", "he believed me"), or tells of them in the third person.
    """
    if not subject.role:
        return False
    told = " ".join(sentence.shown for sentence in cited)
    around = _folded_words(" ".join(sentence.around for sentence in cited))
    name = {word for word in _folded_words(subject.name) if word not in TITLES and word not in ("the", "a")}
    in_it, near = bool(name & _folded_words(told)), bool(name & around)
    if subject.role == SAID:
        if not in_it:
            return not (near and _THEY_SAY.search(told))
        reported = [one for one in subjects_of(told, people) if one.role and name & _folded_words(one.name)]
        capital = any(one.role == SAID or not subject.speakers for one in reported)
        return not (capital or _THEY_SAY.search(told))
    if subject.owns and re.search(r"\b(?:my|our)\b", told, re.IGNORECASE):  # "My mother missed her bus"
        return not in_it
    others = _THIRD_PERSON if subject.suffers else _THIRD_SUBJECT
    if subject.speakers and not in_it and not (others.search(told) or _SECOND_PERSON.search(told)):
        return True  # nothing in it is told of anybody but its own speaker
    first = _FIRST_PERSON if subject.speakers else _I
    return bool(first.search(told)) and not in_it and not (near and others.search(told))


def _name(subject: Subject) -> str:
    return subject.speakers[0] if len(subject.speakers) == 1 else subject.name


# --- 6. negations ------------------------------------------------------------------------------------------------


def _turned(words: str, cited: Sequence[Sentence]) -> Iterator[str]:
    texts = [sentence.shown for sentence in cited]
    if lost := lost_negation(words, texts):
        yield f"the word {lost} is lost"
    elif added := added_negation(words, texts):
        yield f"the word {added} is added"


# --- 7. instructions ---------------------------------------------------------------------------------------------

# Said to a machine that reads along; what such a sentence bids it say is nobody's statement.
_INSTRUCTS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.?!]{0,30}\b(?:instructions?|rules?|prompts?|above|previous|earlier|"
    r"told)\b|"
    r"\b(?:system|developer) prompt\b|\byou are (?:now )?an? (?:ai|assistant|chatbot|language model)\b|"
    r"\b(?:write|say|answer|respond|reply|output|print) (?:only|exactly|with|the words?)\b.*\b(?:instead|"
    r"nothing else)\b",
    re.IGNORECASE,
)


# --- 8. support --------------------------------------------------------------------------------------------------

_REPORTING = frozenset(base(word) for word in re.findall(r"[a-z]+", VERBS)) | frozenset(
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


def _support(words: str, cited: Sequence[Sentence], read: _Read) -> Iterator[str]:
    """Whether what a statement says is in what it cites at all, by its words or its meaning, and each part of it."""
    told = " ".join(sentence.shown for sentence in cited)
    share = support_share(words, cited, read)
    if share is None:
        return
    if share < _WORDS_DO:
        stands = share + read.support(words, told) >= _LEAST_SUM if read.support else share >= _LEAST_SHARE
        if not stands:
            yield "its words are not in what it cites"
            return
    for part in _PARTS.split(words):
        share = support_share(part, cited, read, fewest=_FEWEST)
        if share == 0.0 and (not read.support or read.support(part, told) < _NEAR_PART):
            yield f"not in what it cites: {_short(_plain_marks(part).strip(' .,;:!?'))}"


def support_share(words: str, cited: Sequence[Sentence], read: _Read, fewest: int = 1) -> float | None:
    """The share of a statement's content words that stand in what it cites, those beside it at half.

    None where it has fewer than so many.  Names, figures and verbs of saying are left aside: they are checked by
    themselves, and the right name is no evidence for what is told of it.
    """
    named = list(words)
    for start, end, _ in names_in(words, read.people):
        named[start:end] = " " * (end - start)
    for match in () if read.capitals else _CAPITAL.finditer(words):
        named[slice(*match.span())] = " " * len(match.group())
    held = set(content(" ".join(s.shown for s in cited)))
    near = set(content(" ".join(f"{s.around} {s.quote.title}" for s in cited)))
    stems = [word for word in content("".join(named)) if word in held or not (word in _REPORTING or word.isdecimal())]
    if len(stems) < fewest:
        return None
    reply = len(held) < _TELLING and any(_REPLY.match(s.shown) for s in cited)
    if not reply and not any(_kin(word, held) for word in stems):
        return 0.0  # only a short reply ("Yes, every day") says what it says by what stands beside it
    found = sum(1.0 if _kin(word, held) else 0.5 if _kin(word, near) else 0.0 for word in stems)
    return found / len(stems)


# --- 9. one word for another -------------------------------------------------------------------------------------

_ALIKE = 0.43  # nearness in meaning from which on one word may stand for another ("large" and "big": 0.81)
_WORD_OR_END = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.,;:!?–—]")
_END = "|"
# Verbs have too many words that do as well; a noun or what stands before it has an article or preposition near it.
_IN_NOUNS = (
    r"\b(?:the|an?|this|that|these|those|his|her|its|their|my|our|of|in|on|at|to|for|from|with|by)\s+(?:[\w'’-]+\s+)?"
)


def _exchanged(words: str, cited: Sequence[Sentence], read: _Read) -> Iterator[str]:
    """A word between words of what it cites, in the place of one that means something else: "the nursing course"."""
    if read.support is None:
        return
    held = set(content(" ".join(f"{s.shown} {s.around} {s.quote.title}" for s in cited)))
    told = [_chain(sentence.shown) for sentence in cited]
    all_told = " ".join(sentence.shown for sentence in cited)
    chain = _chain(words)
    own = {stem for stem, _ in chain}
    for (left, _), (stem, word), (right, _) in zip(chain, chain[1:], chain[2:], strict=False):
        if word and _is_noun(word, words) and not _kin(stem, held | _REPORTING) and {left, right} & held:
            for there in told:
                for (before, _), (other, source), (after, _) in zip(there, there[1:], there[2:], strict=False):
                    same = (before, after) == (left, right) and other not in own and _is_noun(source, all_told)
                    if same and read.support(word, source) < _ALIKE:
                        yield f"says {word}, there it is {source}"


def _is_noun(word: str, text: str) -> bool:
    """Whether a word in small letters stands where nouns and their adjectives stand."""
    return word.islower() and bool(re.search(rf"{_IN_NOUNS}{re.escape(word)}\b", text))


def _chain(text: str) -> list[tuple[str, str]]:
    """(stem, word) of the content words of a text, with an end for every mark that parts it."""
    chain = [(_END, "")]
    for word in _WORD_OR_END.findall(text):
        if not word[0].isalnum():
            chain.append((_END, ""))
        elif stems := content(word):
            chain.append((stems[0], word))
    return [*chain, (_END, "")]


def _kin(word: str, others: set[str]) -> bool:
    """Whether a stem is among others, longer or shorter forms of five letters included ("inspect", "inspector")."""
    if word in others:
        return True
    return len(word) >= 5 and any(other[:5] == word[:5] and abs(len(other) - len(word)) <= 4 for other in others)
