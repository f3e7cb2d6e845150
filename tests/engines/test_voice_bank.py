"""Lines that are spoken before the call, while it runs, and at once when they are wanted."""

import threading

import numpy as np
import pytest

from voicesim.audio.clip import Clip
from voicesim.engines.voice_bank import VoiceBank
from voicesim.errors import EngineFailedError
from voicesim.ports import VoiceStyle
from voicesim.speech.call import EngineId


class Voice:
    """Says every text as a constant as long as the text; each line waits for its turn at a gate."""

    identity = EngineId(engine="constant", model="-", version="1")

    def __init__(self, *, gate=None, fails_at=None):
        self.said = []
        self._gate = gate
        self._fails_at = fails_at
        self._lock = threading.Lock()

    def render(self, text, style):
        del style
        if self._gate is not None:
            assert self._gate.acquire(timeout=20)
        with self._lock:
            self.said.append(text)
        if text == self._fails_at:
            raise EngineFailedError("no voice today")
        return Clip(np.full(100 * len(text), 0.25, np.float32))


def _lines(n):
    return [(f"line{i}", "x" * (i + 1), VoiceStyle()) for i in range(n)]


def test_the_first_lines_are_there_and_the_rest_follows(tmp_path):
    gate = threading.Semaphore(5)
    voice = Voice(gate=gate)
    bank = VoiceBank(_lines(30), voice, folder=tmp_path)
    told = []
    bank.wait(5, progress=told.append)
    assert told[-1] == 1.0
    assert [bank.is_ready(f"line{i}") for i in range(5)] == [True] * 5
    assert not bank.is_ready("line29")
    for _ in range(30):
        gate.release()
    assert len(bank["line29"]) == 3000
    bank.wait(None)
    assert all(len(bank[f"line{i}"]) == 100 * (i + 1) for i in range(30))
    assert sorted(voice.said) == sorted("x" * (i + 1) for i in range(30))
    bank.close()


def test_a_line_that_is_wanted_comes_before_the_others(tmp_path):
    gate = threading.Semaphore(4)
    voice = Voice(gate=gate)
    bank = VoiceBank(_lines(30), voice, folder=tmp_path)
    bank.wait(4)
    assert not bank.is_ready("line29")
    for _ in range(10):
        gate.release()
    assert len(bank["line29"]) == 3000
    assert len(voice.said) < 20
    for _ in range(30):
        gate.release()
    bank.close()


def test_the_second_time_nothing_is_spoken(tmp_path):
    for expected in (3, 0):
        voice = Voice()
        bank = VoiceBank(_lines(3), voice, folder=tmp_path)
        bank.wait(None)
        bank.close()
        assert len(voice.said) == expected


def test_a_clip_is_dressed(tmp_path):
    bank = VoiceBank(
        _lines(1), Voice(), folder=tmp_path, dress=lambda clip: Clip(clip.samples * np.float32(2.0))
    )
    assert bank["line0"].samples[50] == pytest.approx(0.5, abs=1e-3)
    bank.close()


def test_a_voice_that_fails_is_an_error_and_not_a_wait_without_end(tmp_path):
    bank = VoiceBank(_lines(5), Voice(fails_at="xxx"), folder=tmp_path)
    with pytest.raises(EngineFailedError, match="no voice today"):
        bank.wait(None)
    with pytest.raises(EngineFailedError):
        bank["line2"]
    bank.close()


def test_closing_leaves_the_rest_unspoken(tmp_path):
    gate = threading.Semaphore(2)
    voice = Voice(gate=gate)
    bank = VoiceBank(_lines(50), voice, folder=tmp_path)
    bank.wait(2)
    closing = threading.Thread(target=bank.close)
    closing.start()
    for _ in range(8):
        gate.release()
    closing.join(timeout=20)
    assert not closing.is_alive()
    assert len(voice.said) < 15
