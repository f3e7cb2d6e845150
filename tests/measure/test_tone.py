"""Tone on voices of known pitch, and on acted speech with its labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from tests.measure.builders import RATE, Stage, loud_span, recognition, recording, span, spread_words
from voicesim.audio.clip import Clip
from voicesim.errors import InputError
from voicesim.measure.baseline import Baseline, Scatter, baseline_from
from voicesim.measure.prosody import Prosody, prosody_of
from voicesim.measure.registry import measure_call
from voicesim.measure.tone import liveliness, liveliness_of, pitch_spread, upbeat_tone
from voicesim.measure.voice import analyse
from voicesim.results import Measured, NotMeasured, Reason
from voicesim.speech.call import Call, Layout, Moment, Side
from voicesim.speech.words import Party, Utterance

NORMAL_P90 = 1.2815515655446004


def contour(rng: np.random.Generator, duration_s: float, median_hz: float, sd_st: float) -> np.ndarray:
    """A slow pitch movement whose semitones are exactly normal around a median."""
    n = round(duration_s * RATE)
    ranks = (np.arange(n) + 0.5) / n
    slow = np.argsort(np.argsort(np.cumsum(rng.normal(size=n))))
    from scipy.stats import norm

    return median_hz * 2 ** (norm.ppf(ranks)[slow] * sd_st / 12)


@cache
def speaker(
    seed: int, *, sd_st: float, median_hz: float = 180.0, n: int = 8, level_dbov: float = -26.0
) -> Stage:
    rng = np.random.default_rng(seed)
    stage = Stage(4.0 * n + 1)
    for i in range(n):
        start_s = 1.0 + 4.0 * i
        f0_hz = contour(rng, 3.0, median_hz, sd_st)
        stage.say(
            Party.TRAINEE, start_s, start_s + 3.0, f0_hz=f0_hz, level_dbov=level_dbov, text="a calm sentence"
        )
    return stage


def prosody(stage: Stage) -> tuple[Prosody, ...]:
    return prosody_of(analyse(stage.call()).trainee)


def baseline(stage: Stage, **more: object) -> Baseline:
    return baseline_from(prosody(stage), trainee="pat", level_dbov=-26.0, **more)


@pytest.mark.parametrize("sd_st", [0.8, 1.6, 3.0])
def test_pitch_and_its_spread_by_construction(sd_st: float) -> None:
    for utterance in prosody(speaker(1, sd_st=sd_st, n=4)):
        assert utterance.f0_st == pytest.approx(12 * np.log2(180 / 27.5), abs=0.15)
        assert utterance.f0_spread_st == pytest.approx(sd_st * 2 * NORMAL_P90 / 2.563, rel=0.1)
        assert utterance.voiced_s == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize(
    ("sd_st", "band"), [(0.8, "monotone"), (1.65, "flat"), (3.0, "lively"), (6.5, "exaggerated")]
)
def test_bands_of_the_pitch_spread(sd_st: float, band: str) -> None:
    found = pitch_spread(prosody(speaker(2, sd_st=sd_st)))

    assert found.value == pytest.approx(sd_st, rel=0.08)
    assert found.details["band"] == band
    assert bool(found.cautions) == (band == "exaggerated")


def test_four_utterances_are_too_few_for_the_spread() -> None:
    found = pitch_spread(prosody(speaker(3, sd_st=2.0, n=4)))

    assert found.reason is Reason.TOO_LITTLE_SPEECH
    assert "4 utterances" in found.explanation


def test_octave_errors_in_a_few_frames_do_not_widen_it() -> None:
    stage = speaker.__wrapped__(4, sd_st=2.0)
    clean = pitch_spread(prosody(stage)).value
    stage.f0_hz[Party.TRAINEE][:: 256 * 25] *= 2.0

    assert pitch_spread(prosody(stage)).value == pytest.approx(clean, abs=0.2)


def test_liveliness_adds_what_lies_above_the_own_calm_voice() -> None:
    """3 st higher is one unit, 1 st wider another."""
    calm = baseline(speaker(5, sd_st=1.5))
    same = prosody(speaker(6, sd_st=1.5))
    higher = prosody(speaker(6, sd_st=1.5, median_hz=180 * 2 ** (2.4 / 12)))
    wider = prosody(speaker(6, sd_st=2.3))

    assert median(liveliness_of(u, calm) for u in same) == pytest.approx(0.0, abs=0.2)
    assert median(liveliness_of(u, calm) for u in higher) == pytest.approx(0.8, abs=0.3)
    assert median(liveliness_of(u, calm) for u in wider) == pytest.approx(0.8, abs=0.3)


def test_no_single_cue_counts_for_more_than_one_and_a_half() -> None:
    calm = baseline(speaker(5, sd_st=1.5))
    squeak = replace(
        prosody(speaker(6, sd_st=1.5))[0],
        f0_st=calm.f0_st + 24.0,
        f0_spread_st=calm.f0_spread_st,
        alpha_db=calm.alpha_db,
    )

    assert liveliness_of(squeak, calm) == 1.5


def measured(
    stage: Stage, calm: Baseline | None, *, text: str = "happy to help", use_words: bool = True
) -> Measured:
    call = stage.call()
    said = tuple(
        Utterance(Party.TRAINEE, u.span, spread_words(text, u.span)) for u in call.trainee.utterances
    )
    call = replace(call, trainee=replace(call.trainee, utterances=said))
    return liveliness(
        call, prosody_of(analyse(call).trainee), calm, is_narrow_band=False, use_words=use_words
    )


def test_upbeat_needs_friendly_words_and_an_unraised_voice() -> None:
    calm = baseline(speaker(5, sd_st=1.5))
    bright = speaker(7, sd_st=2.6, median_hz=180 * 2 ** (3 / 12))
    shouting = speaker(7, sd_st=2.6, median_hz=180 * 2 ** (3 / 12), level_dbov=-6.0)

    assert measured(bright, calm).details["is_upbeat"] is True
    assert measured(bright, calm, text="oh shut up you idiot").details["is_upbeat"] is False
    assert measured(bright, calm, use_words=False).details["is_upbeat"] is None
    assert measured(bright, calm, use_words=False).cautions
    loud = measured(shouting, calm)
    assert loud.value > 1.0
    assert loud.details["is_upbeat"] is False
    assert loud.details["guards"]["level"] == "raised"
    assert measured(speaker(8, sd_st=1.5), calm).details["is_upbeat"] is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("That is not my problem.", "hostile"),
        ("You need to calm down", "hostile"),
        ("As I already said, it's your own fault", "hostile"),
        ("I don't care what they told you", "hostile"),
        ("Hello, shall we have a look at it together?", "not hostile"),
        ("I do care about this, and it is no problem", "not hostile"),
        ("What a lovely day for it", "not hostile"),
    ],
)
def test_hostile_and_friendly_words(text: str, words: str) -> None:
    calm = baseline(speaker(5, sd_st=1.5))

    assert measured(speaker(6, sd_st=1.5), calm, text=text).details["guards"]["words"] == words


def test_a_bright_voice_at_an_upset_customer_is_counted() -> None:
    calm = baseline(speaker(5, sd_st=1.5))
    bright = speaker(7, sd_st=2.6, median_hz=180 * 2 ** (3 / 12))
    moments = [
        Moment(moment_id="a", span=span(0, 12), mood="angry"),
        Moment(moment_id="b", span=span(12, 33), mood="calm"),
    ]
    call = bright.call(moments=moments)

    found = liveliness(call, prosody_of(analyse(call).trainee), calm, is_narrow_band=False, use_words=True)

    assert found.details["bright_at_upset_customer"] == 3
    assert measured(bright, calm).details["bright_at_upset_customer"] is None


def test_without_a_baseline_the_weaker_form_stands_in_and_says_so() -> None:
    measures = measure_call(speaker(9, sd_st=2.5).call())

    headline, exact = measures["upbeat_tone"], measures["liveliness"]

    assert exact.reason is Reason.NO_BASELINE
    assert isinstance(headline, Measured)
    assert (headline.unit, headline.details["form"]) == ("st", "pitch_spread")
    assert headline.details["liveliness"]["reason"] == "no_baseline"
    assert any("Weaker form" in caution for caution in headline.cautions)


def test_with_a_baseline_the_headline_is_liveliness() -> None:
    calm = baseline(speaker(5, sd_st=1.5), baseline_id="pat-headset")

    headline = measure_call(speaker(9, sd_st=2.5).call(), baseline=calm)["upbeat_tone"]

    assert (headline.unit, headline.details["form"]) == ("U", "liveliness")
    assert headline.details["baseline"] == "pat-headset"


def test_a_baseline_of_another_bandwidth_is_no_yardstick() -> None:
    calm = replace(baseline(speaker(5, sd_st=1.5)), is_narrow_band=True)

    measures = measure_call(speaker(9, sd_st=2.5).call(), baseline=calm)

    assert measures["liveliness"].reason is Reason.NO_BASELINE
    assert "telephone" in measures["liveliness"].explanation
    assert measures["upbeat_tone"].unit == "st"


def test_neither_form_without_enough_utterances() -> None:
    none = upbeat_tone(
        NotMeasured(reason=Reason.NO_BASELINE, explanation="none"),
        NotMeasured(reason=Reason.TOO_LITTLE_SPEECH, explanation="few"),
    )

    assert none.reason is Reason.TOO_LITTLE_SPEECH


def test_a_baseline_needs_eight_utterances() -> None:
    with pytest.raises(InputError, match="8 calm utterances with enough voice, got 5") as caught:
        baseline(speaker(5, sd_st=1.5, n=5))

    assert caught.value.hint


def test_a_baseline_is_the_median_of_its_utterances() -> None:
    utterances = prosody(speaker(5, sd_st=1.5, n=9))
    calm = baseline(speaker(5, sd_st=1.5, n=9))

    assert calm.n_utterances == 9
    assert calm.f0_st == pytest.approx(median(u.f0_st for u in utterances), abs=1e-4)
    assert calm.alpha_db == pytest.approx(median(u.alpha_db for u in utterances), abs=1e-4)
    assert calm.scatter.f0_st < 0.3
    assert isinstance(calm.scatter, Scatter)


def acted(folder: Path, tracker: object) -> dict[str, dict[str, list[Prosody]]]:
    """Prosody by speaker and label; each recording is one utterance."""
    found: dict[str, dict[str, list[Prosody]]] = defaultdict(lambda: defaultdict(list))
    every = {"neutral": 1, "happy": 2, "sad": 2, "angry": 2}
    seen: Counter[str] = Counter()
    for path in sorted(folder.glob("*.flac")):
        who, label, *_ = path.stem.split("_")
        seen[label] += 1
        if label not in every or seen[label] % every[label]:
            continue
        clip = Clip(recording(path))
        where = loud_span(clip.samples)
        whole = Utterance(Party.TRAINEE, span(where[0].start_s(), where[-1].end_s()))
        side = Side(clip=clip, speech=where, utterances=(whole,), pitch=tracker.track(clip))
        call = Call(call_id="x", layout=Layout.MONO, trainee=side, customer=None, recognition=recognition())
        found[who][label] += prosody_of(analyse(call).trainee)
    return found


def auc(higher: list[float], lower: list[float]) -> float:
    a, b = np.array(higher)[:, None], np.array(lower)[None, :]
    return float(np.mean((a > b) + 0.5 * (a == b)))


@pytest.mark.engines
@pytest.mark.parametrize(
    ("corpus", "least_neutral", "least_sad", "most_neutral_lively"),
    [("ravdess", 0.92, 0.79, 0.2), ("emodb", 0.97, 0.95, 0.25)],
)
def test_acted_speech(
    data_dir: Path, corpus: str, least_neutral: float, least_sad: float, most_neutral_lively: float
) -> None:
    """Baseline from half of each speaker's neutral clips, tested on the rest, both ways round."""
    from voicesim.engines.pitch_swiftf0 import SwiftF0Tracker

    scores: dict[str, list[float]] = defaultdict(list)
    for labels in acted(data_dir / "emotion" / corpus, SwiftF0Tracker()).values():
        neutral = labels["neutral"]
        for first in (0, 1):
            calm = baseline_from(neutral[first::2], trainee="x", level_dbov=-26.0, least_utterances=1)
            for label, utterances in labels.items():
                rest = neutral[1 - first :: 2] if label == "neutral" else utterances
                scores[label] += [liveliness_of(u, calm) for u in rest]

    assert auc(scores["happy"], scores["neutral"]) >= least_neutral
    assert auc(scores["happy"], scores["sad"]) >= least_sad
    assert np.mean(np.array(scores["happy"]) > 1) >= 0.6
    assert np.mean(np.array(scores["neutral"]) > 1) <= most_neutral_lively
    # Against over-claiming: prosody alone cannot tell happy from angry.
    assert auc(scores["happy"], scores["angry"]) < 0.65
