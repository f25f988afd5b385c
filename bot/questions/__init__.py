"""A question becomes what is asked: what kind of answer, whose words, in which transcripts.

In: a question, the conversation before it, a store.  Out: `Understood`, whose legs are the searches to make.
Reading order: kinds and forms (what kind of answer), whose (whose words), scope (which transcripts), leaning and
conversation (follow-ups), understanding (all of it).
Imports store, speakers and what stands before them.
"""
