"""All measures of a call of two channels, beside openSMILE's eGeMAPSv02 over one of them.

openSMILE is free for research alone, so that it is in no lock and nothing needs it: where somebody has
installed it (``pip install opensmile``), it is timed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

from tests.timing.alternating import Took, medians

GOAL = ">= 100 x real time"


def measures(call_path: Path) -> list[dict[str, object]]:
    """Time them on a recording of two channels."""
    from voicesim.cli.wiring import engines_for
    from voicesim.intake.call import call_from_recording
    from voicesim.measure.registry import measure_call

    engines = engines_for(None)
    call = call_from_recording(call_path, engines)
    works: list[Callable[[], object]] = [
        lambda: measure_call(call),
        lambda: call_from_recording(call_path, engines),
    ]
    smile = _open_smile(call_path)
    if smile is not None:
        works.append(smile)
    ours, finding, *others = medians(*works)
    both = Took(ours.wall_s + finding.wall_s, ours.cpu_s + finding.cpu_s)
    rows = [
        _row("all measures of two channels, once speech and pitch are found", call.duration_s, ours, GOAL),
        _row("decoding, speech activity and pitch of two channels", call.duration_s, finding),
        _row("from the file to all measures, two channels", call.duration_s, both, GOAL),
    ]
    if not others:
        return [*rows, {"what": "openSMILE eGeMAPSv02", "skipped": "not installed (pip install opensmile)"}]
    smiles = _row("openSMILE eGeMAPSv02 of one channel", call.duration_s, others[0])
    against = {
        "what": "time of openSMILE for one channel to ours for two",
        "measures": round(others[0].cpu_s / ours.cpu_s, 2),
        "file_to_measures": round(others[0].cpu_s / both.cpu_s, 2),
        "goal": "> 1",
    }
    return [*rows, smiles, against]


def _row(what: str, sound_s: float, took: Took, goal: str = "") -> dict[str, object]:
    return {
        "what": what,
        "times_real_time": round(sound_s / took.wall_s, 1),
        "by_processor_time": round(sound_s / took.cpu_s, 1),
        "goal": goal,
    }


def _open_smile(call_path: Path) -> Callable[[], object] | None:
    if importlib.util.find_spec("opensmile") is None:
        return None
    import opensmile
    import soundfile

    sound, rate_hz = soundfile.read(call_path, dtype="float32")
    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02, feature_level=opensmile.FeatureLevel.Functionals
    )
    channel = sound[:, 1].copy()
    return lambda: smile.process_signal(channel, rate_hz)
