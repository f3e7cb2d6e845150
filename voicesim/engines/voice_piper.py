"""The customer's voice by Piper: the user's own ``piper`` program, run beside voicesim.

Piper's package has been under GPL-3 since version 1.3, so it is neither installed nor imported: it is a program that
the user has, given a sentence on stdin and a file to write. The options used are those that its C++ and its Python
edition share.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from voicesim.audio.clip import Clip
from voicesim.engines.voice_choice import aged
from voicesim.engines.voice_finish import LEVEL_DBOV, PEAK, finished, read_line
from voicesim.errors import EngineFailedError, EngineNotInstalledError, ModelNotFoundError, ParameterError
from voicesim.ports import VoiceStyle
from voicesim.speech.call import EngineId

PROGRAM: Final = "piper"
LIMIT_S: Final = 60.0
"""A line that takes longer to render has failed; each begins with loading the voice."""

NATURAL_WPM: Final = 170.0
"""A voice is taken to speak at this pace by itself. A choice of the project: voices differ, and none says."""

INSTALL_HINT: Final = "install it beside voicesim, for example: pipx install piper-tts"


class PiperVoice:
    """Speaks lines. Implements :class:`voicesim.ports.Voice`.

    A Piper voice has one language and one speaker: of a style its pace, pitch, loudness and age count.

    Args:
        model: a voice file, ``NAME.onnx`` with ``NAME.onnx.json`` beside it.

    Raises:
        ModelNotFoundError: one of the two is missing.
        EngineNotInstalledError: there is no ``piper``.
    """

    def __init__(self, model: Path) -> None:
        for path in (model, model.with_name(f"{model.name}.json")):
            if not path.is_file():
                raise ModelNotFoundError(
                    f"no Piper voice: {path} is missing",
                    hint="a voice is two files, NAME.onnx and NAME.onnx.json, in one folder",
                )
        program = shutil.which(PROGRAM)
        if program is None:
            raise EngineNotInstalledError("the program 'piper' is not installed", hint=INSTALL_HINT)
        self._program = program
        self._model = model
        self.identity = EngineId(
            engine="piper",
            model=model.stem,
            version=_hash_of(model),
            settings={"level_dbov": LEVEL_DBOV, "peak": PEAK, "natural_wpm": NATURAL_WPM},
        )

    def render(self, text: str, style: VoiceStyle) -> Clip:
        """A line as 16 kHz sound, silence trimmed at both ends, peak below full scale.

        Raises:
            ParameterError: nothing to say.
            EngineFailedError: it gave no sound.
        """
        if not text.strip():
            raise ParameterError("a line needs words to be spoken")
        style = aged(style, "")
        with tempfile.TemporaryDirectory(prefix="voicesim-voice-") as folder:
            out = Path(folder) / "line.wav"
            self._run(" ".join(text.split()), out, NATURAL_WPM / style.rate_wpm)
            samples = read_line(
                out, hint="try the voice by itself: echo hello | piper --model FILE --output_file x.wav"
            )
        return Clip(finished(samples, style))

    def close(self) -> None:
        """Nothing is kept running."""

    def _run(self, text: str, out: Path, length_scale: float) -> None:
        command = [self._program, "--model", str(self._model), "--output_file", str(out)]
        command += ["--length_scale", f"{length_scale:.3f}"]
        try:
            done = subprocess.run(  # noqa: S603 - the program is the one on PATH, its arguments are ours
                command,
                input=f"{text}\n",
                capture_output=True,
                encoding="utf-8",
                timeout=LIMIT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise EngineFailedError(f"piper did not run ({type(exc).__name__})", hint=INSTALL_HINT) from exc
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no word why"])[-1]
            raise EngineFailedError(
                f"piper failed ({last[:120]})", hint="try the voice by itself, or take another"
            )


def _hash_of(model: Path) -> str:
    with model.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
