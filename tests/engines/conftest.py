"""Signals whose truth is known by construction, and the mark that these tests run real engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import scipy.signal

Float32 = npt.NDArray[np.float32]

RATE_HZ = 16_000
FORMANTS_HZ = ((700, 90), (1220, 110), (2600, 160), (3400, 250))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.engines)


@pytest.fixture(scope="session")
def spoken() -> Callable[[npt.NDArray[np.float64]], Float32]:
    """``spoken(f0_hz)``: a voice with exactly this f0 at every sample; f0 of 0 gives silence."""

    def make(f0_hz: npt.NDArray[np.float64]) -> Float32:
        voiced = f0_hz > 0.0
        phase = np.cumsum(f0_hz / RATE_HZ)
        pulses = np.zeros(len(f0_hz))
        steps = np.flatnonzero(np.diff(np.floor(phase), prepend=0.0) > 0)
        # The pulse falls between two samples, where the phase crosses a whole number: shared between both,
        # so that f0 is not quantised to whole samples.
        late = np.mod(phase[steps], 1.0) / np.maximum(f0_hz[steps] / RATE_HZ, 1e-9)
        np.add.at(pulses, steps, 1.0 - late)
        np.add.at(pulses, np.maximum(steps - 1, 0), late)
        sound = scipy.signal.lfilter([1.0], [1.0, -0.97], pulses * voiced)
        for centre, width in FORMANTS_HZ:
            radius = np.exp(-np.pi * width / RATE_HZ)
            pole = [1.0, -2.0 * radius * np.cos(2.0 * np.pi * centre / RATE_HZ), radius**2]
            sound = scipy.signal.lfilter([sum(pole)], pole, sound)
        sound = sound * scipy.signal.lfilter(np.ones(80) / 80, [1.0], voiced.astype(float))
        sound = scipy.signal.lfilter([1.0, -1.0], [1.0, -0.98], sound)  # radiation: no offset
        return (0.3 * sound / np.max(np.abs(sound))).astype(np.float32)

    return make


@pytest.fixture(scope="session")
def f0_contour() -> Callable[..., npt.NDArray[np.float64]]:
    """``f0_contour(median_hz, seconds, spread_st, seed)``: phrases of gliding f0 with pauses between."""

    def make(
        median_hz: float, seconds: float, spread_st: float = 3.0, seed: int = 1
    ) -> npt.NDArray[np.float64]:
        random = np.random.default_rng(seed)
        pieces: list[npt.NDArray[np.float64]] = [np.zeros(RATE_HZ // 4)]
        while sum(map(len, pieces)) < seconds * RATE_HZ:
            length = int(RATE_HZ * random.uniform(0.4, 1.2))
            time_s = np.arange(length) / RATE_HZ
            glide = random.uniform(-1, 1) * np.linspace(-1, 1, length) + random.uniform(-0.7, 0.7)
            sway = 0.5 * np.sin(2 * np.pi * random.uniform(1, 3) * time_s)
            pieces.append(median_hz * 2.0 ** ((glide + sway) * spread_st / 12.0))
            pieces.append(np.zeros(int(RATE_HZ * random.uniform(0.15, 0.4))))
        return np.concatenate(pieces)[: int(seconds * RATE_HZ)]

    return make
