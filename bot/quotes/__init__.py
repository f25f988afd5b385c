"""Passages become quotes: the sentences that answer, each a slice of a stored transcript.

In: passages and what is asked.  Out: `Quote`s (`quoting`), made only by locating; how they could mislead (`cautions`);
what may say otherwise (`opposing`); which of them answer, and how sure that is (`choosing`).
Imports retrieval, questions and what stands before them.
"""
