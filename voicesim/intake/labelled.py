"""A recording and its transcript, made into a :class:`~voicesim.speech.call.Call`.

Conventions: the labels decide whose words they are. In two channels who speaks when comes from the channels; in one,
from the labels, refined to the sound. Where the labels say plainly that the trainee is in the left channel, it is the
left one. A transcript without labels is enough where each party has a channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from voicesim.audio.span import Timeline
from voicesim.errors import TranscriptError
from voicesim.intake.call import engines_used, pitch_of, side_of
from voicesim.intake.channels import Channels, read_channels
from voicesim.intake.engines import Engines, Progress, no_progress
from voicesim.intake.transcripts.laying import (
    Laid,
    Spoken,
    agreement_s,
    by_channel,
    in_one_channel,
    in_two_channels,
    sounding_parts,
    without_times,
)
from voicesim.intake.transcripts.model import Form, Transcript
from voicesim.intake.transcripts.parties import Parties, Role
from voicesim.intake.transcripts.reading import read_transcript
from voicesim.speech.call import Brief, Call, EngineId, Layout, Recognition, Side
from voicesim.speech.listening import Listener, listen
from voicesim.speech.words import Party

ENGINE: Final = "transcript"
"""What stands in the place of a recogniser's name."""
SWAPPED_RATIO: Final = 1.5
"""So much more of the words must sound in the other channel for the channels to be taken the other way round."""
MOST_UNHEARD: Final = 0.5

_CHANNEL_LABELS: Final = {Form.AMAZON: ("ch_0", "ch_1"), Form.WHISPER_CPP: ("speaker 0", "speaker 1")}
_FILLER: Final = re.compile(r"\b(?:u+m+|u+h+|er+m*|a+hm+|hm+)\b", re.IGNORECASE)
_ROLES: Final = {Role.TRAINEE: Party.TRAINEE, Role.CUSTOMER: Party.CUSTOMER, Role.OTHER: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The recording, the transcript, and whose labels are whose."""

    path: Path
    transcript: Transcript
    channels: Channels
    roles: Mapping[str, Role]

    def complaint(self, message: str, hint: str) -> TranscriptError:
        return TranscriptError(message, path=self.transcript.name, hint=hint)


def call_with_transcript(
    path: Path,
    transcript_path: Path,
    engines: Engines,
    *,
    parties: Mapping[str, Role] | None = None,
    trainee_channel: str | None = None,
    brief: Brief | None = None,
    progress: Progress = no_progress,
) -> Call:
    """Decode, detect, and take the words from a transcript.

    Args:
        path: a recording of one or two channels.
        transcript_path: its transcript.
        engines: the engines; no recogniser is used.
        parties: whose a label is, where the user said so.
        trainee_channel: ``left``, ``right``, or ``None`` for the right one unless the labels say otherwise.
        brief: what a scenario says of the call.
        progress: told as it goes.

    Raises:
        TranscriptError: it cannot be read, does not tell who spoke, or does not fit the recording.
        AudioFileError: the recording cannot be used.
        EngineError: an engine is missing or broke.
    """
    known = Parties(parties)
    transcript = read_transcript(transcript_path, known)
    roles = _roles(transcript, known, trainee_channel)
    channels = read_channels(path, engines.decoder, trainee_channel=trainee_channel, progress=progress)
    source = _Source(path=path, transcript=transcript, channels=channels, roles=roles)
    progress("listening", 0.0)
    if channels.customer is None:
        layout, sides, told = _one_channel(source, engines, progress)
    else:
        layout, sides, told = _two_channels(source, engines, progress, trainee_channel)
    return Call(
        call_id=path.stem,
        layout=layout,
        trainee=sides[Party.TRAINEE],
        customer=sides.get(Party.CUSTOMER),
        brief=brief,
        recognition=_recognition(source, told),
        engines=engines_used(engines),
    )


def _roles(transcript: Transcript, parties: Parties, trainee_channel: str | None) -> dict[str, Role]:
    """Whose each label is; none where there are no labels."""
    pair = _CHANNEL_LABELS.get(transcript.form)
    if pair is not None and not any(parties.known(label) for label in pair):
        ours = 0 if trainee_channel == "left" else 1
        defaults = {label: Role.TRAINEE if i == ours else Role.CUSTOMER for i, label in enumerate(pair)}
        parties = parties.with_defaults(defaults)
    lines: dict[str, int | None] = {}
    for passage in transcript.passages:
        if passage.speaker:
            lines.setdefault(passage.speaker, passage.line)
    if not lines:
        return {}
    try:
        return parties.of(lines.items())
    except TranscriptError as exc:
        raise TranscriptError(exc.message, path=transcript.name, line=exc.line, hint=exc.hint) from exc


def _spoken(source: _Source) -> list[Spoken]:
    """Passages with their party; one without a label is neither's."""
    return [
        Spoken(party=_ROLES[source.roles.get(passage.speaker, Role.OTHER)], passage=passage)
        for passage in source.transcript.passages
    ]


_Sides = tuple[Layout, dict[Party, Side], dict[str, str | int]]


def _one_channel(source: _Source, engines: Engines, progress: Progress) -> _Sides:
    if not source.roles:
        raise source.complaint(
            "it does not say who speaks, and the recording has one channel",
            "give a transcript with labels such as [Agent] and [Customer], or a recording with two channels",
        )
    clip = source.channels.trainee
    speech = listen(Listener(engines.detector.session().step), clip.samples, None)
    sound = sounding_parts(clip, speech)
    spoken = _spoken(source)
    if source.transcript.has_times:
        laid = in_one_channel(spoken, speech, sound, len(clip))
    else:
        laid = without_times(spoken, sound, speech)
    _check_fit(source, laid)
    pitch = pitch_of(clip, engines, progress)
    sides = {
        party: Side(
            clip=clip,
            speech=each.speech,
            utterances=each.utterances,
            pitch=pitch,
            source_rate_hz=source.channels.info.sample_rate_hz,
        )
        for party, each in laid.items()
        if party is Party.TRAINEE or each.utterances
    }
    told = _counts(source, laid)
    return Layout.LABELLED_MONO, sides, told


def _two_channels(
    source: _Source, engines: Engines, progress: Progress, trainee_channel: str | None
) -> _Sides:
    channels = source.channels
    assert channels.customer is not None
    clips = {Party.TRAINEE: channels.trainee, Party.CUSTOMER: channels.customer}
    sides = {party: side_of(clip, channels, engines, progress) for party, clip in clips.items()}
    speech = {party: side.speech for party, side in sides.items()}
    if not source.transcript.has_times and not source.roles:
        raise source.complaint(
            "it says neither who speaks nor when", "give a transcript with labels, or one with times"
        )
    told: dict[str, str | int] = {}
    if source.roles:
        spoken = _spoken(source)
        is_swapped = source.transcript.has_times and _is_swapped(source, spoken, speech, trainee_channel)
        if is_swapped:
            sides = {Party.TRAINEE: sides[Party.CUSTOMER], Party.CUSTOMER: sides[Party.TRAINEE]}
            speech = {party: side.speech for party, side in sides.items()}
            told["trainee_channel"] = "left, by the labels"
    else:
        spoken = by_channel(source.transcript.passages, speech)
    sound = {party: sounding_parts(side.clip, side.speech) for party, side in sides.items()}
    if source.transcript.has_times:
        laid = in_two_channels(spoken, speech, sound, len(channels.trainee))
    else:
        laid = {party: without_times(spoken, sound[party], speech[party], party)[party] for party in Party}
    _check_fit(source, laid)
    filled = {party: replace(side, utterances=laid[party].utterances) for party, side in sides.items()}
    return Layout.TWO_CHANNEL, filled, {**told, **_counts(source, laid)}


def _is_swapped(
    source: _Source, spoken: Sequence[Spoken], speech: dict[Party, Timeline], trainee_channel: str | None
) -> bool:
    own_s, other_s = agreement_s(spoken, speech)
    if other_s <= SWAPPED_RATIO * own_s:
        return False
    if trainee_channel is not None:
        raise source.complaint(
            f"its labels put the trainee into the other channel than --trainee-channel {trainee_channel}",
            "leave --trainee-channel out, or say with --party whose the labels are",
        )
    return True


def _check_fit(source: _Source, laid: Mapping[Party, Laid]) -> None:
    n_words = sum(each.n_words for each in laid.values())
    n_unheard = sum(each.n_unheard for each in laid.values())
    if not laid[Party.TRAINEE].n_words:
        return
    if n_unheard > MOST_UNHEARD * n_words:
        raise source.complaint(
            f"it does not fit the recording: {n_unheard} of {n_words} words are written where nobody speaks",
            f"check that it is the transcript of {source.path.name}",
        )


def _counts(source: _Source, laid: Mapping[Party, Laid]) -> dict[str, str | int]:
    """What the transcript and the sound do not agree on, for the provenance."""
    n_left_out = sum(
        len(passage.words)
        for passage in source.transcript.passages
        if source.roles and source.roles.get(passage.speaker, Role.OTHER) is Role.OTHER
    )
    return {
        "words": sum(each.n_words for each in laid.values()),
        "words_of_neither": n_left_out,
        "words_without_sound": sum(each.n_unheard for each in laid.values()),
        "words_beside_own_sound": sum(each.n_elsewhere for each in laid.values()),
    }


def _recognition(source: _Source, told: Mapping[str, str | int]) -> Recognition:
    transcript = source.transcript
    words = [word.text for passage in transcript.passages for word in passage.words]
    times = "spread over the sound of each passage by syllables"
    if not transcript.has_times:
        times = "reckoned from the order of the words"
    elif transcript.has_word_times:
        times = "given"
    speakers = ", ".join(f"{label}: {role.value}" for label, role in sorted(source.roles.items()))
    return Recognition(
        engine=EngineId(
            engine=ENGINE,
            model=transcript.form.value,
            version=transcript.sha256[:12],
            settings={
                "format": transcript.form.value,
                "sha256": transcript.sha256,
                "speakers": speakers or "told by the channels",
                "word_times": times,
                "confidences": "the file's own"
                if transcript.has_confidences
                else "none: its words are taken as right",
                **told,
            },
        ),
        writes_fillers=any(_FILLER.search(word) for word in words),
        has_times=transcript.has_times,
    )
