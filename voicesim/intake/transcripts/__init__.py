"""Transcripts that exist already, one file a format, and how they are laid over a recording."""
