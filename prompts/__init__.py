"""Prompts: one readable Markdown file each, with strict $variables.  There are none yet: no language model is used."""
