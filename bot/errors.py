"""Errors that a person can act on.

    OnRecordError
    ├── TranscriptError    a file cannot be read as a transcript
    ├── LibraryError       the library folder, or what was asked of it, is not right
    ├── EncoderError       the encoder cannot be loaded, or is not the one the library was made with
    ├── QuestionError      the question cannot be asked
    └── ModelError         the language model that was named cannot be used

Each message is one line: what was seen, what was expected, what to do.  The command line prints it and exits 1.
"""


class OnRecordError(Exception):
    """Base of every error that On Record raises on purpose."""


class TranscriptError(OnRecordError):
    """A file cannot be read as a transcript."""


class LibraryError(OnRecordError):
    """The library folder, or what was asked of it, is not right."""


class EncoderError(OnRecordError):
    """The encoder cannot be loaded, or is not the one the library was made with."""


class QuestionError(OnRecordError):
    """The question cannot be asked."""


class ModelError(OnRecordError):
    """The language model that was named cannot be used."""
