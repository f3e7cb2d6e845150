"""Rehearse a phone-support call out loud and learn, fairly and exactly, how it went."""

__version__ = "0.1.0"
