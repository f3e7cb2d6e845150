"""What the words tell the measures: measures hear, and know no words of their own.

Conventions: the customer is provoking where a cue of being upset is in what he said; the trainee's words are hostile
where a behaviour against the customer was observed and the recogniser was certain of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from voicesim.audio.span import Timeline
from voicesim.behaviour.calls import customer_says
from voicesim.behaviour.observation import Observation
from voicesim.behaviour.tables import Tables
from voicesim.results import Measured, Result
from voicesim.speech.call import Call

PROVOKING_CUES: Final = frozenset({"upset"})
HOSTILE_BEHAVIOURS: Final = frozenset({"hostile", "dismissive", "blames"})


def provoking_words(call: Call, tables: Tables, content: Result) -> Timeline | None:
    """Utterances of the customer that provoke; ``None`` where the words cannot be trusted."""
    said = customer_says(call)
    if not said or not (call.lines or isinstance(content, Measured)):
        return None
    return tuple(each.span for each in said if PROVOKING_CUES.intersection(tables.cues_in(each.text)))


def hostile_words(observations: Iterable[Observation]) -> Timeline:
    """Where the trainee's words were against the customer."""
    return tuple(o.span for o in observations if o.behaviour_id in HOSTILE_BEHAVIOURS and o.is_certain)
