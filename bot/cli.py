"""The command line: `onrecord COMMAND`.  The commands are in `bot.commands`, each beside its options.

stdout is the answer, stderr is progress.  Exit 0: done; 1: a one-line error that says what to do; 2: usage.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from bot.commands import add, asking, evaluate, indexes, mentions, serve, speakers, talk, transcripts, verify
from bot.commands.shared import DEFAULT_LIBRARY, HELP_FORMATTER, Commands
from bot.errors import OnRecordError

_DESCRIPTION = """\
Ask your transcripts. Get the answer in the speakers' own words, with receipts.

  onrecord add interview.txt          take a transcript into the library
  onrecord ask "Who chairs the panel?"
  onrecord serve                      the same in a chat window, on this machine only

Nothing leaves this machine, and no key, GPU or network is needed, unless you name a language model elsewhere."""

_EPILOG = f"""\
The library is a folder: --library, else the environment variable ONRECORD_LIBRARY, else ./{DEFAULT_LIBRARY}.
The language model is --model, else the environment variable ONRECORD_MODEL, else none: quotes are the answer.
Exit status: 0 done, 1 an error in one line that says what to do, 2 wrong usage."""

# In the order in which `onrecord --help` names them: into the library, what is in it, what to ask of it.
_COMMANDS = (
    add.add_parser,
    transcripts.add_list_parser,
    transcripts.add_show_parser,
    speakers.add_speakers_parser,
    speakers.add_rename_parser,
    speakers.add_merge_parser,
    speakers.add_label_parser,
    transcripts.add_edit_parser,
    transcripts.add_remove_parser,
    indexes.add_reindex_parser,
    indexes.add_doctor_parser,
    asking.add_ask_parser,
    asking.add_chat_parser,
    verify.add_parser,
    mentions.add_parser,
    talk.add_parser,
    evaluate.add_parser,
    serve.add_parser,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character still gets the rest
    # The encoder comes with the installation.  No library underneath may look for another on a model hub, or send
    # usage statistics; who wants a hub's model sets these variables to 0.
    for switch in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ.setdefault(switch, "1")
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    try:
        options.run(options)
        sys.stdout.flush()
    except OnRecordError as error:
        print(f"onrecord: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `onrecord show ID | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # a full disk, a folder without permission: whatever the system says, in one line
        print(f"onrecord: {error.filename or 'the system'}: {error.strerror or error}; check it", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "onrecord", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=HELP_FORMATTER
    )
    commands = Commands(parser)
    for add_to in _COMMANDS:
        add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
