"""The call in progress."""
