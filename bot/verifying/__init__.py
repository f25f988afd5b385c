"""Is this what was said?  Quotations of people, looked for in the record.

In: a quotation or an article.  Out: found, said by somebody else, or not found with what comes nearest, word by word.
Reading order: scanning (every turn), nearness, verification (one quotation), article (all of a text).
Imports quotes, speakers and what stands before them.
"""
