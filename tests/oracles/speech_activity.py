"""Speech activity beside webrtcvad's, on the same frames of 10 ms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import webrtcvad

from voicesim.validation.real.activity import FRAME_SAMPLES, frames_of, meetings
from voicesim.validation.real.recordings import Recordings
from voicesim.validation.rows import Row, at_most, row

MODES = (0, 1, 2, 3)


def rows(recordings: Recordings, tell: Callable[[float], None]) -> tuple[Row, ...]:
    wrong, n = dict.fromkeys(("ours", *MODES), 0), 0
    for meeting in meetings(recordings):
        truth = meeting.truth
        wrong["ours"] += int(np.sum(frames_of(recordings.speech(meeting.clip), len(truth)) != truth))
        pcm = np.clip(np.rint(meeting.clip.samples * 32768.0), -32768, 32767).astype("<i2")
        for mode in MODES:
            detector = webrtcvad.Vad(mode)
            found = [
                detector.is_speech(pcm[i * FRAME_SAMPLES : (i + 1) * FRAME_SAMPLES].tobytes(), 16_000)
                for i in range(len(truth))
            ]
            wrong[mode] += int(np.sum(np.array(found) != truth))
        n += len(truth)
    tell(1.0)
    if not n:
        return ()
    best = min(wrong[mode] for mode in MODES)
    named = ", ".join(f"mode {mode}: {wrong[mode] / n:.3f}" for mode in MODES)
    subject = "speech activity"
    relative, limits = wrong["ours"] / max(1, best), at_most(0.9999)
    same = "webrtcvad, same frames"
    return (
        row(
            subject,
            "frame error of webrtcvad, its best mode",
            "labels of meetings",
            best / n,
            n=n,
            note=named,
        ),
        row(subject, "our frame error over webrtcvad's", same, relative, n=n, unit="ratio", limits=limits),
    )
