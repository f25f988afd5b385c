"""Markdown as it is shown: the words without links' addresses, emphasis, escapes and entities."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.transcripts.formats.text import unescape

_LINK = re.compile(
    r"!?\[((?:[^\[\]\\\n]|\\.){0,500})\]\((?:[^()\s]|\([^()\s]{0,200}\)){0,2000}(?:\s+\"[^\"\n]{0,200}\")?\)"
)
_EMPHASIS = re.compile(
    r"(?<![\\*])(\*{1,3})(?=[^\s*])((?:[^*\n\\]|\\.){0,2000}?[^\s*\\]|(?:[^*\n\\]|\\.){0,2000}?\\.)\1(?!\*)"
    r"|(?<![\\\w])(_)(?=[^\s_])((?:[^_\n\\]|\\.){0,2000}?[^\s_\\])_(?!\w)"
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!<>~|$-])")
_CODE = re.compile(r"(`[^`\n]{1,500}`)")


def plain(words: str) -> str:
    """Words of Markdown as they are shown: without links' addresses, emphasis, escapes and entities; code stays."""
    if not any(sign in words for sign in "[*_\\&"):
        return words
    parts = _CODE.split(_LINK.sub(r"\1", _LINK.sub(r"\1", words)))  # twice: a picture may be a link
    for at in range(0, len(parts), 2):
        shown = _EMPHASIS.sub(lambda match: match[2] or match[4], parts[at])
        parts[at] = _ESCAPE.sub(r"\1", unescape(shown))
    return "".join(parts)


def front_matter(lines: Sequence[str]) -> int:
    """How many lines at the top are YAML between two lines of three hyphens."""
    if not lines or lines[0].strip() != "---":
        return 0
    end = next((at for at, line in enumerate(lines[1:200], 2) if line.strip() in ("---", "...")), 0)
    fields = sum(1 for line in lines[1:end] if re.match(r"[\w-]+:(?:\s|$)|\s*- |\s*#|\s", line) or not line.strip())
    return end if end and fields == end - 2 else 0
