"""Calls and scorecards written by hand, for every status that a report can meet."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence

import numpy as np
import pytest

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span
from voicesim.behaviour.observation import Observation
from voicesim.results import Evidence, Measured, NotMeasured, Reason
from voicesim.scorecard.card import LostPoints, Overall, Scorecard, Skill, SkillStatus
from voicesim.speech.call import (
    Brief,
    Call,
    CustomerLine,
    EngineId,
    Layout,
    Moment,
    Recognition,
    Side,
)
from voicesim.speech.words import Party, Utterance, Word

HOSTILE = "</script></style><img src=x onerror=alert(1)>\"'&\x1b[31m\u202eevil"

POCKETSPHINX = EngineId(engine="pocketsphinx", model="en-us", version="5.0.4")

_CUSTOMER = (
    (0.6, 9.0, "Hello, I have been waiting for my parcel for nine days and nobody can tell me where it is."),
    (24.0, 31.5, "It says delivered on Monday, but nothing came, and I was at home the whole day."),
    (
        45.0,
        56.0,
        "I have called three times already, every time I get another story, and frankly I am fed up.",
    ),
    (86.0, 91.0, "The order number is four seven one one two."),
    (109.0, 115.0, "So when will I have it? My daughter's birthday is on Saturday."),
    (139.0, 142.0, "All right, that would do. Thank you."),
    (157.0, 159.5, "No, that was all. Goodbye."),
)
_TRAINEE = (
    (
        9.8,
        23.0,
        "good morning thank you for calling my name is Alex I am so sorry to hear that let me look into it",
    ),
    (
        32.4,
        44.0,
        "that must be really frustrating so just to make sure it says delivered but you never got it",
    ),
    (52.0, 85.0, "well I can't see that here you will have to give me the order number"),
    (91.8, 108.0, "thank you I am pulling up your order now it went to the wrong depot"),
    (115.7, 138.0, "I will send a courier today and you will have it by Friday noon"),
    (142.6, 156.0, "is there anything else I can help you with"),
    (160.2, 164.0, "goodbye and have a good day"),
)
_DURATION_S = 168.0


def span(start_s: float, end_s: float) -> Span:
    return Span(round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ))


def utterance(party: Party, start_s: float, end_s: float, text: str, confidence: float = 0.9) -> Utterance:
    """Words that share the time evenly."""
    texts = text.split()
    edges = np.linspace(start_s, end_s, len(texts) + 1)
    words = tuple(
        Word(t, span(a, b), confidence) for t, a, b in zip(texts, edges[:-1], edges[1:], strict=True)
    )
    return Utterance(party, span(start_s, end_s), words)


def babble(spans: Sequence[Span], n_samples: int, *, loudness: float, seed: int) -> Clip:
    """Noise in the rhythm of syllables inside the spans, faint hiss elsewhere."""
    rng = np.random.default_rng(seed)
    samples = 0.002 * rng.standard_normal(n_samples)
    for one in spans:
        t = np.arange(len(one)) / SAMPLE_RATE_HZ
        syllables = 0.25 + np.abs(np.sin(np.pi * 4.3 * t)) * (0.5 + 0.5 * np.sin(2 * np.pi * 0.37 * t) ** 2)
        samples[one.start : one.end] += loudness * syllables * rng.standard_normal(len(one)) / 3
    return Clip(np.clip(samples, -1.0, 1.0).astype(np.float32))


def seen(behaviour_id: str, index: int, words: slice, **more: object) -> Observation:
    start_s, end_s, text = _TRAINEE[index]
    picked = utterance(Party.TRAINEE, start_s, end_s, text).words[words]
    return Observation(
        behaviour_id=behaviour_id,
        span=Span(picked[0].span.start, picked[-1].span.end),
        quote=" ".join(word.text for word in picked),
        pattern=f"<{behaviour_id}>",
        confidence=0.9,
        utterance=index,
        **more,
    )


@pytest.fixture(scope="session")
def rich_call() -> Call:
    """A rehearsal of 168 seconds with moments, an interruption that cut the customer off, and a fallback."""
    n_samples = round(_DURATION_S * SAMPLE_RATE_HZ)
    heard = [span(a, 53.1 if a == 45.0 else b) for a, b, _ in _CUSTOMER]
    lines = tuple(
        CustomerLine(
            line_id=f"line{i}",
            text=text,
            planned=span(a, b),
            heard=heard[i],
            yielded_at=heard[i].end if heard[i].end < span(a, b).end else None,
            mood="angry" if i < 3 else "calm",
            moment="opening",
        )
        for i, (a, b, text) in enumerate(_CUSTOMER)
    )
    spoken = [span(a, b) for a, b, _ in _TRAINEE]
    return Call(
        call_id="late-parcel-alex",
        layout=Layout.LIVE,
        trainee=Side(
            clip=babble(spoken, n_samples, loudness=0.3, seed=1),
            speech=tuple(spoken),
            utterances=tuple(
                utterance(Party.TRAINEE, a, b, text, 0.3 if a == 91.8 else 0.9) for a, b, text in _TRAINEE
            ),
        ),
        customer=Side(clip=babble(heard, n_samples, loudness=0.5, seed=2), speech=tuple(heard)),
        lines=lines,
        moments=(
            Moment(moment_id="complaint", span=span(0, 45), mood="angry", expects=("apology",)),
            Moment(moment_id="outburst", span=span(45, 86), mood="angry"),
            Moment(moment_id="order_number", span=span(86, 109), mood="calm"),
            Moment(moment_id="solution", span=span(109, 142), mood="calm"),
            Moment(moment_id="goodbye", span=span(142, 168), mood="calm"),
        ),
        brief=Brief(scenario_id="late-parcel", title="The parcel that never came", customer_name="Ms Novak"),
        recognition=Recognition(engine=POCKETSPHINX, writes_fillers=False, is_fallback=True),
        ending="resolved",
    )


@pytest.fixture(scope="session")
def rich_card() -> Scorecard:
    """Every status of a measure and of a skill, with evidence."""
    cut_in = Evidence(
        start_s=52.0, end_s=53.1, label="interruption", quote="well I can't see that here", value=1.0
    )
    price = LostPoints(
        rule="interruptions.rate",
        points=24.0,
        advice="Let the customer finish before you answer; the angrier they are, the longer that takes",
        evidence=(cut_in,),
    )
    wording = LostPoints(
        rule="positivity.negative_wording",
        points=15.0,
        advice="Say what you can do instead of what you can't",
        evidence=(
            Evidence(start_s=52.6, end_s=60.0, label="negative wording", quote="I can't see that here"),
        ),
    )
    fast = LostPoints(
        rule="pace.fast",
        points=6.5,
        advice="Slow down by about a tenth where you explain",
        evidence=(
            Evidence(start_s=115.7, end_s=138.0, label="utterance", value=182.0),
            Evidence(start_s=9.8, end_s=23.0, label="utterance", value=178.4),
        ),
    )
    hello = Evidence(start_s=9.8, end_s=11.0, label="greeting", quote="good morning")
    return Scorecard(
        call={
            "id": "late-parcel-alex",
            "duration_s": 168.0,
            "layout": "live",
            "scenario": {"id": "late-parcel", "title": "The parcel that never came"},
            "ending": "resolved",
            "echo": None,
            "device_faults": {},
        },
        measures={
            "volume": Measured(
                value=-24.13,
                unit="dBov",
                definition="Active speech level of the trainee by ITU-T P.56 method B, full scale 0 dBov",
                evidence=(Evidence(start_s=9.8, end_s=23.0, label="utterance", value=-23.7),),
                details={"activity_factor": 0.61, "snr_db": 31.2},
                cautions=("Without a baseline the level itself is advice, not a score",),
            ),
            "pace": Measured(
                value=161.4,
                unit="wpm",
                definition="Words of the trainee per minute of speech, pauses of 250 ms and more left out",
                evidence=fast.evidence,
            ),
            "interruptions": Measured(
                value=1.42,
                unit="per customer minute",
                definition="Times the trainee started more than 0.5 s before the end of the customer's line and"
                " took the floor, per minute of customer speech; back-channels do not count",
                evidence=(
                    Evidence(start_s=27.0, end_s=27.4, label="back_channel", value=0.0),
                    cut_in,
                    Evidence(start_s=84.4, end_s=85.0, label="customer_terminal", value=0.0),
                ),
                details={"count_at_threshold_s": {"0.3": 2, "0.5": 1, "1": 1, "3": 0, "10": 0}},
            ),
            "upbeat_tone": NotMeasured(
                reason=Reason.NO_BASELINE,
                explanation="record a baseline of 20 to 30 seconds and the tone is compared with it",
                unit="index",
                definition="Liveliness against the trainee's own baseline",
            ),
            "response_latency": Measured(
                value=0.72,
                unit="s",
                definition="Median time from the end of the customer's line to the answer",
            ),
        },
        behaviours=(
            seen("greeting", 0, slice(0, 2)),
            seen("apology", 0, slice(10, 16)),
            seen("takes_ownership", 0, slice(17, 21)),
            seen("empathy_feeling", 1, slice(0, 5)),
            seen("negative_wording", 2, slice(1, 6), costs_points=True),
            seen("commands", 2, slice(6, 13), costs_points=True, is_certain=False),
            seen("next_step_with_time", 4, slice(0, 13)),
            seen("anything_else", 5, slice(0, 9)),
        ),
        skills=(
            Skill(
                skill_id="pace",
                title="Pace",
                status=SkillStatus.SCORED,
                score=93.5,
                explanation="161 words a minute, a little above the comfortable 120 to 160",
                evidence=fast.evidence,
                lost=(fast,),
            ),
            Skill(
                skill_id="interruptions",
                title="Letting the customer finish",
                status=SkillStatus.SCORED,
                score=52.0,
                explanation="One interruption in 42 seconds of customer speech",
                weight=2.0,
                evidence=(cut_in,),
                lost=(price,),
            ),
            Skill(
                skill_id="positivity",
                title="Positive wording",
                status=SkillStatus.SCORED,
                score=71.0,
                explanation="One refusal without an alternative",
                evidence=wording.evidence,
                lost=(wording,),
            ),
            Skill(
                skill_id="opening",
                title="Opening",
                status=SkillStatus.SCORED,
                score=100.0,
                explanation="Greeting, name and help were all there",
                evidence=(hello,),
            ),
            Skill(
                skill_id="upbeat_tone",
                title="Upbeat tone",
                status=SkillStatus.NOT_SCORABLE,
                score=None,
                explanation="There is no baseline of this voice yet",
                reason=Reason.NO_BASELINE,
            ),
            Skill(
                skill_id="humour",
                title="Humour",
                status=SkillStatus.NOT_APPLICABLE,
                score=None,
                explanation="The customer made no joke",
                reason=Reason.NOT_CALLED_FOR,
            ),
        ),
        overall=Overall(
            status=SkillStatus.SCORED,
            score=73.7,
            explanation="Weighted mean of 4 scored skills; 2 could not be judged in this call",
            strength="You named the customer's frustration before you went to the facts",
            changes=(price, wording, fast),
        ),
        provenance={
            "voicesim": "0.1.0",
            "recognition": {
                "engine": "pocketsphinx",
                "model": "en-us",
                "version": "5.0.4",
                "is_fallback": True,
            },
            "rubric": {"name": "support", "sha256": "7d1f2c"},
        },
    )


@pytest.fixture(scope="session")
def mono_call() -> Call:
    """A recording of 12 seconds in one channel, with no transcript."""
    samples = babble([span(1, 5), span(6, 11)], 12 * SAMPLE_RATE_HZ, loudness=0.4, seed=3)
    side = Side(clip=samples, speech=(span(1, 5), span(6, 11)))
    return Call(call_id="mono", layout=Layout.MONO, trainee=side, customer=None)


@pytest.fixture(scope="session")
def poor_card() -> Scorecard:
    """Nothing could be measured: one measure for every reason there is."""
    return Scorecard(
        call={"id": "mono", "duration_s": 12.0, "layout": "mono"},
        measures={
            reason.value: NotMeasured(reason=reason, explanation=f"it is so because of {reason.value}")
            for reason in Reason
        },
        behaviours=(),
        skills=(
            Skill(
                skill_id="pace",
                title="Pace",
                status=SkillStatus.NOT_SCORABLE,
                score=None,
                explanation="one channel holds both voices",
                reason=Reason.MONO,
            ),
        ),
        overall=Overall(
            status=SkillStatus.NOT_SCORABLE, score=None, explanation="no skill could be scored in this call"
        ),
    )


@pytest.fixture(scope="session")
def hostile_call() -> Call:
    """A recording whose every free text tries to break out."""
    side = Side(
        clip=babble([span(0.5, 2)], 4 * SAMPLE_RATE_HZ, loudness=0.4, seed=4),
        utterances=(Utterance(Party.TRAINEE, span(0.5, 2), (Word(HOSTILE, span(0.5, 2), 0.9),)),),
    )
    other = Side(clip=babble([span(2, 3)], 4 * SAMPLE_RATE_HZ, loudness=0.4, seed=5))
    line = CustomerLine(
        line_id="x", text=f"well {HOSTILE} indeed so", planned=span(2, 4), heard=span(2, 3), mood=HOSTILE
    )
    return Call(
        call_id=HOSTILE,
        layout=Layout.LIVE,
        trainee=side,
        customer=other,
        lines=(line,),
        moments=(Moment(moment_id=HOSTILE, span=span(0, 4), mood=HOSTILE),),
        brief=Brief(scenario_id=HOSTILE, title=HOSTILE),
        ending=HOSTILE,
    )


@pytest.fixture(scope="session")
def hostile_card() -> Scorecard:
    """A scorecard whose every free text tries to break out."""
    piece = Evidence(start_s=0.5, end_s=2.0, label=HOSTILE, quote=HOSTILE, value=1.0)
    lost = LostPoints(rule=HOSTILE, points=3.0, advice=HOSTILE, evidence=(piece,))
    return Scorecard(
        call={"id": HOSTILE, "duration_s": 4.0, "scenario": HOSTILE, "ending": HOSTILE},
        measures={
            HOSTILE: Measured(
                value=1.0, unit=HOSTILE, definition=HOSTILE, evidence=(piece,), cautions=(HOSTILE,)
            ),
            "interruptions": Measured(
                value=1.0, unit="per customer minute", definition="d", evidence=(piece,)
            ),
            "pace": NotMeasured(reason=Reason.NOISE, explanation=HOSTILE, definition=HOSTILE),
        },
        behaviours=(
            Observation(
                behaviour_id=HOSTILE,
                span=span(0.5, 2),
                quote=HOSTILE,
                pattern=HOSTILE,
                confidence=0.9,
                utterance=0,
            ),
        ),
        skills=(
            Skill(
                skill_id=HOSTILE,
                title=HOSTILE,
                status=SkillStatus.SCORED,
                score=50.0,
                explanation=HOSTILE,
                evidence=(piece,),
                lost=(lost,),
            ),
        ),
        overall=Overall(
            status=SkillStatus.SCORED, score=50.0, explanation=HOSTILE, strength=HOSTILE, changes=(lost,)
        ),
        provenance={HOSTILE: HOSTILE, "recognition": {"engine": HOSTILE, "is_fallback": True}},
    )


def wav_of(call: Call) -> bytes:
    """The call as a 16-bit WAV file: the customer left, the trainee right."""
    trainee = call.trainee.clip.samples
    left = call.customer.clip.samples if call.customer else trainee
    pcm = (np.stack((left, trainee), axis=1) * 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(pcm.tobytes())
    return buffer.getvalue()


@pytest.fixture(scope="session")
def rich_wav(rich_call: Call) -> bytes:
    return wav_of(rich_call)


@pytest.fixture(scope="session")
def mono_wav(mono_call: Call) -> bytes:
    return wav_of(mono_call)


@pytest.fixture(scope="session")
def hostile_wav(hostile_call: Call) -> bytes:
    return wav_of(hostile_call)


@pytest.fixture(scope="session")
def hostile_text() -> str:
    return HOSTILE
