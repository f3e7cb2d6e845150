"""Where a Whisper model lies, and fetching it when it is nowhere: with progress, and never a hang.

A hub that does not answer within a few seconds counts as no network. ``HF_HUB_OFFLINE=1`` forbids the network,
``HF_ENDPOINT`` names another hub, ``HF_HOME`` another cache.
"""

from __future__ import annotations

import difflib
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from voicesim.engines.complaint import one_line
from voicesim.engines.recogniser_faster_whisper import check_folder
from voicesim.errors import EngineNotInstalledError, ModelNotFoundError

NETWORK_LIMIT_S: Final = 4.0
"""A hub that has not let us connect by then is not there."""

_FILES: Final = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")


def repository_of(model: str) -> str:
    """The hub id behind a model's name.

    Args:
        model: a name such as ``base.en``, or a hub id with a slash.

    Raises:
        EngineNotInstalledError: faster-whisper is missing.
        ModelNotFoundError: no such name.
    """
    if "/" in model:
        return model
    try:
        from faster_whisper.utils import _MODELS as REPOSITORIES
        from faster_whisper.utils import available_models
    except ImportError as exc:
        raise EngineNotInstalledError(
            "faster-whisper is not installed", hint="pip install faster-whisper"
        ) from exc
    names = available_models()
    if model not in names:
        near = difflib.get_close_matches(model, names, n=1)
        guess = f"did you mean {near[0]!r}? " if near else ""
        raise ModelNotFoundError(f"no Whisper model {model!r}", hint=f"{guess}there are: {', '.join(names)}")
    return str(REPOSITORIES[model])


def cached_model(model: str) -> Path | None:
    """The folder of a model that was fetched before; never touches the network."""
    import huggingface_hub

    try:
        folder = Path(
            huggingface_hub.snapshot_download(
                repository_of(model), allow_patterns=list(_FILES), local_files_only=True
            )
        )
        check_folder(folder)
    except EngineNotInstalledError:
        raise
    except Exception:  # noqa: BLE001 - whatever the hub's library says, it is not there
        return None
    return folder


def fetch_model(model: str, *, say: Callable[[str], None]) -> Path:
    """Fetch a model into the hub's cache; its own bars show the progress.

    Raises:
        ModelNotFoundError: no network, no such model, or it broke off.
    """
    import huggingface_hub

    repository = repository_of(model)
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}:
        raise ModelNotFoundError(
            f"the Whisper model {model} is not on this machine, and HF_HUB_OFFLINE forbids to fetch it",
            hint="unset HF_HUB_OFFLINE, or name a model's folder",
        )
    if not _can_connect():
        raise ModelNotFoundError(
            f"the Whisper model {model} is not on this machine, and the model hub cannot be reached",
            hint="connect once to fetch it, or copy its folder here and name it by --recogniser FOLDER",
        )
    say(f"fetching the Whisper model {model} (once; it is kept for later)")
    try:
        folder = Path(
            huggingface_hub.snapshot_download(
                repository, allow_patterns=list(_FILES), etag_timeout=NETWORK_LIMIT_S
            )
        )
    except Exception as exc:
        raise ModelNotFoundError(
            f"the Whisper model {model} could not be fetched: {one_line(exc)}",
            hint="check its name and the network, or name a model's folder",
        ) from exc
    check_folder(folder)
    return folder


def _can_connect() -> bool:
    """Whether the hub, or the proxy before it, takes a connection; in a thread, since name look-up has no limit."""
    proxy = os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
    target = urlsplit(proxy or os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
    port = target.port or (80 if target.scheme == "http" else 443)
    answered: list[bool] = []

    def connect() -> None:
        try:
            socket.create_connection((target.hostname or "", port), timeout=NETWORK_LIMIT_S).close()
            answered.append(True)
        except OSError:
            pass

    thread = threading.Thread(target=connect, daemon=True, name="hub probe")
    thread.start()
    thread.join(NETWORK_LIMIT_S)
    return bool(answered)
