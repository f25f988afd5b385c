"""What a language model wrote, checked sentence by sentence against what it cites."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checking.check import Statement, check
from bot.checking.figures import missing_figures
from bot.checking.polarity import added_negation, lost_negation
from bot.checking.statements import plain, read_statements
from eval.checks import measure, numbered

TURNS: Sequence[tuple[str, Sequence[str]]] = [
    ("Marisol Reyes", ["We sold the old ferry in 2016 for £1.2 million.", "I was sad about it, but I signed."]),  # 1 2
    ("Tom Birch", ["I would never have sold her.", "The engine wasn't even ten years old."]),  # 3 4
    ("Ana Host", ["Did you lose your jobs?"]),  # 5
    ("Tom Birch", ["No, nobody lost their job.", "Four of us moved to Larkhaven."]),  # 6 7
    (
        "Marisol Reyes",
        ['People say "never again" to me, and I laugh.', "Tom <b>wanted</b> to keep her [laughs]."],
    ),  # 8 9
    ("Tom Birch", ["The office opens at half past six.", "He said the keel was cracked, which was untrue."]),  # 10 11
]
PEOPLE = ["Marisol Reyes", "Tom Birch", "Ana Host"]
EVIDENCE = numbered("sale", TURNS)
TEXTS = {sentence.number: sentence.quote.text for sentence in EVIDENCE}


def checked(text: str, question: str = "What became of the ferry?") -> tuple[Statement, ...]:
    return check(text, EVIDENCE, PEOPLE, question)


def problems(text: str) -> list[str]:
    return [problem for statement in checked(text) for problem in statement.problems]


# --- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It fell. [1]", [("It fell.", (1,))]),
        ("It fell [1].", [("It fell.", (1,))]),
        ("It fell[1][2]. It rose.[3]", [("It fell.", (1, 2)), ("It rose.", (3,))]),
        ("It fell [1, 2; 4]. It rose [5-7].", [("It fell.", (1, 2, 4)), ("It rose.", (5, 6, 7))]),
        (
            "It fell【1】. It rose [^2]. It sank [1–3].",
            [("It fell.", (1,)), ("It rose.", (2,)), ("It sank.", (1, 2, 3))],
        ),
        ("[1] It fell. [2] It rose.", [("It fell.", (1,)), ("It rose.", (2,))]),
        ("- It fell [1]\n- It rose [2]", [("It fell", (1,)), ("It rose", (2,))]),
        ("1. It fell [1]\n2. It rose [2]", [("It fell", (1,)), ("It rose", (2,))]),
        ("It fell [1].\n\nIt rose [2].", [("It fell.", (1,)), ("It rose.", (2,))]),
        ("He said “It fell. It rose.” [1]", [("He said “It fell. It rose.”", (1,))]),
        ("According to [3], it fell ([4]).", [("it fell.", (3, 4))]),
        ("It fell [1](#one) and **rose** [sentence 2].", [("It fell and rose.", (1, 2))]),
        ("It fell [1-9999].", [("It fell.", (1, 9999))]),
        ("It fell [1]. It r [2,", [("It fell.", (1,)), ("It r", ())]),
        ("<think>Is it [1]?</think>It fell [2].<|im_end|>", [("It fell.", (2,))]),
        ("", []),
        ("[1] [2]", []),
    ],
)
def test_markers_belong_to_their_sentences(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(claim.text, claim.numbers) for claim in read_statements(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>It</b> <script>alert('x')</script>fell", "It fell"),
        ("&lt;img src=x onerror=alert(1)&gt;It fell", "It fell"),
        ("&amp;lt;b&amp;gt;It fell", "It fell"),
        ("<|im_start|>assistant It [INST] fell</s>", "assistant It fell"),
        ("# It **fell** `far` and [away](http://x.invalid)", "It fell far and away"),
        ("5 < 6 [laughs]", "5 ‹ 6 (laughs)"),
        ("It\x00\x1b[31m fe\u202ell\u200b", "It(31m fell"),
        ("one\ntwo\r\n\u2028three", "one two three"),
        ("snake_case stays, *stars* go, 2 * 3 stays", "snake_case stays, stars go, 2 * 3 stays"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


# --- each check --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "The old ferry was sold for £1.2 million in 2016 [1].",
        "Marisol Reyes was sad, but signed all the same [2].",
        "Marisol said: 'I was sad about it' [2].",
        "Tom Birch says he “would never have sold her.” [3]",
        "Tom points out that the engine was less than ten years old [4].",
        "Tom says that nobody lost a job, and that four of them moved to Larkhaven [6][7].",
        "Tom did not lose his job [5][6].",
        "Marisol laughs when people tell her “never again” [8].",
        "The office opens at 6:30 [10].",
        "According to Tom, it is untrue that the keel was cracked [11].",
        "“We sold the old ferry in 2016 for £1.2 million. I was sad about it, but I signed,” says Marisol [1][2].",
        "Tom Birch:\n- the engine was not ten years old [4]\n\nMarisol Reyes:\n- she was sad about it [2]",
        "The transcripts do not say.",
        "Here is what they say:",
    ],
)
def test_true_statements_stand(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("The old ferry was sold in 2016.", "cites nothing"),
        ("The old ferry was sold in 2016 [99].", "cites [99], which there is not"),
        ("The old ferry was sold in 2016 [1][99].", "cites [99], which there is not"),
        ("The old ferry was sold in 2017 [1].", "the number 2017 is not in what it cites"),
        ("The old ferry was sold for £12 million [1].", "the number £12 million is not in what it cites"),
        ("Four of them moved to Brightwater [7].", "the name Brightwater is not in what it cites"),
        ("Marisol says that the engine wasn't ten years old [4].", "ascribed to Marisol Reyes, said by Tom Birch"),
        ("Marisol would never have sold the ferry [3].", "ascribed to Marisol Reyes, said by Tom Birch"),
        ("Tom was sad about it, but signed [2].", "ascribed to Tom Birch, said by Marisol Reyes"),
        ("Marisol Reyes:\n- the engine wasn't ten years old [4]", "ascribed to Marisol Reyes, said by Tom Birch"),
        (
            "Marisol was sad about it [2]. She says the engine wasn't ten years old [4].",
            "ascribed to Marisol Reyes, said by Tom Birch",
        ),
        ("Barack Obama says the engine wasn't ten years old [4].", "ascribed to Barack Obama, said by Tom Birch"),
        ("“I would never have sold her,” Marisol admits [3].", "ascribed to Marisol Reyes, said by Tom Birch"),
        ("Tom would have sold the ferry [3].", "the word never is lost"),
        ("Tom lost his job [6].", "the word nobody is lost"),
        ("The keel was cracked [11].", "the word untrue is lost"),
        ("Marisol was not sad about it [2].", "the word not is added"),
        ("Tom says “it was theft” [3].", "not said there in these words: it was theft"),
        ("Tom says «it was theft» [3].", "not said there in these words: it was theft"),
        ("Tom says 'it was theft' [3].", "not said there in these words: it was theft"),
        ("Tom says “I would … have sold her” [3].", "not said there in these words: I would … have sold her"),
        (
            "Tom says “I would never have sold her. Four of us moved” [3][7].",
            "not said there in these words: I would never have sold her. Four of us moved",
        ),
        ("Der Motor war noch ganz neu [4].", "its words are not in what it cites"),
        ("The harbour museum needs another roof [4].", "its words are not in what it cites"),
        ("They sold the old ferry and bought a hotel in town [1].", "not in what it cites: bought a hotel in town"),
        ("Tom stole the money.", "cites nothing"),
        ("## Tom stole the money", "cites nothing"),
        ("Here is what they say: Tom stole the money.", "cites nothing"),
        ("The transcripts do not say why Tom stole the money.", "cites nothing"),
    ],
)
def test_what_is_wrong_is_said(text: str, problem: str) -> None:
    assert problem in problems(text)


def test_a_speaker_is_not_whom_they_tell_of() -> None:
    """ "Tom wanted to keep her", said by Marisol, is of Tom; what happened to "me" is not a listener's."""
    talk = numbered("wheel", [("Ana Silva", ["Edie left me her wheel.", "Ida wanted it."]), ("Ida Moss", ["I did!"])])
    (statement,) = check("Ana wanted the wheel [2].", talk, ["Ana Silva", "Ida Moss"], "")
    assert statement.problems == ("told of Ana Silva, there of Ida Moss",)
    (statement,) = check("Edie left Ida her wheel [1].", talk, ["Ana Silva", "Ida Moss"], "")
    assert statement.problems == ("told of Ida Moss, there of Ana Silva",)


def test_one_word_for_another() -> None:
    """A noun in the place of another is marked where an encoder finds the two unlike; a synonym stands."""
    talk = numbered("course", [("Ana Silva", ["I got into the counselling course in Tarnwick."])])

    def near(one: str, other: str) -> float:
        return 0.4 if "nursing" in (one, other) else 0.9

    (statement,) = check("Ana got into the nursing course in Tarnwick [1].", talk, ["Ana Silva"], "", near)
    assert statement.problems == ("says nursing, there it is counselling",)
    (statement,) = check("Ana got into the therapy course in Tarnwick [1].", talk, ["Ana Silva"], "", near)
    assert statement.verified


# --- quotations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('Tom says "i would NEVER" [3].', "Tom says i would NEVER."),  # no capitals are forgiven but the first
        ('Tom says "I would never have sold her." [3]', "Tom says “I would never have sold her.”"),
        ("Tom says „would never have sold her“ [3].", "Tom says “would never have sold her”."),
        ("Tom says “it was theft” [3].", "Tom says it was theft."),
        (
            "Marisol: “People say ‘never again’ to me, and I laugh” [8]",
            'Marisol: “People say "never again" to me, and I laugh”',
        ),
        (
            "Marisol says “Tom ‹b›wanted‹/b› to keep her (laughs)” [9].",
            "Marisol says “Tom <b>wanted</b> to keep her [laughs]”.",
        ),
        ("Tom says “I would never have sold her [3].", "Tom says I would never have sold her."),
    ],
)
def test_what_is_shown_in_quotation_marks_is_the_record(text: str, shown: str) -> None:
    (statement,) = checked(text)
    assert statement.text == shown


def holds(statement: Statement) -> None:
    """The law: in quotation marks stand slices of what is cited; nothing else has marks; it is one line of text."""
    rest, done = "", 0
    for item in statement.quoted:
        words = TEXTS[item.number][item.start : item.end]
        assert item.number in statement.numbers
        assert words
        assert statement.text[item.at : item.at + len(words)] == words
        rest += statement.text[done : item.at]
        done = item.at + len(words)
    rest += statement.text[done:]
    assert not re.search(r"[„«»\"]", rest)
    assert re.fullmatch(r"[^“”]*(?:“ *”[^“”]*)*", rest)
    assert rest.count("“") <= len(statement.quoted)
    assert not re.search(r"[<>\[\]]", rest)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in statement.text)


PIECES = st.sampled_from(
    [
        *TEXTS.values(),
        *(words for text in TEXTS.values() for words in text.split()),
        *PEOPLE,
        *"“ ” \" ' ‘ ’ « » „ … ... . , : — `` '' 「 」 6\" not never said".split(),
        *("[1]", "[2]", "[3, 4]", "[99]", "[1-7]", "【8】", "[", "]", "Tom says", "\n- ", "\n\n", "# ", "**"),
        *("<b>", "</b>", "<script>", "&lt;", "<|im_end|>", "\u202e", "\x00", "\ud800"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " "])), max_size=30))
def test_no_text_shows_a_false_quotation(pieces: list[tuple[str, str]]) -> None:
    """Whatever a model writes, what stands in quotation marks is a slice of what the statement cites."""
    for statement in checked("".join(piece + gap for piece, gap in pieces)):
        holds(statement)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for statement in checked(text):
        holds(statement)
    assert not re.search(r"[<>\[\]\n]", plain(text))


# --- figures and negations ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("11 weeks, since 3 February", "Eleven weeks, since the third of February."),
        ("£84,000", "eighty-four thousand pounds"),
        ("£11.2 million", "eleven point two million pounds"),
        ("6:30", "half past six"),
        ("7:45", "a quarter to eight"),
        ("70%", "seventy percent"),
        ("33%", "a third"),
        ("50%", "half of them"),
        ("2.5 hours", "two and a half hours"),
        ("an hour and a half", "ninety minutes"),
        ("18 months", "a year and a half"),
        ("in 2021", "in twenty twenty-one"),
        ("5th of 31", "fifth out of thirty-one"),
        ("half a million", "500,000"),
        ("over 300", "340"),
        ("30-40 people", "thirty to forty people"),
        ("twice", "two times"),
    ],
)
def test_figures_that_are_the_same(said: str, source: str) -> None:
    assert missing_figures(said, source) == ()


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("12 weeks", "eleven weeks"),
        ("5 weeks", "five months"),
        ("40%", "40 boats"),
        ("a quarter past eight", "a quarter to eight"),
        ("9 p.m.", "at nine in the morning, 9 a.m."),
        ("over 300", "280"),
        ("19 September", "9 September"),
        ("£30,000", "30,000 litres"),
        ("a third", "a quarter"),
    ],
)
def test_figures_that_differ(said: str, source: str) -> None:
    assert len(missing_figures(said, source)) == 1


def test_a_date_may_stand_in_the_title() -> None:
    assert missing_figures("in 2024, on 3 May", "We met.", dates="Council 3 May 2024") == ()
    assert missing_figures("24 boats", "We met.", dates="Council 24 May 2024") == ("24",)


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("Tom thinks it will pay.", "I don't think it will pay."),
        ("Tom sold the boat.", "No."),
        ("Tom sold the boat.", "I refused to sell the boat."),
        ("Hugo will judge a fourth.", "I've judged three and I won't judge a fourth."),
        ("He recommends it.", "I would never, ever recommend it."),
    ],
)
def test_a_lost_negation(said: str, cited: str) -> None:
    assert lost_negation(said, [cited])


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("Tom doubts that it will pay.", "I don't think it will pay."),
        ("It costs thirty.", "No, it costs thirty."),
        ("It is faster and cheaper.", "It isn't just faster, it's cheaper."),
        ("Damp kills hives rather than cold.", "Damp does, not cold."),
        ("Nobody sold it.", "Nobody sold it."),
        ("It rained.", "It rained, didn't it?"),
    ],
)
def test_a_negation_that_is_kept(said: str, cited: str) -> None:
    assert lost_negation(said, [cited]) is None


def test_an_added_negation() -> None:
    assert added_negation("The tenors are never late.", ["The tenors are always late."]) == "never"
    assert added_negation("They do not wrap hives.", ["They wrap hives, and I tell them to stop."]) is None
    assert added_negation("He did not sell it.", ["No, I kept it.", "They sell it."]) is None


# --- the set -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("half", ["tune", "check"])
def test_on_the_set(half: str) -> None:
    """By words alone, without an encoder.  The rules were written while looking at "tune" only."""
    outcomes = measure(half)
    wrong = [outcome for outcome in outcomes if not outcome.case.stands]
    true = [outcome for outcome in outcomes if outcome.case.stands]
    assert len(outcomes) >= 100
    assert sum(bool(outcome.problems) for outcome in wrong) >= 0.95 * len(wrong)
    assert sum(bool(outcome.problems) for outcome in true) < 0.1 * len(true)


def test_importing_it_is_light() -> None:
    code = "import bot.checking.check, sys; print(sorted({'torch', 'chromadb', 'gradio'} & set(sys.modules)))"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
