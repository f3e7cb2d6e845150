"""The two streams and their callbacks, on a sound card that is made up: what it refuses, what it loses."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from voicesim.errors import DeviceError
from voicesim.lines import streams
from voicesim.lines.devices import DeviceRecord
from voicesim.lines.streams import QUEUE_S, InputSide, OutputSide, SoundCardStreams

STAMPS = SimpleNamespace(currentTime=10.0, inputBufferAdcTime=9.97, outputBufferDacTime=10.1)
FLAGS = ("input_underflow", "input_overflow", "output_underflow", "output_overflow", "priming_output")


class Status:
    """As sounddevice.CallbackFlags: true when any flag is up."""

    def __init__(self, *flags: str) -> None:
        for flag in FLAGS:
            setattr(self, flag, flag in flags)
        self._is_any = bool(flags)

    def __bool__(self) -> bool:
        return self._is_any


class PortAudioError(Exception):
    pass


class SoundCard:
    """Stands in for the sounddevice module; ``refuses`` says what it does not open."""

    PortAudioError = PortAudioError

    def __init__(self, refuses: Callable[[dict[str, Any]], PortAudioError | None] = lambda _: None) -> None:
        self._refuses = refuses
        self.opened: list[dict[str, Any]] = []
        self.closed = 0
        self.start_error: PortAudioError | None = None
        self.InputStream = self.OutputStream = self._open

    def _open(self, **settings: Any) -> SimpleNamespace:
        refusal = self._refuses(settings)
        if refusal is not None:
            raise refusal
        self.opened.append(settings)

        def close(**_: Any) -> None:
            self.closed += 1

        def start() -> None:
            if self.start_error is not None:
                raise self.start_error

        return SimpleNamespace(start=start, abort=lambda **_: None, close=close, active=True, latency=0.15)


def device(name: str = "card", *, rate_hz: int = 48_000, n_in: int = 2, n_out: int = 2) -> DeviceRecord:
    return DeviceRecord(
        index=7,
        name=name,
        host_api="ALSA",
        n_input_channels=n_in,
        n_output_channels=n_out,
        default_rate_hz=rate_hz,
        default_input_latency_s=0.01,
        default_output_latency_s=0.01,
        is_default_input=True,
        is_default_output=True,
    )


@pytest.fixture
def plug_in(monkeypatch) -> Callable[[SoundCard], SoundCard]:
    def plug(card: SoundCard) -> SoundCard:
        monkeypatch.setattr(streams, "load_portaudio", lambda: card)
        return card

    return plug


def test_16_khz_mono_is_asked_for_first(plug_in):
    card = plug_in(SoundCard())
    opened = SoundCardStreams(device(), device())
    assert [(s["samplerate"], s["channels"], s["blocksize"]) for s in card.opened] == [(16_000, 1, 0)] * 2
    assert opened.opened_input.rate_hz == 16_000
    assert opened.are_active
    assert opened.close()
    assert opened.close()
    assert card.closed == 2


def test_where_16_khz_is_refused_the_native_rate_is_taken(plug_in):
    def refuses(settings: dict[str, Any]) -> PortAudioError | None:
        if settings["samplerate"] != 48_000:
            return PortAudioError("Error opening Stream: Invalid sample rate", streams.SAMPLE_RATE_REFUSED)
        return None

    plug_in(SoundCard(refuses))
    opened = SoundCardStreams(device(), device())
    assert (opened.opened_input.rate_hz, opened.opened_input.n_channels) == (48_000, 1)
    assert opened.opened_output.rate_hz == 48_000


def test_where_mono_is_refused_two_channels_are_taken(plug_in):
    def refuses(settings: dict[str, Any]) -> PortAudioError | None:
        if settings["channels"] != 2:
            return PortAudioError(
                "Error opening Stream: Invalid number of channels", streams.CHANNELS_REFUSED
            )
        return None

    plug_in(SoundCard(refuses))
    opened = SoundCardStreams(device(), device())
    assert (opened.opened_input.rate_hz, opened.opened_input.n_channels) == (16_000, 2)


def test_a_device_in_use_is_said_in_plain_words_and_what_was_open_is_closed(plug_in):
    def refuses(settings: dict[str, Any]) -> PortAudioError | None:
        is_output = settings["callback"].__self__.__class__ is OutputSide
        return PortAudioError("Error opening OutputStream: Device unavailable", -9985) if is_output else None

    card = plug_in(SoundCard(refuses))
    with pytest.raises(
        DeviceError, match=r"loudspeaker 'card' cannot be opened.*Device unavailable"
    ) as caught:
        SoundCardStreams(device(), device())
    assert caught.value.hint is not None
    assert isinstance(caught.value.__cause__, PortAudioError)
    assert card.closed == 1


def test_a_stream_that_does_not_start_closes_both(plug_in):
    card = SoundCard()
    card.start_error = PortAudioError("Error starting stream: Unanticipated host error", -9999)
    plug_in(card)
    with pytest.raises(DeviceError, match=r"does not start: .*Unanticipated host error"):
        SoundCardStreams(device(), device())
    assert card.closed == 2


def test_an_input_callback_copies_its_first_channel_counts_and_stamps():
    side = InputSide()
    data = np.arange(20, dtype=np.float32).reshape(10, 2)
    side.callback(data, 10, STAMPS, Status())
    data[:] = -1.0
    side.callback(data, 10, STAMPS, Status("input_overflow"))
    first, second = side.get(0.0), side.get(0.0)
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.samples, np.arange(0, 20, 2, dtype=np.float32))
    assert (first.first_frame, second.first_frame) == (0, 10)
    assert first.latency_s == pytest.approx(0.03)
    assert (first.is_after_overflow, second.is_after_overflow) == (False, True)
    assert side.faults == {"input_overflow": 1}
    assert side.get(0.0) is None


def test_a_pump_that_stays_away_loses_the_newest_sound_and_never_its_place():
    side = InputSide()
    side.prepare(1000)
    data = np.ones((100, 1), np.float32)
    for _ in range(110):
        side.callback(data, 100, STAMPS, Status())
    kept = 0
    while (record := side.get(0.0)) is not None:
        assert record.first_frame == kept
        kept += len(record.samples)
    assert kept == QUEUE_S * 1000
    assert side.faults == {"queue_dropped_frames": 11_000 - kept}
    side.callback(data, 100, STAMPS, Status())
    after = side.get(0.0)
    assert after is not None
    assert after.first_frame == 11_000


def played(side: OutputSide, frames: int, status: Status, *, channels: int = 1) -> np.ndarray:
    data = np.full((frames, channels), np.nan, np.float32)
    side.callback(data, frames, STAMPS, status)
    return data


def test_an_output_callback_plays_what_waits_and_then_silence_on_every_channel():
    side = OutputSide()
    side.push(np.arange(1, 6, dtype=np.float32))
    side.push(np.arange(6, 8, dtype=np.float32))
    assert side.level_frames == 7
    first = played(side, 4, Status(), channels=2)
    np.testing.assert_array_equal(first, np.repeat(np.arange(1, 5, dtype=np.float32)[:, None], 2, axis=1))
    np.testing.assert_array_equal(played(side, 5, Status())[:, 0], [5, 6, 7, 0, 0])
    records = [side.records.get_nowait(), side.records.get_nowait()]
    assert [(r.frames, r.queued_frames, r.first_frame) for r in records] == [(4, 4, 0), (9, 7, 4)]
    assert records[0].latency_s == pytest.approx(0.1)
    assert side.level_frames == 0


def test_what_an_underflowing_driver_throws_away_is_neither_given_nor_counted(monkeypatch):
    moments = iter([100.0, 100.025, 100.03, 100.035, 100.06])
    monkeypatch.setattr(streams.time, "perf_counter", lambda: next(moments))
    side = OutputSide()
    side.prepare(16_000)
    side.push(np.ones(4000, np.float32))
    assert played(side, 400, Status()).all()
    # Late, but in time with what it had: an ordinary underflow.
    assert played(side, 400, Status("output_underflow")).all()
    # 5 ms after the last one, for 25 ms of sound: it races.
    assert not played(side, 400, Status("output_underflow")).any()
    assert not played(side, 400, Status("output_underflow")).any()
    assert played(side, 400, Status()).all()
    assert side.frames == side.queued_frames == 1200
    records = [side.records.get_nowait() for _ in range(3)]
    assert [record.is_after_underflow for record in records] == [False, True, True]
    assert side.faults == {"output_underflow": 3, "swallowed_output_frames": 800}


def test_what_lies_behind_is_heard_with_and_without_sound_and_counts_as_silence():
    side = OutputSide()
    loop = np.arange(1, 8, dtype=np.float32)
    side.play_behind(loop)
    side.push(np.full(3, 100, np.float32))
    out = np.concatenate([played(side, 5, Status(), channels=2) for _ in range(4)])
    expected = np.resize(loop, 20) + np.concatenate([np.full(3, 100), np.zeros(17)])
    np.testing.assert_array_equal(out, np.repeat(expected[:, None], 2, axis=1))
    records = [side.records.get_nowait() for _ in range(4)]
    assert [record.queued_frames for record in records] == [3, 3, 3, 3]
    side.play_behind(None)
    assert not played(side, 5, Status()).any()
