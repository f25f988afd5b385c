"""What is data and not talk is refused in one line that says what it is; talk that looks a little like it is read."""

from __future__ import annotations

import itertools

import pytest

from bot.errors import TranscriptError
from bot.transcripts.formats import read_bytes
from tests.transcripts.formats.locating import turns

SAID = (
    ("Runa Teller", "The ferry left an hour late."),
    ("Bram Osei", "Nobody had wound the clock."),
    ("Runa Teller", "Who winds it, then?"),
    ("Bram Osei", "My aunt did, until the spring."),
    ("Runa Teller", "And since the spring?"),
    ("Bram Osei", "Since then it is four minutes slow."),
)
WORDS = [(at / 2, word) for at, word in enumerate(itertools.chain.from_iterable(said.split() for _, said in SAID))]


def table(sign: str, head: tuple[str, ...] = ()) -> str:
    rows = [sign.join(head)] if head else []
    quote = '"' if sign != "\t" else ""
    return "\n".join(
        rows + [sign.join((who, str(at * 4), f"{quote}{said}{quote}")) for at, (who, said) in enumerate(SAID)]
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 9\n', "Praat TextGrid"),
        ("@UTF8\n@Begin\n" + "\n".join(f"*{who[:3].upper()}:\t{said}" for who, said in SAID) + "\n@End\n", "CHAT"),
        ("\n".join(f"*{who[:3].upper()}:\t{said}" for who, said in SAID), "CHAT"),
        ("Scenarist_SCC V1.0\n\n00:00:00:00\t94ae 94ae 9420\n", "Scenarist SCC"),
        (
            "[Script Info]\nTitle: Ferry\n\n[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,Hm.\n",
            "SubStation",
        ),
        ("<SAMI><BODY><SYNC Start=1><P>The ferry left.</P></SYNC></BODY></SAMI>\n", "SAMI"),
        ('<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><body><p>Hm.</p></body></tt>', "TTML"),
        ("<episode>\n<said>The ferry left.</said>\n<said>Late.</said>\n</episode>\n", "<episode>"),
        (
            "{0}{0}25\n" + "\n".join(f"{{{at * 50}}}{{{at * 50 + 40}}}{said}" for at, (_, said) in enumerate(SAID)),
            "MicroDVD",
        ),
        ("\n".join(f"[{at * 50}][{at * 50 + 40}]{said}" for at, (_, said) in enumerate(SAID)), "MPL2"),
        (
            "\n".join(f"SPEAKER talk 1 {at}.00 2.50 <NA> <NA> {who[:4]} <NA> <NA>" for at, (who, _) in enumerate(SAID)),
            "RTTM",
        ),
        ("\n".join(f"talk 1 {at:.2f} 0.40 {word} 0.9" for at, word in WORDS), "CTM"),
        (
            ";; comment\n"
            + "\n".join(f"talk A {who[:4]} {at}.00 {at}.90 <o> {said.lower()}" for at, (who, said) in enumerate(SAID)),
            "STM",
        ),
        (table(",", ("who", "second", "what was said")), "who, second, what was said"),
        (table(";", ("Sprecherin", "Sekunde", "Inhalt")), "Sprecherin, Sekunde, Inhalt"),
        (table("|"), "with bars between"),
        (table("\t"), "with tabs between"),
        ("\n".join(f"{who}\t{said}" for who, said in SAID), "with tabs between"),
        ("\n".join(f"name = {who}\nsaid = {said}" for who, said in SAID), "settings"),
        ("\n".join(f"- speaker: {who}\n  text: {said}" for who, said in SAID), "YAML"),
        ("\n".join(f"{at} {at * 7} {at * 11.5}" for at in range(20)), "numbers"),
    ],
)
def test_data_is_refused_by_what_it_is(text: str, named: str) -> None:
    """One line: what was seen, what was expected, what to do.  Nothing of it is ever somebody's words."""
    with pytest.raises(TranscriptError, match=r"^f\.txt: this is .*; expected .*; (?:export|save) ") as raised:
        read_bytes(text.encode(), "f.txt")
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)


LABELLED = "\n".join(f"{who}: {said}" for who, said in SAID)


@pytest.mark.parametrize(
    "text",
    [
        LABELLED,
        "\n".join(f"{who}:\t{said}" for who, said in SAID),  # a tab behind the label is no table
        "\n".join(f"{who}: Well, {said}" for who, said in SAID),  # nor a comma on each line
        "\n".join(f"{who}: Well; {said}" for who, said in SAID),
        f"Contents\n\n1. The ferry 0:00\n2. The clock 4:10\n3. The aunt 9:30\n\n{LABELLED}",
        f"{LABELLED}\nRuna Teller: 1 2 3 4 5 6 7 8 9 10, and a 1, 2, 3.\nBram Osei: 40 50 60 70 80 90 100.",
        f"<!-- from ferry.docx -->\n\n{LABELLED}",
        f"{LABELLED}\n\nDay | Time\n--- | ---\nMonday | 9:30",  # a table below the talk
        f"rate = 16000\nlength = 30\n\n{LABELLED}",
    ],
)
def test_talk_that_shows_a_little_of_it_is_read(text: str) -> None:
    said = turns(text, "talk.txt")
    assert [label for label, _ in said[:6]] == [who for who, _ in SAID]
    assert all(words.rstrip().endswith(given) for (_, words), (_, given) in zip(said[:5], SAID, strict=False))


@pytest.mark.parametrize(
    "text",
    [
        "It rained, and we waited.\nIt stopped, and we left.\nIt rained, and we ran.\nIt stopped, and we sat.\n",
        "<Ana>It rained.</Ana>\n",
        "At 10:30 we met 12 of them, 4 more came at 11, and by 12:15 there were 20 or 25 people on 3 boats.\n",
        "Paragraph one is here.\n\nxmin = 0 is what it says.\n",
    ],
)
def test_prose_is_read(text: str) -> None:
    assert " ".join(words for _, words in turns(text, "talk.txt")) == " ".join(text.split())
