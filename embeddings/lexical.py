"""Words to nearest ids: BM25, on tantivy, of texts in any language.

    text ─► tokens ─► without function words ─► stems        each language by its own rules (`stemmer_of`)

tantivy keeps its index on disk, takes additions and deletions without rebuilding, commits atomically, and scores BM25
with k1 = 1.2 and b = 0.75 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_ANALYSER = "spoken-english"  # what the schema has always called it, so that older indexes can be opened
_HEAP = 50_000_000  # bytes tantivy may hold before it writes a segment; the least is 3 MB a thread
_FIELDS = ("group", "speaker")  # kept as they are, for filtering and deleting

ENGLISH = "english"
PLAIN = "plain"
_STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": ENGLISH, "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish",
}  # fmt: skip
_WITHOUT_STOP_WORDS = frozenset({"arabic", "greek", "romanian", "tamil", "turkish"})  # tantivy has no list for these
# A number keeps its marks.  In English so does a word: "don't" is not "don" and "t".  Elsewhere an apostrophe parts
# two words: the "eau" of "l'eau", the "acqua" of "dell'acqua".
_ENGLISH_TOKENS = r"[\p{L}\p{N}]+(?:['’.,][\p{L}\p{N}]+)*%?"
_TOKENS = r"[\p{L}\p{M}\p{N}]+(?:[.,]\p{N}+)*%?"

# Function words and the words that questions are made of.  tantivy's own list is shorter and keeps "what" and "say".
STOP_WORDS = frozenset(
    """a about after again all also am an and any anybody anyone are as at be because been before being but by can
    could did do does doing done for from had has have having he her here hers him his how i if in into is it its
    just let like many me might mine more most much must my no nor not now of on once only or other our ours out
    over own said same say saying says shall she should so some such tell than that the their theirs them then there
    these they this those to too under until up us very was we were what when where which while who whom whose why
    will with would you your yours
    it's i'm you're we're they're he's she's that's there's what's who's let's i've you've we've they've i'd you'd
    we'd they'd i'll you'll we'll they'll isn't aren't wasn't weren't don't doesn't didn't won't wouldn't can't
    couldn't shouldn't haven't hasn't hadn't s t re ve ll d m don didn doesn isn wasn
    um uh er erm hmm mm mhm yeah yes okay ok oh""".split()
)


def stemmer_of(language: str | None) -> str:
    """By whose rules a text in this language ("en", "pt-BR") is stemmed; PLAIN, by none, where there are no rules.

    A text whose language is not known is taken for English.
    """
    return _STEMMERS.get(re.split("[-_]", language.lower())[0], PLAIN) if language else ENGLISH


def stemmers_of(languages: Iterable[str | None]) -> tuple[str, ...]:
    """The stemmers of these languages, each once, in order."""
    return tuple(dict.fromkeys(map(stemmer_of, languages)))


@cache
def _analyser(stemmer: str) -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    if stemmer == ENGLISH:
        return (
            TextAnalyzerBuilder(Tokenizer.regex(_ENGLISH_TOKENS))
            .filter(Filter.lowercase())
            .filter(Filter.ascii_fold())
            .filter(Filter.custom_stopword(sorted(STOP_WORDS)))
            .filter(Filter.stemmer("english"))
            .build()
        )
    builder = TextAnalyzerBuilder(Tokenizer.regex(_TOKENS)).filter(Filter.lowercase())
    if stemmer != PLAIN:
        # The rules of these languages need the accents, so they are taken off last.
        if stemmer not in _WITHOUT_STOP_WORDS:
            builder = builder.filter(Filter.stopword(stemmer))
        builder = builder.filter(Filter.stemmer(stemmer))
    return builder.filter(Filter.ascii_fold()).build()


def stems(text: str, stemmer: str = ENGLISH) -> list[str]:
    """The stemmed content words of a text, in order, as the index sees them: "She chairs 1,200 panels" gives
    chair, 1,200, panel."""
    return [str(token) for token in _analyser(stemmer).analyze(text)]


@lru_cache(maxsize=262_144)
def stem(word: str, stemmer: str = ENGLISH) -> str:
    """The stem of one word, as in the index; for words that the index leaves out too ("not" has a stem here).

    An English contraction of function words is a word of its own: the stem of "it's" is "it's", as that of "don't" is
    "don't".
    """
    word = unicodedata.normalize("NFC", word)
    if stemmer != ENGLISH:
        return "".join(_word_analyser(stemmer).analyze(word))
    fold, cut = _english_word_analysers()
    folded = "".join(fold.analyze(word))
    return folded if "'" in folded and folded in STOP_WORDS else "".join(cut.analyze(folded))


def stem_prefix(stem: str) -> str:
    """What every English word with this stem begins with, in lower case and without accents.

    The stemmer only takes suffixes off, but for a few that it then replaces.  What comes in their place differs from
    the word in the last letter at most ("hope" of "hoping", "citi" of "cities") and never in the first, save that
    "biliti" becomes "ble", "ying" after one letter "ie" ("dying"), and "skies" is "sky"
    (https://snowballstem.org/algorithms/english/stemmer.html).
    """
    return stem[:-2] if stem.endswith(("ble", "ie", "sky")) else stem[:-1] or stem


@cache
def _word_analyser(stemmer: str) -> Any:
    """What the index does to a word that is not English, stop word or not."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.lowercase())
    if stemmer != PLAIN:
        builder = builder.filter(Filter.stemmer(stemmer))
    return builder.filter(Filter.ascii_fold()).build()


@cache
def _english_word_analysers() -> tuple[Any, Any]:
    """What the index does to an English word before stop words are dropped, and after."""
    import tantivy

    def raw() -> Any:
        return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())

    fold = raw().filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()).build()
    return fold, raw().filter(tantivy.Filter.stemmer("english")).build()


class WordIndex:
    """A folder with a BM25 index of texts.  Rows carry the fields "group" and "speaker".

    Texts are stemmed here, each by the rules of its language, so tantivy only parts the stems at spaces.
    """

    def __init__(self, folder: Path) -> None:
        import tantivy

        folder.mkdir(parents=True, exist_ok=True)
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        for field in _FIELDS:
            builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("text", tokenizer_name=_ANALYSER, index_option="freq")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema, path=str(folder), reuse=True)
        at_spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer(_ANALYSER, at_spaces)

    def replace(
        self,
        group: str,
        ids: Sequence[str],
        texts: Sequence[str],
        fields: Sequence[Mapping[str, str]],
        stemmer: str = ENGLISH,
    ) -> None:
        """Put these texts in the place of whatever the group had; one commit.  No texts: the group is deleted."""
        import tantivy

        writer = self._index.writer(_HEAP, 1)
        writer.delete_documents_by_term("group", group)
        for row, text, field in zip(ids, texts, fields, strict=True):
            words = " ".join(stems(text, stemmer))
            writer.add_document(tantivy.Document(id=row, text=words, **{name: field.get(name, "") for name in _FIELDS}))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def nearest(
        self, words: Sequence[str], count: int, where: Mapping[str, Sequence[str]] | None = None
    ) -> list[tuple[str, float]]:
        """(id, BM25) of the rows that hold any of the stems, best first; ties by id.

        `words` come from `stems`; `where` keeps rows whose fields have one of the values.
        """
        from tantivy import Occur, Query

        if not words or count < 1:
            return []
        terms = [Query.term_query(self._schema, "text", word, "freq") for word in dict.fromkeys(words)]
        clauses = [(Occur.Must, Query.boolean_query([(Occur.Should, term) for term in terms]))]
        for field, values in (where or {}).items():
            chosen = Query.term_set_query(self._schema, field, list(values))
            clauses.append((Occur.Must, Query.const_score_query(chosen, 0.0)))
        searcher = self._index.searcher()
        hits = searcher.search(Query.boolean_query(clauses), limit=count, count=False).hits
        ranked = [(str(searcher.doc(address)["id"][0]), float(score)) for score, address in hits]
        return sorted(ranked, key=lambda item: (-item[1], item[0]))

    def weights(self, words: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each stem: ln(1 + (N - n + 0.5) / (n + 0.5)), N rows of which n hold it."""
        searcher = self._index.searcher()
        rows = searcher.num_docs
        holding = {word: min(int(searcher.doc_freq("text", word)), rows) for word in words}
        return {word: math.log(1 + (rows - n + 0.5) / (n + 0.5)) for word, n in holding.items()}

    def count(self) -> int:
        """Rows in the index."""
        return int(self._index.searcher().num_docs)
