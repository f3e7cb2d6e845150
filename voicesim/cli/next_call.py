"""What a call ends with: which scenario trains what was weakest in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voicesim.scorecard.card import Scorecard


def next_call_text(card: Scorecard, scenario_id: str) -> str:
    """One line for the terminal; empty where nothing is recommended.

    Args:
        card: of the call.
        scenario_id: what was rehearsed.
    """
    from voicesim.cli.scenarios import shipped_scenarios
    from voicesim.scenario.load import read_scenario
    from voicesim.scorecard.next_scenario import next_scenario

    scenarios = {name: read_scenario(path) for name, path in shipped_scenarios().items()}
    found = next_scenario(
        card.skills, {name: one.skills for name, one in scenarios.items()}, done=scenario_id
    )
    if found is None:
        return ""
    title = scenarios[found.scenario_id].title
    trains = ", ".join(skill.lower() for skill in found.skills)
    return f"next:        voicesim call {found.scenario_id}  ({title}; trains {trains})"
