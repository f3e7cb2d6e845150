"""Clarity of sentences that are made less clear in known steps, and of lines that were read out."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.measure.builders import (
    RATE,
    Stage,
    at_level,
    loud_span,
    recognition,
    recording,
    spread_words,
)
from tests.measure.degraded import KINDS, QUIET_S
from voicesim.audio.clip import Clip, Samples
from voicesim.audio.pitch import PitchTrack
from voicesim.audio.span import Span
from voicesim.measure.baseline import Baseline, baseline_from
from voicesim.measure.clarity import clarity, clearness_of, read_back
from voicesim.measure.distinctness import (
    IMPORTANCE,
    OCTAVES_HZ,
    audible_share,
    noise_spectrum,
    vowel_bands,
    vowel_spread_db,
)
from voicesim.measure.prosody import Prosody, prosody_of
from voicesim.measure.registry import measure_call
from voicesim.measure.spectrum import power_spectra
from voicesim.measure.spelling import spoken_words
from voicesim.measure.voice import analyse
from voicesim.results import Measured, NotMeasured, Reason
from voicesim.speech.call import Brief, Call, Layout, Side
from voicesim.speech.words import Party, Utterance

YES = Measured(value=1.0, unit="ratio", definition="The words can be trusted.")
NO = NotMeasured(reason=Reason.NO_TRANSCRIPT, explanation="none")

N_SENTENCES = 2
EDGE_HZ = 70.0


# --- the parts --------------------------------------------------------------------------------------------


def noise_in(low_hz: float, high_hz: float, seconds: float, rms_dbov: float, seed: int = 1) -> Samples:
    """Noise that fills one band and no other, made in the frequency domain; the edges are left to the analysis
    window."""
    n = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=n))
    hz = np.fft.rfftfreq(n, 1 / RATE)
    spectrum[(hz < low_hz + EDGE_HZ) | (hz >= high_hz - EDGE_HZ)] = 0.0
    return at_level(np.fft.irfft(spectrum, n), rms_dbov)


@pytest.mark.parametrize("snr_db", [40.0, 22.5, 15.0, 7.5])
def test_audible_share_is_the_part_of_30_db_above_the_noise(snr_db: float) -> None:
    """Six octaves of equal level over noise of known level in each."""
    quiet = round(2.0 * RATE)
    sound = sum(noise_in(a, b, 4.0, -30.0, seed=i) for i, (a, b) in enumerate(pairwise(OCTAVES_HZ)))
    hiss = sum(
        noise_in(a, b, 6.0, -30.0 - snr_db, seed=9 + i) for i, (a, b) in enumerate(pairwise(OCTAVES_HZ))
    )
    clip = Clip((np.concatenate([np.zeros(quiet), sound]) + hiss).astype(np.float32))
    speech = (Span(quiet, len(clip)),)

    heard = audible_share(clip, speech, noise_spectrum(clip, speech))

    with_noise_db = 10 * np.log10(10 ** (snr_db / 10) + 1)
    assert heard == pytest.approx(min(1.0, with_noise_db / 30.0), abs=0.03)


def test_a_missing_octave_takes_its_importance_away() -> None:
    pairs = list(pairwise(OCTAVES_HZ))
    for left_out in (1, 3, 5):
        sound = sum(noise_in(a, b, 2.0, -30.0) for i, (a, b) in enumerate(pairs) if i != left_out)
        clip = Clip(np.asarray(sound, np.float32))

        heard = audible_share(clip, (clip.span,), None)

        assert heard == pytest.approx(1.0 - IMPORTANCE[left_out], abs=0.03)


def test_what_comes_and_goes_is_not_the_noise() -> None:
    """Hiss of known power, and on top of it the other party half of the time, clicks, and digital silence."""
    hiss = np.random.default_rng(2).normal(0, 10 ** (-70 / 20), 10 * RATE)
    busy = hiss.copy()
    busy[2 * RATE : 7 * RATE] += vowel((500.0, 1500.0), 5.0) * 0.1
    busy[:: RATE // 3] += 0.5
    busy[: RATE // 2] = 0.0
    speech = (Span(7 * RATE, 8 * RATE),)

    quiet, disturbed = (noise_spectrum(Clip(x.astype(np.float32)), speech).sum() for x in (hiss, busy))

    assert 10 * np.log10(disturbed / quiet) == pytest.approx(0.0, abs=0.5)
    assert noise_spectrum(Clip(np.zeros(10 * RATE, np.float32)), speech) is None


def vowel(formants_hz: tuple[float, float], seconds: float = 0.4) -> Samples:
    n = round(seconds * RATE)
    phase = 2 * np.pi * 120.0 * np.arange(n) / RATE
    sound = np.zeros(n)
    for k in range(1, 40):
        gain = sum(1.0 / (1 + ((120.0 * k - f) / 80.0) ** 2) for f in formants_hz)
        sound += gain * np.sin(k * phase)
    return at_level(sound, -26.0)


def spread_of(sound: Samples, gain: float = 1.0) -> float:
    clip = Clip((sound * gain).astype(np.float32))
    return vowel_spread_db(vowel_bands(power_spectra(clip, np.arange(512, len(clip) - 512, 256))))


def test_vowels_drawn_to_the_middle_lie_less_far_apart() -> None:
    """The corners of a vowel space, moved in steps towards schwa (500, 1500 Hz)."""
    corners = ((280.0, 2250.0), (750.0, 1200.0), (300.0, 850.0), (550.0, 1850.0))
    spreads = [
        spread_of(np.concatenate([vowel((f1 + s * (500 - f1), f2 + s * (1500 - f2))) for f1, f2 in corners]))
        for s in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    ]

    assert all(wide > narrow for wide, narrow in pairwise(spreads))
    assert spreads[-1] < 0.5
    assert spread_of(vowel(corners[0]), 0.1) == pytest.approx(spread_of(vowel(corners[0])), abs=1e-3)


# --- the whole, on sentences ------------------------------------------------------------------------------


def sentence_call(sound: Samples, text: str, pitch: PitchTrack, speech: tuple[Span, ...]) -> Call:
    where = Span(speech[0].start, speech[-1].end)
    side = Side(
        clip=Clip(sound),
        speech=speech,
        utterances=(Utterance(Party.TRAINEE, where, spread_words(text, where)),),
        pitch=pitch,
    )
    return Call(call_id="x", layout=Layout.MONO, trainee=side, customer=None, recognition=recognition())


@cache
def sentences(folder: Path, first: int, n: int) -> tuple[tuple[Samples, str], ...]:
    found = []
    for path in sorted(folder.glob("*.flac"))[first::11][:n]:
        quiet = np.zeros(round(QUIET_S * RATE), np.float32)
        sound = at_level(recording(path), -26.0)
        found.append((np.concatenate([quiet, sound, quiet]), path.with_suffix(".txt").read_text("utf-8")))
    return tuple(found)


def one(sound: Samples, text: str, pitch: PitchTrack, speech: tuple[Span, ...]) -> Prosody:
    (found,) = prosody_of(analyse(sentence_call(sound, text, pitch, speech)).trainee)
    return found


@pytest.mark.engines
def test_every_step_down_is_heard(data_dir: Path) -> None:
    """Baseline from other sentences of the same speaker; pairs of steps in the right order, by kind."""
    from voicesim.engines.pitch_swiftf0 import SwiftF0Tracker

    tracker = SwiftF0Tracker()

    def plain(sound: Samples, text: str) -> Prosody:
        return one(sound, text, tracker.track(Clip(sound)), loud_span(sound))

    calm = baseline_from(
        [plain(*each) for each in sentences(data_dir / "speech" / "arctic", 5, 8)],
        trainee="x",
        level_dbov=-26.0,
    )
    kept: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for sound, text in sentences(data_dir / "speech" / "arctic", 0, N_SENTENCES):
        pitch, speech = tracker.track(Clip(sound)), loud_span(sound)
        clean = clearness(one(sound, text, pitch, speech), calm)
        assert abs(clean) < 4.0
        for kind, degrade in KINDS.items():
            values = [clean]
            for step in range(1, 6):
                worse = degrade(sound, step)
                if len(worse) != len(sound):
                    pitch_now, speech_now = tracker.track(Clip(worse)), loud_span(worse)
                else:
                    pitch_now, speech_now = pitch, speech
                values.append(clearness(one(worse, text, pitch_now, speech_now), calm))
            kept[kind] += [better > less for better, less in combinations(values, 2)]

    assert all(np.mean(each) >= 0.95 for each in kept.values()), {k: np.mean(v) for k, v in kept.items()}


def clearness(utterance: Prosody, calm: Baseline) -> float:
    return sum(clearness_of(utterance, calm, use_words=True).values())


# --- the measure ------------------------------------------------------------------------------------------


@cache
def stage(
    *, text: str = "the quick brown fox jumps over", rate_hz: float = 4.0, gain_db: float = 0.0
) -> Stage:
    made = Stage(33.0, -80.0)
    for i in range(8):
        made.say(
            Party.TRAINEE, 1 + 4 * i, 4 + 4 * i, text=text, syllables_hz=rate_hz, level_dbov=-26.0 + gain_db
        )
    return made


@cache
def own() -> Baseline:
    return baseline_from(
        prosody_of(analyse(stage().call()).trainee), trainee="pat", level_dbov=-26.0, device="headset"
    )


def test_the_own_voice_is_as_clear_as_itself() -> None:
    result = measure_call(stage().call(), baseline=own())["clarity"]

    assert result.value == pytest.approx(0.0, abs=0.3)
    assert (result.unit, result.details["form"], result.details["band"]) == ("C", "clearness", "clear")
    assert set(result.details["cues"]) == {
        "audible_share",
        "vowel_spread",
        "clear_band",
        "modulation",
        "speaking_rate",
    }
    assert len(result.evidence) == 8


def test_more_words_in_the_same_time_are_less_clear() -> None:
    """Thirteen syllables where the baseline has seven: 86 % faster, s(5.71) = 4.45 less."""
    fast = measure_call(
        stage(text="the quick brown fox jumps over the lazy dogs again").call(), baseline=own()
    )["clarity"]

    assert fast.details["rate_from"] == "words"
    assert fast.details["weakest_cue"] == "speaking_rate"
    assert fast.details["band"] == "less clear"
    assert fast.details["cues"]["speaking_rate"] == pytest.approx(
        -6 * np.tanh((13 / 7 - 1) / 0.15 / 6), abs=0.05
    )


def test_gain_changes_nothing() -> None:
    calls = [stage(gain_db=gain_db).call() for gain_db in (0.0, 12.0)]

    values = [measure_call(call, baseline=own())["clarity"].value for call in calls]

    assert values[0] == pytest.approx(values[1], abs=0.15)


def test_without_a_baseline_nothing_is_claimed() -> None:
    result = measure_call(stage().call())["clarity"]

    assert result.reason is Reason.NO_BASELINE
    assert result.details["mean_word_confidence"] == pytest.approx(0.95)


def test_a_baseline_of_another_microphone_is_no_yardstick() -> None:
    call = replace(stage().call(), microphone="built-in")

    measures = measure_call(call, baseline=own())

    for name in ("clarity", "liveliness"):
        assert measures[name].reason is Reason.NO_BASELINE
        assert "headset" in measures[name].explanation
        assert "built-in" in measures[name].explanation


def test_too_few_utterances() -> None:
    made = Stage(10.0, -80.0)
    made.say(Party.TRAINEE, 1, 4)
    found = clarity(made.call(), prosody_of(analyse(made.call()).trainee), own(), words=NO)

    assert found.reason is Reason.TOO_LITTLE_SPEECH


# --- read out ---------------------------------------------------------------------------------------------


def test_places_of_a_line_against_jiwer() -> None:
    """Errors in the best place equal the fewest that jiwer counts over every stretch of what was said."""
    import jiwer

    rng = np.random.default_rng(4)
    words = ["one", "two", "red", "blue", "go"]
    for _ in range(40):
        said = [words[i] for i in rng.integers(0, 5, int(rng.integers(1, 9)))]
        wanted = [words[i] for i in rng.integers(0, 5, int(rng.integers(1, 6)))]
        stretches = {" ".join(said[a:b]) for a in range(len(said)) for b in range(a + 1, len(said) + 1)}
        counts = [jiwer.process_words(" ".join(wanted), stretch) for stretch in stretches]
        fewest = min(c.substitutions + c.deletions + c.insertions for c in counts)

        assert read_back(said, " ".join(wanted))[0] == min(fewest, len(wanted))


LINE = "This call may be recorded for training purposes"


@pytest.mark.parametrize(
    ("said", "value", "lines_read"),
    [
        (f"Good morning. {LINE}. How can I help?", 1.0, 1),
        ("This call may be called for train purposes", 0.75, 1),
        ("this call may be for training purposes", 7 / 8, 1),
    ],
)
def test_a_line_that_was_read_out(said: str, value: float, lines_read: int) -> None:
    result = read_out(said, (LINE,))

    assert result.value == pytest.approx(value, abs=0.006)
    assert (result.unit, result.details["form"]) == ("ratio", "read_back")
    assert (result.details["n_lines_read"], result.details["n_words"]) == (
        lines_read,
        len(spoken_words(LINE)),
    )


def test_a_line_that_was_not_read() -> None:
    assert read_out("Hello, what can I do for you today then?", (LINE,)).reason is Reason.NOTHING_TO_SCORE
    partly = read_out(f"{LINE} and so on", (LINE, "Your data is safe with us and nobody else"))
    assert partly.value == 1.0
    assert any("1 of the lines" in caution for caution in partly.cautions)


def read_out(said: str, lines: tuple[str, ...]) -> Measured | NotMeasured:
    made = Stage(8.0, -80.0)
    made.say(Party.TRAINEE, 1, 7, text=said)
    call = replace(made.call(), brief=Brief(scenario_id="s", read_out=lines))
    return clarity(call, (), None, words=YES)


def test_nobody_is_held_to_words_that_cannot_be_trusted() -> None:
    made = Stage(8.0, -80.0)
    made.say(Party.TRAINEE, 1, 7, text=LINE)
    call = replace(made.call(), brief=Brief(scenario_id="s", read_out=(LINE,)))

    assert clarity(call, (), None, words=NO).reason is Reason.NO_BASELINE
