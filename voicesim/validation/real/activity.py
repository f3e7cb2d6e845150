"""Speech activity on labelled meetings, and on read sentences with silences put into them.

Conventions
    Frames of 10 ms. In a meeting the truth of a frame is that anybody speaks at its middle, in the first 30 s. Into
    each read sentence one silence of 0.3 to 1.5 s is put, in the middle half of its speech where it sounds on for
    longest without a quiet moment (so that no pause of the speaker's own comes on top), filled with noise at the
    level of the recording's own. It is found when a pause of the program covers 80 % of it and differs from it by
    no more than 0.1 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span, Timeline, intersect, total
from voicesim.errors import InputError
from voicesim.validation.made.stage import noise
from voicesim.validation.real.recordings import SEED, Recordings, Tell, loud, whole_voice
from voicesim.validation.rows import Row, at_least, row

FRAME_SAMPLES: Final = 160
LABELLED_S: Final = 30.0
_SILENCE_S: Final = (0.3, 1.5)
_COVERED: Final = 0.8
_LONGER_S: Final = 0.1
_AROUND_SAMPLES: Final = 1600
_FADE: Final = 80
_HALF: Final = 0.5

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labelled:
    """A recording whose speech somebody marked."""

    name: str
    clip: Clip
    truth: Mask
    """Per frame of 10 ms, from the start."""


def meetings(recordings: Recordings) -> Iterator[Labelled]:
    """Every labelled meeting."""
    for folder in recordings.sets("overlap"):
        turns = _turns(folder)
        for path in recordings.files(folder):
            if path.stem in turns:
                clip = recordings.clip(path)
                n = min(round(LABELLED_S * 100), len(clip) // FRAME_SAMPLES)
                at_s = (np.arange(n) + 0.5) / 100.0
                truth = np.zeros(n, np.bool_)
                for start_s, end_s in turns[path.stem]:
                    truth |= (at_s >= start_s) & (at_s < end_s)
                yield Labelled(name=path.stem, clip=clip, truth=truth)


def _turns(folder: Path) -> dict[str, list[tuple[float, float]]]:
    """Begin and end of every labelled turn, in seconds, by recording."""
    turns: dict[str, list[tuple[float, float]]] = {}
    for path in sorted(folder.glob("*.rttm")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            fields = line.split()
            if not fields or fields[0] != "SPEAKER":
                continue
            try:
                start_s, length_s = float(fields[3]), float(fields[4])
            except (IndexError, ValueError) as exc:
                raise InputError(
                    f"{path.name}, line {number}: no begin and length in seconds",
                    hint="an RTTM line reads: SPEAKER FILE 1 BEGIN LENGTH <NA> <NA> NAME <NA> <NA>",
                ) from exc
            turns.setdefault(fields[1], []).append((start_s, start_s + length_s))
    return turns


def frames_of(spans: Timeline, n: int) -> Mask:
    """Which frames of 10 ms have their middle in a span."""
    mask = np.zeros(n, np.bool_)
    middle = FRAME_SAMPLES // 2
    for span in spans:
        first = max(0, -(-(span.start - middle) // FRAME_SAMPLES))
        mask[first : max(0, -(-(span.end - middle) // FRAME_SAMPLES))] = True
    return mask


def rows(recordings: Recordings, tell: Tell) -> tuple[Row, ...]:
    """Frame error on meetings, and silences found in sentences."""
    wrong, missed, invented, n_speech, n = 0, 0, 0, 0, 0
    for meeting in meetings(recordings):
        found = frames_of(recordings.speech(meeting.clip), len(meeting.truth))
        wrong += int(np.sum(found != meeting.truth))
        missed += int(np.sum(meeting.truth & ~found))
        invented += int(np.sum(found & ~meeting.truth))
        n_speech += int(np.sum(meeting.truth))
        n += len(meeting.truth)
    tell(0.5)
    against = "labels of meetings (first 30 s, union of speakers)"
    rows_found = [
        row("speech activity", "frame error", against, wrong / max(1, n), n=n, unit="ratio"),
        row("speech activity", "speech missed", against, missed / max(1, n_speech), n=n_speech, unit="ratio"),
        row(
            "speech activity",
            "silence called speech",
            against,
            invented / max(1, n - n_speech),
            n=n - n_speech,
            unit="ratio",
        ),
    ]
    return (*rows_found, *_acted(recordings), *_silences(recordings, tell))


def _acted(recordings: Recordings) -> list[Row]:
    """Emotional voices that the detector does not take for speech."""
    found = []
    for folder in recordings.sets("emotion"):
        heard = []
        for path in recordings.files(folder):
            clip = recordings.clip(path)
            sounds = loud(clip)
            heard.append(total(intersect(recordings.speech(clip), sounds)) >= _HALF * total(sounds))
        share = float(np.mean(heard or [False]))
        what = "acted sentences of which half and more is found"
        found.append(
            row("speech activity", what, f"{folder.name}, sounding by its level", share, n=len(heard))
        )
    return found


def with_silence(clip: Clip, speech: Timeline, rng: np.random.Generator) -> tuple[Clip, Span] | None:
    """A sentence with one silence put in; ``None`` where it is too short for that."""
    from scipy.ndimage import minimum_filter1d

    if not speech:
        return None
    first, last = speech[0].start, speech[-1].end
    quarter = (last - first) // 4
    power = np.square(clip.samples, dtype=np.float64)
    level = np.convolve(power, np.full(480, 1.0 / 480.0), "same")
    inside = minimum_filter1d(level, 2 * _AROUND_SAMPLES)[first + quarter : last - quarter]
    if len(inside) < SAMPLE_RATE_HZ // 2:
        return None
    place = first + quarter + int(np.argmax(inside))
    length = round(rng.uniform(*_SILENCE_S) * SAMPLE_RATE_HZ)
    floor_dbov = 10.0 * float(np.log10(max(np.quantile(level, 0.02), 1e-9)))
    ramp = np.linspace(1.0, 0.0, _FADE)
    before, after = clip.samples[:place].astype(np.float64), clip.samples[place:].astype(np.float64)
    before[-_FADE:] *= ramp
    after[:_FADE] *= ramp[::-1]
    sound = np.concatenate([before, noise(rng, length, floor_dbov), after]).astype(np.float32)
    return Clip(sound), Span(place, place + length)


def _silences(recordings: Recordings, tell: Tell) -> tuple[Row, ...]:
    found: list[Row] = []
    for folder in recordings.read_sets():
        rng = np.random.default_rng(SEED)
        hits: list[bool] = []
        for path in recordings.files(folder):
            clip = recordings.clip(path)
            made = with_silence(clip, recordings.speech(clip), rng)
            if made is not None:
                runs = whole_voice(made[0], recordings.engines).runs
                hits.append(any(_is(Span(a.end, b.start), made[1]) for a, b in pairwise(runs)))
        found.append(
            row(
                "pauses",
                f"of 0.3 to 1.5 s put into sentences, found ({folder.name})",
                "construction",
                float(np.mean(hits or [False])),
                n=len(hits),
                limits=at_least(0.95),
            )
        )
    tell(1.0)
    return tuple(found)


def _is(pause: Span, made: Span) -> bool:
    return (
        pause.overlap(made) >= _COVERED * len(made)
        and abs(len(pause) - len(made)) <= _LONGER_S * SAMPLE_RATE_HZ
    )
