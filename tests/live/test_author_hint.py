"""What the scenario's author advises is shown once the customer has had to rephrase, and not before."""

from __future__ import annotations

from tests.live.conftest import GREETING, SCENARIO

ADVISED = SCENARIO.replace("    again: [did", "    hint: Say that you are sorry.\n    again: [did")


def test_the_hint_waits_for_a_rephrasing(play):
    seen = []
    replies = [(GREETING, 2.0), ("the weather is fine here today", 2.0)]
    first = play(replies[:1], scenario=ADVISED, stop_at=9 * 16_000)
    seen.append(first.call.view().hint)
    second = play(replies, scenario=ADVISED, stop_at=13 * 16_000)
    assert [e["text"] for e in second.recorder.named("line_planned")][-1] == "did you hear what I said"
    seen.append(second.call.view().hint)
    assert seen == ["", "Say that you are sorry."]
