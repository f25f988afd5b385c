"""What a language model is shown, and whether what it wrote may stand.

In: passages, and the text that a model wrote over their numbered sentences.  Out: `check.Statement`, a sentence of the
text each, with every reason why it does not stand.  A new check is a function from a statement and what it cites to
problems, in the module of what it looks at and a line in `check._check`.

Reading order: evidence, statements, given, check; then the checks in their order: introducing, drafts and quoted,
named with figures below it, whose with subjects, polarity, support, exchanged.

Imports bot.words, bot.transcripts, bot.speakers, bot.store, bot.questions, bot.retrieval, bot.quotes,
bot.verifying.
"""
