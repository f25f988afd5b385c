"""The commands of `onrecord`: a module for each, or for a few that belong together.

In: the options of a command line.  Out: the answer on stdout, progress on stderr, an OnRecordError for what goes wrong.
Each module has its help, a function that adds its parser, what it runs, and the printing that it alone needs;
`shared` has what several need, `terminal` the answers and the conversation, `progress` the line while files are added.

They may import everything below them, the page and the evaluation too, and nothing but `bot.cli` imports them.
What is heavy is imported inside functions, so that `onrecord --help` answers at once.
"""
