"""``voicesim doctor``: what is installed, what is missing and how to get it."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict, dataclass

import click

from voicesim import __version__
from voicesim.errors import VoicesimError

PACKAGES = (
    "numpy", "scipy", "librosa", "faster-whisper", "ctranslate2", "onnxruntime", "av", "pocketsphinx", "pyttsx3",
    "sounddevice", "soundfile", "soxr", "swift-f0", "pywebrtc-audio", "click", "pydantic", "PyYAML",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    is_ok: bool
    detail: str
    hint: str = ""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For programs and for bug reports.")
def command(*, as_json: bool) -> int:
    """Say what is installed, what is missing and how to get it. Exit 1 if a call could not be rehearsed."""
    findings = [*_engines(), _devices(), _scenarios()]
    about = {
        "voicesim": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "packages": _versions(),
    }
    if as_json:
        print(json.dumps({**about, "findings": [asdict(f) for f in findings]}, indent=2))
    else:
        print(f"voicesim {__version__}, Python {about['python']}, {about['system']}\n")
        for finding in findings:
            print(f"{'ok     ' if finding.is_ok else 'MISSING'} {finding.name}: {finding.detail}")
            if finding.hint and not finding.is_ok:
                print(f"        hint: {finding.hint}")
        versions = (f"{name} {version}" for name, version in _versions().items())
        print("\npackages: " + ", ".join(versions))
    return 0 if all(f.is_ok for f in findings) else 1


def _versions() -> dict[str, str]:
    import importlib.metadata

    versions: dict[str, str] = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "missing"
    return versions


def _engines() -> list[Finding]:
    from voicesim.engines.registry import probe_engines

    return [
        Finding(name=probe.name, is_ok=probe.is_available, detail=probe.detail, hint=probe.hint)
        for probe in probe_engines()
    ]


def _devices() -> Finding:
    from voicesim.lines.devices import Direction, find_device, list_devices

    try:
        devices = list_devices()
        microphone = find_device(devices, None, Direction.INPUT)
        loudspeaker = find_device(devices, None, Direction.OUTPUT)
    except VoicesimError as exc:
        return Finding(name="sound devices", is_ok=False, detail=exc.message, hint=exc.hint or "")
    return Finding(
        name="sound devices", is_ok=True, detail=f"{microphone.name} (in), {loudspeaker.name} (out)"
    )


def _scenarios() -> Finding:
    from voicesim.cli.scenarios import shipped_scenarios

    try:
        names = ", ".join(shipped_scenarios())
    except VoicesimError as exc:
        return Finding(name="scenarios", is_ok=False, detail=exc.message, hint=exc.hint or "")
    return Finding(name="scenarios", is_ok=True, detail=names)
