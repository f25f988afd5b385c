"""Who the speakers are: their names, and what a person calls them.

In: labels of files, names that a person gave, texts.  Out: which speakers a name may mean (`names`), which names are
one person (`spellings`), where a text names somebody (`naming`), whom an article's sentence ascribes words to
(`ascribing`), who speaks at a place, as a person says (`labelling`), and what each label is called in a library
(`registry`).
Imports transcripts and what stands before it.
"""
