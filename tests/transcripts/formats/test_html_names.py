"""Whose words a page's are where no colon says it: each place that a name may have, and a neighbour that is none."""

from __future__ import annotations

import itertools

import pytest

from bot.transcripts.formats.html_names import carries
from tests.transcripts.formats.sentences import read_each, said

TALK = [
    ("Nora Quill", "The ferry is late again today."),
    ("Pat Dunmore", "It left the quay at nine."),
    ("Nora Quill", "Who told you so?"),
    ("Pat Dunmore", "The pilot did, and he was there."),
    ("Nora Quill", "I see."),
]


def page(body: str) -> str:
    return (
        "<!DOCTYPE html><html><head><title>Ferry</title></head><body><nav><a href='/'>Home</a></nav>"
        f"<h1>The late ferry</h1>{body}<footer>All rights kept by the Quay Society.</footer></body></html>"
    )


def written(turn: str, talk: list[tuple[str, str]] = TALK) -> str:
    return page("\n".join(turn.format(name=name, words=words) for name, words in talk))


# ---- Names before their words

BEFORE = [
    '<div class="turn"><div class="who">{name}</div><div class="what">{words}</div></div>',
    '<div class="who">{name}</div><div class="what">{words}</div>',
    '<div class="turn"><p class="who">{name} <time>0:05</time></p><p class="what">{words}</p></div>',
    '<div><span class="who">{name}</span> <span class="what">{words}</span></div>',
    '<p><span class="who">{name}</span> {words}</p>',
    "<p><b>{name}</b> {words}</p>",
    "<p><strong>{name}</strong> – {words}</p>",
    "<p><strong>{name}</strong><br>{words}</p>",
    "<p><b>{name}</b></p><p>{words}</p>",
    "<h4>{name}</h4><p>{words}</p>",
    "<section><h3>{name}</h3><p>{words}</p></section>",
    "<article><header>{name}</header><p>{words}</p></article>",
    "<dl><dt>{name}</dt><dd>{words}</dd></dl>",
    "<dt>{name}<dd>{words}",
    "<ul><li><em>{name}</em> {words}</li></ul>",
    "<table><tr><td>{name}</td><td>{words}</td></tr></table>",
    "<table><tr><th>{name}</th><td>{words}</td></tr></table>",
]


@pytest.mark.parametrize("turn", BEFORE)
def test_a_name_in_an_element_of_its_own_before_the_words(turn: str) -> None:
    transcript = read_each(written(turn), "ferry.html")
    assert said(transcript) == TALK
    assert transcript.report.by_reason() == {"page title": 1, "navigation": 1, "heading": 1, "page footer": 1}
    assert all(piece.carried == 0 for utterance in transcript.utterances for piece in utterance.pieces)


# ---- Names behind their words

BEHIND = [
    "<blockquote><p>{words}</p><cite>{name}</cite></blockquote>",
    "<blockquote><p>{words}</p><footer>— {name}</footer></blockquote>",
    "<blockquote>{words}<footer>— <cite>{name}</cite></footer></blockquote>",
    "<figure><blockquote>{words}</blockquote><figcaption>{name}</figcaption></figure>",
    '<div class="turn"><div class="what">{words}</div><div class="who">{name}</div></div>',
    '<p>{words}</p><p class="who">{name}</p>',
    "<table><tr><td>{words}</td><td>{name}</td></tr></table>",
]


@pytest.mark.parametrize("turn", BEHIND)
def test_a_name_behind_the_words(turn: str) -> None:
    """Within what holds both, or at the page's ends: the first words have none above, and the last have one below."""
    assert said(read_each(written(turn), "ferry.html")) == TALK


def test_all_paragraphs_that_a_name_shares_a_box_with_are_that_persons() -> None:
    """On either side of the name; what stands outside of the boxes is nobody's."""
    before = (
        '<div class="t"><b class="who">{name}</b><p>{words}</p><p>So it was.</p></div>'
        "<p>Somebody coughed, it seems.</p>"
    )
    behind = (
        "<p>Somebody coughed, it seems.</p><blockquote><p>So it was.</p><p>{words}</p><cite>{name}</cite></blockquote>"
    )
    one, two = read_each(written(before), "ferry.html"), read_each(written(behind), "ferry.html")
    assert said(one) == [
        turn for name, words in TALK for turn in [(name, f"{words} So it was."), ("", "Somebody coughed, it seems.")]
    ]
    assert said(two) == [
        turn for name, words in TALK for turn in [("", "Somebody coughed, it seems."), (name, f"So it was. {words}")]
    ]
    assert [piece.carried for piece in one.utterances[0].pieces] == [0, 1]
    assert [piece.carried for piece in two.utterances[1].pieces] == [1, 0]


def test_where_nothing_tells_the_side_the_words_are_unnamed() -> None:
    """Words above the first name and below the last one, all alike: nothing is guessed, and the report says so."""
    body = "<p>It is foggy.</p>" + "".join(f'<p class="who">{n}</p><p>{w}</p>' for n, w in TALK)
    transcript = read_each(page(body), "ferry.html")
    assert said(transcript) == [("", "It is foggy."), *(("", words) for _, words in TALK)]
    assert "nothing shows whether before or behind" in transcript.report.remarks[0]
    assert transcript.report.by_reason()["name above or below its words"] == 5


@pytest.mark.parametrize("name", ["<h4>{}</h4>", "<p><b>{}</b></p>", '<p class="who">{}:</p>'])
def test_headings_bold_names_and_colons_stand_before_their_words(name: str) -> None:
    """So that words above the first of them are nobody's."""
    body = "<p>It is foggy.</p>" + "".join(f"{name.format(n)}<p>{w}</p>" for n, w in TALK)
    assert said(read_each(page(body), "ferry.html")) == [("", "It is foggy."), *TALK]


# ---- Tables


def test_a_table_with_times_numbers_and_a_header() -> None:
    """A row's time is that of its words wherever it stands; the header and the numbers are no words."""
    rows = "".join(
        f"<tr><td>{at}</td><td>{name}</td><td>{words}</td><td>0:{at * 7:02d}</td></tr>"
        for at, (name, words) in enumerate(TALK, 1)
    )
    for first in (
        "<tr><th>No</th><th>Who</th><th>Words</th><th>At</th></tr>",
        "<tr><td>No</td><td>Who</td><td>Words</td><td>At</td></tr>",
    ):
        transcript = read_each(page(f"<table>{first}{rows}</table>"), "ferry.html")
        assert said(transcript) == TALK
        assert transcript.report.by_reason()["table header"] == 4
        assert transcript.report.by_reason()["number of a row"] == 5
    in_front = "".join(
        f"<tr><td>0:{at * 7:02d}</td><td>{name}</td><td>{words}</td></tr>" for at, (name, words) in enumerate(TALK, 1)
    )
    transcript = read_each(page(f"<table>{in_front}</table>"), "ferry.html")
    assert [(turn.label, turn.text, turn.start) for turn in transcript.utterances] == [
        (name, words, at * 7.0) for at, (name, words) in enumerate(TALK, 1)
    ]


# ---- Neighbours that are no names


@pytest.mark.parametrize(
    "body",
    [
        # Terms that do not repeat; sections; stressed words; kinds of news; opening hours; one word that comes back.
        "<dl><dt>Ferry</dt><dd>A boat.</dd><dt>Quay</dt><dd>A wall.</dd><dt>Pilot</dt><dd>A man.</dd></dl>",
        "<h4>How It Began</h4><p>It was cold.</p><h4>What Came</h4><p>It rained.</p><h4>The End</h4><p>It did.</p>",
        "<p><b>Never</b> go there.</p><p><b>Always</b> wait.</p><p><b>Look</b> first.</p><p><b>Then</b> board it.</p>",
        "<table><tr><td>Monday</td><td>nine to five</td></tr><tr><td>Tuesday</td><td>ten to six</td></tr>"
        "<tr><td>Monday</td><td>on call</td></tr><tr><td>Tuesday</td><td>on call</td></tr></table>",
        "<p><b>Tip</b> Wait for it.</p><p><b>Tip</b> Board it.</p><p><b>Tip</b> Stand still.</p><p><b>Tip</b> Sit.</p>",
    ],
)
def test_short_contents_that_are_no_names(body: str) -> None:
    transcript = read_each(page(body), "ferry.html")
    assert transcript.labels == {""}


# ---- Words that nobody is named for


def test_words_above_the_first_name_are_nobodys_speech() -> None:
    """Unless they are links, a key and its value, or short without the end of a sentence."""
    lead = (
        "<p><a href='/a'>All of the episodes of this programme are here.</a></p><p>Recorded on: the fifth of May</p>"
        "<p>A talk about boats</p><p>Good evening, and welcome to the quay.</p>"
    )
    names = "<cite>{name}:</cite> <time>0:05</time><p>{words}</p>"
    for turn in (names, "<p><b>{name}:</b> {words}</p>", "<h4>{name}</h4><p>{words}</p>"):
        body = lead + "".join(turn.format(name=name, words=words) for name, words in TALK)
        transcript = read_each(page(body), "ferry.html")
        assert said(transcript) == [("", "Good evening, and welcome to the quay."), *TALK]
        assert transcript.report.by_reason()["before the first speaker"] == 3
        assert "unnamed speaker" in transcript.report.remarks[-1]


PARAGRAPHS = [*TALK, ("", "And I was there too."), *TALK[1:], ("", "And so was he."), ("Pat Dunmore", "Good.")]


@pytest.mark.parametrize(
    "turn", ["<p><b>{}:</b> {}</p>", "<p><b>{}</b> {}</p>", "<cite>{}:</cite><p>{}</p>", "<h4>{}</h4><p>{}</p>"]
)
def test_a_paragraph_without_a_name_goes_on_where_names_stand_at_changes(turn: str) -> None:
    """Neighbours never repeat a name: so it stands where somebody begins.  A heading and a rule end that."""
    body = "".join(turn.format(name, words) if name else f"<p>{words}</p>" for name, words in PARAGRAPHS)
    transcript = read_each(page(body), "ferry.html")
    wanted = [*TALK, *TALK[1:], ("Pat Dunmore", "Good.")]
    wanted[4] = ("Nora Quill", "I see. And I was there too.")
    wanted[8] = ("Nora Quill", "I see. And so was he.")
    assert said(transcript) == wanted
    assert [piece.carried for piece in transcript.utterances[4].pieces] == [0, 1]
    for sign in ("<h2>Later that day</h2>", "<hr>"):
        cut = read_each(page(body.replace("<p>And so was he.", f"{sign}<p>And so was he.")), "ferry.html")
        assert said(cut)[8:10] == [("Nora Quill", "I see."), ("", "And so was he.")]


@pytest.mark.parametrize("turn", ["<p><b>{}:</b> {}</p>", "<p><b>{}</b> {}</p>", "<h4>{}</h4><p>{}</p>"])
def test_a_paragraph_without_a_name_is_nobodys_where_every_one_has_one(turn: str) -> None:
    """Neighbours repeat the name, so that one without was said by somebody whose name is left out."""
    talk = [pair for name, words in TALK for pair in [(name, words), (name, "That is what I mean.")]]
    talk.insert(5, ("", "I took the money myself."))
    body = "".join(turn.format(name, words) if name else f"<p>{words}</p>" for name, words in talk)
    assert ("", "I took the money myself.") in said(read_each(page(body), "ferry.html"))


def test_only_one_person_is_named() -> None:
    """The others are left out, and what they say is not that person's."""
    words = ["I wrote it down.", "That was wrong.", "I will not pay.", "Nor will I.", "Then we close."]
    body = "".join(
        f"<p><b>Pat Dunmore:</b> It is broken, number {at}.</p><p>{line}</p>" for at, line in enumerate(words)
    )
    transcript = read_each(page(body), "ferry.html")
    assert said(transcript) == [
        turn for at, line in enumerate(words) for turn in [("Pat Dunmore", f"It is broken, number {at}."), ("", line)]
    ]


def test_far_from_the_name_there_is_a_doubt() -> None:
    """The turn goes on, and each quote of its later paragraphs says that others may speak between."""
    more = [f"And then it went on, number {at}." for at in range(8)]
    talk = [*TALK, *(("", line) for line in more), *TALK[1:]]
    body = "".join(f"<p><b>{name}:</b> {words}</p>" if name else f"<p>{words}</p>" for name, words in talk)
    transcript = read_each(page(body), "ferry.html")
    doubtful = [turn for turn in transcript.utterances if turn.doubt]
    assert {turn.label for turn in doubtful} == {"Nora Quill"}
    assert "named 6 paragraphs above; others may speak between" in {turn.doubt for turn in doubtful}
    assert " ".join(turn.text for turn in transcript.utterances if turn.label == "Nora Quill").endswith(TALK[4][1])
    assert all(line in " ".join(t.text for t in transcript.utterances if t.label == "Nora Quill") for line in more)


def test_words_below_the_last_turn_are_not_its_speakers() -> None:
    """Where no turn has a second paragraph, one below the last is nobody's; short ones are no speech."""
    body = "".join(f"<p><b>{name}:</b> {words}</p>" for name, words in TALK)
    body += "<p>Thanks for reading this page of ours.</p><p>Share this</p>"
    transcript = read_each(page(body), "ferry.html")
    assert said(transcript) == [*TALK, ("", "Thanks for reading this page of ours.")]
    assert transcript.report.by_reason()["behind the last speaker"] == 1


def test_what_the_habit_is_decided_by() -> None:
    """Hand-checked: a, b and c are names, None a block without one."""
    a, b, c, no = "Ana", "Bo", "Cy", None
    assert carries([a, no, b, a, no, no, c, b])
    assert not carries([a, a, b, b, no, a, a, c])  # every block is named
    assert not carries([a, no, a, no, no, a, no, a])  # only one person is
    assert not carries([a, b, a, b, c])  # nobody goes on
    assert carries([a, b])
    assert carries([a])
    assert not carries([a, no, a])


def test_no_two_layouts_are_tried_twice() -> None:
    assert all(one != other for one, other in itertools.combinations([*BEFORE, *BEHIND], 2))
