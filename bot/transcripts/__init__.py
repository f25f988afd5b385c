"""Files become transcripts: who says what, and at which place of which file.

In: paths, folders, feeds, bytes.  Out: `Transcript`s (`transcript`, the types), each unit of the file kept as speech or
reported.  `finding` and `feeds` say which files; `formats` reads them, a module a family; `languages` notices the
language; `talk` counts who says how much, `attributed` how it is known who speaks.
Imports words and what stands before it.
"""
