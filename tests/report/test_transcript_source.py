"""How the reports tell that the words came from a transcript, and who spoke from its labels."""

import numpy as np
import pytest

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span
from voicesim.report.html.conversation import conversation
from voicesim.report.html.picture import picture
from voicesim.report.recogniser import recogniser_line
from voicesim.report.transcript import Line
from voicesim.speech.call import Call, Layout, Side
from voicesim.speech.words import Party


def _line(**settings):
    told = {
        "format": "webvtt",
        "confidences": "none: its words are taken as right",
        "word_times": "given",
        **settings,
    }
    return recogniser_line({"recognition": {"engine": "transcript", "model": "webvtt", "settings": told}})


def test_the_format_and_the_trust_are_told():
    line = _line(words=100, words_without_sound=3)
    assert (
        line.text
        == "Words from a transcript (WebVTT subtitles); it holds no confidences, so its words are taken as right."
    )
    assert line.warning == ""
    assert "taken as right" not in _line(confidences="the file's own").text


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"word_times": "reckoned from the order of the words"}, "reckoned from the order of the words"),
        ({"words": 50, "words_without_sound": 11}, "11 of its 50 words lie where nobody is heard"),
        (
            {"words": 50, "words_beside_own_sound": 9},
            "9 of its 50 words lie where only the other party is heard",
        ),
    ],
)
def test_what_does_not_fit_the_sound_is_a_warning(settings, says):
    line = _line(**settings)
    assert says in line.warning
    assert line.alarm == "Check the transcript"


@pytest.fixture
def labelled():
    samples = np.random.default_rng(2).normal(0.0, 0.1, 20 * SAMPLE_RATE_HZ).astype(np.float32)
    sides = [Side(clip=Clip(samples), speech=(Span(a * 16_000, b * 16_000),)) for a, b in ((0, 8), (12, 20))]
    return Call(call_id="x", layout=Layout.LABELLED_MONO, trainee=sides[0], customer=sides[1])


def test_each_lane_shows_its_own_voice_only(labelled):
    both = Call(call_id="x", layout=Layout.TWO_CHANNEL, trainee=labelled.trainee, customer=labelled.customer)
    assert _flat_share(picture(both, ())) < 0.01
    assert _flat_share(picture(labelled, ())) == pytest.approx(0.6, abs=0.03)


def _flat_share(page):
    """Share of columns whose outline is a line: every top at the middle of the lane."""
    paths = [part.split('"')[0] for part in page.split(' d="M0 ')[1:]]
    tops = [
        point.split()[1] for path in paths for point in path.split("L")[1 : len(path.split("L")) // 2 + 1]
    ]
    middle = paths[0].split("L")[0].strip()
    return sum(top == middle for top in tops) / len(tops)


def test_lines_have_their_speakers(labelled):
    lines = [Line(party=party, span=Span(0, 16_000), words=()) for party in (Party.TRAINEE, Party.CUSTOMER)]
    page = conversation(lines, (), is_two_sided=labelled.is_who_spoke_known)
    assert "Trainee" in page
    assert "Customer" in page
