"""Speech segments grouped into utterances.

Conventions: pauses of up to ``BRIDGE_S`` stay inside an utterance, as in a live call, where a longer silence
ends the turn. An utterance longer than ``MAX_S`` is split at its longest pauses, because recognisers of the
Whisper family look at 30 s at a time.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, Timeline, union
from voicesim.speech.words import Party, Utterance, Word

BRIDGE_S: Final = 0.7
MAX_S: Final = 28.0


def group_speech(speech: Timeline, *, bridge_s: float = BRIDGE_S, max_s: float = MAX_S) -> Timeline:
    """Spans of utterances.

    Args:
        speech: segments of one party, sorted and disjoint.
        bridge_s: pauses up to this long stay inside.
        max_s: longer utterances are split at their longest pause, again and again; a stretch with no pause
            is left whole.
    """
    out: list[Span] = []
    for span in union(speech, bridge_samples=round(bridge_s * SAMPLE_RATE_HZ)):
        inside = speech[
            bisect_left(speech, Span(span.start, span.start)) : bisect_left(speech, Span(span.end, span.end))
        ]
        out.extend(_split(list(inside), round(max_s * SAMPLE_RATE_HZ)))
    return tuple(out)


def _split(parts: list[Span], max_samples: int) -> list[Span]:
    whole = Span(parts[0].start, parts[-1].end)
    if len(whole) <= max_samples or len(parts) == 1:
        return [whole]
    gaps = [(right.start - left.end, -i) for i, (left, right) in enumerate(pairwise(parts))]
    cut = -max(gaps)[1] + 1
    return _split(parts[:cut], max_samples) + _split(parts[cut:], max_samples)


def scripted_utterance(party: Party, text: str, planned: Span, heard: Span) -> Utterance:
    """An utterance of known words, each given time by its letters; what was not heard is left out.

    Args:
        party: who speaks.
        text: the whole line.
        planned: where all of it would lie.
        heard: what of it was heard, from the same start.
    """
    tokens = text.split()
    weights = [len(token) + 1 for token in tokens]
    whole = sum(weights)
    words: list[Word] = []
    before = 0
    for token, weight in zip(tokens, weights, strict=True):
        start = planned.start + len(planned) * before // whole
        before += weight
        end = planned.start + len(planned) * before // whole
        if end <= heard.end:
            words.append(Word(token, Span(start, end)))
    return Utterance(party, heard, tuple(words))
