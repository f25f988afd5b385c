"""Languages: noticed at `add`, and words found by the rules of each; what is English stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import Library, LibraryError, mentions, verify_quote
from bot.questions.whose import read_question
from bot.retrieval.search import search
from bot.transcripts.finding import MANIFEST
from bot.transcripts.formats import read_bytes
from bot.transcripts.languages import checked_language, noticed_language
from embeddings.encoder import Encoder, knows_only_english
from embeddings.lexical import ENGLISH, PLAIN, stem, stemmer_of, stemmers_of, stems

TALKS = {
    "en": "Good morning. Yesterday we spoke about the budget, and the old bridges have to be repaired by winter. "
    "Nobody knows yet who is going to pay for all of it.",
    "de": "Guten Morgen. Gestern haben wir über den Haushalt gesprochen, und die alten Brücken müssen vor dem Winter "
    "repariert werden. Noch weiß niemand, wer das alles bezahlen soll.",
    "fr": "Bonjour. Hier nous avons parlé du budget, et l'eau a emporté deux des vieux ponts avant l'hiver. Personne "
    "ne sait encore qui va payer les chevaux et le reste.",
    "es": "Buenos días. Ayer hablamos del presupuesto, y los puentes viejos tienen que repararse antes del invierno. "
    "Todavía nadie sabe quién va a pagar todo eso.",
    "pt": "Bom dia. Ontem falámos do orçamento, e as pontes velhas têm de ser reparadas antes do inverno. Ainda "
    "ninguém sabe quem vai pagar tudo isso.",
    "sv": "God morgon. I går pratade vi om budgeten, och de gamla broarna måste repareras före vintern. Ännu vet ingen "
    "vem som ska betala för allt detta.",
    "ru": "Доброе утро. Вчера мы говорили о бюджете, и старые мосты нужно починить до зимы. Пока никто не знает, кто "
    "за всё это заплатит.",
    "pl": "Dzień dobry. Wczoraj rozmawialiśmy o budżecie, a stare mosty trzeba naprawić przed zimą. Jeszcze nikt nie "
    "wie, kto za to wszystko zapłaci.",
}  # fmt: skip


@pytest.fixture
def library(tmp_path: Path, tiny_encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", tiny_encoder)


def labelled(said: str) -> bytes:
    return f"Ana Silva: {said}\nTom Roe: {said}\n".encode()


@pytest.mark.parametrize("language", TALKS)
def test_a_language_is_noticed(language: str) -> None:
    """From two turns of a few sentences."""
    assert noticed_language(read_bytes(labelled(TALKS[language]), "t.txt")) == language


def test_what_is_not_sure_is_no_language() -> None:
    """A few words may be of any language, numbers are of none, and a talk in two languages has no one language."""
    assert noticed_language(read_bytes(b"Ana: Ja.\nTom: No.\n", "t.txt")) is None
    assert noticed_language(read_bytes(b"Ana: 12 30 4 1.\nTom: xq zzk\n", "t.txt")) is None
    half = f"Ana: {TALKS['en'] * 10}\nTom: {TALKS['de'] * 10}\n"
    assert noticed_language(read_bytes(half.encode(), "t.txt")) is None


def test_a_stemmer_is_that_of_the_first_part_of_the_tag() -> None:
    """By the first part of a tag; unknown is English, as it always was; what has no stemmer is left as it is."""
    assert stemmers_of(["de", "de-AT", "pt_BR", None, "en-GB", "pl"]) == ("german", "portuguese", ENGLISH, PLAIN)
    assert stemmer_of("nb") == stemmer_of("nn-NO") == "norwegian"
    german = stemmer_of("de")
    assert stems("Die Häuser und das Haus, 1.200 Brücken", german) == ["haus", "haus", "1.200", "bruck"]
    assert stem("Häuser", german) == stem("haus", german) == "haus"
    assert stems("L'eau des chevaux", stemmer_of("fr")) == ["eau", "cheval"]
    assert stems("Mówimy o mostach", PLAIN) == ["mowimy", "o", "mostach"]
    assert stems("She chairs 1,200 panels, don't worry") == ["chair", "1,200", "panel", "worri"]


def test_words_are_found_in_each_language_by_its_own_rules(library: Library, tmp_path: Path) -> None:
    """Mentions match the forms of the transcript's language; a question is stemmed in each that is searched."""
    for language, said in TALKS.items():
        (tmp_path / f"{language}.txt").write_bytes(labelled(said))
    library.add(tmp_path / "*.txt")
    assert {entry.id: entry.language for entry in library.entries} == {language: language for language in TALKS}
    assert mentions("Brücke", library).forms == {"brücken": 2}
    assert mentions("eau | cheval", library).forms == {"eau": 2, "chevaux": 2}
    assert mentions("puente viejo", library).forms == {"puentes viejos": 2}
    assert mentions("мост", library).count == 2
    assert mentions("bridge", library).by_transcript == {"en": 2}
    assert mentions("mosty", library).by_transcript == {"pl": 2}
    assert mentions("Brücke", library, exact=True).count == 0
    for question, id in [("Welche Brücke?", "de"), ("¿Qué puente?", "es"), ("Which bridge?", "en")]:
        words = search(library, question, read_question(question, library.speakers)).ranking
        assert words[0][0] == id
    assert verify_quote(TALKS["de"].split(". ")[1], library).status == "found"


def test_only_english_words_are_asked_of_an_english_library(library: Library, tmp_path: Path) -> None:
    """The index of an English transcript is the one that it was before other languages were read."""
    (tmp_path / "en.txt").write_bytes(labelled(TALKS["en"]))
    library.add(tmp_path / "en.txt")
    with library.searching_words() as words:
        assert words.nearest(["bridg"], 5)
        assert not words.nearest(["bridges"], 5)
        assert words.weights(["bridg", "brück"])["bridg"] < words.weights(["brück"])["brück"]


def test_a_language_that_is_given(library: Library, tmp_path: Path) -> None:
    """It goes before what is noticed, also for a file that is there already, and stays when the file changes."""
    path = tmp_path / "t.txt"
    path.write_bytes("Ana: Die Brücken.\nTom: Ja, Brücken.\n".encode())
    assert library.add(path).files[0].entry.language is None
    assert mentions("Brücke", library).count == 0
    added = library.add(path, language="de-AT").files[0]
    assert (added.outcome, added.report.language, added.report.language_by) == ("replaced", "de-AT", "given")
    assert mentions("Brücke", library).count == 2
    assert library.add(path, language="de").files[0].outcome == "unchanged"
    assert library.entry("t").language == "de"
    path.write_bytes(labelled(TALKS["en"]))
    assert library.add(path).files[0].entry.language == "de"
    assert library.transcript("t").language == "de"
    with pytest.raises(LibraryError, match="expected a code"):
        library.add(path, language="German!")
    assert checked_language(" pt-BR ") == "pt-BR"


def test_a_library_of_before(library: Library, tiny_encoder: Encoder, tmp_path: Path) -> None:
    """Its manifest has no languages: it opens, is stemmed as English as its index is, and reindex notices them."""
    (tmp_path / "de.txt").write_bytes(labelled(TALKS["de"]))
    library.add(tmp_path / "de.txt", language="en")
    library.close()
    path = library.folder / MANIFEST
    manifest = json.loads(path.read_text())
    for key in ("told_title", "told_date", "file_date", "language", "language_by"):
        del manifest["entries"][0][key]
    path.write_text(json.dumps(manifest))
    older = Library.open(library.folder, tiny_encoder)
    assert older.entry("de").language is None
    assert mentions("Brücke", older).count == 0
    assert older.report("de").spoken_in.startswith("language not sure")
    older.reindex()
    assert (older.entry("de").language, older.entry("de").language_by) == ("de", "noticed")
    assert mentions("Brücke", older).count == 2


def test_what_was_removed_comes_back_in_its_language(library: Library) -> None:
    """And what was dropped on the page has one as well."""
    library.add_bytes(labelled(TALKS["de"]), "de.txt")
    kept = library.keep("de")
    library.remove("de")
    assert library.restore(kept).language == "de"
    assert mentions("Brücke", library).count == 2


def test_encoders_of_english() -> None:
    """By their names; of an unknown one nothing is said."""
    assert all(
        map(
            knows_only_english,
            ("onrecord-speech", "all-MiniLM-L6-v2", "sentence-transformers/all-mpnet-base-v2", "bge-small-en-v1.5"),
        )
    )
    assert not any(map(knows_only_english, ("paraphrase-multilingual-MiniLM-L12-v2", "tiny", "/models/mine")))
