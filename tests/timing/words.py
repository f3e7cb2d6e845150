"""``score`` with words against faster-whisper alone over the same channels.

Both use a model of the base size, temperature 0, the same beam, the same threads, and say the same number of
tokens: the model says :data:`N_SAID` in every window that voicesim packs, and is held to as many in all where
faster-whisper goes through the channels by itself, 30 s at a time. By itself it is not asked for word times.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.timing.alternating import medians
from tests.timing.base_model import base_model

N_SAID: Final = 64
"""Some 45 words: 20 s of talk in a window of 30 s."""

WINDOW_S: Final = 30.0


def score_with_words(call_path: Path) -> dict[str, object]:
    """Time both on a recording of two channels."""
    import soundfile

    from voicesim.behaviour.loading import load_tables
    from voicesim.cli.scoring import ScoringOptions, plain_progress, score_path
    from voicesim.cli.wiring import engines_for
    from voicesim.engines.recogniser_faster_whisper import BEAM_SIZE, FasterWhisperRecogniser

    folder = base_model(N_SAID)
    engines = engines_for(str(folder))
    assert engines.recogniser is not None
    recogniser, _ = engines.recogniser()
    assert isinstance(recogniser, FasterWhisperRecogniser)
    options = ScoringOptions(engines=engines, tables=load_tables())
    counted = _Counted(recogniser)
    score_path(call_path, options, plain_progress)
    n_packed = counted.stop()

    sound, rate_hz = soundfile.read(call_path, dtype="float32")
    n_bare = sound.shape[1] * -(-len(sound) // round(WINDOW_S * rate_hz))
    n_tokens = max(1, round(N_SAID * n_packed / n_bare))

    def bare() -> None:
        for channel in sound.T:
            segments, _ = recogniser._model.transcribe(
                channel.copy(),
                language="en",
                beam_size=BEAM_SIZE,
                temperature=0.0,
                condition_on_previous_text=False,
                without_timestamps=True,
                max_new_tokens=n_tokens,
            )
            list(segments)

    ours, bare_took = medians(
        lambda: score_path(call_path, options, plain_progress), bare, rounds=3, warm_up=False
    )
    return {
        "what": "score with words against faster-whisper alone, base size",
        "score_s": round(ours.wall_s, 1),
        "alone_s": round(bare_took.wall_s, 1),
        "windows": f"{n_packed} against {n_bare}",
        "tokens": f"{n_packed * N_SAID} against {n_bare * n_tokens}",
        "ratio": round(ours.wall_s / bare_took.wall_s, 2),
        "by_processor_time": round(ours.cpu_s / bare_took.cpu_s, 2),
        "goal": "<= 1.0",
    }


class _Counted:
    """Counts the windows that a recogniser is given."""

    def __init__(self, recogniser: object) -> None:
        self._recogniser = recogniser
        self._recognise = recogniser.recognise_windows  # type: ignore[attr-defined]
        self._n = 0
        recogniser.recognise_windows = self._count  # type: ignore[attr-defined]

    def _count(self, windows: list[object]) -> object:
        self._n += len(windows)
        return self._recognise(windows)

    def stop(self) -> int:
        """How many it were."""
        del self._recogniser.recognise_windows  # type: ignore[attr-defined]
        return self._n
