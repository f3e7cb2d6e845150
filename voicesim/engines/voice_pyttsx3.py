"""The customer's voice by pyttsx3: eSpeak NG on Linux, SAPI5 on Windows, NSSpeech on macOS.

pyttsx3 chooses the voice and the pace; pitch and loudness are set on the rendered sound, because only one of its
drivers knows pitch, and so that a scenario sounds alike everywhere. Every line comes out at the same active level
before its gain.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, Final

from voicesim.audio.clip import Clip
from voicesim.engines.voice_choice import (
    CHILD_PITCH_ST,
    FEMALE_VARIANT,
    SENIOR_RATE_RATIO,
    InstalledVoice,
    cast_voice,
    choose_voice,
)
from voicesim.engines.voice_finish import LEVEL_DBOV, PEAK, finished, read_line
from voicesim.errors import EngineFailedError, EngineNotInstalledError, ParameterError
from voicesim.ports import VoiceStyle
from voicesim.speech.call import EngineId

__all__ = ["InstalledVoice", "Pyttsx3Voice", "available", "choose_voice"]

LIMIT_S: Final = 30.0
"""A line that takes longer to render has failed."""

INSTALL_HINT: Final = {
    "linux": "install it: sudo apt-get install espeak-ng libespeak-ng1  (Fedora: sudo dnf install espeak-ng)",
    "darwin": "install it: brew install espeak-ng, or repair the system voices in System Settings",
    "win32": "add a voice under Settings > Time & language > Speech",
}


class Pyttsx3Voice:
    """Speaks lines. Implements :class:`voicesim.ports.Voice`.

    An engine is started when a line needs one and kept for the next; lines may be rendered from several threads
    at once. :meth:`close` ends the engines; so does the end of the program.
    """

    def __init__(self) -> None:
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._voices: tuple[InstalledVoice, ...] | None = None
        driver = {"linux": "espeak", "darwin": "nsss", "win32": "sapi5"}.get(sys.platform, "espeak")
        self.identity = EngineId(
            engine="pyttsx3",
            model=driver,
            version=importlib.metadata.version("pyttsx3"),
            settings={
                "level_dbov": LEVEL_DBOV,
                "peak": PEAK,
                "female_variant": FEMALE_VARIANT,
                "child_pitch_st": CHILD_PITCH_ST,
                "senior_rate_ratio": SENIOR_RATE_RATIO,
            },
        )

    def voices(self) -> tuple[InstalledVoice, ...]:
        """The voices of this system.

        Raises:
            EngineNotInstalledError: no synthesizer.
        """
        if self._voices is None:
            rows = self._ask({"op": "voices"})["voices"]
            self._voices = tuple(
                InstalledVoice(
                    voice_id=row["id"],
                    name=row["name"],
                    language=row["language"],
                    gender=row["gender"],
                    age=row["age"],
                )
                for row in rows
                # eSpeak lists the voices of MBROLA whether it is there or not.
                if not row["id"].startswith("mb/") or shutil.which("mbrola") is not None
            )
        return self._voices

    def render(self, text: str, style: VoiceStyle) -> Clip:
        """A line as 16 kHz sound, silence trimmed at both ends, peak below full scale.

        Raises:
            ParameterError: nothing to say.
            EngineNotInstalledError: no synthesizer.
            EngineFailedError: it gave no sound.
        """
        if not text.strip():
            raise ParameterError("a line needs words to be spoken")
        voice_id, style = cast_voice(self.voices(), style)
        with tempfile.TemporaryDirectory(prefix="voicesim-voice-") as folder:
            out = Path(folder) / "line.wav"
            request = {"op": "render", "text": text, "voice": voice_id, "rate_wpm": style.rate_wpm}
            self._ask({**request, "out": str(out)})
            samples = read_line(out, hint=INSTALL_HINT.get(sys.platform, INSTALL_HINT["linux"]))
        return Clip(finished(samples, style))

    def close(self) -> None:
        """End the engines."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            worker = _Worker()
        answer = worker.ask(request)
        if answer is not None and "error" not in answer:
            self._idle.put(worker)
            return answer
        worker.close()
        if answer is None:
            raise EngineFailedError(
                f"the speech synthesizer gave no answer within {LIMIT_S:.0f} s", hint="run voicesim doctor"
            )
        hint = INSTALL_HINT.get(sys.platform, INSTALL_HINT["linux"])
        if request["op"] == "voices":
            raise EngineNotInstalledError(
                f"the speech synthesizer does not start ({_short(answer['error'])})", hint=hint
            )
        raise EngineFailedError(f"the speech synthesizer failed ({_short(answer['error'])})", hint=hint)


class _Worker:
    """The child process, and a thread that reads its answers so that waiting can end."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "voicesim.engines.pyttsx3_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="voice answers", daemon=True)
        self._reader.start()

    def ask(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The answer, or ``None`` where there is none in time."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(request) + "\n")
            self._child.stdin.flush()
            line = self._answers.get(timeout=LIMIT_S)
        except (OSError, queue.Empty):
            return None
        if not line:
            return {"error": "its process ended"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._answers.put(line)
        self._answers.put("")

    def close(self) -> None:
        self._child.kill()
        self._child.wait()
        self._reader.join(timeout=2.0)
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()


def _short(complaint: str) -> str:
    return " ".join(complaint.split())[:160]


def available() -> tuple[bool, str]:
    """Whether lines can be spoken, and by how many voices, or what is missing."""
    voice = Pyttsx3Voice()
    try:
        voices = voice.voices()
    except (EngineNotInstalledError, EngineFailedError) as exc:
        return False, f"{exc.message} ({exc.hint})"
    finally:
        voice.close()
    return True, f"{voice.identity.model}, {len(voices)} voices"
