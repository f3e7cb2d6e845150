"""A recording or a call folder, made into a :class:`~voicesim.speech.call.Call`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from voicesim.audio.clip import Clip
from voicesim.audio.pitch import PitchTrack
from voicesim.audio.span import Span, Timeline, union
from voicesim.callfolder.reader import StoredCall, read_folder
from voicesim.intake.channels import Channels, read_channels
from voicesim.intake.engines import Engines, Progress, no_progress
from voicesim.intake.packing import words_of_utterances
from voicesim.ports import Recogniser
from voicesim.scenario.load import brief_of, load_scenario
from voicesim.speech.call import Brief, Call, CustomerLine, EngineId, Layout, Recognition, Side
from voicesim.speech.listening import Listener, listen
from voicesim.speech.utterances import group_speech, scripted_utterance
from voicesim.speech.words import Party, Utterance


def call_from_recording(
    path: Path,
    engines: Engines,
    *,
    trainee_channel: str | None = None,
    brief: Brief | None = None,
    progress: Progress = no_progress,
) -> Call:
    """Decode, detect, recognise.

    Args:
        path: a recording of one or two channels.
        engines: the engines.
        trainee_channel: ``left``, ``right``, or ``None`` for the right one.
        brief: what a scenario says of the call.
        progress: told as it goes.

    Raises:
        AudioFileError: the recording cannot be used.
        EngineError: an engine is missing or broke.
    """
    channels = read_channels(path, engines.decoder, trainee_channel=trainee_channel, progress=progress)
    progress("listening", 0.0)
    trainee = side_of(channels.trainee, channels, engines, progress)
    customer = None if channels.customer is None else side_of(channels.customer, channels, engines, progress)
    recognition = None
    if engines.recogniser is not None and (trainee.speech or (customer and customer.speech)):
        recogniser, is_fallback = engines.recogniser()
        recognition = _recognition(recogniser, is_fallback=is_fallback)
        n_all = len(group_speech(trainee.speech)) + len(group_speech(customer.speech if customer else ()))
        trainee = _recognised(trainee, Party.TRAINEE, recogniser, progress, 0, n_all)
        if customer is not None:
            done = len(trainee.utterances)
            customer = _recognised(customer, Party.CUSTOMER, recogniser, progress, done, n_all)
    return Call(
        call_id=path.stem,
        layout=channels.layout,
        trainee=trainee,
        customer=customer,
        brief=brief,
        recognition=recognition,
        engines=engines_used(engines),
    )


def call_from_folder(path: Path, engines: Engines, *, progress: Progress = no_progress) -> Call:
    """Read what a rehearsal left behind; its words are taken from the folder, not recognised again.

    Raises:
        CallFolderError: the folder is damaged.
        AudioFileError: its recording is.
    """
    stored = read_folder(path)
    channels = read_channels(stored.audio_path, engines.decoder, trainee_channel="right", progress=progress)
    if channels.customer is None:
        silent = Clip(channels.trainee.samples * 0.0)
        channels = replace(channels, layout=Layout.LIVE, customer=silent)
    assert channels.customer is not None
    n_samples = len(channels.trainee)
    lines = stored.lines(n_samples)
    progress("listening", 0.0)
    speech = _trainee_speech(channels, stored, engines)
    trainee = Side(
        clip=channels.trainee,
        speech=speech,
        utterances=stored.transcript,
        pitch=pitch_of(channels.trainee, engines, progress, speech),
    )
    return Call(
        call_id=path.resolve().name,
        layout=Layout.LIVE,
        trainee=trainee,
        customer=_customer_of(channels.customer, lines, engines, progress),
        lines=lines,
        moments=stored.moments(n_samples),
        brief=None if stored.scenario_path is None else brief_of(load_scenario(stored.scenario_path)),
        recognition=stored.recognition,
        echo=stored.echo,
        device_faults=stored.device_faults,
        engines=engines_used(engines),
        conditions=stored.conditions,
        ending=stored.ending,
        microphone=stored.microphone,
    )


def _trainee_speech(channels: Channels, stored: StoredCall, engines: Engines) -> Timeline:
    assert channels.customer is not None
    is_cancelled = stored.echo is not None and stored.echo.is_cancelled
    session = engines.echo.session() if is_cancelled and engines.echo is not None else None
    listener = Listener(
        engines.detector.session().step,
        cancel=None if session is None else session.process,
        cancel_delay_samples=0 if session is None else session.delay_samples,
        is_half_duplex=stored.echo is not None and stored.echo.is_severe,
    )
    return listen(listener, channels.trainee.samples, channels.customer.samples)


def _customer_of(clip: Clip, lines: tuple[CustomerLine, ...], engines: Engines, progress: Progress) -> Side:
    utterances = tuple(
        scripted_utterance(Party.CUSTOMER, line.text, line.planned, line.heard) for line in lines
    )
    speech = union(Span(max(0, line.heard.start), min(len(clip), line.heard.end)) for line in lines)
    return Side(
        clip=clip, speech=speech, utterances=utterances, pitch=pitch_of(clip, engines, progress, speech)
    )


def side_of(clip: Clip, channels: Channels, engines: Engines, progress: Progress) -> Side:
    """A party with a channel of its own: where it speaks, and its pitch."""
    speech = listen(Listener(engines.detector.session().step), clip.samples, None)
    return Side(
        clip=clip,
        speech=speech,
        pitch=pitch_of(clip, engines, progress, speech),
        source_rate_hz=channels.info.sample_rate_hz,
    )


def pitch_of(
    clip: Clip, engines: Engines, progress: Progress, within: Timeline | None = None
) -> PitchTrack | None:
    """The pitch of a channel, or of its speech, where there is a tracker."""
    if engines.pitch is None:
        return None
    progress("pitch", 0.0)
    return engines.pitch.track(clip, within)


def _recognised(
    side: Side, party: Party, recogniser: Recogniser, progress: Progress, done: int, n_all: int
) -> Side:
    def tell(n: int) -> None:
        progress("recognising", (done + n) / n_all)

    spans = group_speech(side.speech)
    words = words_of_utterances(side.clip, spans, recogniser, tell)
    utterances = tuple(Utterance(party, span, said) for span, said in zip(spans, words, strict=True))
    return replace(side, utterances=utterances)


def _recognition(recogniser: Recogniser, *, is_fallback: bool) -> Recognition:
    return Recognition(
        engine=recogniser.identity,
        writes_fillers=recogniser.capabilities.writes_fillers,
        is_fallback=is_fallback,
    )


def engines_used(engines: Engines) -> dict[str, EngineId]:
    """The engines' names for the provenance."""
    used = {"decoder": engines.decoder.identity, "detector": engines.detector.identity}
    if engines.pitch is not None:
        used["pitch"] = engines.pitch.identity
    return used
