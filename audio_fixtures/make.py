"""Render the simulated trainees from the texts in their manifests, and write the hashes into them.

Needs Debian's flite (``apt-get install flite``) and voicesim's own packages::

    python audio_fixtures/make.py            # renders; files whose sound has not changed are left alone
    python audio_fixtures/make.py --check    # only says whether the files are those of the manifests
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import yaml

HERE = Path(__file__).resolve().parent
RATE_HZ = 16_000


def main() -> int:
    """Render or check every folder; the exit status says whether all is well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="render nothing, compare the hashes")
    options = parser.parse_args()
    if not options.check and shutil.which("flite") is None:
        print("error: flite is not installed\nhint: sudo apt-get install flite", file=sys.stderr)
        return 5
    is_well = True
    for manifest in sorted(HERE.glob("*/manifest.yaml")):
        if options.check:
            is_well &= _check(manifest)
        else:
            _render_folder(manifest)
    return 0 if is_well else 1


def _check(manifest: Path) -> bool:
    is_well = True
    for utterance in yaml.safe_load(manifest.read_text("utf-8"))["utterances"]:
        path = manifest.parent / utterance["file"]
        if not path.exists() or _digest(path) != utterance["sha256"]:
            print(f"{path.relative_to(HERE)}: not the file of the manifest")
            is_well = False
    return is_well


def _render_folder(manifest: Path) -> None:
    about = yaml.safe_load(manifest.read_text("utf-8"))
    for utterance in about["utterances"]:
        path = manifest.parent / utterance["file"]
        samples = _spoken(utterance["text"], about["voice"])
        # The bytes of a FLAC file differ between encoders; the sound does not.
        if not path.exists() or not np.array_equal(soundfile.read(path, dtype="int16")[0], samples):
            soundfile.write(path, samples, RATE_HZ, format="FLAC", subtype="PCM_16")
            print(f"{path.relative_to(HERE)}: rendered")
        _write_hash(manifest, utterance["file"], _digest(path))


def _spoken(text: str, voice: str) -> npt.NDArray[np.int16]:
    """Speech of a voice as manifests name it: Flite's name, then the features that differ from its own."""
    name, *settings = voice.split()
    features = [argument for setting in settings for argument in ("--setf", setting)]
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        subprocess.run(["flite", "-voice", name, *features, "-t", text, "-o", str(wav)], check=True)
        samples, rate_hz = soundfile.read(wav, dtype="int16")
    if rate_hz != RATE_HZ:
        raise SystemExit(f"error: the voice {name} speaks at {rate_hz} Hz\nhint: choose slt, rms or awb")
    return samples


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_hash(manifest: Path, file: str, digest: str) -> None:
    """Replace one hash and leave the rest of the file, its comments included, as it is."""
    entry = re.compile(rf"(- file: {re.escape(file)}\n(?:(?!  - file:).*\n)*?    sha256: )\S+")
    text, n = entry.subn(rf"\g<1>{digest}", manifest.read_text("utf-8"))
    if n != 1:
        raise SystemExit(f"error: no place for the hash of {file} in {manifest}\nhint: add a line sha256: -")
    manifest.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
