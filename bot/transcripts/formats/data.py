"""What is data and not talk: tables, tiers, time codes and markup that no family reads.

Read as text, such a file would become the words of one person, columns and all.  It is known by what it shows: the
same number of separators on each line, numbers in the same columns, an element that opens the file and closes it, more
numbers than words.  What the first line says and the order of the columns serve to name the format in the message.

What may be talk is never refused: a line of the kind here and there, a table of contents, times before the words.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.errors import TranscriptError

_AS_TEXT = "export it as text, each turn as NAME: words"
_AS_CAPTIONS = "save it as WebVTT or SubRip, which are read"
_NEARLY_ALL = 0.95  # of the lines that are not blank
_MANY = 0.8
_ROWS = 3  # so many lines alike are a table
_TOKENS = 30  # so many tokens before their kind is counted
_SHOWN = 200  # characters of a line that are looked at for a signature
_CELL = 40  # characters of a cell that names somebody or heads a column
_SAMPLE = 40  # lines that are looked at before the whole file is

# What the first line that is not blank begins with; the name of the format, and what to do.
_SIGNATURES = (
    (r'File type = "ooTextFile', "a Praat TextGrid", "export its tiers as text, each turn as NAME: words"),
    (r"\ufeff?@(?:UTF8|Begin|Font)\b", "a CHAT transcript of CLAN", _AS_TEXT),
    (r"Scenarist_SCC\b", "closed captions (Scenarist SCC)", _AS_CAPTIONS),
    (r"\[Script Info\]", "SubStation Alpha subtitles (.ass, .ssa)", _AS_CAPTIONS),
    (r"(?:<\?xml[^>]*>\s*)?<tt\b", "TTML captions, HTML or XML that is not read here", _AS_CAPTIONS),
    (r"<sami\b", "SAMI captions", _AS_CAPTIONS),
)
# What nearly every line begins with.
_HEADS = (
    (r"\{\d{1,9}\}\{\d{0,9}\}", "subtitles with numbers of frames (MicroDVD .sub)", _AS_CAPTIONS),
    (r"\[\d{1,9}\]\[\d{0,9}\]", "subtitles with tenths of seconds (MPL2)", _AS_CAPTIONS),
    (r"[*@%][A-Za-z]\w{0,9}:\t", "a CHAT transcript of CLAN", _AS_TEXT),
)
_ELEMENT = re.compile(r"(?:<\?[^>]*>\s*|<!--.*?-->\s*)*<([A-Za-z][\w:.-]{0,60})[\s>/]", re.DOTALL)
_NUMBER = re.compile(r"[-+]?\d{1,15}(?:[.,]\d{1,9})?")
_DECIMAL = re.compile(r"[-+]?\d{1,15}\.\d{1,9}")
_CLOCK = re.compile(r"[\[(]?\d{1,3}(?:[:;]\d{2}){1,3}(?:[.,]\d{1,9})?[\])]?")
_SETTING = re.compile(r"\s*[A-Za-z_][\w ]{0,30}(?:\[\d*\])?(?:\s=\s|\s=$|:$|\?\s<)")
_ITEM = re.compile(r"\s*-\s[A-Za-z_]\w{0,30}:(?:\s|$)")
_MEMBER = re.compile(r"\s+[A-Za-z_]\w{0,30}:(?:\s|$)")
_LABEL = re.compile(r":(?:\s|$)|：")
_SENTENCE = re.compile(r"[.!?…。！？][\"'”’)\]]*$")


@dataclass(frozen=True)
class Separated:
    """A text whose lines have the same number of separators: the sign, and the cells of each row."""

    sign: str
    rows: list[list[str]]

    def is_column(self, at: int, like: Callable[[str], object]) -> bool:
        """Whether nearly all cells of a column, those of a header aside, are of a kind."""
        cells = [row[at].strip() for row in self.rows[1:] if len(row) > at]
        return bool(cells) and sum(1 for cell in cells if like(cell)) >= _NEARLY_ALL * len(cells)


def refuse_data(lines: Sequence[str]) -> None:
    """Raises TranscriptError for a text that is data: what it is, what was expected and what to do, in one line."""
    if found := _kind_of(lines):
        seen, advice = found
        raise TranscriptError(f"this is {seen}; expected labelled text (NAME: words); {advice}")


def _kind_of(lines: Sequence[str]) -> tuple[str, str] | None:
    """What kind of data the lines are, and what to do; None for what may be talk."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return None
    start = "\n".join(line[:_SHOWN] for line in filled[:5]).lstrip("\ufeff \t")
    for pattern, name, advice in _SIGNATURES:
        if re.match(pattern, start, re.IGNORECASE):
            return name, advice
    if root := _root_of(start, filled):
        return f"XML or the like (an element <{root}> holds all of it)", _AS_TEXT
    for pattern, name, advice in _HEADS:
        if len(filled) >= _ROWS and _share(filled, re.compile(pattern).match) >= _MANY:
            return name, advice
    if settings := _settings(filled):
        return settings, _AS_TEXT
    if columns := _columns(filled):
        return columns, _AS_TEXT
    if table := separated(lines):
        kind = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}[table.sign]
        head = f", headed {', '.join(table.rows[0])}" if _has_header(table) else ""
        return f"a table of {len(table.rows)} rows with {kind} between{head}"[:_SHOWN], _AS_TEXT
    return _numbers(filled)


def _share(lines: Sequence[str], like: Callable[[str], object]) -> float:
    """The share of lines that are of a kind; the first of them are asked first, as most files are of none."""
    sample = lines[:_SAMPLE]
    if sum(1 for line in sample if like(line)) < len(sample) / 2:
        return 0.0
    return sum(1 for line in lines if like(line)) / len(lines)


def _root_of(start: str, filled: Sequence[str]) -> str:
    """The element that opens a text, closes it and holds others, "" where there is none."""
    root = _ELEMENT.match(start)
    end = f"</{root[1]}>" if root else ""
    if not root or not filled[-1].rstrip().endswith(end) or start.count("<") < _ROWS:
        return ""
    return root[1] if sum(line.count(end) for line in filled) == 1 else ""


def _settings(filled: Sequence[str]) -> str:
    """Lines of names and values, in words; "" where the file has others."""
    if len(filled) < 2 * _ROWS:
        return ""
    if _share(filled, lambda line: " = " in line and _SETTING.match(line)) >= _MANY:
        return "a list of settings (name = value on each line)"
    if _share(filled, lambda line: _ITEM.match(line) or _MEMBER.match(line)) >= _NEARLY_ALL and any(
        _ITEM.match(line) for line in filled[:_SAMPLE]
    ):
        return "YAML (lists of names and values)"
    return ""


def _columns(filled: Sequence[str]) -> str:
    """Numbers in the same columns of nearly every line, white space between; in words, "" where there are none.

    Two numbers at the head of a line may be its times: that is for the reader.
    """
    told = [line for line in filled if not line.startswith(";;")]
    sample = [line[:_SHOWN].split() for line in told[:_SAMPLE]]
    if len(told) < _ROWS or sum(1 for row in sample if sum(map(_is_number, row[:8])) > 1) < len(sample) / 2:
        return ""
    rows = [line.split(None, 8) for line in told]
    enough = _NEARLY_ALL * len(rows)
    numbers = [
        at for at in range(8) if sum(1 for row in rows if len(row) > at and _NUMBER.fullmatch(row[at])) >= enough
    ]
    decimals = [
        at for at in numbers if sum(1 for row in rows if len(row) > at and _DECIMAL.fullmatch(row[at])) >= enough / 2
    ]
    if len(decimals) < 2 or numbers[:2] == [0, 1]:
        return ""
    name = next((name for name, first, at in _KNOWN_COLUMNS if at == decimals[:2] and first in ("", rows[0][0])), "")
    if not name and "\t" in filled[0]:
        return ""  # a table, and named as one
    return f"{name or 'a table'} (numbers in columns {', '.join(str(at + 1) for at in numbers)} of each line)"


# What first cell, and in which columns the times stand.
_KNOWN_COLUMNS = (
    ("RTTM, which says who speaks when and holds no words", "SPEAKER", [3, 4]),
    ("STM, segments with their times", "", [3, 4]),
    ("CTM, words with their times", "", [2, 3]),
)


def separated(lines: Sequence[str]) -> Separated | None:
    """The text as a table, where its lines have the same number of separators and a column says that it is one: of
    numbers or times, of short cells that repeat, or a header row.
    """
    filled = [line for line in lines if line.strip()]
    sample = filled[:_SAMPLE]
    for sign in "\t,;|":
        if not filled or sign not in filled[0] or sum(1 for line in sample if sign in line) < _MANY * len(sample):
            continue
        if not _rows(sample, sign) or not (rows := _rows(lines, sign)):
            continue
        table = Separated(sign, rows)
        if _is_table(table, len(rows[0])):
            return table
    return None


def _rows(lines: Sequence[str], sign: str) -> list[list[str]]:
    """The rows of a text with a separator, where they have as many cells as the first; none where they have not."""
    try:
        parsed = csv.reader((f"{line}\n" for line in lines), delimiter=sign)
        rows = [row for row in parsed if any(cell.strip() for cell in row)]
    except csv.Error:
        return []
    width = len(rows[0]) if rows else 0
    alike = sum(1 for row in rows if len(row) == width)
    return rows if len(rows) >= _ROWS and width >= 2 and alike >= _NEARLY_ALL * len(rows) else []


def _is_table(table: Separated, width: int) -> bool:
    """Whether a text with the same number of separators on each line is a table and no prose.

    A name with a colon is a label, and times or numbers at the head of the words are the reader's.
    """
    first = [row[0].strip() for row in table.rows]
    if table.sign != "|" and sum(1 for cell in first if not cell or _LABEL.search(cell)) >= len(first) / 2:
        return False
    if table.sign in ",;" and any(cell[:1] == " " for row in table.rows[:_SAMPLE] for cell in row[1:]):
        return False  # a white space behind a comma: prose
    timed = [at for at in range(width) if table.is_column(at, _is_number_or_time)]
    whisper = table.rows[0] == ["start", "end", "text"]
    if (
        timed == list(range(width - 1))
        and table.sign == "\t"
        and len(timed) <= 2
        and (whisper or not _has_header(table))
    ):
        return False  # nothing but times before the words
    return bool(timed) or _has_header(table) or any(_repeats(table, at) for at in range(width))


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell))


def _is_number_or_time(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _CLOCK.fullmatch(cell))


def _has_header(table: Separated) -> bool:
    """Whether the first row names the columns: short cells, all unlike, none a number, above longer ones."""
    head = [cell.strip() for cell in table.rows[0]]
    if len(set(head)) < len(head) or not all(head) or any(map(_is_number_or_time, head)):
        return False
    short = all(len(cell) <= _CELL and not _SENTENCE.search(cell) for cell in head)
    longest = max(sum(len(row[at]) for row in table.rows[1:] if len(row) > at) for at in range(len(head)))
    return short and longest / max(1, len(table.rows) - 1) > max(map(len, head))


def _repeats(table: Separated, at: int) -> bool:
    """Whether a column holds few short cells again and again, as one of speakers does."""
    cells = [row[at].strip() for row in table.rows if len(row) > at]
    return all(0 < len(cell) <= _CELL for cell in cells) and len(set(cells)) <= len(cells) / 2


def _numbers(filled: Sequence[str]) -> tuple[str, str] | None:
    """Whether there are more numbers than words: no talk, whatever it is.  Times of a clock count for neither."""
    tokens = [token for line in filled[:_SAMPLE] for token in line[: 2 * _SHOWN].split()]
    figures = [token for token in tokens if not token.strip("()[]+-.,:;%$€£0123456789")]
    numbers = sum(1 for token in figures if _NUMBER.fullmatch(token.strip("(),;%$€£")))
    times = sum(1 for token in figures if _CLOCK.fullmatch(token))
    if len(tokens) < _TOKENS or numbers <= (len(tokens) - times) / 2:
        return None
    return f"a list of numbers ({numbers} of its {len(tokens)} first words)", _AS_TEXT
