"""What must not change when the same call is recorded otherwise.

Conventions
    The call: sentences of one reader (the trainee) and of others (the customer) that take turns, with one interruption.
    It is made louder and fainter, taken at 8 kHz and at 48 kHz, sent through Opus (about 25 kbit/s)
    and through mu-law at 8 kHz, and mixed with white noise at 20 dB. The yardstick of the tone is made of other
    sentences of the same reader, at the bandwidth of the call. A row names the largest change and where it was.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.level import db_to_ratio, rms_dbov
from voicesim.audio.telephone import LINE_RATE_HZ, mu_law_decode, mu_law_encode
from voicesim.measure.baseline import LEAST_UTTERANCES, Baseline, baseline_from
from voicesim.measure.prosody import Prosody
from voicesim.measure.registry import measure_call
from voicesim.results import Measured, Result
from voicesim.speech.words import Party
from voicesim.validation.made.stage import Stage, call_of, noise, side_of
from voicesim.validation.real.recordings import SEED, Recordings, Tell, hear
from voicesim.validation.rows import Limits, Row, at_most, row, within

TURNS: Final = 8
_LEVEL_DBOV: Final = -32.0
_SNR_DB: Final = 20.0
_NARROW: Final = frozenset({"8 kHz", "mu-law at 8 kHz"})

Change = Callable[[Samples], Samples]

STATED: Final[dict[str, tuple[Limits, str]]] = {
    "volume": (at_most(0.5), "dB"),
    "loudness": (at_most(0.7), "LU"),
    "pace": (at_most(0.1), "ratio"),
    "articulation_rate": (at_most(0.08), "ratio"),
    "pitch_spread": (at_most(0.25), "st"),
    "liveliness": (at_most(0.4), "U"),
    "interruptions": (at_most(0.1), "per min"),
    "response_latency": (at_most(0.1), "s"),
    "talk_share": (at_most(0.02), "ratio"),
    "longest_monologue": (at_most(0.15), "s"),
}
"""How far a measure may move, beyond the gain for what measures the level; of a rate, as a share of it."""
_BY_SHARE: Final = frozenset({"pace", "articulation_rate"})
_BY_GAIN: Final = frozenset({"volume", "loudness"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scene:
    trainee: Samples
    customer: Samples
    calm: tuple[Samples, ...]


def rows(recordings: Recordings, tell: Tell) -> tuple[Row, ...]:
    """The largest change of each measure."""
    scene = _scene(recordings)
    if scene is None:
        return ()
    rng = np.random.default_rng(SEED)
    snr_noise = noise(rng, len(scene.trainee), _LEVEL_DBOV - _SNR_DB).astype(np.float32)
    changes: dict[str, Change] = {
        "as it is": lambda x: x,
        "12 dB louder": lambda x: x * np.float32(db_to_ratio(12.0)),
        "12 dB fainter": lambda x: x * np.float32(db_to_ratio(-12.0)),
        "8 kHz": lambda x: _resampled(x, LINE_RATE_HZ),
        "48 kHz": lambda x: _resampled(x, 48_000),
        "Opus": _opus,
        "mu-law at 8 kHz": _mu_law,
        "noise at 20 dB": lambda x: x + snr_noise[: len(x)],
    }
    results: dict[str, dict[str, Result]] = {}
    calm = {on_a_line: _baseline(recordings, scene, on_a_line=on_a_line) for on_a_line in (False, True)}
    for index, (name, change) in enumerate(changes.items()):
        results[name] = _measured(recordings, scene, change, calm[name in _NARROW])
        tell((index + 1) / len(changes))
    gains = {"12 dB louder": 12.0, "12 dB fainter": -12.0}
    found = [_largest(measure, results, gains) for measure in STATED]
    for name, gain_db in gains.items():
        moved = _value(results[name]["volume"]) - _value(results["as it is"]["volume"]) - gain_db
        found.append(
            row(
                "invariance",
                f"volume, {name}, beyond the gain",
                "the gain",
                moved,
                n=1,
                unit="dB",
                limits=within(0.02),
            )
        )
    return tuple(found)


def _largest(measure: str, results: dict[str, dict[str, Result]], gains: dict[str, float]) -> Row:
    limits, unit = STATED[measure]
    before = _value(results["as it is"][measure])
    moved = {}
    for name, measures in results.items():
        if name == "as it is":
            continue
        shift = _value(measures[measure]) - before
        if measure in _BY_GAIN:
            shift -= gains.get(name, 0.0)
        moved[name] = abs(shift / before) if measure in _BY_SHARE else abs(shift)
    lost = [name for name, value in moved.items() if not np.isfinite(value)]
    worst = max(moved, key=lambda name: moved[name] if np.isfinite(moved[name]) else -1.0)
    note = f"largest with {worst}" + (f"; not measured with {', '.join(lost)}" if lost else "")
    value = moved[worst] if not lost else float("nan")
    return row(
        "invariance",
        f"{measure}, largest change",
        "the same call as it is",
        value,
        n=len(moved),
        unit=unit,
        limits=limits,
        note=note,
    )


def _measured(recordings: Recordings, scene: _Scene, change: Change, calm: Baseline) -> dict[str, Result]:
    engines, on_a_line = recordings.engines, calm.is_narrow_band
    trainee = side_of(Clip(change(scene.trainee)), engines, on_a_line=on_a_line)
    customer = side_of(Clip(change(scene.customer)), engines, with_pitch=False, on_a_line=on_a_line)
    return measure_call(call_of(trainee, customer), baseline=calm)


def _baseline(recordings: Recordings, scene: _Scene, *, on_a_line: bool) -> Baseline:
    calm: list[Prosody] = []
    for sound in scene.calm:
        samples = _resampled(sound, LINE_RATE_HZ) if on_a_line else sound
        found = hear(Clip(samples), recordings.engines).prosody
        if found is not None:
            calm.append(found)
    return baseline_from(
        calm, trainee="reader", level_dbov=_LEVEL_DBOV, is_narrow_band=on_a_line, least_utterances=4
    )


def _scene(recordings: Recordings) -> _Scene | None:
    read, others = recordings.read_sets(), recordings.sets("speech")
    if not read or len(others) < 2:
        return None
    ours = [_level(recordings.clip(p).samples) for p in recordings.files(read[0], most=3 * TURNS)]
    folder = next(folder for folder in others if folder != read[0])
    theirs = [_level(recordings.clip(p).samples) for p in recordings.files(folder, most=TURNS)]
    if len(ours) < LEAST_UTTERANCES + TURNS or len(theirs) < TURNS:
        return None
    rng = np.random.default_rng(SEED)
    spoken = ours[LEAST_UTTERANCES : LEAST_UTTERANCES + TURNS]
    seconds = sum(len(each) for each in (*spoken, *theirs)) / SAMPLE_RATE_HZ + 2.0 * TURNS
    stage = Stage(seconds, rng, noise_dbov=-78.0)
    now_s = 0.5
    for index, (line, answer) in enumerate(zip(theirs, spoken, strict=True)):
        line_s, answer_s = len(line) / SAMPLE_RATE_HZ, len(answer) / SAMPLE_RATE_HZ
        stage.put(Party.CUSTOMER, now_s, line)
        # One answer begins 1.2 s before the customer's end: an interruption; the others leave a gap.
        start_s = now_s + line_s + (-1.2 if index == TURNS // 2 else 0.3)
        stage.put(Party.TRAINEE, start_s, answer)
        now_s = max(now_s + line_s, start_s + answer_s) + 0.6
    return _Scene(
        trainee=stage.channel(Party.TRAINEE).samples,
        customer=stage.channel(Party.CUSTOMER).samples,
        calm=tuple(ours[:LEAST_UTTERANCES]),
    )


def _level(samples: Samples) -> Samples:
    return samples * np.float32(db_to_ratio(_LEVEL_DBOV - rms_dbov(samples)))


def _resampled(samples: Samples, rate_hz: int) -> Samples:
    """There and back."""
    import soxr

    there = soxr.resample(samples, SAMPLE_RATE_HZ, rate_hz, quality="HQ")
    return _fitted(soxr.resample(there, rate_hz, SAMPLE_RATE_HZ, quality="HQ"), len(samples))


def _mu_law(samples: Samples) -> Samples:
    import soxr

    there = soxr.resample(samples, SAMPLE_RATE_HZ, LINE_RATE_HZ, quality="HQ")
    coded = mu_law_decode(mu_law_encode(np.clip(there, -1.0, 1.0)))
    return _fitted(soxr.resample(coded, LINE_RATE_HZ, SAMPLE_RATE_HZ, quality="HQ"), len(samples))


def _opus(samples: Samples) -> Samples:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, samples, SAMPLE_RATE_HZ, format="OGG", subtype="OPUS")
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    return _fitted(decoded, len(samples))


def _fitted(samples: Samples, n: int) -> Samples:
    out = np.zeros(n, np.float32)
    out[: min(n, len(samples))] = samples[:n]
    return out


def _value(result: Result) -> float:
    return result.value if isinstance(result, Measured) else float("nan")
