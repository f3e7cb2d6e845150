"""Power over time, and the spans that are made of it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.measure.builders import RATE, at_level, span, spans
from voicesim.audio.clip import Clip
from voicesim.audio.span import Span
from voicesim.errors import ParameterError
from voicesim.measure import envelope as module
from voicesim.measure.envelope import envelope_of, hops_of, in_db, smoothed, spans_of


def tone(hz: float, dbov: float, duration_s: float = 1.0) -> np.ndarray:
    return at_level(np.sin(2 * np.pi * hz * np.arange(round(duration_s * RATE)) / RATE), dbov)


def test_wide_band_keeps_the_level_and_drops_hum_and_offset() -> None:
    loud = in_db(envelope_of(Clip(tone(1000, -20))).wide)[50:-50]
    hum = in_db(envelope_of(Clip((tone(50, -20) + 0.1).astype(np.float32))).wide)[150:-50]

    assert float(np.median(loud)) == pytest.approx(-20.0, abs=0.1)
    assert float(np.median(hum)) < -29.0


@pytest.mark.parametrize(
    ("hz", "least_db", "most_db"), [(1000, -20.2, -19.8), (200, -99, -50), (5000, -99, -50)]
)
def test_vowel_band(hz: float, least_db: float, most_db: float) -> None:
    found = float(np.median(in_db(envelope_of(Clip(tone(hz, -20))).vowel)[50:-50]))

    assert least_db <= found <= most_db


def test_block_by_block_is_the_same_as_at_once(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = Clip(rng.normal(0, 0.1, 40_000).astype(np.float32))
    whole = envelope_of(clip)
    monkeypatch.setattr(module, "_BLOCK_SAMPLES", 64 * 37)

    parts = envelope_of(clip)

    np.testing.assert_allclose(parts.wide, whole.wide, rtol=1e-6)
    np.testing.assert_allclose(parts.vowel, whole.vowel, rtol=1e-6)


def test_another_rate_is_refused() -> None:
    with pytest.raises(ParameterError, match="16000 Hz, got 8000"):
        envelope_of(Clip(np.zeros(800, np.float32), 8000))


def test_spans_and_hops_are_each_others_reverse() -> None:
    wanted = (Span(640, 1280), Span(6400, 9600))

    assert spans_of(hops_of(wanted, 1000)) == wanted
    assert spans_of(np.zeros(10, np.bool_)) == ()
    assert hops_of(spans((-5.0, 99.0)), 10).all()


def test_a_gap_of_exactly_the_bridge_stays_a_gap() -> None:
    mask = hops_of((Span(0, 6400), Span(6400 + 4000 - 4000 % 64 + 64, 20_000)), 400)

    assert len(spans_of(mask, bridge_s=0.25)) == 2
    assert len(spans_of(mask, bridge_s=0.26)) == 1
    assert span(0, 1).end == RATE


def test_smoothing_keeps_the_mean() -> None:
    power = np.zeros(100, np.float32)
    power[50] = 1.0

    assert float(smoothed(power, 0.02).sum()) == pytest.approx(1.0, rel=1e-5)
    assert float(smoothed(power, 0.02).max()) == pytest.approx(0.2, rel=1e-5)
