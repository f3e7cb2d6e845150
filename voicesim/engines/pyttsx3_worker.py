"""The child process that pyttsx3 runs in.

pyttsx3's drivers print to stdout, may hang, and cannot be started twice in one process. Here they may: requests
and answers are JSON lines on the real stdin and stdout, and what a driver prints goes to stderr.

Request ``{"op": "voices"}`` is answered by ``{"voices": [{"id", "name", "language", "gender", "age"}]}``; ``{"op":
"render", "text", "voice", "rate_wpm", "out"}`` by ``{"ok": true}`` once ``out`` holds a sound file. A failure is
answered by ``{"error": "…"}``.

On Linux each line is rendered by forks of this process. eSpeak keeps a state from line to line, and the same words
must give the same sound whatever was said before.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import wave
from typing import Any, Final

import pyttsx3

MOST_TRIES: Final = 3

DRIVER_LIMIT_S: Final = 20.0
"""How long the driver may go on after it has said that it is done."""

FASTEST_WORD_S: Final = 0.1
"""Speech with less time a word than this lacks some of its words."""


def main() -> None:
    """Answer requests until stdin ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    engine: Any = None
    while line := sys.stdin.readline():
        request = json.loads(line)
        try:
            if sys.platform == "linux" and request["op"] == "render":
                answer = _render_by_forks(request)
            elif sys.platform == "linux":
                answer = _forked(request)
            else:
                engine = engine or pyttsx3.init()
                answer = _answer(engine, request)
        except Exception as exc:  # noqa: BLE001 - the drivers raise anything; the parent decides
            answer = {"error": f"{type(exc).__name__}: {exc}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _render_by_forks(request: dict[str, Any]) -> dict[str, Any]:
    least_s = FASTEST_WORD_S * len(request["text"].split())
    for _ in range(MOST_TRIES):
        answer = _forked(request)
        if "error" in answer or _duration_s(request["out"]) >= least_s:
            return answer
    return {"error": f"{MOST_TRIES} renderings came out empty or cut short"}


def _duration_s(path: str) -> float:
    try:
        with wave.open(path, "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error):
        return 0.0


def _forked(request: dict[str, Any]) -> dict[str, Any]:
    """The answer of a fork that starts an engine of its own."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            answer = _answer(pyttsx3.init(), request)
        except Exception as exc:  # noqa: BLE001 - the drivers raise anything; the parent decides
            answer = {"error": f"{type(exc).__name__}: {exc}"}
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            json.dump(answer, pipe)
        # eSpeak's own clean-up at exit asserts now and then.
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    _, status = os.waitpid(pid, 0)
    if not text:
        return {"error": f"its process ended with status {status}"}
    answer = json.loads(text)
    return answer if isinstance(answer, dict) else {"error": "no answer"}


def _answer(engine: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - pyttsx3 has no types
    if request["op"] == "voices":
        return {"voices": [_described(voice) for voice in engine.getProperty("voices")]}
    if request["voice"]:
        # A voice that went away since it was listed leaves the system's own; it is no reason to be silent.
        with contextlib.suppress(Exception):
            engine.setProperty("voice", request["voice"])
    engine.setProperty("rate", request["rate_wpm"])
    engine.save_to_file(request["text"], request["out"])
    engine.runAndWait()
    _await_driver(engine)
    return {"ok": True}


def _await_driver(engine: Any) -> None:  # noqa: ANN401 - pyttsx3 has no types
    """ESpeak's driver comes back before its file is written: half of the lines are empty on a busy machine."""
    driver = getattr(getattr(engine, "proxy", None), "_driver", None)
    until_s = time.monotonic() + DRIVER_LIMIT_S
    while getattr(driver, "_speaking", False) is True and time.monotonic() < until_s:
        time.sleep(0.005)


def _described(voice: Any) -> dict[str, str]:  # noqa: ANN401 - pyttsx3 has no types
    languages = [
        language.decode("utf-8", "ignore") if isinstance(language, bytes) else str(language)
        for language in (voice.languages or [])
        if language
    ]
    return {
        "id": str(voice.id),
        "name": str(voice.name or ""),
        "language": (languages[0] if languages else "").strip("\x05\x02\x00").replace("_", "-").lower(),
        "gender": str(voice.gender or "").lower().removeprefix("voicegender"),
        "age": _age_of(getattr(voice, "age", None)),
    }


def _age_of(age: Any) -> str:  # noqa: ANN401 - years on macOS and Linux, a word on Windows
    words = {"child": "child", "teen": "child", "adult": "adult", "senior": "senior"}
    if isinstance(age, str) and not age.isdigit():
        return words.get(age.lower(), "")
    years = int(age) if age else 0
    return "" if years <= 0 else "child" if years < 18 else "senior" if years >= 60 else "adult"


if __name__ == "__main__":
    main()
