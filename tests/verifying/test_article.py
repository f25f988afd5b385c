"""The quotations of an article: which there are, whose they are said to be, and what becomes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import Library, QuestionError, verify_article
from bot.verifying.article import TOO_SHORT, find_quotations
from bot.words.marks import NOT_CLOSED, UNCLEAR

SPEAKERS = ("ANA SILVA", "Dr. Tom O'Roe", "Jo Marsh", "Kit Marsh", "HOST", "Project Manager")


def texts(article: str) -> list[str]:
    return [item.text for item in find_quotations(article) if not item.skipped]


@pytest.mark.parametrize(
    ("article", "quotations"),
    [
        ("“We should go,” she said, “and not be late.”", ["We should go,", "and not be late."]),
        ('"We should go," she said, "and not be late."', ["We should go,", "and not be late."]),
        (
            "Sie sagte: „Wir gehen jetzt los“, und „wir bleiben nicht lange.”",
            ["Wir gehen jetzt los", "wir bleiben nicht lange."],
        ),
        ("Elle dit : « Nous partons tout de suite ».", ["Nous partons tout de suite"]),
        ("Er sagte: »Wir gehen jetzt los.«", ["Wir gehen jetzt los."]),
        ("Hon sade: ”Vi går nu hem.”", ["Vi går nu hem."]),
        ("She said ‘we’re not going home’ and left.", ["we’re not going home"]),
        ("“She said ‘no’ to all of us,” he said.", ["She said ‘no’ to all of us,"]),
        ('A 6" pipe, a 12" pipe and "we need more pipe" here.', ["we need more pipe"]),
        (
            "“First of all, this.\n\n“And then there is that,” she said.",
            ["First of all, this.\nAnd then there is that,"],
        ),
        (
            '"First of all, this.\n\n"Then that.\n\n"And it ends here." So.',
            ["First of all, this.\nThen that.\nAnd it ends here."],
        ),
        (
            "“First of all, this.\n“And then there is that,” she said.",
            ["First of all, this.\n\nAnd then there is that,"],
        ),
        ("> “We **should** go\n> to *the* [town](https://x.org/a_b) now”", ["We should go\nto the town now"]),
        ('- "a point that matters"\n- "another point it is"', ["a point that matters", "another point it is"]),
        ('```\nprint("not a quotation here")\n```\nand `"nor is this one"` either', []),
        ("don't say it's the dogs' dinner, 'cause it isn't", []),
        ("(“We should go home”)", ["We should go home"]),
        ("word—“we should go home”—word", ["we should go home"]),
    ],
)
def test_what_is_a_quotation(article: str, quotations: list[str]) -> None:
    assert texts(article) == quotations


@pytest.mark.parametrize(
    ("article", "text", "reason"),
    [
        ("It was “too late” by then.", "too late", TOO_SHORT),
        ("It was “never closed at all.\n\nAnother paragraph.", "never closed at all.", NOT_CLOSED),
        ("‘the dogs’ bowls were empty’ he said", "the dogs", UNCLEAR),
    ],
)
def test_what_is_passed_over_is_listed(article: str, text: str, reason: str) -> None:
    assert [(item.text, item.skipped) for item in find_quotations(article)] == [(text, reason)]


def test_a_mark_that_is_never_closed_hides_nothing_after_it() -> None:
    found = find_quotations("He said “it is late. And “we should go home,” she said.\n\nThen “we all went home.”")
    assert [item.text for item in found if not item.skipped] == ["we should go home,", "we all went home."]


def test_lines_are_those_of_the_opening_marks() -> None:
    article = 'One.\r\n\r\nTwo "we should\r\ngo home" and\r\n"it is very late".\r\n'
    assert [item.line for item in find_quotations(article)] == [3, 5]


@pytest.mark.parametrize(
    ("article", "speaker"),
    [
        ("“We should go,” said Ana Silva.", "ANA SILVA"),
        ("“We should go,” Ana Silva said.", "ANA SILVA"),
        ("“Should we go?” asked Ana Silva.", "ANA SILVA"),
        ("Ana Silva said: “We should go.”", "ANA SILVA"),
        ("Ana Silva, who chairs the panel, later told us: “We should go.”", "ANA SILVA"),
        ("“We should go,” said the chair of the panel, Ana Silva.", None),  # "of": somebody of somebody
        ("“We should go,” said chairwoman Ana Silva.", "ANA SILVA"),
        ("According to Ana Silva, “we should go”.", "ANA SILVA"),
        ("Ana Silva: “We should go.”", "ANA SILVA"),
        ("“It is late,” said Ana Silva, “and we should go.”", "ANA SILVA"),
        ("“We should go,” Silva added.", "ANA SILVA"),
        ("“We should go,” Dr O’Roe explained.", "Dr. Tom O'Roe"),
        ("“We should go,” said Marsh.", None),  # there are two
        ("“We should go,” said Kit Marsh.", "Kit Marsh"),
        ("“We should go,” said Maria Silva.", None),  # somebody else
        ("“We should go,” said Ana Silva Costa.", None),
        ("“We should go,” said silva.", None),
        ("“We should go,” said the Manager.", None),
        ("Ana Silva never said “we should go home”.", None),
        ("Jo Marsh told Ana Silva: “We should go.”", "Jo Marsh"),
        ("“We should go,” he said to Ana Silva.", None),
        ("Ana Silva’s deputy said: “We should go.”", None),
        ("Friends of Ana Silva said: “We should go.”", None),
        ("Ana Silva and Jo Marsh said: “We should go.”", None),
        ("Ana Silva said so. “We should go,” he said.", None),
        ("He said: “We should go.” Ana Silva said nothing.", None),
        ("“Ana Silva said we should go,” he said.", None),  # within the quotation
        ("The plan of Ana Silva failed. “We should go.”", None),
        ("Ana Silva said “we should go”, but Kit Marsh said “we should stay”.", None),  # two: whose is which
    ],
)  # fmt: skip
def test_whose_words_the_article_says_they_are(article: str, speaker: str | None) -> None:
    """Only where the sentence says so plainly: a wrong name would turn a true quotation false."""
    assert find_quotations(article, SPEAKERS)[0].speaker == speaker


@given(st.text(st.sampled_from("ab .,\n“”\"‘’„«»'*_>[]()`\\6é"), max_size=120))
def test_any_text_has_quotations_or_none(article: str) -> None:
    """No input breaks it; quotations come in order, at lines of the article."""
    found = find_quotations(article, SPEAKERS)
    assert [item.line for item in found] == sorted(item.line for item in found)
    assert all(1 <= item.line <= article.count("\n") + 1 for item in found)


def test_the_quotations_of_an_article_are_verified(samples: Library) -> None:
    article = (
        "“I’d keep the Lady Brannoch in\nreserve,” said Tom Farrant. “It was seventeen,” said Marisol Adeyemi.\n\n"
        'Pell recalled: "Fifty-nine people came". It was "a narrow yes".\n\n"A narrow" it was.\n'
    )
    report = verify_article(article, samples)
    assert [(item.quotation.line, item.verification.status) for item in report.checked] == [
        (1, "found"),
        (2, "said_by_other"),
        (4, "not_found"),
        (4, "found"),
    ]
    assert report.counts == {"found": 2, "said_by_other": 1, "not_found": 1}
    assert [item.text for item in report.skipped] == ["A narrow"]
    assert "[-nine-] {+eight+}" in str(report.checked[2].verification.near[0])
    data = report.as_dict()
    assert data["counts"]["skipped"] == 1
    assert data["quotations"][1]["speaker"] == "MARISOL ADEYEMI"


def test_an_article_about_one_person(samples: Library) -> None:
    """All that the article ascribes to nobody is ascribed to the speaker who is named."""
    report = verify_article('"It was seventeen." "We have four rain tanks."', samples, speaker="Tom Farrant")
    assert [item.verification.status for item in report.checked] == ["found", "said_by_other"]
    with pytest.raises(QuestionError, match="no speaker is called 'Zoe'"):
        verify_article('"It was seventeen days."', samples, speaker="Zoe")


def test_an_article_without_quotations(samples: Library) -> None:
    report = verify_article("Nobody said a word.", samples)
    assert (report.checked, report.skipped) == ((), ())
