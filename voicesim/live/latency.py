"""How long the trainee waited for the customer, measured on the sound itself.

Source: the response gap is taken from the true last sample of an utterance to the first sample of the customer
above -50 dBov; both are in the recording, so nothing of the program's own bookkeeping enters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voicesim.audio.audible import AUDIBLE_AMPLITUDE
from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span


def response_gaps_s(spoken: Sequence[Span], heard: Samples) -> tuple[float, ...]:
    """The gap after each utterance that the customer answered.

    Args:
        spoken: where the trainee really spoke, in order, each ending with its last audible sample.
        heard: the customer's channel.

    Returns:
        Seconds; an utterance that the next one follows before the customer, or that ends while the customer
        speaks, has none.
    """
    audible = np.abs(heard) > AUDIBLE_AMPLITUDE
    gaps: list[float] = []
    for number, span in enumerate(spoken):
        limit = spoken[number + 1].start if number + 1 < len(spoken) else len(heard)
        answer = np.flatnonzero(audible[span.end : limit])
        was_speaking = bool(np.any(audible[max(0, span.end - SAMPLE_RATE_HZ // 20) : span.end]))
        if len(answer) and not was_speaking:
            gaps.append(int(answer[0]) / SAMPLE_RATE_HZ)
    return tuple(gaps)
