"""The file of a baseline, ``voicesim-baseline/1``: strict JSON, with the device that it was made on."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.errors import InputError
from voicesim.files.atomic import write_text
from voicesim.files.strict_yaml import load_json
from voicesim.measure.baseline import Baseline, Scatter

FORMAT: Final = "voicesim-baseline/1"

Finite = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ScatterFile(_Strict):
    """How far single utterances lie from the medians."""

    f0_st: NotNegative
    f0_spread_st: NotNegative
    alpha_db: NotNegative
    level_db: NotNegative
    articulation_sps: NotNegative


class BaselineFile(_Strict):
    """A trainee's own calm voice on one device."""

    format: Literal["voicesim-baseline/1"]
    baseline_id: Annotated[str, Field(min_length=1)]
    """Name under which scorecards refer to it."""
    trainee: Annotated[str, Field(min_length=1)]
    device: str
    """Microphone that it was made with; empty where it is not known."""
    is_narrow_band: bool
    """Whether it was made over a telephone line."""
    n_utterances: Annotated[int, Field(ge=1)]
    speech_s: Positive
    level_dbov: Annotated[float, Field(le=0.0, ge=-100.0)]
    """Active speech level after ITU-T P.56."""
    f0_st: Annotated[float, Field(ge=0.0, le=72.0)]
    """Median pitch, semitones above 27.5 Hz."""
    f0_spread_st: NotNegative
    """Robust standard deviation of pitch within an utterance, median over utterances."""
    alpha_db: Finite
    """Level of 1-5 kHz over 50 Hz-1 kHz in voiced frames."""
    articulation_sps: Positive
    """Syllables a second of speech time."""
    clear_band_db: Finite
    """Level of 1-3 kHz over everything, in voiced frames."""
    modulation_ratio: NotNegative
    """Depth of the 2-8 Hz modulation of the envelope."""
    vowel_spread_db: NotNegative
    """How far the vowels lie apart."""
    audible_ratio: Annotated[float, Field(ge=0.0, le=1.0)]
    """How much of the band of speech comes through."""
    speaking_sps: Positive
    """Syllables heard a second of an utterance, its pauses included."""
    written_sps: Positive | None = None
    """The same by the words that were read, where they are known."""
    scatter: ScatterFile


def read_baseline(path: Path) -> Baseline:
    """A baseline from its file.

    Raises:
        InputError: missing, unreadable, no JSON, or not of that shape; the message names file and line.
    """
    file = load_json(path, BaselineFile, error=InputError, what="baseline")
    fields = {
        name: getattr(file, name) for name in BaselineFile.model_fields if name not in {"format", "scatter"}
    }
    return Baseline(scatter=Scatter(**file.scatter.model_dump()), **fields)


def baseline_json(baseline: Baseline) -> str:
    """A baseline as the text of its file."""
    fields = {name: value for name, value in asdict(baseline).items() if value is not None}
    file = BaselineFile(format="voicesim-baseline/1", **fields)
    return json.dumps(file.model_dump(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline, whole or not at all.

    Raises:
        InputError: the place cannot be written to.
    """
    write_text(path, baseline_json(baseline))
