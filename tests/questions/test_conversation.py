"""Follow-ups: what leans on the history, what is put into it, and what is dragged along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot import Answer, Library, answer
from bot.answers import ANSWERED, NOT_FOUND, UNCLEAR, Citation
from bot.questions import forms
from bot.questions.conversation import Standalone, standalone_question
from bot.questions.understanding import understand
from bot.quotes.quoting import Quote
from embeddings.encoder import Encoder

LAMP = "What does Nora say about the lamp?"
BURNS = "It burns forty litres a month."
TALKS = {
    "2023-03-04 lamp room": "HOST: Welcome to the lamp room. Nora Vance keeps the light, and she has for nine years.\n"
    "Nora Vance: The lamp burns forty litres of paraffin a month in winter.\n"
    "HOST: And Emil Brandt, he repairs the clockwork.\n"
    "Emil Brandt: I oil the bearings every Friday, and the paraffin bill is far too high.\n"
    "Nora Vance: An electric lamp would cost nine thousand crowns.\n",
    "2023-06-10 fog horn": "HOST: Today it is the fog horn.\n"
    "Nora Vance: The fog horn sounded for thirty hours in May.\n"
    "Ida Storm: The neighbours complained about the horn. Mr Lund wrote to the council twice.\n"
    "Nora Vance: And Ida answered him herself.\n"
    "Rune Ashe: The visitors' centre is open on Sundays.\nKim Ashe: It was full last Sunday.\n",
}


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Encoder) -> Library:
    """Two dated talks at a lighthouse."""
    library = Library.open(tmp_path_factory.mktemp("light") / "library", encoder=tiny_encoder)
    for name, text in TALKS.items():
        path = tmp_path_factory.mktemp("files") / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        library.add(path)
    return library


def after(library: Library, question: str, *history: str | tuple[str, str] | Answer) -> Standalone:
    """The question after these, of which those without an answer are given one that says nothing."""
    told: list[Answer | Sequence[str]] = [(item, "Yes.") if isinstance(item, str) else item for item in history]
    return standalone_question(question, told, library)


def quoted(library: Library, question: str, *found: tuple[str, str]) -> Answer:
    """An answer that quotes these sentences: (transcript, words)."""
    citations = []
    for number, (id, words) in enumerate(found, 1):
        transcript = library.transcript(id)
        turn = next(turn for turn in transcript.utterances if words in turn.text)
        start = turn.text.index(words)
        citations.append(Citation(number, Quote.locate(transcript, turn.index, start, start + len(words))))
    return Answer(question, question, ANSWERED if found else NOT_FOUND, "", citations=tuple(citations))


# --- what does not lean ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "Where is the fog horn?",
        "And where is the nearest fog horn to the village?",
        "OK. And who feeds the white goat?",
        "What did the neighbours say about the fog horn in May?",
        "What do they say about the visitors' centre?",
        "Is there a visitors' centre?",
        "Is it true that the horn sounded for thirty hours?",
        "How long did it take to repair the clockwork?",
        "What did Ida say about her letter to the council?",
        "Who said he was tired of the horn?",
        "The clockwork, who repairs it?",
        "What did Nora say that Emil did not like?",
        "Who is Ida?",
        "Who talked the most?",
        "What is a fog horn?",
        "Cost of the electric lamp?",
        "electric lamp price",
        "Who was the first of the keepers?",
        "Summarize the meeting",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(light: Library, question: str) -> None:
    """Whatever was asked before it: nothing is dragged along."""
    assert after(light, question, (LAMP, BURNS)) == Standalone(question)


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Another question: where is the fog horn?", "Where is the fog horn?"),
        ("By the way, who is Mr Lund?", "Who is Mr Lund?"),
        ("Different topic. How many complained?", "How many complained?"),
        ("Something else: why?", "Why?"),
    ],
)
def test_a_subject_that_is_announced_as_new(light: Library, question: str, left: str) -> None:
    """Drags nothing along, however short it is, and what announces it is not searched for."""
    assert after(light, question, LAMP) == Standalone(left)


def test_without_a_history_nothing_is_changed(light: Library) -> None:
    """Nor with a history that is not to be used, as when somebody has edited the question."""
    assert after(light, "And why?") == Standalone("And why?")
    asked = {"question": "And does she agree?", "history": [(LAMP, BURNS)], "rewrite": False}
    understood = understand(asked, light)
    assert understood.standalone == understood.question == "And does she agree?"
    assert answer("And does she agree?", light, history=[(LAMP, BURNS)], rewrite=False).standalone == (
        "And does she agree?"
    )
    assert light.as_chain().invoke(asked).standalone == "And does she agree?"


# --- what leans --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "why not",
        "Since when?",
        "How much exactly?",
        "And the horn?",
        "What about visitors under 16?",
        "Delivered?",
        "How much would it cost?",
        "Does Emil agree?",
        "When did that begin?",
        "Who told them?",
        "Who lives there?",
        "and then?",
        "Go on.",
        "So what happened next?",
        "Which one?",
        "What about the other one?",
        "What are the visiting hours?",
        "Who else mentions this?",
    ],
)
def test_what_leans_has_the_question_before_in_front_of_it(light: Library, question: str) -> None:
    """Both whole, so that whoever asked knows them again and can edit them."""
    found = after(light, question, (LAMP, BURNS))
    assert found.leans
    assert found.question == f"{LAMP} {question}"


@pytest.mark.parametrize(
    ("before", "question", "read"),
    [
        (LAMP, "And Emil?", "What does Emil say about the lamp?"),
        (LAMP, "how about ida then", "What does Ida say about the lamp?"),
        (LAMP, "And what does Emil think?", "What does Emil say about the lamp?"),
        (LAMP, "No, I mean Ida Storm", "What does Ida Storm say about the lamp?"),
        ("What is Nora's view of the horn?", "And Ida's?", "What is Ida's view of the horn?"),
        ("What did Nora say about Emil?", "And Ida?", "What did Ida say about Emil?"),
        ("What did Nora say about Emil?", "And about Ida?", "What did Nora say about Ida?"),
        ("How loud is the horn?", "And what does Ida say?", "How loud is the horn, according to Ida?"),
        ("What is the best hour of the day for Nora?", "And for Emil?", "What is the best hour of the day for Emil?"),
        (LAMP, "Anybody else?", "What does anyone but Nora say about the lamp?"),
        (LAMP, "And in general?", "What does everybody say about the lamp?"),
        ("How high was the bill in March?", "And in June?", "How high was the bill in June?"),
        ("How high was the bill?", "and in winter?", "How high was the bill in winter?"),
        (
            "What did Ida say in the March meeting?",
            "And in the June meeting?",
            "What did Ida say in the June meeting?",
        ),
    ],
)
def test_a_name_or_a_date_takes_the_place_of_another(light: Library, before: str, question: str, read: str) -> None:
    """In one sentence, which no earlier frame can overrule."""
    assert after(light, question, before) == Standalone(read, leans=True)


def test_a_speaker_is_replaced_and_lifted(light: Library) -> None:
    """Whose words are asked for is who is named now."""

    def asked(question: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        named = understand({"question": question, "history": [(LAMP, BURNS)]}, light).named
        return named.speakers, named.excluded

    assert asked("And Emil?") == (("Emil Brandt",), ())
    assert asked("What did Ida say about that?") == (("Ida Storm",), ())
    assert asked("And in general?") == ((), ())
    assert asked("Anyone else?")[1] == ("Nora Vance",)
    # It holds on for what is no question by itself, and else only ranks.
    assert asked("Why?") == (("Nora Vance",), ())
    assert asked("How much would it cost?") == ((), ())
    whole = understand({"question": "How much would it cost?", "history": [(LAMP, BURNS)]}, light)
    assert whole.named.mentioned == ("Nora Vance",)


def test_transcripts_carry_over_and_are_replaced(light: Library) -> None:
    """As long as the question leans on the one that named them."""
    march, june = (entry.id for entry in light.entries)

    def asked(question: str) -> tuple[str, ...]:
        history = [("What did Nora say about the lamp in the March meeting?", "Much.")]
        return understand({"question": question, "history": history}, light).transcripts

    assert asked("Why?") == (march,)
    assert asked("How much would it cost?") == (march,)
    assert asked("And in June?") == (june,)
    assert asked("What of that was said in the June meeting?") == (june,)
    assert asked("And in the other meetings?") == ()
    assert asked("Where is the fog horn?") == ()


def test_what_is_counted_is_replaced(light: Library) -> None:
    """A count of the first word would be a wrong answer to a question for another."""
    history = [("How often does Nora mention the lamp?", "Twice.")]

    def asked(question: str) -> tuple[str, str, tuple[str, ...]]:
        found = understand({"question": question, "history": history}, light)
        return found.form.name, found.form.words, found.named.speakers

    assert asked("And the horn?") == (forms.MENTIONS, "horn", ("Nora Vance",))
    assert asked("And Ida?") == (forms.MENTIONS, "lamp", ("Ida Storm",))
    assert asked("In what way?")[0] != forms.MENTIONS


def test_a_comparison_with_her(light: Library) -> None:
    """Both sides are known by name, and the question before says what they are compared on."""
    history = [("What does Nora think about paraffin?", "That it is dear.")]
    legs = understand({"question": "Does Emil agree with her?", "history": history}, light).legs
    assert [(leg.name, leg.named.topic) for leg in legs] == [("Emil Brandt", "paraffin"), ("Nora Vance", "paraffin")]


# --- people ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "question", "asked"),
    [
        ((LAMP, BURNS), "Does she repair it?", "Does Nora repair it?"),
        ((LAMP, BURNS), "What is her reason?", "What is Nora’s reason?"),
        ((LAMP, BURNS), "Does Ida believe her?", "Does Ida believe Nora?"),
        ((LAMP, BURNS), "How does she know, and who told her?", "How does Nora know, and who told her?"),
        (("Who is at the head of the queue?", "A Mr Holm."), "How long has he waited?", "How long has Mr Holm waited?"),
        (("Who lit it first?", "Jakob, in 1902."), "How old was he?", "How old was Jakob?"),
        (("Who answered Mr Lund?", "Ida did."), "How often did he write?", "How often did Mr Lund write?"),
        (("Who answered Mr Lund?", "Ida did."), "What did she write?", "What did Ida write?"),
        (("Did Nora and Emil agree?", "Yes."), "What did he say?", "What did Emil say?"),
        (("Did Kim stay?", "No, she left."), "When did she leave?", "When did Kim leave?"),
    ],
)
def test_he_and_she_are_named(light: Library, before: tuple[str, str], question: str, asked: str) -> None:
    """By the questions and answers, and by whom the history or the transcripts speak of as "she"."""
    assert after(light, question, before).asked == asked


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ((LAMP, BURNS), "What does he think of that?"),
        (("How full was it?", "Rune says half, Kim says full."), "How does she know?"),
        (("How full was it?", "Half."), "How does she know?"),
    ],
)
def test_who_is_meant_is_not_guessed(light: Library, before: tuple[str, str], question: str) -> None:
    """The question before it stands in front of it as it is."""
    assert after(light, question, before).question == f"{before[0]} {question}"


def test_the_last_who_was_quoted_is_meant(light: Library) -> None:
    """Where the question named nobody."""
    reply = quoted(light, "What about the neighbours?", ("2023-06-10-fog-horn", "The neighbours complained"))
    assert after(light, "What did she do about it?", reply).asked == "What did Ida Storm do about it?"


# --- longer conversations ----------------------------------------------------------------------------------------


def test_a_chain_of_three(light: Library) -> None:
    """Bare questions of pairs are read one after the other; an answer's own reading beats its bare question."""
    pairs = [(LAMP, BURNS), ("And Emil?", "He says that it is dear.")]
    assert after(light, "Why?", *pairs).question == "What does Emil say about the lamp? Why?"
    assert after(light, "Does she agree?", *pairs).asked == "Does Nora agree?"
    replies = [
        Answer(LAMP, LAMP, ANSWERED, ""),
        Answer("And Emil?", "What does Emil say about the lamp?", ANSWERED, ""),
    ]
    assert after(light, "Why?", *replies) == after(light, "Why?", *pairs)
    longer = after(light, "And Ida?", *pairs, ("Why?", "It burns too much."))
    assert longer.question == "What does Ida say about the lamp? Why?"


def test_at_most_two_questions_stand_before_it(light: Library) -> None:
    """However long it goes on."""
    told = ["How loud is the horn?", "Who hears it?", "Why does it sound?", "Is that enough?"]
    assert after(light, "When did it begin?", *told).question == (
        "Why does it sound? Is that enough? When did it begin?"
    )


def test_a_new_subject_ends_what_was_before_it(light: Library) -> None:
    """What follows leans on the new one alone."""
    told = [LAMP, "Another question: who is Mr Lund?"]
    assert after(light, "What did he write?", *told).question == "Who is Mr Lund? What did Mr Lund write?"


def test_this_thing_is_where_it_was_spoken_of(light: Library) -> None:
    """The last question that has its word, not the last question."""
    told = ["How loud is the fog horn?", "Who is Ida?"]
    assert after(light, "Who switched this horn on?", *told).before == "How loud is the fog horn?"


def test_the_second_one(light: Library) -> None:
    """The second quote, by its words and who says it; the second thing of a list; or it is left as it is."""
    horn = "2023-06-10-fog-horn"
    sounded, open_on = "The fog horn sounded for thirty hours in May.", "The visitors' centre is open on Sundays."
    reply = quoted(light, "What did they say?", (horn, sounded), (horn, open_on))
    assert after(light, "When was the second one said?", reply).asked == (f"When was “{open_on}” (Rune Ashe) said?")
    things = ("What is sold there?", "Postcards, tinned fish and wool hats.")
    assert after(light, "What does the second one cost?", things).question == "What does tinned fish cost?"
    assert after(light, "And the fifth one?", things).question == "What is sold there? And the fifth one?"


def test_an_answer_that_was_refused(light: Library) -> None:
    """Its question is what the next one leans on all the same."""
    refused = Answer(LAMP, LAMP, NOT_FOUND, "The transcripts do not say.")
    assert after(light, "And Emil?", refused).question == "What does Emil say about the lamp?"
    assert after(light, "Why?", refused, quoted(light, "How loud is it?")).question == "How loud is it? Why?"


def test_who_is_meant_is_said(light: Library) -> None:
    """After an answer that asked which of two."""
    unclear = answer("What did Ashe say about the centre?", light)
    assert (unclear.status, unclear.choices) == (UNCLEAR, ("Rune Ashe", "Kim Ashe"))
    found = understand({"question": "Rune Ashe", "history": [unclear]}, light)
    assert (found.standalone, found.named.speakers) == ("What did Rune Ashe say about the centre?", ("Rune Ashe",))


@pytest.mark.parametrize("history", [[["", ""]], [("...", "")], [(LAMP,)], [[LAMP, None]], [(LAMP, BURNS)] * 50])
def test_odd_histories_break_nothing(light: Library, history: list[Sequence[str]]) -> None:
    """From elsewhere, as JSON gives them; none breaks."""
    assert standalone_question("Why?", history, light).asked == "Why?"


def test_a_library_of_one_file(tmp_path: Path, tiny_encoder: Encoder) -> None:
    """Without names there is nobody whom "he" could mean."""
    (tmp_path / "talk.txt").write_text("SPEAKER_00: The tide turns at six.\nSPEAKER_01: He told me so.\n")
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    library.add(tmp_path / "talk.txt")
    found = after(library, "Does he say why?", ("When does the tide turn?", "At six."))
    assert found.question == "When does the tide turn? Does he say why?"
