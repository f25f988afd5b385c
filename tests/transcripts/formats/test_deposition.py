"""Testimony and interviews with `Q.` and `A.`: who asks and answers, and what a page has beside speech."""

from __future__ import annotations

import pytest

from bot.errors import TranscriptError
from bot.transcripts.formats import family_of, read_bytes
from bot.transcripts.formats.deposition import recognises
from bot.transcripts.transcript import Transcript
from bot.words.sentences import sentence_spans
from tests.transcripts.formats.locating import read_and_locate, turns

PLAIN = """Talk with Lena Orr
Reel 3

Q. When did the ferry stop?

A. In the winter of the long ice. We walked across.

Nobody thought it strange.

Q. All of you?

A. All but the doctor.
"""

TRIAL = """                                                         11
 1                 THE CLERK:  All rise.
 2                 LENA ORR,
 3   having been first duly sworn, was examined and testified as
 4   follows:
 5                      DIRECT EXAMINATION
 6   BY MR. VANE:
 7        Q.   When did the ferry stop?
 8        A.   In the winter of the long
 9   ice.
10             MS. DALE:  Objection.  Vague.
11             THE COURT:  Overruled.
                      HARBOUR REPORTERS, INC.
                                                         12
 1             THE WITNESS:  In January.
 2   BY MR. VANE:
 3        Q.   Of which year?
 4        A.   I do not know.
 5             (Exhibit 4 was marked for
 6   identification.)
 7                      CROSS-EXAMINATION
 8   BY MS. DALE:
 9        Q.   Were you there?
10        A.   I was.
11             THE COURT:  We are adjourned.
"""

PDF = """7

Q.

Was the lamp lit when you

10:14:02

8

came to the pier?

9

A.

It was.

10

MR. VANE: Object to form.

11

THE WITNESS: It was lit by

10:14:20 12

my brother.

13

Q. Every night?

14

A. Every night.
"""


def located(text: str, name: str = "talk.txt") -> Transcript:
    """The transcript; every sentence is held by its own label alone, and not with a word more."""
    data = text.encode()
    transcript = read_and_locate(data, name)
    holds, labels = family_of(data, transcript).holds, transcript.labels
    for turn in transcript.utterances:
        for start, end in sentence_spans(turn.text):
            place, words = turn.place_of(start, end), turn.text[start:end]
            assert {label for label in labels if holds(data, place, words, label, labels)} == {turn.label}, words
            assert not holds(data, place, f"{words} never", turn.label, labels)
    return transcript


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.label, turn.text) for turn in transcript.utterances]


def test_questions_and_answers_without_names() -> None:
    """The labels are Q and A; a paragraph without one goes on, and says how far from its label it stands."""
    transcript = located(PLAIN)
    assert said(transcript) == [
        ("Q", "When did the ferry stop?"),
        ("A", "In the winter of the long ice. We walked across. Nobody thought it strange."),
        ("Q", "All of you?"),
        ("A", "All but the doctor."),
    ]
    assert [piece.carried for piece in transcript.utterances[1].pieces] == [0, 1]
    assert transcript.report.family == "deposition"
    assert transcript.report.by_reason() == {"header": 2, "blank": 5}


def test_a_page_says_who_asks_and_who_was_sworn() -> None:
    """Numbers of lines, heads and feet, oaths, headings and remarks in parentheses are no speech."""
    transcript = located(TRIAL)
    assert said(transcript) == [
        ("THE CLERK", "All rise."),
        ("MR. VANE", "When did the ferry stop?"),
        ("LENA ORR", "In the winter of the long ice."),
        ("MS. DALE", "Objection. Vague."),
        ("THE COURT", "Overruled."),
        ("THE WITNESS", "In January."),
        ("MR. VANE", "Of which year?"),
        ("LENA ORR", "I do not know."),
        ("MS. DALE", "Were you there?"),
        ("LENA ORR", "I was."),
        ("THE COURT", "We are adjourned."),
    ]
    assert {turn.speaker for turn in transcript.utterances if turn.label == "THE WITNESS"} == {"LENA ORR"}
    assert str(transcript.utterances[2].place) == "lines 9-10"
    assert transcript.report.by_reason() == {
        "page number": 2,
        "oath": 3,
        "heading": 2,
        "says who asks": 3,
        "page head or foot": 1,
        "stage direction": 2,
    }


def test_an_examination_without_a_name_is_nobody_elses() -> None:
    """Who asked before does not ask on below the heading of another examination."""
    labels = [label for label, _ in said(located(TRIAL.replace(" 8   BY MS. DALE:\n", " 8\n")))]
    assert labels[8:] == ["Q", "LENA ORR", "THE COURT"]


def test_words_below_a_heading_are_nobodys() -> None:
    """A certificate behind the testimony is not said by the last who spoke."""
    text = TRIAL + "12                      CERTIFICATE\n13   I typed all of this.\n"
    assert said(located(text))[-2:] == [("THE COURT", "We are adjourned."), ("", "I typed all of this.")]


def test_numbers_and_times_on_lines_of_their_own() -> None:
    """As programs leave them that take the text out of a PDF."""
    transcript = located(PDF)
    assert said(transcript) == [
        ("Q", "Was the lamp lit when you came to the pier?"),
        ("A", "It was."),
        ("MR. VANE", "Object to form."),
        ("THE WITNESS", "It was lit by my brother."),
        ("Q", "Every night?"),
        ("A", "Every night."),
    ]
    reasons = transcript.report.by_reason()
    assert (reasons["line number"], reasons["time"]) == (8, 1)


def test_words_cut_at_a_fixed_width_are_whole_again() -> None:
    """Where every line that goes on is of one length, in words too; a slice knows its line."""
    text = (
        " 1      Q.   The lamp was lit before we ca\n"
        " 2   me to the pier.\n"
        " 3      A.   My brother lit it every night\n"
        " 4    at ten.\n"
        " 5      Q.   And who paid him for the oil \n"
        " 6   that he burned?\n"
        " 7      A.   Nobody.\n"
    )
    transcript = located(text)
    assert said(transcript) == [
        ("Q", "The lamp was lit before we came to the pier."),
        ("A", "My brother lit it every night at ten."),
        ("Q", "And who paid him for the oil that he burned?"),
        ("A", "Nobody."),
    ]
    first = transcript.utterances[0]
    at = first.text.index("me to")
    assert (str(first.place_of(0, 10)), str(first.place_of(at, at + 5))) == ("line 1", "line 2")


def test_lines_of_many_lengths_were_wrapped_between_words() -> None:
    """Joined with a space."""
    text = (
        " 1   Q.   Was the lamp lit when\n 2   you came?\n 3   A.   It was lit by my brother and\n 4   his wife.\n"
        " 5   Q.   Both of\n 6   them?\n 7   A.   Both.\n"
    )
    assert said(located(text))[1] == ("A", "It was lit by my brother and his wife.")


def test_who_asks_may_stand_in_the_line() -> None:
    """`Q. (BY MR. VANE)`."""
    text = "Q. (BY MR. VANE) Was it lit?\nA. It was.\nQ. By whom?\nA. By him.\n"
    assert said(located(text)) == [
        ("MR. VANE", "Was it lit?"),
        ("A", "It was."),
        ("MR. VANE", "By whom?"),
        ("A", "By him."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "We asked the usual thing.\n\nQ. Why?\n\nShe laughed.\n\nA. Brandt was there, and so were we.\n",
        "Q: Why?\nA: Because.\nQ: Really?\nA: Really.\n",  # labelled text
        "Q. Which is a fish?\nA. Pike\nB. Duck\nC. Otter\nQ. Which is a bird?\nA. Pike\nB. Duck\nC. Otter\n",
        "Ana: So we asked.\nTom: And?\nAna: Q. and A. took an hour.\nTom: Ha.\n",
        "",
        "\0\1",
    ],
)
def test_other_text_is_left_to_others(text: str) -> None:
    """One question, a list of choices, names before a colon."""
    assert not recognises(text.encode())


def test_a_few_questions_within_prose_do_not_make_it_testimony() -> None:
    """Paragraphs without a label would be the last answer's."""
    prose = "".join(f"The {n}th winter was like the one before it, only longer.\n\n" for n in range(30))
    text = f"{prose}Q. Why?\n\nA. The ice.\n\nQ. Only that?\n\nA. Only that.\n\n{prose}"
    assert read_bytes(text.encode(), "winters.txt").labels == {""}


def test_read_by_force_says_what_is_missing() -> None:
    """`--format deposition` of other text."""
    with pytest.raises(TranscriptError, match=r"no line begins with Q\. or A\."):
        read_bytes(b"Ana: Yes.\nTom: No.\n", "talk.txt", "deposition")


RECORD = """[Congressional Record Volume 9, Number 4 (Monday, May 3, 1993)]
[Page S21]

                            THE LONG ICE

  Ms. VANE. Mr. President, the ferry stopped in January. I ask that a
letter be printed.
     Hon. Lena E. Orr,
       The Pier.
  Mr. DALE. I thank the Senator. We

[[Page S22]]

walked across.
  Ms. VANE. All of us?
  The PRESIDING OFFICER (Mr. Orr). Without objection, so ordered.

                          ____________________

  The harbour was closed by order of the council.
"""
RECORD_SAID = [
    (
        "Ms. VANE",
        "Mr. President, the ferry stopped in January. I ask that a letter be printed. Hon. Lena E. Orr, The Pier.",
    ),
    ("Mr. DALE", "I thank the Senator. We walked across."),
    ("Ms. VANE", "All of us?"),
    ("The PRESIDING OFFICER", "Without objection, so ordered."),
    ("", "The harbour was closed by order of the council."),
]


def test_the_record_of_a_parliament_is_known_by_its_names_and_its_furniture() -> None:
    """Names in capitals before a full stop, pages in brackets; below a rule nobody is named."""
    assert turns(RECORD, "record.txt") == RECORD_SAID
    assert read_bytes(RECORD.encode(), "record.txt").report.family == "hearing"


def test_a_page_around_the_record_changes_nothing() -> None:
    """One `<pre>`: tags and entities are no words, and the title is the page's."""
    page = f"<html><head><title>Ice &amp; Record</title></head><body><pre>\n{RECORD}</pre></body></html>\n"
    assert turns(page, "record.htm") == RECORD_SAID
    assert read_bytes(page.encode(), "record.htm").title == "Ice & Record"


def test_an_initial_is_no_end_of_a_name() -> None:
    """`Hon. Lena E` in an address is nobody."""
    text = "    The Chairman. We have a letter.\n    Hon. Lena E. Orr, of the pier, wrote it.\n    Mr. Vane. She did.\n"
    assert {label for label, _ in turns(text, "letter.txt", "hearing")} == {"The Chairman", "Mr. Vane"}


def test_prose_about_people_with_titles_is_no_hearing() -> None:
    """One name at the head of a paragraph, or several of which none recurs with a full stop."""
    text = "Mr. Vane came at noon.\n\nMr. Vane left at one.\n\nMr. Vane. It was a name that nobody knew.\n\nHe went.\n"
    assert read_bytes(text.encode(), "vane.txt").report.family == "labelled"


def test_a_sentence_goes_on_over_the_end_of_a_page() -> None:
    """Foot, number and head between its lines are not in it; figures that are words stay words."""
    text = TRIAL.replace(
        "11             THE COURT:  Overruled.\n", "11        A.   It was, and he had sworn to it before\n"
    )
    text = text.replace(" 1             THE WITNESS:  In January.\n", " 1   12 people and the mayor, MR. VANE,\n")
    utterance = located(text).utterances[4]
    assert (utterance.label, utterance.text) == (
        "LENA ORR",
        "It was, and he had sworn to it before 12 people and the mayor, MR. VANE,",
    )
    assert str(utterance.place) == "lines 12-15"


def test_a_label_is_the_witness_who_was_sworn_last() -> None:
    """Each oath changes who answers; THE WITNESS is then no one person."""
    second = (
        "12                 PIET HOLM, having been first duly affirmed, testified:\n"
        "13   BY MR. VANE:\n14        Q.   And you?\n15        A.   I slept.\n16             THE WITNESS:  All day.\n"
    )
    transcript = located(TRIAL + second)
    assert said(transcript)[-3:] == [("MR. VANE", "And you?"), ("PIET HOLM", "I slept."), ("THE WITNESS", "All day.")]
    assert {turn.speaker for turn in transcript.utterances if turn.label == "THE WITNESS"} == {"THE WITNESS"}


def test_page_numbers_in_an_interview_are_no_speech() -> None:
    """Numbers alone that run on."""
    page = "Q. Was it cold then?\n\nA. It was colder.\n\n" * 3
    text = "".join(f"{page}{n}\n\n" for n in range(1, 9))
    transcript = located(text)
    assert transcript.report.by_reason() == {"blank": 56, "page number": 8}
    assert len(transcript.utterances) == 48
