"""The customer's side of a recorded call as a voice: his turns cut out of the recording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.level import active_rms_dbov, db_to_ratio
from voicesim.audio.span import Span
from voicesim.callfolder.reader import is_call_folder
from voicesim.errors import AudioFileError, InputError
from voicesim.intake.call import call_from_folder, call_from_recording
from voicesim.intake.engines import Engines, Progress, no_progress
from voicesim.intake.labelled import call_with_transcript
from voicesim.intake.packing import MARGIN_SAMPLES
from voicesim.ports import Recogniser
from voicesim.scenario.replay import MAX_PAUSE_S
from voicesim.speech.call import Call, Side
from voicesim.speech.utterances import group_speech
from voicesim.speech.words import Party, Utterance, Word

EDGE_SAMPLES: Final = round(0.05 * SAMPLE_RATE_HZ)
"""Sound kept before and after a turn: a detector is late at the start of a word and early at its end."""

FADE_SAMPLES: Final = round(0.005 * SAMPLE_RATE_HZ)
"""At every cut, so that none of them clicks."""

LEVEL_DBOV: Final = -23.0
"""Mean level of the loud parts of all turns together, as of a synthesized customer's lines."""

PEAK: Final = 0.95


def call_to_replay(
    path: Path,
    engines: Engines,
    *,
    trainee_channel: str | None = None,
    transcript: Path | None = None,
    progress: Progress = no_progress,
) -> Call:
    """A call folder, or a two-channel recording, with what its customer said.

    Of a recording the customer alone is recognised, where the engines hold a recogniser and there is no transcript:
    what the trainee said then is not wanted.

    Raises:
        TranscriptError: it cannot be read or does not fit.
        AudioFileError: one channel, two equal ones, or no customer in it.
        CallFolderError: the folder is damaged.
        EngineError: the recogniser is missing or broke.
    """
    plain = replace(engines, recogniser=None, pitch=None)
    if is_call_folder(path):
        if transcript is not None:
            raise InputError(f"{path} is a call folder and has its own words", hint="leave --transcript out")
        call = call_from_folder(path, plain, progress=progress)
    elif transcript is not None:
        call = call_with_transcript(
            path, transcript, plain, trainee_channel=trainee_channel, progress=progress
        )
    else:
        call = call_from_recording(path, plain, trainee_channel=trainee_channel, progress=progress)
        if call.is_two_sided:
            call = _with_utterances(call, engines, progress)
    if not call.is_two_sided or call.customer is None:
        raise AudioFileError(
            f"{path.name} does not hold the customer in a channel of his own",
            hint="rehearse a recording with a party in each channel, or a call folder",
        )
    if not call.customer.utterances:
        raise AudioFileError(
            f"{path.name}: the customer says nothing",
            hint="if the customer is in the other channel, say --trainee-channel left",
        )
    return call


def _with_utterances(call: Call, engines: Engines, progress: Progress) -> Call:
    assert call.customer is not None
    recogniser = None
    if engines.recogniser is not None and call.customer.speech:
        recogniser, _ = engines.recogniser()
    trainee = tuple(Utterance(Party.TRAINEE, span) for span in group_speech(call.trainee.speech))
    customer = tuple(_customer(call.customer, recogniser, progress))
    return replace(
        call,
        trainee=replace(call.trainee, utterances=trainee),
        customer=replace(call.customer, utterances=customer),
    )


def _customer(side: Side, recogniser: Recogniser | None, progress: Progress) -> Iterable[Utterance]:
    spans = group_speech(side.speech)
    for number, span in enumerate(spans):
        progress("recognising the customer", number / len(spans))
        yield Utterance(
            Party.CUSTOMER, span, () if recogniser is None else _words(side.clip, span, recogniser)
        )


def _words(clip: Clip, span: Span, recogniser: Recogniser) -> tuple[Word, ...]:
    around = Span(max(0, span.start - MARGIN_SAMPLES), min(len(clip), span.end + MARGIN_SAMPLES))
    session = recogniser.session()
    try:
        session.accept(clip.cut(around))
        return tuple(Word(w.text, w.span.shift(around.start), w.confidence) for w in session.finish())
    finally:
        session.close()


def recorded_voices(clip: Clip, parts: Mapping[str, tuple[Span, ...]]) -> dict[str, Clip]:
    """A clip for every line, cut from the customer's channel.

    All lines are moved to one level together, so that loud and soft turns keep their difference. Pauses inside a turn
    stay, up to :data:`~voicesim.scenario.replay.MAX_PAUSE_S`.

    Args:
        clip: the customer's channel, 16 kHz.
        parts: where each line lies in it.
    """
    cut = {line_id: _cut(clip, spans) for line_id, spans in parts.items()}
    gain = db_to_ratio(LEVEL_DBOV - active_rms_dbov(np.concatenate(list(cut.values()))))
    peak = max(float(np.max(np.abs(samples))) for samples in cut.values()) * gain
    if peak > PEAK:
        gain *= PEAK / peak
    return {
        line_id: Clip(np.ascontiguousarray(samples * np.float32(gain))) for line_id, samples in cut.items()
    }


def _cut(clip: Clip, spans: tuple[Span, ...]) -> Samples:
    pieces: list[Samples] = []
    end = None
    for span in spans:
        start = max(0, span.start - EDGE_SAMPLES)
        if end is not None:
            pause = min(max(0, start - end), round(MAX_PAUSE_S * SAMPLE_RATE_HZ))
            pieces.append(np.zeros(pause, np.float32))
            start = max(start, end)
        end = max(start, min(len(clip), span.end + EDGE_SAMPLES))
        pieces.append(_faded(clip.cut(Span(start, end))))
    return np.concatenate(pieces)


def _faded(samples: Samples) -> Samples:
    out = np.array(samples, dtype=np.float32)
    n = min(FADE_SAMPLES, len(out) // 2)
    if n:
        ramp = np.linspace(0.0, 1.0, n, dtype=np.float32)
        out[:n] *= ramp
        out[-n:] *= ramp[::-1]
    return out
