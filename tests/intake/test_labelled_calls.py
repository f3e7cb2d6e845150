"""Calls out of a recording and a transcript, with voices whose times and levels are known by construction."""

import json

import numpy as np
import pytest
import soundfile

from tests.fakes import EnergyDetector, voice_like
from tests.intake import transcript_samples
from voicesim.audio.span import Span, intersect
from voicesim.engines.decoder_av import AvDecoder
from voicesim.errors import TranscriptError
from voicesim.intake.engines import Engines
from voicesim.intake.labelled import call_with_transcript
from voicesim.intake.transcripts.laying import utterances_of
from voicesim.intake.transcripts.parties import Role
from voicesim.intake.transcripts.spreading import spread
from voicesim.intake.transcripts.stretches import Written, own_stretches
from voicesim.measure.registry import measure_call
from voicesim.measure.transcript_gate import content_gate
from voicesim.results import Measured, Reason
from voicesim.speech.call import Layout
from voicesim.speech.words import Party, Word

RATE_HZ = 16_000
TALK_S = {"Agent": [(1.1, 2.9), (8.2, 9.3), (9.6, 10.9)], "Customer": [(4.1, 6.4)]}
"""Where the voices really sound: inside the written times, or a little off."""
LEVEL_DBOV = {"Agent": -26.0, "Customer": -38.0}
N_SAMPLES = 12 * RATE_HZ
TOLD = dict.fromkeys(("spk_0", "SPEAKER_00", "speaker 0"), Role.TRAINEE)


@pytest.fixture(scope="module")
def voices():
    rng = np.random.default_rng(4)
    out = {}
    for who, stretches in TALK_S.items():
        sound = np.zeros(N_SAMPLES, np.float32)
        for start_s, end_s in stretches:
            f0_hz = 200.0 if who == "Agent" else 110.0
            talk = voice_like(rng, end_s - start_s, f0_hz=f0_hz, level_dbov=LEVEL_DBOV[who])
            sound[round(start_s * RATE_HZ) :][: len(talk)] = talk
        out[who] = sound
    return out


@pytest.fixture(scope="module")
def recordings(voices, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    both = voices["Agent"] + voices["Customer"]
    channels = {
        "mono": (both,),
        "same": (both, both),
        "right": (voices["Customer"], voices["Agent"]),
        "left": (voices["Agent"], voices["Customer"]),
    }
    for name, sides in channels.items():
        soundfile.write(folder / f"{name}.wav", np.stack(sides, axis=1), RATE_HZ, subtype="PCM_16")
    return folder


@pytest.fixture
def call_of(recordings, tmp_path):
    def make(recording, text, parties=None, **options):
        path = tmp_path / "words.txt"
        path.write_text(text)
        engines = Engines(decoder=AvDecoder(), detector=EnergyDetector())
        return call_with_transcript(
            recordings / f"{recording}.wav", path, engines, parties=parties, **options
        )

    return make


def _is_at(speech, stretches, tolerance_s=0.07):
    found = [edge for span in speech for edge in (span.start_s(), span.end_s())]
    return found == pytest.approx([edge for pair in stretches for edge in pair], abs=tolerance_s)


NOBODY_NAMED = {"whisper", "whisper without words"}


@pytest.mark.parametrize(
    ("recording", "name"),
    [("same", "srt"), *(("mono", name) for name in transcript_samples.SAMPLES if name not in NOBODY_NAMED)],
)
def test_labels_part_the_voices_of_one_channel(call_of, recording, name):
    call = call_of(recording, transcript_samples.SAMPLES[name], TOLD)
    assert call.layout is Layout.LABELLED_MONO
    texts = [(u.party, u.text) for u in call.utterances() if u.words]
    assert " ".join(text for party, text in texts if party is Party.TRAINEE) == " ".join(
        text for who, _, _, text in transcript_samples.TURNS if who == "Agent"
    )
    if not call.recognition.has_times:
        return
    assert _is_at(call.trainee.speech, TALK_S["Agent"])
    assert _is_at(call.customer.speech, TALK_S["Customer"])
    talk = (*call.trainee.speech, *call.customer.speech)
    for utterance in call.utterances():
        for word in utterance.words:
            assert call.recognition.engine.settings["word_times"] == "given" or intersect(
                (word.span,), talk
            ) == (word.span,)


def test_one_channel_gives_each_voice_its_own_level_and_no_overlaps(call_of):
    found = measure_call(call := call_of("mono", transcript_samples.srt()))
    apart = measure_call(call_of("right", transcript_samples.srt()))
    assert found["volume"].value == pytest.approx(apart["volume"].value, abs=0.1)
    assert found["pace"].details["n_words"] == 14
    seconds = sum(end_s - start_s for start_s, end_s in TALK_S["Agent"])
    assert found["pace"].value == pytest.approx(60 * 14 / seconds, rel=0.05)
    assert found["talk_share"].value == pytest.approx(seconds / (seconds + 2.3), abs=0.02)
    assert found["patience"].value == pytest.approx(1.8, abs=0.1)
    assert found["response_latency"].value == pytest.approx(1.8, abs=0.1)
    for name in ("interruptions", "customer_interruptions"):
        assert found[name].reason is Reason.MONO
        assert "labels tell who spoke" in found[name].explanation
    assert isinstance(content_gate(call), Measured)


def test_a_mono_call_without_times_has_words_and_no_numbers_of_one_person(call_of):
    call = call_of("mono", transcript_samples.speaker_lines())
    found = measure_call(call)
    assert isinstance(content_gate(call), Measured)
    assert [u.party for u in call.utterances()] == [Party.TRAINEE, Party.CUSTOMER, Party.TRAINEE]
    for name in ("pace", "volume", "talk_share", "patience", "interruptions"):
        assert found[name].reason is Reason.MONO
        assert "when" in found[name].explanation


@pytest.mark.parametrize("name", ["srt", "whisper", "amazon speakers", "amazon channels", "speaker lines"])
def test_in_two_channels_the_words_come_from_the_labels_and_the_speech_from_the_channels(call_of, name):
    call = call_of("right", transcript_samples.SAMPLES[name], TOLD if name == "amazon speakers" else None)
    assert call.layout is Layout.TWO_CHANNEL
    assert _is_at(call.trainee.speech, TALK_S["Agent"])
    assert _is_at(call.customer.speech, TALK_S["Customer"])
    assert " ".join(u.text for u in call.customer.utterances) == "Hi. My parcel has not come."
    assert ("n_words" in measure_call(call)["pace"].details) == (name != "speaker lines")


def test_labels_that_disagree_with_the_channels_decide_and_are_told(call_of):
    call = call_of("left", transcript_samples.srt())
    assert _is_at(call.trainee.speech, TALK_S["Agent"])
    assert call.recognition.engine.settings["trainee_channel"] == "left, by the labels"
    with pytest.raises(TranscriptError, match="other channel than --trainee-channel right"):
        call_of("left", transcript_samples.srt(), trainee_channel="right")


def test_an_utterance_ends_at_a_clause_and_not_at_every_pause():
    speech = _spans((1.0, 2.0), (2.9, 4.0), (5.5, 6.0), (8.5, 9.0))
    at = (1.1, 1.5, 3.0, 3.5, 5.6, 8.6)
    rows = [
        (Word(text, Span(round(s * RATE_HZ), round((s + 0.3) * RATE_HZ))), passage)
        for text, s, passage in zip(
            ("Hello", "and", "welcome,", "you.", "Who", "calls?"), at, (0,) * 6, strict=True
        )
    ]
    said = [(u.text, u.span.start_s(), u.span.end_s()) for u in utterances_of(Party.TRAINEE, speech, rows)]
    assert said == [("Hello and welcome, you.", 1.0, 4.0), ("Who", 5.5, 6.0), ("calls?", 8.5, 9.0)]
    apart = [(word, i) for i, (word, _) in enumerate(rows)]
    assert [u.text for u in utterances_of(Party.TRAINEE, speech, apart)][:2] == ["Hello and", "welcome, you."]


def test_words_of_a_wrong_label_are_counted(call_of):
    text = transcript_samples.srt().replace("[Agent] Good", "[Customer] Good")
    settings = call_of("right", text).recognition.engine.settings
    assert settings["words_beside_own_sound"] == 6
    assert settings["words"] == 20


def test_words_where_nobody_speaks_are_doubtful(call_of):
    text = transcript_samples.srt() + "\n4\n00:00:06,900 --> 00:00:07,400\n[Agent] Never said\n"
    call = call_of("mono", text)
    doubtful = [w.text for u in call.trainee.utterances for w in u.words if w.confidence == 0.0]
    assert doubtful == ["Never", "said"]
    assert call.recognition.engine.settings["words_without_sound"] == 2


@pytest.mark.parametrize(
    ("recording", "text", "says", "hint"),
    [
        ("mono", transcript_samples.whisper(), "does not say who speaks", "two channels"),
        ("right", "one two\nthree", "knows as a transcript", "WebVTT"),
        ("mono", transcript_samples.whisperx(), "nobody knows who", "--party"),
        (
            "mono",
            transcript_samples.srt().replace("00:00:", "00:07:"),
            "does not fit the recording",
            "mono.wav",
        ),
    ],
)
def test_what_cannot_be_told_is_one_clear_error(call_of, recording, text, says, hint):
    with pytest.raises(TranscriptError, match=says) as caught:
        call_of(recording, text)
    assert hint in caught.value.hint


def test_only_one_party_transcribed_leaves_the_other_without_numbers(call_of):
    text = "\n\n".join(cue for cue in transcript_samples.srt().split("\n\n") if "Customer" not in cue)
    call = call_of("mono", text)
    assert call.customer is None
    found = measure_call(call)
    assert found["volume"].value == pytest.approx(LEVEL_DBOV["Agent"], abs=1.0)
    assert found["talk_share"].reason is Reason.NO_CUSTOMER


# --- times ------------------------------------------------------------------------------------------------


def _spans(*pairs):
    return tuple(Span(round(a * RATE_HZ), round(b * RATE_HZ)) for a, b in pairs)


def _stretches(written, speech):
    rows = [Written(Span(round(a * RATE_HZ), round(b * RATE_HZ)), who) for who, a, b in written]
    return [[(s.start_s(), s.end_s()) for s in own] for own in own_stretches(rows, _spans(*speech))]


@pytest.mark.parametrize(
    ("written", "speech", "own"),
    [
        pytest.param(
            [("a", 1.0, 3.0), ("b", 3.4, 5.0)],
            [(0.7, 2.8), (3.1, 5.3)],
            [[(0.7, 2.8)], [(3.1, 5.3)]],
            id="edges move",
        ),
        pytest.param([("a", 2.0, 3.0)], [(0.0, 4.0)], [[(1.5, 3.5)]], id="but no further than the bound"),
        pytest.param(
            [("a", 1.0, 3.0), ("b", 3.0, 5.0)],
            [(1.0, 2.7), (3.1, 5.0)],
            [[(1.0, 2.7)], [(3.1, 5.0)]],
            id="at a silence",
        ),
        pytest.param(
            [("a", 1.0, 3.0), ("b", 3.0, 5.0)], [(1.0, 5.0)], [[(1.0, 3.0)], [(3.0, 5.0)]], id="with none"
        ),
        pytest.param(
            [("a", 1.0, 9.0), ("b", 4.0, 5.0)],
            [(1.0, 9.0)],
            [[(1.0, 4.0), (5.0, 9.0)], []],
            id="both at once: nobody's",
        ),
        pytest.param([("a", 1.0, 2.0)], [(5.0, 6.0)], [[]], id="no sound"),
    ],
)
def test_written_times_move_to_the_sound(written, speech, own):
    found = _stretches(written, speech)
    assert len(found) == len(own)
    for ours, theirs in zip(found, own, strict=True):
        assert ours == [pytest.approx(pair) for pair in theirs]


def test_words_fill_the_sound_and_pauses_fall_between_phrases():
    texts = ["Good", "morning.", "Let", "me", "have", "a", "look", "at", "your", "account,", "please."]
    stretch = _spans((1.0, 1.7), (2.5, 5.0))
    spans = spread(texts, stretch)
    assert spans[0].start_s() == 1.0
    assert spans[-1].end_s() == 5.0
    assert spans[1].end_s() <= 1.7
    assert spans[2].start_s() == pytest.approx(2.5)
    assert all(intersect((span,), stretch) == (span,) for span in spans)
    assert list(spans) == sorted(spans)


# --- a real call ------------------------------------------------------------------------------------------


@pytest.mark.engines
def test_a_mono_call_with_subtitles_gets_a_full_card(voicesim_card, data_dir):
    audio = data_dir / "calls" / "callytics-call01.flac"
    card = voicesim_card(audio, audio.with_suffix(".srt"))
    cues = _cues(audio.with_suffix(".srt").read_text())
    ours = [(a, b, words) for label, a, b, words in cues if label == "CSR"]
    quotes = [(row["start_s"], row["end_s"], row["quote"]) for row in card["behaviours"]]
    assert len(quotes) >= 10
    for start_s, end_s, quote in quotes:
        cue = next(
            (cue for cue in ours if quote.split()[0] in cue[2] and _overlaps(cue, start_s, end_s)), None
        )
        assert cue is not None, quote
        assert cue[0] - 0.5 <= start_s < end_s <= cue[1] + 0.5
        assert " ".join(quote.split()) in " ".join(cue[2])
    first: dict[str, float] = {}
    for row in card["behaviours"]:
        first.setdefault(row["id"], row["start_s"])
    # Where pocketsphinx aligns the same words: "my name is", "I'm sorry", "let me take a look", "goodbye".
    aligned = {"states_name": 6.74, "apology": 20.61, "takes_ownership": 22.55, "farewell": 71.21}
    assert {name: first[name] for name in aligned} == pytest.approx(aligned, abs=0.5)
    scored = [skill for skill in card["skills"] if skill["status"] == "scored"]
    assert len(scored) >= 10
    assert card["overall"]["score"] is not None
    for name in ("pace", "volume", "upbeat_tone", "response_latency", "talk_share"):
        assert card["measures"][name]["status"] == "measured", name
    assert card["measures"]["interruptions"]["reason"] == "mono"
    told = card["provenance"]["recognition"]["settings"]
    assert told["format"] == "srt"
    assert len(told["sha256"]) == 64


@pytest.fixture
def voicesim_card(monkeypatch, capfd):
    import sys

    from voicesim.cli.main import main

    def card(audio, transcript):
        arguments = ["voicesim", "score", str(audio), "--transcript", str(transcript), "--format", "json"]
        monkeypatch.setattr(sys, "argv", arguments)
        capfd.readouterr()
        assert main() == 0
        return json.loads(capfd.readouterr().out)

    return card


def _cues(text):
    found = []
    for block in text.strip().split("\n\n"):
        _, times, *lines = block.splitlines()
        start_s, end_s = (
            sum(
                float(part) * unit
                for part, unit in zip(t.replace(",", ".").split(":"), (3600, 60, 1), strict=True)
            )
            for t in times.split(" --> ")
        )
        label, _, said = " ".join(lines)[1:].partition("] ")
        found.append((label, start_s, end_s, said.split()))
    return found


def _overlaps(cue, start_s, end_s):
    return cue[0] - 0.5 <= start_s and end_s <= cue[1] + 0.5
