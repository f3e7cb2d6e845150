"""Reading sentences into a microphone that is made of numbers."""

from __future__ import annotations

import numpy as np
import pytest

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.errors import InputError
from voicesim.live.reading import MARGIN_S, MOST_ATTEMPTS, PATIENCE_S, Reading
from voicesim.speech.listening import Listener

SENTENCES = ("the first sentence", "the second sentence")
HUSH_DBOV = -70.0


def hush(seconds: float, dbov: float = HUSH_DBOV) -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.normal(0, 10 ** (dbov / 20), round(seconds * SAMPLE_RATE_HZ)).astype(np.float32)


def talk(seconds: float, dbov: float = -26.0) -> np.ndarray:
    at = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (10 ** (dbov / 20) * np.sqrt(2) * np.sin(2 * np.pi * 150 * at)).astype(np.float32)


class Microphone:
    """Feeds a reading, with a detector that calls everything above -60 dBov speech."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.meter: list[tuple[float, str]] = []
        self.reading = Reading(
            SENTENCES,
            Listener(lambda block: float(np.sqrt(np.mean(np.square(block))) > 10 ** (-60 / 20))),
            say=lambda kind, text: self.said.append((kind, text)),
            meter=lambda level_dbov, hint: self.meter.append((level_dbov, hint)),
        )
        self._left = np.zeros(0, np.float32)

    def hears(self, *pieces: np.ndarray) -> None:
        self._left = np.concatenate([self._left, *pieces])
        nothing = np.zeros(BLOCK_SAMPLES, np.float32)
        while len(self._left) >= BLOCK_SAMPLES:
            block, self._left = self._left[:BLOCK_SAMPLES], self._left[BLOCK_SAMPLES:]
            assert not np.any(self.reading.process(block, nothing))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.said]


def test_the_room_then_sentence_after_sentence() -> None:
    microphone = Microphone()

    microphone.hears(hush(2.5), talk(3.0), hush(1.5), talk(2.0), hush(1.5))

    assert microphone.kinds == ["room", "sentence", "kept", "sentence", "kept"]
    assert microphone.reading.is_over()
    assert microphone.reading.refusal is None
    done = microphone.reading.done
    assert [each.text for each in done] == list(SENTENCES)
    lengths_s = [len(each.samples) / SAMPLE_RATE_HZ for each in done]
    assert lengths_s == pytest.approx([3.0 + 2 * MARGIN_S, 2.0 + 2 * MARGIN_S], abs=0.1)
    assert len(microphone.reading.room) == pytest.approx(2.0 * SAMPLE_RATE_HZ, abs=BLOCK_SAMPLES)
    assert np.max(np.abs(microphone.reading.room)) < 0.01


def test_a_pause_inside_a_sentence_does_not_end_it() -> None:
    microphone = Microphone()

    microphone.hears(hush(2.5), talk(1.5), hush(0.6), talk(1.5), hush(1.5))

    assert microphone.kinds == ["room", "sentence", "kept", "sentence"]
    assert len(microphone.reading.done[0].samples) / SAMPLE_RATE_HZ == pytest.approx(3.6 + 0.8, abs=0.1)


def test_a_noisy_room_is_refused_at_once() -> None:
    microphone = Microphone()

    microphone.hears(hush(2.5, dbov=-35.0))

    assert isinstance(microphone.reading.refusal, InputError)
    assert "too noisy: -35 dBov" in microphone.reading.refusal.message
    assert microphone.reading.is_over()
    assert microphone.kinds == ["room"]


@pytest.mark.parametrize(
    ("spoken", "why"),
    [
        (np.clip(talk(3.0, dbov=3.0), -1.0, 1.0), "clips"),
        (talk(3.0, dbov=-56.0), "faint"),
        (talk(0.5), "too short"),
        (hush(PATIENCE_S), "muted"),
    ],
)
def test_a_bad_sentence_is_asked_for_again_and_then_given_up(spoken: np.ndarray, why: str) -> None:
    microphone = Microphone()
    microphone.hears(hush(2.5))

    for attempt in range(1, MOST_ATTEMPTS + 1):
        microphone.hears(spoken, hush(1.5))
        again = [text for kind, text in microphone.said if kind == "again"]
        assert len(again) == min(attempt, MOST_ATTEMPTS - 1)
        assert all(why in text for text in again)

    assert why in microphone.reading.refusal.message
    assert microphone.reading.refusal.hint
    assert microphone.reading.done == []


def test_after_a_bad_sentence_a_good_one_is_kept() -> None:
    microphone = Microphone()

    microphone.hears(hush(2.5), talk(0.5), hush(1.5), talk(2.0), hush(1.5))

    assert microphone.kinds == ["room", "sentence", "again", "sentence", "kept", "sentence"]


def test_the_meter_shows_the_level_and_says_what_to_change() -> None:
    microphone = Microphone()

    microphone.hears(hush(2.5), talk(1.5, dbov=-45.0), hush(1.5), talk(1.5, dbov=-6.0), hush(0.5))

    hints = {hint for _, hint in microphone.meter}
    assert {"", "a little louder, or closer", "a little softer, or further away"} <= hints
    assert max(level for level, _ in microphone.meter) == pytest.approx(-6.0, abs=0.5)
    assert len(microphone.meter) == pytest.approx(5.5 / 0.096, abs=3)


def test_who_talks_into_the_quiet_is_not_taken_for_the_first_sentence() -> None:
    microphone = Microphone()

    microphone.hears(hush(1.7), talk(1.5), hush(1.5), talk(2.0), hush(1.5))

    assert len(microphone.reading.done) == 1
    assert len(microphone.reading.done[0].samples) / SAMPLE_RATE_HZ == pytest.approx(2.8, abs=0.1)
