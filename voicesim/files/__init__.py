"""Strict reading of the files that people write: YAML and JSON with line numbers and "did you mean"."""
