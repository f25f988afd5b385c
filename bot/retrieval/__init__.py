"""A question to the passages worth reading.

In: a question, who is asked about, and a store.  Out: `search.Found`, utterances ranked and `passages.Passage`s to
read; the same as LangChain documents (`retriever`).

Reading order: passages, search, gathering, ranking, retriever.  `eval` fits the weights of `ranking` on what
`search.look_up` gives.

Imports bot.words, bot.transcripts, bot.speakers, bot.store, bot.questions.
"""
