"""Calls whose truth is known because they were made so; no recordings are needed."""
