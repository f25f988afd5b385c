"""Language models, each an option: what they write is checked before it is shown.

In: a model's name, address or file; passages; a question.  Out: statements that cite (`writing`), or a question that
stands alone (`rewriting`).  `model` knows models by name, `llama` runs a file in a process of its own.
Imports checking, questions and what stands before them.
"""
