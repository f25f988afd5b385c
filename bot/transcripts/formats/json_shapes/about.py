"""What a file says of itself: its title, date and language, and the names of those who speak."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from bot.transcripts.formats.json_shapes.shape import Node
from bot.transcripts.formats.text import fold_white

# The names of languages that Whisper writes (`whisper/tokenizer.py`), where they are not codes.
_LANGUAGES = dict(
    pair.split(":")
    for pair in (
        "english:en chinese:zh german:de spanish:es russian:ru korean:ko french:fr japanese:ja portuguese:pt "
        "turkish:tr polish:pl catalan:ca dutch:nl arabic:ar swedish:sv italian:it indonesian:id hindi:hi "
        "finnish:fi vietnamese:vi hebrew:he ukrainian:uk greek:el malay:ms czech:cs romanian:ro danish:da "
        "hungarian:hu tamil:ta norwegian:no thai:th urdu:ur croatian:hr bulgarian:bg lithuanian:lt latin:la "
        "maori:mi malayalam:ml welsh:cy slovak:sk telugu:te persian:fa latvian:lv bengali:bn serbian:sr "
        "azerbaijani:az slovenian:sl kannada:kn estonian:et macedonian:mk breton:br basque:eu icelandic:is "
        "armenian:hy nepali:ne mongolian:mn bosnian:bs kazakh:kk albanian:sq swahili:sw galician:gl marathi:mr "
        "punjabi:pa sinhala:si khmer:km shona:sn yoruba:yo somali:so afrikaans:af occitan:oc georgian:ka "
        "belarusian:be tajik:tg sindhi:sd gujarati:gu amharic:am yiddish:yi lao:lo uzbek:uz faroese:fo pashto:ps "
        "turkmen:tk nynorsk:nn maltese:mt sanskrit:sa luxembourgish:lb myanmar:my tibetan:bo tagalog:tl "
        "malagasy:mg assamese:as tatar:tt hawaiian:haw lingala:ln hausa:ha bashkir:ba javanese:jw sundanese:su "
        "cantonese:yue"
    ).split()
)


def language_of(value: Any) -> str | None:
    """A language tag ("en", "pt-BR") of a code ("en_us") or a name ("english"); None for anything else."""
    if not isinstance(value, str):
        return None
    name = value.strip().casefold()
    tag = re.fullmatch(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?", _LANGUAGES.get(name, name))
    if not tag:
        return None
    return "-".join(part for part in (tag[1], (tag[2] or "").title(), (tag[3] or "").upper()) if part)


def date_of(value: Any) -> str | None:
    """The ISO date of a time stamp: ISO text, or milliseconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"\d{12,13}(?:\.0)?", value):
        value = float(value)
    try:
        if isinstance(value, str):
            return date.fromisoformat(value.strip()[:10]).isoformat()
        if isinstance(value, int | float) and not isinstance(value, bool) and 1e11 < value < 4e12:
            return datetime.fromtimestamp(value / 1000, UTC).date().isoformat()
    except ValueError:
        return None
    return None


def title_of(*nodes: Node) -> str | None:
    """The first of these that is a text with words."""
    return next((fold_white(node.value) for node in nodes if isinstance(node.value, str) and node.value.strip()), None)


def names_by(people: Node, *keys: str) -> dict[str, str]:
    """Names of a list of people by the label that one of these keys gives them."""
    return {person.label(*keys): name for person in people if (name := person.label("name", "display_name"))}
