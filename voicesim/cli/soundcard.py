"""The sound card for a call: open it, listen for echo, say what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicesim.cli.output import Progress, say, shout

if TYPE_CHECKING:
    from voicesim.audio.background import Background
    from voicesim.audio.clip import Clip
    from voicesim.lines.echocheck import EchoCheck
    from voicesim.lines.soundcard import SoundCardLine
    from voicesim.ports import EchoCanceller
    from voicesim.speech.call import Echo

HEADSET = "a headset keeps the customer out of your microphone"

QUIET_ROOM_DBOV = -45.0
"""A room louder than this leaves little between itself and a voice at -26 dBov (SNR below 20 dB)."""


def connect(
    *,
    input_device: str | None,
    output_device: str | None,
    probe: Clip,
    wants_check: bool,
    background: Background,
    progress: Progress,
) -> tuple[SoundCardLine, Echo | None, EchoCanceller | None]:
    """Open the devices and spend three seconds on the echo.

    Returns:
        The line, what is known of its echo, and the canceller that the detector needs.

    Raises:
        DeviceError: no such device, or it does not open.
    """
    from voicesim.audio.background import render_background
    from voicesim.audio.level import active_rms_dbov
    from voicesim.engines.detector_silero import SileroDetector
    from voicesim.engines.echo_webrtc import WebRtcEchoCanceller
    from voicesim.lines.echocheck import check_echo
    from voicesim.lines.soundcard import SoundCardLine

    behind = render_background(background, voice_dbov=active_rms_dbov(probe.samples))
    line = SoundCardLine(input_device=input_device, output_device=output_device, background=behind)
    if not wants_check:
        line.open()
        return line, None, None
    progress("listening for echo (please be quiet for three seconds)", 0.0)
    canceller = WebRtcEchoCanceller()
    try:
        found = check_echo(line, probe.samples, detector=SileroDetector(), canceller=canceller)
    except BaseException:
        line.close()
        raise
    progress.done()
    return line, *_judged(found, canceller)


def _judged(found: EchoCheck, canceller: EchoCanceller) -> tuple[Echo, EchoCanceller | None]:
    from voicesim.lines.echocheck import EchoDecision
    from voicesim.speech.call import Echo

    if found.is_disturbed:
        shout("somebody spoke while the echo was checked; the call goes on with echo cancellation")
    if found.noise_dbov > QUIET_ROOM_DBOV:
        shout(f"the room is loud ({found.noise_dbov:.0f} dBov): some measures may not be possible")
    echo = Echo(
        customer_in_microphone_db=found.customer_in_microphone_db,
        is_cancelled=found.decision is EchoDecision.CANCEL,
        is_severe=found.decision is EchoDecision.REMAINS,
    )
    if found.decision is EchoDecision.CLEAR:
        return echo, None
    if found.decision is EchoDecision.CANCEL:
        say(f"your microphone hears the loudspeaker; that is taken care of, but {HEADSET}")
        return echo, canceller
    shout(
        "your microphone hears the loudspeaker so well that nobody can tell who is talking: the customer "
        f"cannot be interrupted in this call, and interruptions are not measured; {HEADSET}"
    )
    return echo, None
