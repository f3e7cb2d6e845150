"""Proof that the measures measure: made calls of known truth, and labelled recordings."""
