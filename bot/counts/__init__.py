"""What is counted rather than found: every turn is read, so the counts are complete.

In: words or speakers, a store.  Out: mentions, talk time, who speaks (`roster`), and the answer to a question that asks
for a count (`counting`).
Imports quotes, questions and what stands before them.
"""
