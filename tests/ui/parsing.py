"""HTML as a test reads it, and transcripts made for it."""

from __future__ import annotations

from html.parser import HTMLParser

from bot.transcripts.transcript import Lines, Piece, Reading, Transcript, Utterance


class Parsed(HTMLParser):
    """Text by tag, and the tags and attributes seen; `cards` is the text of hidden cards, and of no other."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = self.cards = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "input":
            return
        self.inside.setdefault(tag, []).append("")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if "aside" in self._open:
            self.cards += data
            return
        self.text += data
        for tag in dict.fromkeys(self._open):
            self.inside[tag][-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    def having(self, attribute: str) -> list[str | None]:
        """The values of an attribute."""
        return [attributes[attribute] for _, attributes in self.tags if attribute in attributes]


def made(*texts: str, speakers: tuple[str, ...] = ("Ana", "Ben"), source: str = "talk.txt") -> Transcript:
    """A transcript of one line a turn, speakers in turns, ten seconds each."""
    utterances = tuple(
        Utterance(at, name, name, text, (Piece(0, Lines(at + 1, at + 1), at * 10.0, at * 10.0 + 9),))
        for at, text in enumerate(texts)
        for name in [speakers[at % len(speakers)]]
    )
    return Transcript(
        "talk", "A talk", source, "0" * 64, utterances, Reading("made", "line", len(texts), len(texts), ())
    )
