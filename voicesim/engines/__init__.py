"""Adapters to speech recognition, synthesis, pitch, activity and decoding: one file an engine."""
