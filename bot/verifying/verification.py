"""Whether somebody says exactly these words, where, and if not what comes closest.

    quotation ─► scan of all folded turns ─► found | said by somebody else
                   └─► parts (words left out, two turns, two places), near misses ─► not found

Only what is equal under the fold (`bot.words.folding`) is found; how near a near miss is never matters.  Whatever is
shown is a `Quote`, located in its transcript and found again in the original bytes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import QuestionError
from bot.quotes.quoting import Quote, is_in_source
from bot.speakers.names import find_speakers
from bot.speakers.registry import speakers_of
from bot.speakers.spellings import spellings_of
from bot.store.chunking import Chunk
from bot.verifying.nearness import Difference, align, overlap
from bot.verifying.scanning import FoldedTexts, Folding, Turn
from bot.words.folding import DASH, MARK, Folded, Wording

if TYPE_CHECKING:
    from bot.store.store import Store

FOUND, SAID_BY_OTHER, NOT_FOUND = "found", "said_by_other", "not_found"
LEFT_OUT, TWO_TURNS, TWO_PLACES = "words left out", "more than one turn", "more than one place"

_LISTED = 20  # places that are named; a longer list is not read, and common words stand in thousands of turns
_NEAR = 3  # near misses that are shown
_NEAR_ENOUGH = 0.6  # similarity of a near miss: two words of five may differ
_SPLICED = 0.75  # from here on a near miss explains a quotation better than parts from several places
_SHARING, _HALVES, _ALIGNED = 50, 20, 8  # turns looked into for sharing words or half the quotation; those aligned
_PART_PLACES = 3  # places that are named for a part of a quotation
_MOST_PARTS, _PART_WORDS = 3, 3  # an unmarked splice has so many parts at most, of so many words at least

# "…", "...", "[...]", "(…)", "[the panel]"; "[T]he" marks a changed capital, which is no word left out.
_CHANGED_LETTER = re.compile(r"\[(\w)\](?=\w)")
_OMISSION = re.compile(r"\(\s*(?:…|\.{3,}|\. \. \.)\s*\)|\[[^\[\]]{0,200}\]|…|\.{3,}|\. \. \.")


@dataclass(frozen=True)
class Part:
    """A part of a quotation, and where it stands by itself; no quotes where it does not."""

    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class NearMiss:
    """A place that comes close to a quotation, and is not it.

    `similarity` is 1 for equal words, less 1 / (words of the quotation) for every word changed, added or left out, and
    a quarter of that for marks or capitals.
    """

    quote: Quote
    differences: tuple[Difference, ...]
    similarity: float

    def __str__(self) -> str:
        """What the quotation says as [-this-], what the record says as {+this+}."""
        return " ".join(str(difference) for difference in self.differences)


@dataclass(frozen=True)
class Verification:
    """Where words were found, and if they were not, what comes closest.

    `status`: "found" (by the speaker asked about, or by anyone when none was named), "said_by_other" or "not_found".
    `quotes` are the places, at most twenty; `more` tells how many further turns have the words.  Of a quotation that
    is not found, `near` has at most three near misses, the nearest first, and `parts` the parts that it was put
    together from, where it was: `split` says why they are parts, and `together` whether all of them stand in one turn
    in their order.
    """

    status: str
    quotes: tuple[Quote, ...]
    near: tuple[NearMiss, ...] = ()
    parts: tuple[Part, ...] = ()
    split: str | None = None
    together: bool = False
    more: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain values, for JSON."""
        return {
            "status": self.status,
            "quotes": [quote.as_dict() for quote in self.quotes],
            "more": self.more,
            "near": [
                {
                    "quote": miss.quote.as_dict(),
                    "similarity": round(miss.similarity, 3),
                    "differences": [asdict(difference) for difference in miss.differences],
                }
                for miss in self.near
            ],
            "split": self.split,
            "together": self.together,
            "parts": [{"text": part.text, "quotes": [quote.as_dict() for quote in part.quotes]} for part in self.parts],
        }


def verify_quote(
    text: str, library: Store, speaker: str | None = None, transcripts: Sequence[str] = ()
) -> Verification:
    """Whether somebody says exactly these words in one turn, and where.

    What may differ is written in `bot.words.folding`, and nothing else may: white space, typographic marks, whether the
    first letter is a capital, and a comma or full stop at the very end.  A quotation with an ellipsis or brackets that
    the record does not have is not found, and its parts are looked for.  Raises QuestionError for a text without words,
    or a speaker that the library does not have.
    """
    return Verifier(library, transcripts).verify(text, speaker)


class Verifier:
    """Verifies quotations against some transcripts, all when none is named; their texts are read once for all."""

    def __init__(self, library: Store, transcripts: Sequence[str] = (), folding: Folding | None = None) -> None:
        self._library = library
        self._entries = library.entries_of(transcripts)
        self._groups = [entry.group for entry in self._entries] if transcripts else []
        self._texts = FoldedTexts(library, self._entries, folding)
        self.speakers = speakers_of(self._entries)

    def verify(self, text: str, speaker: str | None = None) -> Verification:
        """See `verify_quote`."""
        places = self.places(text, speaker)
        return places if places.status != NOT_FOUND else self.closest(text)

    def places(self, text: str, speaker: str | None = None) -> Verification:
        """The same, but of what is not found nothing comes closest: quick, however long the text is."""
        return self._places(_wording(text), self._wanted(speaker))

    def closest(self, text: str) -> Verification:
        """What comes closest to a text that is not found."""
        return self._not_found(text, _wording(text))

    def _wanted(self, speaker: str | None) -> tuple[str, ...]:
        if speaker is None:
            return ()
        wanted = find_speakers(speaker, self.speakers)
        if not wanted:
            known = ", ".join(self.speakers[:10]) + (", …" if len(self.speakers) > 10 else "")
            raise QuestionError(f"no speaker is called {speaker!r}; the transcripts have {known or 'none'}")
        return spellings_of(self._entries).of(wanted, self.speakers)

    # --- found ---------------------------------------------------------------------------------------------------

    def _places(self, wording: Wording, wanted: Sequence[str]) -> Verification:
        """Found or said by somebody else, with the places; not found, with nothing, otherwise."""
        turns = self._texts.turns_with(wording)
        # Where they speak comes first, so that they are not missed among thousands of turns of others.
        theirs = [turn for turn in turns if not wanted or set(wanted) & set(turn.entry.speakers)]
        right, read = self._list(wording, (turn for turn in theirs if not wanted or self._speaker(turn) in wanted))
        if right:
            return Verification(FOUND, right, more=len(theirs) - read if len(right) >= _LISTED else 0)
        others, read = self._list(wording, turns if wanted else ())
        return Verification(SAID_BY_OTHER if others else NOT_FOUND, others, more=max(0, len(turns) - read))

    def _list(self, wording: Wording, turns: Iterable[Turn]) -> tuple[tuple[Quote, ...], int]:
        """The first places in these turns, and how many turns were read for them."""
        quotes, read = list[Quote](), 0
        for turn in turns:
            read += 1
            quotes += self._quotes_in(turn, wording)
            if len(quotes) >= _LISTED:
                break
        return tuple(quotes[:_LISTED]), read

    def _speaker(self, turn: Turn) -> str:
        return self._library.revision(turn.entry.revision).utterances[turn.utterance].speaker

    def _quotes_in(self, turn: Turn, wording: Wording) -> Iterator[Quote]:
        for start, end in wording.spans_in(self._folded(turn)):
            quote = self._quote(turn, start, end)
            if quote:
                yield quote

    def _folded(self, turn: Turn) -> Folded:
        return Folded.of(self._library.revision(turn.entry.revision).utterances[turn.utterance].text)

    def _quote(self, turn: Turn, start: int, end: int) -> Quote | None:
        """The slice as a Quote, if the original bytes have it too."""
        quote = Quote.locate(self._library.revision(turn.entry.revision), turn.utterance, start, end)
        return quote if is_in_source(quote, self._library) else None

    # --- not found -----------------------------------------------------------------------------------------------

    def _not_found(self, text: str, wording: Wording) -> Verification:
        marked = [part for part in _OMISSION.split(_CHANGED_LETTER.sub(r"\1", text)) if Wording.of(part)]
        is_marked = bool(_OMISSION.search(text))
        # What was put in brackets is not the record's; what was left out shows as words that only the record has.
        words = " ".join(part.strip() for part in marked) if is_marked else text
        quoted = Folded.of(_unquoted(words))
        turns = self._candidates(quoted)
        near = self._near(quoted, turns)
        if is_marked:
            return self._in_parts(LEFT_OUT, marked, near)
        if across := self._across_turns(wording):
            return Verification(NOT_FOUND, (), near, across, TWO_TURNS)
        if not near or near[0].similarity < _SPLICED:
            spliced = self._splice(quoted, turns)
            if len(spliced) > 1:
                return Verification(NOT_FOUND, (), near, spliced, TWO_PLACES)
        return Verification(NOT_FOUND, (), near)

    def _in_parts(self, split: str, texts: Sequence[str], near: tuple[NearMiss, ...]) -> Verification:
        texts = [text.strip() for text in texts]
        wordings = [wording for text in texts if (wording := Wording.of(text))]
        turns = [self._texts.turns_with(wording) for wording in wordings]
        common = set(turns[0]).intersection(*turns[1:]) if turns else set()
        for turn in [turn for turn in turns[0] if turn in common][:_LISTED] if turns else ():
            quotes = self._in_order(turn, wordings)
            if quotes:
                parts = tuple(Part(text, (quote,)) for text, quote in zip(texts, quotes, strict=True))
                return Verification(NOT_FOUND, (), near, parts, split, together=True)
        parts = tuple(
            Part(text, self._first_places(wording, places))
            for text, wording, places in zip(texts, wordings, turns, strict=True)
        )
        return Verification(NOT_FOUND, (), near, parts, split)

    def _in_order(self, turn: Turn, wordings: Sequence[Wording]) -> list[Quote]:
        """The quotes of the parts in one turn, one after the other; none unless all are there."""
        folded, position, quotes = self._folded(turn), 0, list[Quote]()
        for wording in wordings:
            span = next(wording.spans_in(folded, position), None)
            quote = self._quote(turn, *span) if span else None
            if not quote:
                return []
            quotes.append(quote)
            position = quote.end
        return quotes

    def _first_places(self, wording: Wording, turns: Sequence[Turn]) -> tuple[Quote, ...]:
        quotes = itertools.chain.from_iterable(self._quotes_in(turn, wording) for turn in turns[:_LISTED])
        return tuple(itertools.islice(quotes, _PART_PLACES))

    def _across_turns(self, wording: Wording) -> tuple[Part, ...]:
        """The parts of a quotation that runs over neighbouring turns, each in its turn."""
        across = self._texts.across_turns(wording)
        if not across:
            return ()
        entry, pieces = across
        pieces = (*pieces[:-1], (pieces[-1][0], pieces[-1][1] + wording.final))
        parts = []
        for utterance, piece in pieces:
            said = Wording.of(piece)
            quotes = tuple(self._quotes_in(Turn(entry, utterance), said)) if said else ()
            parts.append(Part(quotes[0].text if quotes else piece.strip(), quotes[:1]))
        return tuple(parts) if len(parts) > 1 and all(part.quotes for part in parts) else ()

    def _candidates(self, quoted: Folded) -> list[Turn]:
        """Turns that may come close: those that share rare words with it, and those that have half of it exactly."""
        from embeddings.lexical import stemmers_of, stems

        entries = {entry.group: entry for entry in self._entries}
        where = {"group": self._groups} if self._groups else None
        said = [
            word
            for stemmer in stemmers_of(entry.language for entry in self._entries)
            for word in stems(quoted.original, stemmer)
        ]
        with self._library.searching_words() as index:
            hits = [Chunk.from_id(id) for id, _ in index.nearest(said, _SHARING, where)]
        turns = [Turn(entries[hit.group], hit.first) for hit in hits if hit.group in entries]
        words = quoted.tokens
        middle = len(words) // 2
        for half in (words[:middle], words[middle:]):
            wording = Wording.of(quoted.original[half[0].start : half[-1].end]) if half else None
            turns += self._texts.turns_with(wording)[:_HALVES] if wording and len(half) > 1 else []
        return list(dict.fromkeys(turns))

    def _near(self, quoted: Folded, turns: Sequence[Turn]) -> tuple[NearMiss, ...]:
        best = sorted(turns, key=lambda turn: -overlap(quoted, self._texts.text_of(turn)))[:_ALIGNED]
        aligned = [(turn, found) for turn in best if (found := align(quoted, self._folded(turn)))]
        aligned.sort(key=lambda item: -item[1].similarity)
        misses = (
            NearMiss(quote, found.differences, found.similarity)
            for turn, found in aligned
            if _NEAR_ENOUGH <= found.similarity < 1 and (quote := self._quote(turn, found.start, found.end))
        )
        return tuple(itertools.islice(misses, _NEAR))

    def _splice(self, quoted: Folded, turns: Sequence[Turn]) -> tuple[Part, ...]:
        """A quotation as few long parts that each stand somewhere among the turns; none when it is not made of such."""
        texts = [(turn, self._texts.text_of(turn)) for turn in turns]
        words, at, parts = quoted.tokens, 0, list[Part]()
        while at < len(words) and len(parts) < _MOST_PARTS:
            first = Wording.of(quoted.original[words[at].start : words[min(at + _PART_WORDS, len(words)) - 1].end])
            spellings = first.spellings if first else ()
            folded = [(turn, self._folded(turn)) for turn, text in texts if any(start in text for start in spellings)]
            size, places = _longest_run(quoted, at, folded)
            quote = next((quote for turn, span in places if (quote := self._quote(turn, *span))), None)
            if size < _PART_WORDS or not quote:
                return ()
            parts.append(Part(quoted.original[words[at].start : words[at + size - 1].end], (quote,)))
            at += size
        return tuple(parts) if at == len(words) else ()


def _wording(text: str) -> Wording:
    wording = Wording.of(text)
    if wording is None:
        raise QuestionError("there is nothing to verify; give the words of the quote")
    return wording


def _longest_run(
    quoted: Folded, at: int, turns: Sequence[tuple[Turn, Folded]]
) -> tuple[int, list[tuple[Turn, tuple[int, int]]]]:
    """How many words of the quotation from word `at` on some turn has in a row, and where (characters)."""
    words, size, places = quoted.tokens, 0, list[tuple[Turn, tuple[int, int]]]()
    for last in range(at, len(words)):
        wording = Wording.of(quoted.original[words[at].start : words[last].end])
        if not wording:  # marks only, so far
            continue
        found = [(turn, text, span) for turn, text in turns if (span := next(wording.spans_in(text), None))]
        if found:
            size, places = last - at + 1, [(turn, span) for turn, _, span in found]
            turns = [(turn, text) for turn, text, _ in found]
        elif not words[last].text.endswith(DASH):  # "quarter-" is no whole word, "quarter-to-nine" is
            break
    return size, places


def _unquoted(text: str) -> str:
    """Without the quotation marks around it."""
    folded = Folded.of(text.strip())
    if len(folded.text) > 1 and folded.text[0] == folded.text[-1] == MARK:
        return folded.slice(1, len(folded.text) - 1)
    return folded.original
