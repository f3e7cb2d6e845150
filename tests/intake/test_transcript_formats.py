"""Every format gives the same conversation, and what is wrong with a file is told with its line."""

import codecs
import json
import random

import pytest

from tests.intake.transcript_samples import SAMPLES, TURNS, amazon_speakers, srt, webvtt, word_times
from voicesim.errors import TranscriptError
from voicesim.intake.transcripts.model import Form
from voicesim.intake.transcripts.parties import Parties, Role
from voicesim.intake.transcripts.reading import read_transcript

FORMS = {
    "srt": Form.SRT,
    "webvtt": Form.WEBVTT,
    "amazon": Form.AMAZON,
    "call": Form.CALL_ANALYTICS,
    "whisper": Form.WHISPER,
    "whisperx": Form.WHISPERX,
    "whisper.cpp": Form.WHISPER_CPP,
    "speaker": Form.SPEAKER_LINES,
}
WHO = {
    **dict.fromkeys(("Agent", "AGENT", "spk_0", "ch_1", "SPEAKER_00", "speaker 0"), "Agent"),
    **dict.fromkeys(("Customer", "CUSTOMER", "spk_1", "ch_0", "SPEAKER_01", "speaker 1"), "Customer"),
}


def _read(tmp_path, text, parties=None, name="transcript.txt"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_transcript(path, parties or Parties())


@pytest.mark.parametrize("name", SAMPLES)
def test_every_format_tells_who_said_what_and_when(tmp_path, name):
    transcript = _read(tmp_path, SAMPLES[name])
    assert transcript.form is FORMS[name.split()[0]]
    assert len(transcript.passages) == len(TURNS)
    for passage, (who, start_s, end_s, text) in zip(transcript.passages, TURNS, strict=True):
        assert " ".join(word.text for word in passage.words) == text
        if not name.startswith("whisper") or passage.speaker:
            assert WHO[passage.speaker] == who
        if transcript.has_times:
            assert (passage.start_s, passage.end_s) == pytest.approx((start_s, end_s), abs=0.001)
        if transcript.has_word_times:
            times = [(word.text, word.start_s, word.end_s) for word in passage.words]
            for ours, theirs in zip(times, word_times(start_s, end_s, text), strict=True):
                assert ours == (
                    theirs[0],
                    pytest.approx(theirs[1], abs=1e-3),
                    pytest.approx(theirs[2], abs=1e-3),
                )
        if transcript.has_confidences:
            sure = {round(word.confidence, 2) for word in passage.words}
            assert sure == ({0.97} if transcript.has_word_times else {0.9})
    assert transcript.has_times == (name != "speaker lines")
    assert len(transcript.sha256) == 64


@pytest.mark.parametrize(
    "encode",
    [
        lambda t: t.encode("utf-8-sig"),
        lambda t: codecs.BOM_UTF16_LE + t.encode("utf-16-le"),
        lambda t: t.replace("help", "help\N{RIGHT SINGLE QUOTATION MARK}").encode("cp1252"),
        lambda t: t.replace("\n", "\r\n").encode(),
    ],
)
def test_what_editors_write_is_read(tmp_path, encode):
    transcript = _read(tmp_path, encode(srt()))
    assert transcript.form is Form.SRT
    assert [p.speaker for p in transcript.passages] == ["Agent", "Customer", "Agent"]


def test_marks_of_subtitles_are_no_words(tmp_path):
    said = "<i>[Agent]</i> {\\an8}Good &amp; bad <00:00:01.500><c.red>day</c> [laughs] - yes"
    text = f"WEBVTT\n\nintro\n00:01.000 --> 00:03.000\n{said}\n\n00:04.000 --> 00:05.000\n[music]\n"
    (passage,) = _read(tmp_path, text).passages
    assert " ".join(word.text for word in passage.words) == "Good& bad day- yes"


def test_a_cue_without_a_label_goes_on_with_the_speaker_before(tmp_path):
    text = srt().replace("[Agent] I am", "I am")
    assert [p.speaker for p in _read(tmp_path, text).passages] == ["Agent", "Customer", "Customer"]


def test_two_speakers_in_a_cue_share_its_time_by_their_letters(tmp_path):
    text = "1\n00:00:00,000 --> 00:00:04,000\n[Agent] aaaa bbbb\n[Customer] ccc ddd ee fff ggg hhh iiii\n"
    first, second = _read(tmp_path, text).passages
    assert (first.start_s, first.end_s, second.start_s, second.end_s) == pytest.approx((0, 1, 1, 4), abs=0.01)


@pytest.mark.parametrize(
    ("lines", "speakers"),
    [
        (["Agent: Hello.", "Please note: it is late.", "Customer: Fine."], ["Agent", "Customer"]),
        (["Agent: Hello.", "Customer: One thing.", "Remember: never."], ["Agent", "Customer"]),
        (["Emily: Hello.", "Sam: Hi."], ["Emily", "Sam"]),
        (["[00:12] Agent: Hello.", "(00:15) Customer: Hi."], ["Agent", "Customer"]),
        (["Agent:", "Hello.", "Customer:", "Hi."], ["Agent", "Customer"]),
        (["Agent: See http://example.com: it says 10:30."], ["Agent"]),
    ],
)
def test_a_colon_makes_a_label_only_where_it_is_one(tmp_path, lines, speakers):
    transcript = _read(tmp_path, "\n".join(lines))
    assert [p.speaker for p in transcript.passages] == speakers


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", None, "empty"),
        ("once upon a time\nthere was a call", 1, "knows as a transcript"),
        (srt().replace("00:00:04,000", "00:00:xx,000"), 6, "is no time"),
        (srt().replace("00:00:06,500", "00:00:02,500"), 6, "ends before it starts"),
        (srt().replace("2\n00:00:04,000 --> 00:00:06,500", "2\nsomething"), 6, "times were expected"),
        (webvtt().replace("00:00:04.000 --> ", "00:00:04.000 -- "), 12, "times were expected"),
        ('{"results": {"items": [', 1, "not JSON"),
        ('{"speech": []}', 1, "no transcript that voicesim knows (its keys: speech)"),
        ('{"segments": []}', None, "holds no words"),
        (amazon_speakers().replace('"start_time": "4.0"', '"start_time": "soon"'), 1, "'soon' is no number"),
        (json.dumps({"Transcript": [{"Content": "x"}]}, indent=1), 3, "“ParticipantRole” is missing"),
        ('{"segments": [\n{"start": 0, "end": 1},\n{"text": "b"}]}', 2, "segments[0]: “text” is missing"),
        ('{"segments": [{"start": -1, "end": 1, "text": "a"}]}', 1, "is no time of a call"),
        (b"\x00\x01\x02\xff" * 100, None, "this is no text"),
    ],
)
def test_a_bad_file_gets_its_line_and_the_reason(tmp_path, text, line, says):
    with pytest.raises(TranscriptError) as caught:
        _read(tmp_path, text)
    assert says in caught.value.message
    assert caught.value.message.startswith("transcript.txt")
    assert caught.value.line == line
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(TranscriptError, match="no such file"):
        read_transcript(tmp_path / "none.srt", Parties())


@pytest.mark.parametrize("name", SAMPLES)
def test_damage_is_an_error_with_a_reason_or_still_a_transcript(tmp_path, name):
    chance = random.Random(name)
    whole = SAMPLES[name].encode()
    for _ in range(60):
        data = bytearray(whole[: chance.randrange(len(whole) + 1)])
        for _ in range(chance.randrange(4)):
            if data:
                data[chance.randrange(len(data))] = chance.choice(b'\x00\xff<>[]{}":,-0aZ\n')
        try:
            transcript = _read(tmp_path, bytes(data))
        except TranscriptError as error:
            complaint = error
        else:
            complaint = None
            assert all(passage.words for passage in transcript.passages)
        assert complaint is None or (complaint.hint and "\n" not in complaint.message)


# --- whose label ------------------------------------------------------------------------------------------


def _roles(labels, **told):
    parties = Parties({label.replace("_", " "): Role(role) for label, role in told.items()})
    return [role.value for role in parties.of([(label, None) for label in labels]).values()]


@pytest.mark.parametrize(
    "label", ["CSR", "Agent", "agent 1", "REP", "Advisor", "Operator", "Trainee", "AGENT"]
)
def test_common_labels_are_known(label):
    assert _roles([label, "Caller", "IVR"]) == ["trainee", "customer", "other"]


def test_the_other_of_two_labels_is_the_other_party():
    assert _roles(["spk_0", "spk_1"], spk_1="trainee") == ["customer", "trainee"]
    assert _roles(["Emily", "Customer"]) == ["trainee", "customer"]


def test_what_was_told_goes_before_what_is_common():
    assert _roles(["Agent", "Customer"], Agent="customer", Customer="trainee") == ["customer", "trainee"]


@pytest.mark.parametrize(
    ("labels", "told", "says"),
    [
        (["spk_0", "spk_1"], {}, "nobody knows who “spk_0”, “spk_1” are"),
        (["Agent", "Customer", "Sam"], {}, "nobody knows who “Sam” is"),
        (["Agent 1", "Agent 2", "Customer"], {}, "may both be the trainee"),
        (["Customer", "Caller"], {}, "nobody in it is the trainee"),
    ],
)
def test_labels_that_say_nothing_are_asked_for(labels, told, says):
    with pytest.raises(TranscriptError, match=says) as caught:
        _roles(labels, **told)
    assert "--party" in caught.value.hint
