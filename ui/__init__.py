"""The chat window on this machine.

`ui.app` puts its parts together and serves them; `ui.answers`, `ui.markup` and `ui.export` turn answers into HTML and
Markdown and load nothing heavy.
"""
