"""The format of a call on disk."""
