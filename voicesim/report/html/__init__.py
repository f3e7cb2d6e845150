"""The replay: one self-contained page with the scorecard, the transcript, the picture and the sound."""

from voicesim.report.html.page import card_to_html
from voicesim.report.html.sound import INLINE_LIMIT_BYTES

__all__ = ["INLINE_LIMIT_BYTES", "card_to_html"]
