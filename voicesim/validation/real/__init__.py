"""Recordings that somebody else labelled."""
