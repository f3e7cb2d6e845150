"""A scorecard as terminal text, JSON and one self-contained HTML page."""
