"""Files made to break readers: only TranscriptError comes out, in bounded time and memory.

For each MB of a file 2 s of CPU time and 200 MB of memory are allowed, on a machine of the speed that
`_slowness` names.  Most files are of 100 kB, whose share shows well enough what grows with the square of the size;
smaller ones are given as much.  All are read in one child process, which loads no model and reports the CPU time and
the highest memory of each; a reader that loops is interrupted.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from bot.errors import TranscriptError
from bot.transcripts.formats import FORMATS, family_of, read_bytes
from bot.transcripts.transcript import Lines, Piece, Transcript
from tests.episode import EPISODE
from tests.writers import WRITERS, docx, paragraph, run

SECONDS, MEGABYTES = 2.0, 200.0
"""Allowed for each MB of a file."""

MB = 1_000_000
A_UNIT = 1e-5
"""Seconds for each line or tag besides, since a MB may have half a million of them.

Files of tiny units need it, such as names and words on lines of their own, three line ends in eleven bytes: they are
read in some 4 s a MB, for each unit becomes an object with a place.  Talk has one in fifty bytes, and needs no more
than 2 s.
"""

SIZE = MB // 10
"""Bytes of most files."""

LEAST = 0.1
"""MB that the smallest file counts for."""

LARGEST_PART = 24 * MB
"""Bytes that a part of a Word file may unpack to, and no more."""

FORCED = 50_000
"""Bytes up to which a file is read by every family by force as well."""


def lines() -> Iterator[tuple[str, bytes]]:
    """10 MB on one line, and 1 MB of all that patterns stumble over."""
    for unit in ("a:", "<", "*"):
        yield f"10 MB of {unit!r}", unit.encode() * (10 * MB // len(unit))
    for unit in (
        *("[", "&", " ", "\u00a0", "-->", "_", "1", "A", "(", "0:00 ", "A b ", '"', "\t", ". A", "<v ", "[a](", "&#"),
        *("**a", "A: ", "\\u0041"),
    ):
        yield f"1 MB of {unit!r}", (unit * (MB // len(unit.encode()))).encode()


def heads() -> Iterator[tuple[str, bytes]]:
    """The same again and again after the signature of a family, so that its reader meets it."""
    signatures = {
        "vtt": "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ana>",
        "srt": "1\n00:00:00,000 --> 00:00:01,000\n",
        "json": '{"version": "1.0.0", "segments": [{"speaker": "Ana", "startTime": 0, "endTime": 1, "body": "',
        "html": "<cite>Ana:</cite><time>0:00</time><p>",
        "txt": "Ana Silva: Hello.\nTom Roe: Hello.\nAna Silva: ",
        "md": "**Ana Silva:** Hello.\n\n**Tom Roe:** Hello.\n\n**Ana Silva:** ",
    }
    markdown = ("[", "*a", "_a", "- ", "\n\na")
    others = (
        *("<", "&", " ", "-->", "a:", "9", "A b: ", "<v A>", "<i>", "{\\an8}", "</p><p>", "1:00 ", "\n", "\r"),
        *("A: b\n", "0:01\n"),
    )
    for suffix, head in signatures.items():
        for unit in markdown if suffix == "md" else (*markdown, *others):
            yield f"{suffix} and {unit!r}", (head + unit * (SIZE // len(unit))).encode()


def cues() -> Iterator[tuple[str, bytes]]:
    """Many tiny units."""

    def many(name: str, head: str, unit: Callable[[int], str], tail: str = "") -> tuple[str, bytes]:
        return name, (head + "".join(map(unit, range(SIZE // len(unit(0)) + 1))) + tail).encode()

    yield many("labelled lines", "", lambda n: f"A{n % 7}: b\n")
    yield many("labels that occur once", "", lambda n: f"Ana Q{n}: b\n")
    yield many("speakers with times", "", lambda n: f"Ana {chr(65 + n % 26)}{n} ({n // 60}:{n % 60:02d}): b.\n")
    yield many("names alone", "", lambda n: f"Ana Q{n % 999}:\nb\n\n")
    yield many("Otter turns", "", lambda n: f"Ana Q{n}  {n // 60}:{n % 60:02d}\nb\n\n")
    yield many("bold names", "", lambda n: f"**Ana Q{n}:** b\n\n")
    yield many("clocks", "", lambda n: f"{n % 60}:{n % 60:02d}\n")
    yield many("cues of VTT", "WEBVTT\n\n", lambda n: "00:01.000 --> 00:02.000\n<v A>b\n\n")
    yield many("cues of VTT, new voices", "WEBVTT\n\n", lambda n: f"00:01.000 --> 00:02.000\n<v A{n}>b\n\n")
    yield many("cues of VTT, new names", "WEBVTT\n\n", lambda n: f"00:01.000 --> 00:02.000\nAna Q{n}: b\n\n")
    yield many("echoes", "WEBVTT\n\n", lambda n: "00:01.000 --> 00:01.010\nyeah\nyeah\n\n")
    yield many("cues of SRT", "", lambda n: f"{n}\n00:00:01,000 --> 00:00:02,000\nAna: b\n\n")
    yield many("cues of SRT, new names", "", lambda n: f"{n}\n00:00:01,000 --> 00:00:02,000\nAna Q{n}: b\n\n")
    yield many("timings without words", "", lambda n: "00:00:01,000 --> 00:00:02,000\n")
    yield many("lines in a cue", "WEBVTT\n\n00:01.000 --> 00:02.000\n", lambda n: "a b\n")
    yield many("voices in a cue", "WEBVTT\n\n00:01.000 --> 00:02.000\n", lambda n: "<v Ana>b")
    yield many("new voices in a cue", "WEBVTT\n\n00:01.000 --> 00:02.000\n", lambda n: f"<v A{n}>b")
    yield many("notes", "WEBVTT\n\n", lambda n: "NOTE\n\n")
    opening = '{"version":"1","segments":[{"speaker":"A","startTime":1,"endTime":2,"body":"b"}'
    yield many("segments", opening, lambda n: ',{"speaker":"A","startTime":1,"endTime":2,"body":"b"}', "]}")
    yield many(
        "segments, new speakers", opening, lambda n: f',{{"speaker":"A{n}","startTime":1,"endTime":2,"body":"b"}}', "]}"
    )
    yield many("empty segments", opening, lambda n: ",{}", "]}")
    yield many(
        "words of Whisper",
        '{"segments":[{"start":0,"end":1,"text":"b","words":[{"word":"b"}',
        lambda n: ',{"word":"b"}',
        "]}]}",
    )
    yield many(
        "items of AWS",
        '{"results":{"transcripts":[],"items":[{"type":"punctuation","alternatives":[{"content":"."}]}',
        lambda n: ',{"type":"punctuation","alternatives":[{"content":"."}]}',
        "]}}",
    )
    yield many(
        "elements of Rev",
        '{"monologues":[{"speaker":0,"elements":[{"type":"punct","value":" "}',
        lambda n: ',{"type":"text","value":"b"}',
        "]}]}",
    )
    yield many("other lists", '{"segments":[{"text":"b","start":0,"end":1}],"other":["b"', lambda n: ',"b"', "]}")
    yield many("cites", "", lambda n: "<cite>A:</cite><time>0:01</time><p>b</p>")
    yield many("new cites", "", lambda n: f"<cite>A{n}:</cite><time>0:01</time><p>b</p>")
    yield many("paragraphs", "", lambda n: "<p>a</p>")
    yield many("breaks", "<cite>A:</cite><p>", lambda n: "a<br>")
    yield "a million lines", b"a\n" * 500_000


def nests() -> Iterator[tuple[str, bytes]]:
    """Deep structures."""
    n = 100_000
    yield "JSON lists in lists", b"[" * n + b"]" * n
    yield "JSON objects in objects", b'{"segments":' * 50_000 + b"1" + b"}" * 50_000
    yield "JSON lists never closed", b'{"segments":[' * 50_000
    yield "segments that nest", b'{"segments":' + b"[" * 400 + b"]" * 400 + b"}"
    yield "HTML in HTML", b"<div>" * n + b"<cite>A:</cite><p>b</p>" + b"</div>" * n
    yield "HTML cites in cites", b"<cite>" * n + b"a"
    yield "HTML never closed", b"<p><cite>A:</cite><time>0:00" * 30_000
    yield "HTML attributes", b"<cite " + b"a=1 " * 200_000 + b">A:</cite><p>b</p>"
    yield "HTML comments", b"<!-- " * 100_000 + b"<cite>A:</cite><p>b</p>"
    yield "XML in XML", b"<?xml version='1.0'?>" + b"<a>" * n + b"</a>" * n
    yield (
        "an XML entity bomb",
        (
            "<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a0 'lol'>"
            + "".join(f"<!ENTITY a{k} '{f'&a{k - 1};' * 10}'>" for k in range(1, 12))
            + "]><p>&a11;</p>"
        ).encode(),
    )


def numbers() -> Iterator[tuple[str, bytes]]:
    """Values that arithmetic and text cannot hold."""
    for value in (
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "1" * 5000,
        "null",
        '"1e400"',
        '"nan"',
        '"1:2:3:4:5"',
        '"x"',
        "true",
        "[]",
        "{}",
        "-5",
        '"' + "9" * 5000 + '"',
    ):
        yield (
            f"a time of {value[:12]}",
            (
                f'{{"version": "1", "segments": [{{"speaker": "A", "startTime": {value}, "endTime": {value}, '
                '"body": "b"}, {"speaker": "B", "startTime": 1, "endTime": 2, "body": "c"}]}'
            ).encode(),
        )
        yield (
            f"a whisper time of {value[:12]}",
            (
                f'{{"text": "b", "segments": [{{"id": 0, "seek": 0, "start": {value}, "end": {value}, "text": "b",'
                f' "words": {value}}}]}}'
            ).encode(),
        )
        yield (
            f"an assembly time of {value[:12]}",
            (
                f'{{"id": "1", "utterances": [{{"speaker": {value}, "start": {value}, "end": {value}, "text": {value},'
                f' "words": []}}], "words": {value}, "text": {value}}}'
            ).encode(),
        )
    for body in ('"\\ud83d"', '"\\ud83d\\u0000"', '"a\\u0000b"', '"\\u2028\\u0085"', "5", "null", '["a"]', '{"a": 1}'):
        yield (
            f"a body of {body}",
            (
                '{"version": "1", "segments": [{"speaker": "A", "startTime": 1, "endTime": 2, "body": "x"},'
                f' {{"speaker": {body}, "startTime": 1, "endTime": 2, "body": {body}}}]}}'
            ).encode(),
        )
    digits = "9" * 5000
    yield "an hour of 5,000 digits in VTT", f"WEBVTT\n\n{digits}:00:00.000 --> {digits}:00:01.000\n<v A>b\n".encode()
    yield "an hour of 5,000 digits in SRT", f"1\n{digits}:00:00,000 --> {digits}:00:01,000\nA: b\n".encode()
    yield "an index of 5,000 digits", f"{digits}\n00:00:00,000 --> 00:00:01,000\nA: b\n".encode()
    yield "a year of 5,000 digits", f"---\ndate: {digits}-01-01\ntitle: [\n---\n\n**Ana:** b\n\n**Tom:** c\n".encode()
    yield "other digits", "WEBVTT\n\n٠٠:٠١.٠٠٠ --> ٠٠:٠٢.٠٠٠\n<v A>b\n\n²:00:01.000 --> 00:02.000\n<v A>b\n".encode()
    yield (
        "superscripts as indexes",
        "²\n00:00:00,000 --> 00:00:01,000\nA: b\n\n①\n00:00:01,000 --> 00:00:02,000\nA: b\n".encode(),
    )
    yield "numeric entities", b"<cite>A&#0;&#xFFFFFFFF;&#xD800;:</cite><p>&#99999999999;&#1;&#x110000;b</p>"
    yield (
        "numeric entities in VTT",
        b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v A&#xD800;>b &#xD800; &#0; &#99999999999999999999;\n",
    )
    yield "nothing but an entity", b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>&nbsp;&#8203;&zwnj;\n"
    yield "a zero-width label", "\u200b: b\n\u200b: c\n\ufeff\ufeffAna: b\nAna: c\n".encode()
    yield "marks that reorder", "Ana\u202e: b\nAna\u202e: c\nTom\u2067: d\nTom\u2067: e\n".encode()
    yield "only marks", b"\xef\xbb\xbf"
    yield "half a UTF-16", b"\xff\xfea"
    yield "a lone surrogate in UTF-16", b"\xff\xfe\x00\xd8A\x00"
    yield "UTF-32", "Ana: b\nTom: c\n".encode("utf-32")
    yield "UTF-7", b"Ana: +AGE-\nTom: c\n"


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


def word_files() -> Iterator[tuple[str, bytes]]:
    """Zip files that are not what they say, or more than they weigh."""
    good = next(writer for writer in WRITERS if writer.name == "teams_docx").write(EPISODE)
    yield "a zip bomb", docx(["<w:p><w:r><w:t>" + "a" * (300 * MB) + "</w:t></w:r></w:p>"])
    yield "a bomb of paragraphs", docx(["<w:p/>" * 20_000_000])
    yield "a bomb beside the document", _with(good, "word/media/image1.png", b"\0" * (300 * MB))
    yield "a bomb of styles", _with(good, "word/styles.xml", b"<w:styles>" + b" " * (300 * MB))
    yield "a bomb of types", _with(good, "[Content_Types].xml", b" " * (300 * MB))
    yield "a million empty runs", docx(["<w:p>" + "<w:r/>" * 1_000_000 + run("Ana   0:01\nb") + "</w:p>"])
    yield "100,000 empty paragraphs", docx([paragraph()] * 100_000)
    yield "20,000 turns", docx([paragraph(run("Ana", True), run("   0:01"), run("\nb")) for _ in range(8_000)])
    yield "deep tables", docx(["<w:tbl><w:tr><w:tc>" * 3_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3_000])
    yield "deep runs", docx(["<w:p>" + "<w:ins>" * 50_000 + "</w:ins>" * 50_000 + "</w:p>"])
    yield (
        "an entity bomb in Word",
        _with(
            good,
            "word/document.xml",
            b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a0 'lol'>"
            + b"".join(b"<!ENTITY a%d '%s'>" % (k, b"&a%d;" % (k - 1) * 10) for k in range(1, 12))
            + b"]><w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body><w:p><w:r>"
            b"<w:t>&a11;</w:t></w:r></w:p></w:body></w:document>",
        ),
    )
    yield (
        "an outside entity",
        _with(
            good,
            "word/document.xml",
            b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><w:document xmlns:w='http://"
            b"schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body><w:p><w:r><w:t>Ana: &x;</w:t></w:r></w:p>"
            b"</w:body></w:document>",
        ),
    )
    yield "a document that is no XML", _with(good, "word/document.xml", b"hello")
    yield "a document of another kind", _with(good, "word/document.xml", b"<a/>")
    yield "a zip without a document", zipped(a=b"hello")
    yield "a spreadsheet", zipped(xl__workbook=b"<a/>", **{"[Content_Types].xml": b"<Types/>"})
    yield "an empty zip", zipped()
    yield "a zip cut short", good[: len(good) // 2]
    yield "a zip of two halves", good[len(good) // 2 :] + good
    yield "a zip with a name on a path", zipped(**{"../../etc/passwd": b"a", "word__document.xml": b"<a/>"})
    yield "an old Word file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000
    yield "rich text", rb"{\rtf1\ansi Ana Silva: Hello.\par Tom Roe: Hello.\par}"
    yield "a method nobody knows", good.replace(b"\x08\x00", b"\x63\x00")
    yield (
        "an encrypted zip",
        good.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00").replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
        ),
    )


def _with(archive: bytes, name: str, data: bytes) -> bytes:
    """A zip with one file replaced or added."""
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        files = {info.filename: old.read(info) for info in old.infolist()}
    return zipped(**files | {name: data})


def mutations(count: int = 6) -> Iterator[tuple[str, bytes]]:
    """What the writers write, with bytes changed, dropped, doubled and cut off; and bytes of no meaning at all."""
    chance = random.Random(8)
    for writer in WRITERS:
        data = writer.write(EPISODE[:12])
        for number in range(count):
            changed = bytearray(data)
            for _ in range(chance.choice((1, 3, 30))):
                at = chance.randrange(len(changed))
                kind = chance.randrange(5)
                if kind == 0:
                    changed[at] = chance.randrange(256)
                elif kind == 1:
                    del changed[at : at + chance.randrange(1, 40)]
                elif kind == 2:
                    changed[at:at] = changed[at : at + chance.randrange(1, 200)]
                elif kind == 3:
                    changed[at:at] = chance.choice(
                        (b"\n", b"\r", b"<", b">", b'"', b":", b"\xff", b"null", b"-->", b"[", b"{", b"&", b"\xc2\xa0")
                    )
                else:
                    start, stop = sorted((at, chance.randrange(len(changed) + 1)))
                    changed[start:stop] = bytes(reversed(changed[start:stop]))
            if number == 0:
                changed = changed[: chance.randrange(1, len(changed))]
            yield f"{writer.name}, mutation {number}|{writer.file}", bytes(changed)
    for size in (1, 2, 3, 10, 100, 100_000):
        yield f"{size} random bytes", chance.randbytes(size)


def exported() -> Iterator[tuple[str, bytes]]:
    """What breaks parsers of JSON."""
    from tests.transcripts.formats.test_exported_json import HOSTILE

    for number, data in enumerate(HOSTILE):
        yield f"JSON {number}, {data[:30]!r}", data


_WHOLE = bool(os.environ.get("HOSTILE"))
"""HOSTILE=1, as `make bench` sets it: every file is tried."""

GROUPS: dict[str, Callable[[], Iterator[tuple[str, bytes]]]] = {
    function.__name__: function for function in (lines, heads, cues, nests, numbers, word_files, exported, mutations)
}


# ---- The child process: each file read by what its content shows, under several names, and by every family by force.


class _TooLong(BaseException):
    """Not an Exception, so that no reader catches it."""


def _stop(signum: int, frame: FrameType | None) -> None:
    raise _TooLong


def _attempts(name: str, data: bytes) -> Iterator[tuple[str, str | None]]:
    """(file name, format): by content, and small files by every family by force; JSON is parsed in one way."""
    if "|" in name:
        yield name.split("|")[1], None
        return
    yield "talk", None
    if len(data) <= FORCED:
        yield from (("talk", family.key) for family in FORMATS if family.suffixes or not family.recognises)
        yield "talk", "whisper"


def _size(data: bytes) -> int:
    """Bytes that are read: a Word file counts for its document, unless that is refused unpacked."""
    with contextlib.suppress(zipfile.BadZipFile, KeyError, ValueError, NotImplementedError):
        size = zipfile.ZipFile(io.BytesIO(data)).getinfo("word/document.xml").file_size
        return size if size < LARGEST_PART else len(data)
    return len(data)


def _refused_well(error: TranscriptError) -> str:
    """What is wrong with a refusal; "" is nothing."""
    return "an error of several lines" if "\n" in str(error) or len(str(error)) > 600 else ""


def _kept_well(data: bytes, transcript: Transcript) -> str:
    """What is wrong with what was read; "" is nothing.  It must be accounted for, stored and found again."""
    transcript.report.check()
    transcript.to_json().encode()
    holds, labels = family_of(data, transcript).holds, transcript.labels
    for utterance in transcript.utterances[:3]:
        words = " ".join(utterance.text.split()[:5])
        if utterance.text.startswith(words) and not holds(
            data, utterance.place_of(0, len(words)), words, utterance.label, labels
        ):
            return f"its own words are not found: {words[:40]!r}"
    return ""


def _slowness() -> float:
    """How much slower this machine is, just now, than one that makes 50,000 pieces in 0.06 s; at least 1."""
    began = time.process_time()
    for number in range(50_000):
        Piece(number, Lines(number, number))
    return max(1.0, (time.process_time() - began) / 0.06)


def _peak() -> float:
    """The highest memory since `_reset`, in MB; since the process began where the system cannot tell."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _reset() -> float:
    """Forget the highest memory; the memory now, in MB."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def child() -> None:
    """Read every file; print a JSON line for each attempt that is out of bounds, and a count after each group."""
    signal.signal(signal.SIGVTALRM, _stop)
    resource.setrlimit(resource.RLIMIT_AS, (8_000 * MB, 8_000 * MB))
    read_bytes(b"Ana: Hello.\nTom: Hello.\nAna: Well.\nTom: Well.\n", "talk")  # what is loaded once is not measured
    for group, files in GROUPS.items():
        attempts, slow_machine = 0, _slowness()
        for name, data in files():
            # Many are of a kind, so `make test` tries two of five of these, the same each time.
            if group in ("heads", "mutations", "cues", "exported") and zlib.crc32(name.encode()) % 5 > 1 and not _WHOLE:
                continue
            units = data.count(b"\n") + data.count(b"\r") + data.count(b"<")
            size = max(LEAST, _size(data) / MB)
            allowed = SECONDS * size + A_UNIT * units
            for file, format in _attempts(name, data):
                attempts += 1
                problem, seconds, memory = _attempt(data, file, format, allowed * slow_machine)
                seconds /= slow_machine
                for _ in range(2):
                    if not problem and seconds <= allowed:
                        break
                    _forget()  # another process may have slowed it, so it is tried again
                    slow_machine = _slowness()
                    problem, seconds, memory = _attempt(data, file, format, allowed * slow_machine)
                    seconds /= slow_machine
                if problem or seconds > allowed or memory > max(MEGABYTES * size, 80) or os.environ.get("VERBOSE"):
                    found = [name, file, format, problem, round(seconds, 2), round(memory), round(size, 1)]
                    print(json.dumps([group, found]), flush=True)
        print(json.dumps([group, attempts]), flush=True)


def _forget() -> None:
    """Empty the caches of all readers, and collect what they held, so that no other file's objects are walked."""
    for name, module in list(sys.modules.items()):
        if name.startswith("bot.transcripts.formats"):
            for member in list(vars(module).values()):
                if hasattr(member, "cache_clear"):
                    member.cache_clear()
    gc.collect()


def _attempt(data: bytes, file: str, format: str | None, allowed: float) -> tuple[str, float, float]:
    """(what is wrong, or ""; CPU seconds of reading or of finding, whichever is more; MB)."""
    before, began = _reset(), time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, 2 * allowed)
    read = began
    try:
        transcript = read_bytes(data, file, format)
        read = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, 2 * allowed)
        problem = _kept_well(data, transcript)
    except TranscriptError as error:
        problem = _refused_well(error)
    except _TooLong as error:
        problem = f"it did not end: {_where(error)}"
    except BaseException as error:
        problem = f"{type(error).__name__}: {str(error)[:200]} at {_where(error)}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return problem, max(read - began, time.process_time() - read), _peak() - before


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next and "/bot/" in trace.tb_next.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"


@pytest.fixture(scope="module")
def found() -> dict[str, list[object]]:
    """What the child says of each group: the attempts that are out of bounds, and how many there were."""
    if not hasattr(resource, "RLIMIT_AS"):
        pytest.skip("this system cannot bound a process")
    done = subprocess.run(
        [sys.executable, "-m", "tests.transcripts.formats.test_hostile"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return {group: [what for of, what in said if of == group] for group in GROUPS}


@pytest.mark.processes
@pytest.mark.parametrize("group", GROUPS)
def test_only_refusals_within_bounds(group: str, found: dict[str, list[object]]) -> None:
    """No reader raises anything but TranscriptError, loops, or takes more than its share of time or memory."""
    *problems, attempts = found[group]
    assert not problems, "\n".join(map(str, problems[:20]))
    assert isinstance(attempts, int)
    assert attempts > 4


if __name__ == "__main__":
    child()
