"""Every string that people read on the page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """What the page says, by the part of the page that says it."""

    title: str = "On Record"
    tagline: str = "Ask your transcripts. Answers come in the speakers’ own words."
    ask_tab: str = "Ask"
    mentions_tab: str = "Mentions"
    check_tab: str = "Check"
    library_tab: str = "Library"

    # --- asking ---
    ask: str = "Ask"
    question: str = "Your question"
    hint: str = "Ask about what was said"
    chat: str = "Conversation"
    start: str = "Ask a question. Each quote opens its place in the transcript."
    reading: str = "Reading the transcripts …"
    read_as: str = "Read as:"
    limited: str = "Searched:"
    remove_reading: str = "Ask again without what was said before: the question as it was typed"
    remove_limit: str = "Ask again without this limit: {limit}"
    retry: str = "Ask again"
    edit: str = "Edit"
    edit_label: str = "Edit this question and ask it anew"
    editing: str = "Editing a question; its answer will be replaced."
    leave: str = "Leave it as it was"
    rewrite: str = "Read a question with those before it"
    stop: str = "Stop"
    stopped: str = "Stopped."
    failed: str = "This question was not answered."
    by_quotes: str = "Answers are quotes; no language model is used."
    by_local_model: str = "Answers are written by {model} on this machine, and checked against the quotes."
    by_model: str = "Answers are written by {model}, which is sent the passages, and checked against the quotes."
    of_the_transcript: str = "Quotes are word for word as in the transcript, which may differ from the recording."
    checking: str = "Being written; not checked yet."
    unverified: str = "not verified"
    unverified_note: str = "Not verified:"
    closest: str = "Closest passages (not evidence)"
    left_out: str = "Left out, because it did not stand the check against the file:"
    gone_quotes: str = "{count} of its quotes stood in a transcript that was removed or has changed; ask again."

    # --- conversations ---
    conversations: str = "Conversations"
    new: str = "New"
    new_label: str = "New conversation"
    forget: str = "Delete"
    forget_label: str = "Delete this conversation"
    export_markdown: str = "Save as Markdown"
    export_html: str = "Save as HTML"
    unnamed: str = "New conversation"

    # --- quotes, wherever they stand ---
    note: str = "Note:"
    open: str = "Open in the transcript"
    open_quote: str = "Open quote {number} by {speaker} in {source}, {place}"
    open_place: str = "Open what {speaker} says in {source}, {place}"
    copy: str = "Copy"
    copy_label: str = "Copy this quote with its citation"
    copy_markdown: str = "Copy as Markdown"
    copy_markdown_label: str = "Copy this quote with its citation, as Markdown"
    copied: str = "Copied."
    not_copied: str = "The browser does not let this page copy; select the words instead."
    machine_label: str = "label made by a machine"

    # --- the transcript beside it ---
    panel: str = "Transcript"
    back: str = "Back"
    close: str = "Close"
    gone: str = "This is not in the library any more: its transcript was removed or has changed."
    not_shown_before: str = "{count} earlier turns are not shown"
    not_shown_after: str = "{count} later turns are not shown"
    show_before: str = "Show those before"
    show_after: str = "Show those after"
    whole_not_searched: str = "Searching and jumping cover the turns shown."
    to_quote: str = "To the quote"
    to_passage: str = "To the passage"
    machine_labels: str = "Labels made by a machine: {count} of {all} speakers. Say who they are under Library."
    search: str = "Search this transcript"
    search_hint: str = "Search"
    matches: str = "{at} of {count}"
    no_matches: str = "Nothing found"
    match_before: str = "Previous match"
    match_after: str = "Next match"
    speaker: str = "Jump to a speaker"
    any_speaker: str = "Any speaker"
    speaker_turns: str = "{speaker} ({count})"
    turn_of: str = "Turn {at} of {count}"
    turn_before: str = "Their previous turn"
    turn_after: str = "Their next turn"
    sound: str = "The recording"
    play_here: str = "Play from here"
    play_at: str = "Play from {time}"
    play_when_opened: str = "Play when a quote is opened"
    not_playable: str = "This browser cannot play the recording."

    # --- limits ---
    limits: str = "Limit to speakers, transcripts or dates"
    limit_speakers: str = "Speakers"
    limit_transcripts: str = "Transcripts"
    limit_since: str = "From (YYYY-MM-DD)"
    limit_until: str = "To (YYYY-MM-DD)"

    # --- the library ---
    empty_start: str = "There are no transcripts yet, so there is nothing to ask. Add some under Library."

    # --- mentions ---

    # --- checking ---


WORDING = Wording()
