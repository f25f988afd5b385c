"""The web page: a chat about the library's transcripts, and the transcript beside it.

`ui.render` turns answers and transcripts into HTML and loads nothing heavy; `ui.app` is the Gradio app.
"""
