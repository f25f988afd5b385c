"""Words and marks, whoever says them: nothing here knows of transcripts or speakers.

In: strings.  Out: sentences, what kind of words a text holds (traits), numbers and what they count (quantities), dates,
quotation marks, and texts folded so that only what may differ differs.  `phrases` writes for people.
Imports errors and config only.
"""
