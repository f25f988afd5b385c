"""One invented episode, which `tests.writers` writes out in every format.

It holds what readers trip over: colons within speech, "Note:" and clock times at the head of a sentence, names that are
words, quotations, interruptions, numbers, accents, angle brackets, ampersands, an hour that turns over in mid-episode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """Words, and when they are said: seconds from the beginning of the recording, to 10 ms."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Turn:
    """What one speaker says until another does."""

    speaker: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def start(self) -> float:
        return self.sentences[0].start

    @property
    def end(self) -> float:
        return self.sentences[-1].end


_WORD = 0.32  # seconds a word
_PAUSE = 0.5  # seconds between turns


def timed(said: Sequence[tuple[str, str]], breaks: Sequence[int] = ()) -> tuple[Turn, ...]:
    """Turns with times; the sentences of a turn stand one a line.  After the turns named by `breaks` the tape runs on
    for half an hour."""
    turns, clock = [], 0.5
    for number, (speaker, words) in enumerate(said):
        sentences = []
        for text in words.strip().split("\n"):
            end = round(clock + _WORD * len(text.split()), 2)
            sentences.append(Sentence(text.strip(), round(clock, 2), end))
            clock = end
        turns.append(Turn(speaker, tuple(sentences)))
        clock = round(clock + _PAUSE + (1800.0 if number in breaks else 0.0), 2)
    return tuple(turns)


ANA, TOM, JOSE, WILL = "Ana Silva", "Tom O'Neil", "José Pérez", "Will Grace"

_SAID = (
    (ANA, "Welcome back to Low Tide, the programme about small harbours.\nI'm Ana Silva, and it is the 8th of May."),
    (TOM, "And I'm Tom O'Neil."),
    (ANA, "With us today is José Pérez, who ran the ferry at Porto Claro for 31 years.\nJosé, welcome."),
    (JOSE, "Thank you, Ana.\nIt's good to be here, even if I don't hear so well any more."),
    (ANA, "Here is the thing: last year the ferry carried 1,204 people, down from 9,300.\nWhat happened?"),
    (JOSE, "The bridge happened.\nThey opened it at 10:30 on a Monday, and by noon my deck was empty."),
    (TOM, "By noon?"),
    (JOSE, "By noon.\nNote: nobody had told the crew.\nI read about it in the paper, like everybody else."),
    (WILL, "Can I come in here?"),
    (ANA, "Please.\nWill Grace wrote the report for the council, 140 pages of it."),
    (
        WILL,
        "It says what José says, only with footnotes.\nTraffic fell by 18 per cent in the first week & never came "
        "back.\nWill it come back now?\nI would not bet on it.",
    ),
    (TOM, 'I have the report here.\nPage 12: "The ferry isn\'t a cost, it is a road that floats."\nWho wrote that?'),
    (WILL, "Guilty."),
    (JOSE, "I liked that line.\nMy wife put it on the fridge, next to a card that said: “Keep calm, it's only rain.”"),
    (ANA, "Let's talk about money.\nThe council offered £40,000 and you said no."),
    (JOSE, "I would never have said yes.\nA hull costs 3.5 million euros, so 40,000 buys you the paint."),
    (TOM, "So what you needed was--"),
    (JOSE, "What I needed was time.\nTwo winters, no more."),
    (TOM, "Right, and the council--"),
    (WILL, "The council had a vote on the 3rd of June, and it went 7 to 6.\nOne vote, Tom."),
    (TOM, "One vote.\nYou couldn't make it up."),
    (ANA, "We'll take a short break.\nAfter it: the letter that was never sent."),
    (WILL, "So, the letter.\nIt was addressed to São Paulo, of all places, to a Zoë Müller."),
    (ANA, "Who is she?"),
    (
        WILL,
        "Her firm builds hulls of bamboo.\nIf the load is < 5 tonnes and the swell is > 2 metres, she says, bamboo "
        "beats steel.\nIt sounds naïve; it isn't.",
    ),
    (JOSE, "I have seen one.\nIt floats."),
    (TOM, "High praise from a ferryman."),
    (JOSE, "From a ferryman there is no higher."),
    (ANA, "And why was it never sent?"),
    (WILL, "Because of me.\nI had it in my bag for a month…\nThen the vote came, and it was too late."),
    (TOM, "Do you regret that?"),
    (WILL, "Every day.\nGrace under pressure, my mother used to say, is only a name in our family."),
    (ANA, "José, one last question: would you do it again, all 31 years?"),
    (JOSE, "Yes.\nAnd this time I'd charge for the dogs."),
    (TOM, "Dogs went free?"),
    (JOSE, "Dogs went free, and bicycles, and one piano.\n“Never charge a piano,” my father said."),
    (ANA, "The report is at https://example.org/low-tide/report and the letter is in our notes.\nThank you both."),
    (WILL, "Thank you."),
    (JOSE, "Thank you, and mind the step."),
    (TOM, "That was Low Tide.\nUntil next week."),
)

EPISODE = timed(_SAID, breaks=(12, 21))
"""40 turns of four speakers; nobody follows themselves; it lasts a little more than an hour."""
