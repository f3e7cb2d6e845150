"""Where a Whisper model is: a folder, the Hugging Face cache of this machine, or the hub.

A model is a folder as CTranslate2 writes it. The hub is asked for only where the cache has nothing, after a
question of at most :data:`ANSWER_WITHIN_S` seconds whether it is there at all; the download runs in a process
of its own, which is ended when it no longer makes progress. So nothing here hangs without a network.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from voicesim.errors import EngineNotInstalledError, ModelNotFoundError

DEFAULT_MODEL: Final = "base.en"

HUB_IDS: Final[Mapping[str, str]] = {
    **{
        name: f"Systran/faster-whisper-{name}"
        for name in (
            "tiny.en", "tiny", "base.en", "base", "small.en", "small", "medium.en", "medium",
            "large-v1", "large-v2", "large-v3",
        )
    },
    **{
        f"distil-{name}": f"Systran/faster-distil-whisper-{name}"
        for name in ("small.en", "medium.en", "large-v2", "large-v3")
    },
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}  # fmt: skip
"""Short names of models, as faster-whisper knows them."""

FILES: Final = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")
"""What is fetched from the hub."""

ANSWER_WITHIN_S: Final = 5.0
CONNECT_WITHIN_S: Final = 3.0
STALLED_AFTER_S: Final = 60.0

_NEEDED: Final = ("config.json", "model.bin", "tokenizer.json")
_VOCABULARIES: Final = ("vocabulary.json", "vocabulary.txt")
_ELSEWHERE_HINT: Final = "connect to the network once, or name a model folder: --recogniser FOLDER"

Progress = Callable[[str, float], None]


def check_folder(folder: Path) -> Path:
    """A folder that holds a whole model.

    Raises:
        ModelNotFoundError: it is missing or lacks a file; the message names what.
    """
    if not folder.is_dir():
        raise ModelNotFoundError(
            f"there is no model folder {folder}",
            hint="check the path; a model of the hub is whisper:ORG/NAME",
        )
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in _VOCABULARIES):
        missing.append(" or ".join(_VOCABULARIES))
    if missing:
        raise ModelNotFoundError(
            f"the model folder {folder.name} lacks {', '.join(missing)}",
            hint="convert it with ct2-transformers-converter --copy_files tokenizer.json preprocessor_config.json",
        )
    return folder


def hub_id(model: str) -> str:
    """The hub's name of a model.

    Args:
        model: short name (``base.en``) or hub id (``ORG/NAME``).

    Raises:
        ModelNotFoundError: no such short name.
    """
    if model in HUB_IDS:
        return HUB_IDS[model]
    if model.count("/") == 1 and all(model.split("/")):
        return model
    close = difflib.get_close_matches(model, HUB_IDS, n=1)
    guess = f"did you mean {close[0]}? " if close else ""
    raise ModelNotFoundError(
        f"no Whisper model is called {model}",
        hint=f"{guess}give a folder, a hub id ORG/NAME, or one of {', '.join(HUB_IDS)}",
    )


def cached_folder(model: str, *, cache: Path | None = None) -> Path | None:
    """A model that was fetched before, whole; never asks the network.

    Args:
        model: short name or hub id.
        cache: the Hugging Face cache; its usual place by default.

    Raises:
        ModelNotFoundError: no such short name.
        EngineNotInstalledError: huggingface-hub is missing.
    """
    repository = hub_id(model)
    try:
        import huggingface_hub
    except ImportError as error:
        raise EngineNotInstalledError(
            "huggingface-hub is not installed", hint="pip install faster-whisper"
        ) from error
    try:
        found = huggingface_hub.snapshot_download(
            repository, cache_dir=cache, local_files_only=True, allow_patterns=list(FILES)
        )
        return check_folder(Path(found))
    except (OSError, ValueError, ModelNotFoundError):  # the hub's own "not in the cache" is an OSError
        return None


def fetched_folder(model: str, *, progress: Progress | None = None, cache: Path | None = None) -> Path:
    """A model from the cache, else from the hub.

    Args:
        model: short name or hub id.
        progress: told ``(what, fraction)`` while it is fetched.
        cache: the Hugging Face cache; its usual place by default.

    Raises:
        ModelNotFoundError: neither has it, or the hub cannot be reached; within seconds.
        EngineNotInstalledError: huggingface-hub is missing.
    """
    cached = cached_folder(model, cache=cache)
    if cached is not None:
        return cached
    if _is_offline():
        raise ModelNotFoundError(
            f"the Whisper model {model} is not on this machine, and HF_HUB_OFFLINE forbids to fetch it",
            hint="unset HF_HUB_OFFLINE once, or name a model folder: --recogniser FOLDER",
        )
    size_bytes = _ask_hub(model)
    return check_folder(_download(model, size_bytes, progress or _tell_nobody, cache))


def _is_offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").strip().lower() in {"1", "true", "yes", "on"}


def _endpoint() -> str:
    return os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or "https://huggingface.co"


def _tell_nobody(what: str, fraction: float) -> None:
    del what, fraction


# --- is the hub there? ----------------------------------------------------------------------------------


def _ask_hub(model: str) -> int:
    """Bytes that the hub has of a model.

    Raises:
        ModelNotFoundError: no answer in time, or no such model.
    """
    answers: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
    url = f"{_endpoint()}/api/models/{quote(hub_id(model))}?blobs=true"
    # A thread, because resolving a name has no time limit of its own; it dies with the program.
    threading.Thread(target=_get, args=(url, answers), name="model hub", daemon=True).start()
    try:
        answer = answers.get(timeout=ANSWER_WITHIN_S)
    except queue.Empty:
        answer = TimeoutError("no answer")
    if isinstance(answer, HTTPError) and answer.code in {401, 403, 404}:
        raise ModelNotFoundError(
            f"the model hub has no model {hub_id(model)} for everybody", hint="check its name"
        ) from answer
    if isinstance(answer, Exception):
        raise ModelNotFoundError(
            f"the Whisper model {model} is not on this machine, and {_endpoint()} cannot be reached",
            hint=_ELSEWHERE_HINT,
        ) from answer
    try:
        files = json.loads(answer)["siblings"]
        return sum(int(file.get("size") or 0) for file in files if Path(file["rfilename"]).suffix != ".md")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelNotFoundError(
            f"{_endpoint()} does not answer as a model hub; is there a sign-in page in between?",
            hint=_ELSEWHERE_HINT,
        ) from error


def _get(url: str, answers: queue.SimpleQueue[bytes | Exception]) -> None:
    try:
        request = Request(url, headers={"User-Agent": "voicesim", "Accept": "application/json"})  # noqa: S310 - the user's own endpoint
        with urlopen(request, timeout=CONNECT_WITHIN_S) as response:  # noqa: S310 - the same
            answers.put(response.read(1_000_000))
    except HTTPError as error:
        error.close()
        answers.put(error)
    except (URLError, OSError, ValueError) as error:
        answers.put(error)


# --- fetching -------------------------------------------------------------------------------------------


def _download(model: str, size_bytes: int, progress: Progress, cache: Path | None) -> Path:
    from huggingface_hub import constants

    root = cache or Path(constants.HF_HUB_CACHE)
    repository = hub_id(model)
    blobs = root / ("models--" + repository.replace("/", "--")) / "blobs"
    command = [sys.executable, "-m", "voicesim.engines.whisper_download", repository, str(root)]
    environment = {
        **os.environ,
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_ENDPOINT": _endpoint(),
    }
    is_done = False
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as child:
        try:
            is_done = _watch(child, blobs, f"fetching the Whisper model {model}", size_bytes, progress)
            answer = json.loads(child.stdout.read() or b"{}") if is_done and child.stdout else {}
        except ValueError:
            answer = {}
        finally:
            child.kill()
    if "folder" not in answer:
        why = answer.get("error") or (
            "the download ended" if is_done else f"nothing came for {STALLED_AFTER_S:.0f} s"
        )
        raise ModelNotFoundError(
            f"the Whisper model {model} could not be fetched: {why}",
            hint=f"try again, what came is kept; {_ELSEWHERE_HINT}",
        )
    progress(f"fetching the Whisper model {model}", 1.0)
    return Path(answer["folder"])


def _watch(
    child: subprocess.Popen[bytes], blobs: Path, what: str, size_bytes: int, progress: Progress
) -> bool:
    """Tell how much is there until the child ends; ``False`` when it stalls."""
    n_before, changed_at_s = -1, time.monotonic()
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=0.2)
            return True
        n_bytes = _bytes_in(blobs)
        if n_bytes != n_before:
            n_before, changed_at_s = n_bytes, time.monotonic()
            progress(what, min(0.99, n_bytes / size_bytes) if size_bytes else 0.0)
        elif time.monotonic() - changed_at_s > STALLED_AFTER_S:
            return False


def _bytes_in(folder: Path) -> int:
    total = 0
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                # Blocks, not length: some writers claim the whole file at once.
                status = path.stat()
                total += min(status.st_size, getattr(status, "st_blocks", status.st_size // 512 + 1) * 512)
    return total
