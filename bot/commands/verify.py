"""`onrecord verify`: a quote, or every quotation of an article, against the record."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.shared import Commands, add_transcripts_option, open_library
from bot.errors import OnRecordError

if TYPE_CHECKING:
    from bot.quotes.quoting import Quote
    from bot.verifying.article import ArticleReport
    from bot.verifying.verification import Verification

MORE = """\
The words must stand in one turn, exactly.  What may differ: white space and line ends; curly or straight quotation
marks and apostrophes; hyphens and dashes of any length; "…" or "..."; how accents and ligatures are encoded; whether
the first letter is a capital; a comma or full stop at the very end.  A changed word, number or negation is never found,
however near: the nearest places are shown, [-what the quote says-] {+what the record says+}.  An ellipsis or brackets
that the record does not have say that words were left out: such a quote is not found, and its parts are looked for.

--file checks every quotation of three words or more in an article (plain text or Markdown, in UTF-8) and says for each
its line and status.  Where the sentence names one of the speakers as saying it, by a whole name or a surname that is
nobody else's, the quotation must be that speaker's; --speaker ascribes all others.

Exit status 0 whatever is found: the statuses and the summary tell."""

_STATUS = {"found": "found", "said_by_other": "said by someone else", "not_found": "not found"}


def add_parser(commands: Commands) -> None:
    """The command and its options."""
    parser = commands.add("verify", run, "say whether a quote is exact, by whom it is said, and where", MORE)
    parser.add_argument("quote", nargs="?", metavar="QUOTE")
    parser.add_argument("--file", metavar="ARTICLE", help="every quotation of an article; - reads standard input")
    parser.add_argument("--speaker", metavar="NAME", help="the speaker to whom the quote is ascribed")
    add_transcripts_option(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(options: argparse.Namespace) -> None:
    """What was found of the quote, or of each quotation of the article."""
    from bot.verifying.article import verify_article
    from bot.verifying.verification import Verifier

    if (options.quote is None) == (options.file is None):
        raise OnRecordError("one thing to verify was expected: name a QUOTE, or an article with --file")
    library = open_library(options)
    found: Verification | ArticleReport
    if options.file is None:
        found = Verifier(library, options.transcripts, _folding).verify(options.quote, options.speaker)
        lines = _describe_verification(found)
    else:
        article = _read_article(options.file)
        found = verify_article(article, library, options.speaker, options.transcripts, _folding)
        lines = _describe_article(found)
    print(json.dumps(found.as_dict(), ensure_ascii=False, indent=1) if options.json else "\n".join(lines))


def _folding(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\rpreparing the texts, once: {done}/{total}", end=end, file=sys.stderr, flush=True)


def _read_article(name: str) -> str:
    data = sys.stdin.buffer.read() if name == "-" else Path(name).expanduser().read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OnRecordError(
            f"{name}: the article is not UTF-8 text (byte {error.start}); save it as plain text or Markdown in UTF-8"
        ) from None


def _describe_verification(found: Verification) -> list[str]:
    lines = [_STATUS[found.status]]
    for quote in found.quotes:
        lines += _describe_place(quote)
    if found.more:
        lines.append(f"and up to {found.more:,} more turns that have these words")
    if found.parts:
        lines += _describe_parts(found)
    if found.near:
        lines.append("closest, and not the same: [-the quote-] {+the record+}")
    for miss in found.near:
        lines += [f"  {miss}", *_describe_place(miss.quote)]
    return lines


def _describe_place(quote: Quote) -> list[str]:
    lines = [f"— {quote.where()}"]
    for name, neighbour in (("before", quote.before), ("after", quote.after)):
        if neighbour:
            lines.append(f"    {name + ':':<8}{neighbour.speaker}: {neighbour.text}")
    if quote.cautions:
        lines.append(f"    beware: {', '.join(quote.cautions)}")
    return lines


def _describe_parts(found: Verification) -> list[str]:
    whole = "they stand in one turn, in this order" if found.together else "they do not stand together"
    said = {
        "words left out": f"words are left out or put in; its parts, by themselves ({whole}):",
        "more than one turn": "it runs over more than one turn:",
        "more than one place": "it is put together from more than one place:",
    }
    lines = [said[found.split or "words left out"]]
    for part in found.parts:
        lines.append(f"  “{' '.join(part.text.split())}”")
        lines += [f"  — {quote.where()}" for quote in part.quotes] or ["  — nowhere"]
    return lines


def _describe_article(report: ArticleReport) -> list[str]:
    lines = []
    for item in report.checked:
        quotation = item.quotation
        status, *rest = _describe_verification(item.verification)
        ascribed = f" (ascribed to {quotation.speaker})" if quotation.speaker else ""
        lines += [f"line {quotation.line}: {status}{ascribed}: “{' '.join(quotation.text.split())}”"]
        lines += [*(f"  {line}" for line in rest), ""]
    for skipped in report.skipped:
        lines.append(f"line {skipped.line}: skipped, {skipped.skipped}: “{' '.join(skipped.text.split())[:80]}”")
    counts = ", ".join(f"{count} {_STATUS[status]}" for status, count in report.counts.items())
    lines.append(f"{len(report.checked)} quotations checked: {counts}; {len(report.skipped)} skipped")
    return lines
