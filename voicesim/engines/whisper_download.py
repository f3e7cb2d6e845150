"""Fetches a Whisper model into the Hugging Face cache, in a process that can be ended.

``python -m voicesim.engines.whisper_download REPOSITORY CACHE`` writes one JSON object to stdout:
``{"folder": …}`` or ``{"error": …}``.
"""

from __future__ import annotations

import json
import sys

from voicesim.engines.complaint import one_line
from voicesim.engines.whisper_models import FILES


def main() -> None:
    """Fetch what the command line names."""
    repository, cache = sys.argv[1:]
    answer: dict[str, str]
    try:
        from huggingface_hub import snapshot_download

        answer = {"folder": snapshot_download(repository, cache_dir=cache, allow_patterns=list(FILES))}
    except Exception as error:  # noqa: BLE001 - whatever it was, the parent is told
        answer = {"error": one_line(error)}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
