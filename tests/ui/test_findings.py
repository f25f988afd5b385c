"""What the page shows of mentions and of checked quotes, and the limits: HTML by itself, without a browser."""

from __future__ import annotations

import csv
import datetime
import io
import re
from pathlib import Path
from typing import Any

import pytest

from bot import Library, QuestionError, mentions
from bot.counts.mentioning import mentions_csv
from bot.verifying.article import ArticleReport, verify_text
from bot.verifying.verification import FOUND, NOT_FOUND, SAID_BY_OTHER, Verification
from embeddings.encoder import Encoder
from tests.ui.parsing import Parsed
from ui import mentions as tab
from ui.checks import article_html, checked_html, quote_html, summary
from ui.limits import label_of, limits_of
from ui.mentions import Asked, Timeline, head_html, rows_html
from ui.wording import WORDING

HOSTILE = (
    "The silo code is <script>alert(1)</script> <img src=x onerror=alert(2)> **bold** $$x$$ {{constructor}} "
    "${alert(3)} [link](javascript:alert(4))."
)
STRANGER = "Odd <img src=x> **Berg** {{a}} ${b}"
MARCH = f"""\
Mara Quill: The silo by the gate is leaking. The silos on the hill are not, and a silo is a silo.
{STRANGER}: {HOSTILE}
Mara Quill: I would not repair it before the winter, if you ask me.
{STRANGER}: We asked for an offer. It was too high for us.
"""
APRIL = """\
Mara Quill: We have the offer for the silo now.
Ines Falk: I would not repair it before the winter. That is my view of it.
"""
NAMES = ("Ana Abel", "Ben Bark", "Cleo Cox", "Dan Dorn", "Eva Eck", "Fay Frost", "Gus Gale", "Hal Hook")
UNDATED = "Ines Falk: One more silo, without any date.\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Encoder) -> Library:
    folder = tmp_path_factory.mktemp("findings")
    for name, said in (
        ("2024-03-05 <b>yard</b> {{x}}.txt", MARCH.replace(STRANGER, "Odd Berg")),
        ("2024-04-09 yard.txt", APRIL),
        ("yard.txt", UNDATED),
    ):
        (folder / name.replace("/", "∕")).write_text(said, encoding="utf-8")
    library = Library.open(folder / "library", encoder=tiny_encoder)
    library.add(folder)
    march = library.entries[0]
    library.rename(march.id, "Odd Berg", STRANGER)
    library.edit(march.id, title=HOSTILE)
    return library


def counted(library: Library, words: str, **limits: Any) -> tuple[Any, Timeline | None]:
    found = mentions(words, library, **limits)
    return found, Timeline.of(found, {entry.id: entry.date for entry in library.entries})


# --- mentions ----------------------------------------------------------------------------------------------------


def test_every_mention_is_a_row(library: Library) -> None:
    """As many rows as are counted; each marks its own words, and opens the sentence."""
    found = mentions("silo", library)
    shown = Parsed(rows_html(found.mentions, 0, found.count, library))
    assert found.count == 7
    assert len(shown.named("mark")) == 7
    places = [at["data-show"] for at in shown.named("button") if at.get("class") == "cite"]
    assert len(places) == 7
    assert len(set(places)) == 5  # three of March are in one sentence
    assert f"Mentions 1 to 7 of 7{WORDING.mentions_tab}" in shown.text


def test_rows_of_one_page_and_what_is_not_in_the_file(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page names its place in the whole; what the file does not have is left out, and said to be."""
    found = mentions("silo", library)
    assert "Mentions 3 to 4 of 7" in Parsed(rows_html(found.mentions[2:4], 2, found.count, library)).text
    monkeypatch.setattr("bot.counts.mentioning.is_in_source", lambda quote, library: "offer" not in quote.text)
    shown = Parsed(rows_html(mentions("silo", library).mentions, 0, 7, library))
    assert len(shown.named("mark")) == 6
    assert "1 time the words were not found again in the file itself: not shown." in shown.text


def test_the_count_is_told_as_on_the_command_line(library: Library) -> None:
    """The sentence, the forms, and a row for each speaker with their share."""
    found, timeline = counted(library, "silo")
    shown = Parsed(head_html(found, Asked("silo", False, (), ()), timeline)).text
    assert "“silo”: 7 times in 3 of 3 transcripts, by 3 speakers." in shown
    assert "Counted: silo 6, silos 1." in shown
    words = sum(len(line.split()) - 2 for line in f"{MARCH}{APRIL}".splitlines() if line.startswith("Mara Quill: "))
    assert f"Mara Quill5{words}{1000 * 5 / words:.2f}" in shown
    theirs, _ = counted(library, "silo", speaker="Ines Falk")
    assert theirs.summary == "“silo”: 1 time in 1 of 3 transcripts, by 1 speaker; others say it 6 times"


def test_nothing_found_says_what_else_to_try(library: Library) -> None:
    """Only what would help here."""
    found, timeline = counted(library, "kwyjibo", exact=True)
    shown = Parsed(head_html(found, Asked("kwyjibo", True, (), ()), timeline)).text
    assert "Nobody says “kwyjibo” in 3 transcripts." in shown
    assert WORDING.try_forms in shown
    assert WORDING.try_limits not in shown
    found, timeline = counted(library, "offers", speaker=("Ines Falk",))
    shown = Parsed(head_html(found, Asked("offers", False, ("Ines Falk",), ()), timeline)).text
    assert "Ines Falk does not say “offers” in 3 transcripts; others say it 2 times." in shown
    assert WORDING.try_limits in shown
    assert WORDING.try_forms not in shown


def test_mentions_are_plotted_by_day(library: Library) -> None:
    """By day where dates are known, those without one last; silent days are there too; one period is no plot."""
    found, timeline = counted(library, "silo")
    assert timeline
    assert timeline.periods == ("2024-03-05", "2024-04-09", WORDING.no_date)
    assert timeline.series == ("Mara Quill", STRANGER, "Ines Falk")
    assert timeline.counts["2024-03-05", "Mara Quill"] == 4
    assert sum(timeline.counts.values()) == found.count
    _, silent = counted(library, "gate")
    assert silent
    assert silent.periods == timeline.periods
    ids = [entry.id for entry in library.entries]
    assert counted(library, "silo", transcripts=ids[:1])[1] is None
    assert counted(library, "kwyjibo")[1] is None


def test_many_days_are_months_and_many_speakers_are_others(library: Library) -> None:
    """The plot stays readable: sixty periods, six names; without dates it goes by transcript."""
    first = datetime.date(2021, 1, 1)
    ids = [f"t{n}" for n in range(100)]
    days = {id: first + datetime.timedelta(days=7 * n) for n, id in enumerate(ids)}
    assert tab._periods(ids[:60], days)[0] == WORDING.over_days
    heading, months = tab._periods(ids, days)
    assert heading == WORDING.over_months
    assert list(dict.fromkeys(months.values()))[:2] == ["2021-01", "2021-02"]
    years = {id: first + datetime.timedelta(days=70 * n) for n, id in enumerate(ids)}
    assert tab._periods(ids, years)[0] == WORDING.over_years
    assert tab._periods(ids, {})[1]["t7"] == "t7"


def test_other_speakers_are_counted_together(tmp_path: Path, tiny_encoder: Encoder) -> None:
    """Eight speakers: six by name, two as others."""
    for month in (1, 2):
        said = [f"{name}: {'The silo is old. ' * (9 - n)}\n" for n, name in enumerate(NAMES)]
        (tmp_path / f"2024-0{month}-01 yard.txt").write_text("".join(said * 2) + f"{NAMES[0]}: Month {month}.\n")
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    library.add(tmp_path)
    _, timeline = counted(library, "silo")
    assert timeline
    assert timeline.series == (*NAMES[:6], "2 others")
    assert timeline.counts["2024-01-01", "2 others"] == 10


def test_csv_has_every_mention(library: Library) -> None:
    found = mentions("silo", library)
    rows = list(csv.DictReader(io.StringIO(mentions_csv(found))))
    assert [row["words"] for row in rows] == [mention.text for mention in found.mentions]
    assert rows[4]["sentence"] == HOSTILE
    assert rows[4]["date"] == "2024-03-05"


def test_hostile_text_in_mentions_stays_text(library: Library) -> None:
    """In the words looked for, the sentence, the speaker and the title: no tag, no mark of a template."""
    allowed = (
        "button aside table caption thead tbody tr th td mark bdi small span strong div p h2 details summary ul li"
    )
    found, timeline = counted(library, "silo")
    html = rows_html(found.mentions, 0, found.count, library) + head_html(found, Asked("silo", False, (), ()), timeline)
    nothing, none = counted(library, f"kwyjibo {HOSTILE}")
    html += head_html(nothing, Asked(HOSTILE, False, (), ()), none)
    shown = Parsed(html)
    assert {tag for tag, _ in shown.tags} <= set(allowed.split())
    assert HOSTILE in shown.text
    assert STRANGER in shown.text
    assert not re.search(r"\$\{|\{\{|\*\*|\$\$|`|javascript:", html)


# --- checking ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pasted", "speaker", "status"),
    [
        ("The silo by the gate is leaking.", None, FOUND),
        ("“We asked for an offer”", None, FOUND),
        ("We have the offer for the silo now", "Ines", SAID_BY_OTHER),
        ("The silo by the gate is not leaking", None, NOT_FOUND),
        ("“The silo by the gate is not leaking.”", None, NOT_FOUND),
        ("too", None, FOUND),
        ("It was “too low” for us", None, NOT_FOUND),  # nothing in it is long enough to be checked by itself
    ],
)
def test_a_quote_is_checked_as_one(library: Library, pasted: str, speaker: str | None, status: str) -> None:
    found = verify_text(pasted, library, speaker)
    assert isinstance(found, Verification)
    assert found.status == status


def test_a_text_with_quotations_is_an_article(library: Library) -> None:
    """Unless it is said as a whole.  A long one always is, even with nothing to check in it."""
    article = "“We asked for an offer,” said Mara Quill. “It was too low for us.” And “so on”."
    found = verify_text(article, library)
    assert isinstance(found, ArticleReport)
    assert summary(found) == "2 quotations checked: 1 said by someone else, 1 not found; 1 skipped"
    long = verify_text("Nobody says this. " * 400, library)
    assert isinstance(long, ArticleReport)
    shown = Parsed(article_html(long, library.revision)).text
    assert shown == WORDING.no_quotations


def test_an_article_leads_to_its_problems(library: Library) -> None:
    """In the article's order, each with its line and whose it is said to be; buttons for those that are not found."""
    article = (
        "“It was too high for us.”\n\n“We asked for an offer,” said Mara Quill.\n\n“It was too low for us,” he said."
    )
    found = verify_text(article, library)
    assert isinstance(found, ArticleReport)
    shown = Parsed(article_html(found, library.revision))
    jumps = [at["data-jump"] for at in shown.named("button") if "data-jump" in at]
    assert jumps == ["checked-2", "checked-3"]
    assert [at["id"] for at in shown.named("li") if "id" in at] == ["checked-1", "checked-2", "checked-3"]
    assert "line 3: said by someone else" in shown.text
    assert "line 3 · said to be by Mara Quill" in shown.text
    assert WORDING.only_quotations in shown.text


def test_a_quote_stands_in_its_sentence(library: Library) -> None:
    """Words cut from a sentence are shown in it, with what stands around, so that a cut cannot hide a condition."""
    found = verify_text("I would not repair it before the winter", library)
    assert isinstance(found, Verification)
    shown = Parsed(quote_html(found, None, library.revision))
    assert "I would not repair it before the winter, if you ask me." in shown.text
    assert f"{WORDING.before} {STRANGER}: {HOSTILE}" in shown.text
    assert f"{WORDING.after} Ines Falk: That is my view of it." in shown.text
    assert len(shown.named("figure")) == 2
    assert len(shown.named("mark")) == 1  # the other is a whole sentence


def test_a_near_miss_is_never_called_the_same(library: Library) -> None:
    """Word by word, in words too, and its place opens as no evidence."""
    found = verify_text("The silo by the barn is leaking", library)
    assert isinstance(found, Verification)
    shown = Parsed(quote_html(found, None, library.revision))
    assert WORDING.not_found_long in shown.text
    assert WORDING.near in shown.text
    assert f"{WORDING.quote_has} barn; {WORDING.record_has} gate" in re.sub(r"\s+", " ", shown.text)
    assert len(shown.named("del")) == len(shown.named("ins")) == 1
    assert all(str(at["data-show"]).startswith("passage:") for at in shown.named("button") if "data-show" in at)


def test_parts_are_shown_with_their_places(library: Library) -> None:
    found = verify_text("The silo by the gate … a silo is a silo", library)
    assert isinstance(found, Verification)
    shown = Parsed(quote_html(found, None, library.revision)).text
    assert f"{WORDING.left_out_parts} {WORDING.in_one_turn}" in shown
    assert "“a silo is a silo”" in shown
    apart = verify_text("The silo by the gate … nothing of the kind", library)
    assert isinstance(apart, Verification)
    shown = Parsed(quote_html(apart, None, library.revision)).text
    assert WORDING.not_together in shown
    assert WORDING.nowhere in shown


def test_limits_of_a_check_are_told(library: Library) -> None:
    """Transcripts and dates count; the limit to speakers does not, and that is said."""
    offer = "We have the offer for the silo now"
    shown = checked_html(library, offer, None, ["Ines Falk"], [], "", "2024-03-31")
    assert WORDING.not_found_long in Parsed(shown).text
    assert "Checked in 1 of 3 transcripts" in Parsed(shown).text
    assert WORDING.speakers_no_limit.split(";")[0] in Parsed(shown).text
    assert WORDING.found_long in Parsed(checked_html(library, offer, " Mara ", [], [], "", "")).text
    with pytest.raises(QuestionError, match="no speaker is called 'Nobody'"):
        checked_html(library, offer, "Nobody", [], [], "", "")


def test_hostile_text_in_checks_stays_text(library: Library) -> None:
    """In what is pasted, in what is found, in names: text."""
    allowed = (
        "section p strong figure blockquote figcaption button aside div bdi small span mark h2 ol ul li del ins "
        "details summary"
    )
    missing = HOSTILE.replace("silo", "cellar")
    article = f'"{HOSTILE}" and "{missing}" and "<b>x" at last'
    html = checked_html(library, HOSTILE, STRANGER, [], [], "", "") + checked_html(
        library, missing, None, [], [], "", ""
    )
    html += checked_html(library, article, None, [], [], "", "")
    html += checked_html(library, "We have the offer for the silo now", STRANGER, [], [], "", "")
    shown = Parsed(html)
    assert {tag for tag, _ in shown.tags} <= set(allowed.split())
    assert all(words in shown.text for words in (HOSTILE, STRANGER, "cellar", "“<b>x”", missing.replace("*", "")))
    assert not re.search(r"\$\{|\{\{|\*\*|\$\$|`|javascript:", html)


# --- limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "label"),
    [
        ((None, None, None, None), WORDING.no_limits),
        (([], [], " ", ""), WORDING.no_limits),
        ((["TOM FARRANT"], ["a", "b"], "2024-05-01", ""), "Limited to TOM FARRANT, 2 transcripts, from 2024-05-01"),
        ((["Ana", "Tom"], [], "", "2024-05-01"), "Limited to Ana and Tom, to 2024-05-01"),
        ((["Ana", "Tom", "Ida"], ["a"], "", ""), "Limited to 3 speakers, 1 transcript"),
    ],
)
def test_the_label_says_what_is_set(limits: tuple[Any, ...], label: str) -> None:
    assert label_of(*limits) == label


def test_dates_are_days_in_order(library: Library) -> None:
    with pytest.raises(QuestionError, match="From is '2024-13-01'; expected a day as YYYY-MM-DD"):
        limits_of(library, [], [], "2024-13-01", "")
    with pytest.raises(QuestionError, match="From is 2024-05-01, which is after To, 2024-04-01"):
        limits_of(library, [], [], "2024-05-01", "2024-04-01")
    with pytest.raises(QuestionError, match="no transcript is dated within these limits"):
        limits_of(library, [], [], "2025-01-01", "")
    (only,) = limits_of(library, [], [], "2024-04-01", "2024-04-30").transcripts
    assert library.entry(only).date == datetime.date(2024, 4, 9)
