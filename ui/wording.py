"""Every string that people read on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    edit_reading: str = "Edit the question as it was read, and ask it so"
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

    # --- limits ---
    limits: str = "Limit to speakers, transcripts or dates"
    limit_speakers: str = "Speakers"
    limit_transcripts: str = "Transcripts"
    limit_since: str = "From (YYYY-MM-DD)"
    limit_until: str = "To (YYYY-MM-DD)"

    # --- the library ---
    empty_start: str = "There are no transcripts yet, so there is nothing to ask. Add some under Library."
    drop: str = "Transcripts to add"
    drop_hint: str = "One or several, anywhere on this page: files that end in {suffixes}."
    no_transcripts: str = "There are no transcripts yet. Drop a file here, or run <code>onrecord add FILE</code>."
    no_match: str = "No transcript has “{wanted}” in its title, speakers or file name."
    listed: str = "{found}"
    listed_some: str = "{found} of {all}"
    more_listed: str = "{count} more are not listed; the filter finds them."
    filter: str = "Filter by title, speaker or file name"
    sort: str = "Sort the transcripts"
    orders: Mapping[str, str] = field(
        default_factory=lambda: {
            "added": "Newest first",
            "title": "By title",
            "date": "By date of recording",
            "words": "Longest first",
        }
    )
    more_named: str = "and {count} more"
    details: str = "Details"
    details_label: str = "Details of {title}"
    back_to_list: str = "Back to the list"
    open_transcript: str = "Open the transcript"
    title_label: str = "Title"
    date_label: str = "Recorded on"
    save: str = "Save"
    saved: str = "Saved."
    speakers: str = "Speakers"
    rename_hint: str = "A name given here is shown wherever they are quoted. An empty one brings back the file’s own."
    in_file: str = "{label} is called"
    rename: str = "Rename"
    renamed: str = "Called {after} from now on."
    more_to_rename: str = "{count} more speak; <code>onrecord rename</code> names them."
    how_read: str = "How the file was read"
    kept: str = "{format}: {speech} of {units} are speech ({share:.0%})."
    nothing_left_out: str = "Nothing was left out."
    not_speech: str = "Left out: {reasons}"
    more_left_out: str = "{count} more places"
    remove: str = "Remove from the library"
    remove_label: str = "Remove {title} from the library"
    removed: str = "Removed {title}."
    undo: str = "Undo"
    undo_label: str = "Undo the removal of {title}"
    restoring: str = "Bringing back {title} …"
    restored: str = "{title} is back."
    uploading: str = "{done} of {all} done"
    waiting: str = "waiting"
    being_read: str = "being read …"
    indexing: str = "{done} of {total}"
    indexing_label: str = "Indexing {name}"
    outcomes: Mapping[str, str] = field(
        default_factory=lambda: {
            "added": "added",
            "replaced": "replaced",
            "unchanged": "there already",
            "failed": "not added",
        }
    )
    uploaded: str = "{files}: {outcomes}."
    added_facts: str = "{words} in {turns} by {speakers}."
    known_as: str = "{name} has the same content."
    more_files: str = "{count} more files are not listed."
    not_received: str = "{name}: was not received ({reason}); drop it again"
    talk_time: str = "Who talks how much"
    measure: str = "Measure"
    by_words: str = "Words"
    by_minutes: str = "Minutes"
    count_again: str = "Count again"
    counting_talk: str = "Counting: {done} of {all} transcripts …"
    counted_talk: str = "{words} words by {speakers} speakers in {transcripts} transcripts."
    untimed_turns: str = "{count} turns have no times and add nothing here."
    nothing_to_count: str = "There is nothing to count within these limits."
    talk_table: str = "As a table"
    talk_speaker: str = "Speaker"
    talk_share: str = "Share of words"
    talk_length: str = "Time"
    talk_turns: str = "Turns"
    all_others: str = "{count} others"
    more_speakers: str = "{count} more speakers are not listed."

    # --- mentions ---

    # --- checking ---


WORDING = Wording()
