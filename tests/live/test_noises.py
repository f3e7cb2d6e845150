"""Back-channels, coughs and typing never silence the customer; a trainee who goes on talking does."""

import numpy as np
import pytest

from tests.fakes import ScriptedRecogniser, voice_like
from tests.live.conftest import SCENARIO, KeywordTables, MemoryRecorder
from tests.live.turn_ends import utterances
from tests.noises import NOISES, at_level
from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Clip
from voicesim.engines.detector_silero import SileroDetector
from voicesim.live.call import LiveCall
from voicesim.live.jobs import InlineJobs
from voicesim.scenario.load import read_scenario
from voicesim.speech.listening import Listener

pytestmark = pytest.mark.engines

LINE_S = 8.0


@pytest.fixture(scope="module")
def detector():
    return SileroDetector()


@pytest.fixture(scope="module")
def spoken():
    return {one.name: one for one in utterances()}


def _yields(detector, sounds, *, gap_s=0.7, seed=3):
    """Play sounds into the customer's long line, one after another; how often he fell silent for them."""
    rng = np.random.default_rng(seed)
    # The first moment says a long line at once.
    scenario = read_scenario(
        SCENARIO.replace("  - id: opening\n    expects: [greeting]\n", "  - id: opening\n    says: well\n")
    )
    voices = {line.line_id: Clip(voice_like(rng, LINE_S, f0_hz=200.0)) for line in scenario.lines()}
    recorder = MemoryRecorder()
    call = LiveCall(
        scenario=scenario,
        voices=voices,
        tables=KeywordTables(),
        listener=Listener(detector.session().step),
        jobs=InlineJobs(ScriptedRecogniser([])),
        recorder=recorder,
    )
    gap = np.zeros(round(gap_s * SAMPLE_RATE_HZ), np.float32)
    parts = [np.zeros(SAMPLE_RATE_HZ, np.float32), *(part for sound in sounds for part in (sound, gap))]
    microphone = np.concatenate(parts)[: round((LINE_S - 1.0) * SAMPLE_RATE_HZ)]
    microphone = microphone + (10 ** (-70 / 20) * rng.standard_normal(len(microphone))).astype(np.float32)
    heard = np.zeros(BLOCK_SAMPLES, np.float32)
    for start in range(0, len(microphone) - BLOCK_SAMPLES, BLOCK_SAMPLES):
        heard = call.process(microphone[start : start + BLOCK_SAMPLES].astype(np.float32), heard)
    assert recorder.named("line_started"), "nothing was being said"
    return len(recorder.named("line_yielded"))


@pytest.mark.parametrize("name", sorted(NOISES))
def test_a_noise_never_silences_the_customer(detector, name):
    rng = np.random.default_rng(sorted(NOISES).index(name))
    sounds = [at_level(NOISES[name](rng), (-6.0, -20.0)[n % 2]) for n in range(8)]
    assert _yields(detector, sounds) == 0


def test_spoken_back_channels_never_silence_the_customer(detector, spoken):
    # "I understand", "Okay", "Right": the first words of recorded utterances, cut off after 0.8 s at most.
    starts = []
    for one in spoken.values():
        ends = [end for _, _, end in one.words if end - one.words[0][1] <= 0.8]
        if ends:
            starts.append(one.samples[: round(ends[-1] * SAMPLE_RATE_HZ)])
    assert len(starts) >= 10
    assert _yields(detector, starts[:6]) == 0
    assert _yields(detector, starts[6:12]) == 0


def test_a_trainee_who_talks_on_does_silence_him(detector, spoken):
    """The counterpart: without it, a customer who never yields would pass."""
    longest = max(spoken.values(), key=lambda one: len(one.samples))
    assert _yields(detector, [longest.samples]) == 1
