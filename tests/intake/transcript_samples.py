"""One conversation in every format, written after the formats' own documentation."""

from __future__ import annotations

import json

TURNS = (
    ("Agent", 1.0, 3.0, "Good morning, how can I help?"),
    ("Customer", 4.0, 6.5, "Hi. My parcel has not come."),
    ("Agent", 8.0, 11.0, "I am sorry about that. Let me check."),
)
"""Who, from, to (seconds), what."""


def word_times(start_s, end_s, text):
    """Words in equal parts of their turn."""
    words = text.split()
    step = (end_s - start_s) / len(words)
    return [
        (w, round(start_s + i * step, 3), round(start_s + (i + 1) * step, 3)) for i, w in enumerate(words)
    ]


def _clock(seconds, mark):
    ms = round(seconds * 1000)
    return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}{mark}{ms % 1000:03d}"


def srt(label="[{}] {}"):
    cues = [
        f"{n}\n{_clock(a, ',')} --> {_clock(b, ',')}\n{label.format(who, text)}\n"
        for n, (who, a, b, text) in enumerate(TURNS, 1)
    ]
    return "\n".join(cues)


def webvtt(label="<v {}>{}</v>"):
    cues = [
        f"{_clock(a, '.')} --> {_clock(b, '.')} align:start\n{label.format(who, text)}\n"
        for who, a, b, text in TURNS
    ]
    return "WEBVTT - a call\n\nNOTE\nmade by hand\n\nSTYLE\n::cue { color: red }\n\n" + "\n".join(cues)


def speaker_lines():
    return "\n".join(f"{who}: {text}" for who, _, _, text in TURNS)


def _amazon_items(turn, label=None):
    _, a, b, text = turn
    items = []
    for word, start, end in word_times(a, b, text):
        bare = word.rstrip(".,?")
        item = {"type": "pronunciation", "start_time": str(start), "end_time": str(end)}
        item["alternatives"] = [{"confidence": "0.97", "content": bare}]
        items.append(item | ({"speaker_label": label} if label else {}))
        if bare != word:
            mark = [{"confidence": "0.0", "content": word[len(bare) :]}]
            items.append({"type": "punctuation", "alternatives": mark})
    return items


def amazon_speakers(*, on_items=False):
    names = {"Agent": "spk_0", "Customer": "spk_1"}
    segments = [
        {
            "start_time": str(a),
            "end_time": str(b),
            "speaker_label": names[who],
            "items": [
                {"start_time": str(s), "end_time": str(e), "speaker_label": names[who]}
                for _, s, e in word_times(a, b, text)
            ],
        }
        for who, a, b, text in TURNS
    ]
    items = [item for turn in TURNS for item in _amazon_items(turn, names[turn[0]] if on_items else None)]
    results = {"transcripts": [{"transcript": " ".join(t[3] for t in TURNS)}], "items": items}
    results["speaker_labels"] = {"speakers": 2, "segments": [] if on_items else segments}
    return json.dumps({"jobName": "call", "accountId": "1", "status": "COMPLETED", "results": results})


def amazon_channels():
    channels = [
        {
            "channel_label": f"ch_{n}",
            "items": [i for t in TURNS if t[0] == who for i in _amazon_items(t)],
        }
        for n, who in enumerate(("Customer", "Agent"))
    ]
    results = {
        "transcripts": [],
        "channel_labels": {"channels": channels, "number_of_channels": 2},
        "items": [],
    }
    return json.dumps({"jobName": "call", "status": "COMPLETED", "results": results}, indent=2)


def call_analytics():
    turns = [
        {
            "Id": str(n),
            "ParticipantRole": who.upper(),
            "Content": text,
            "BeginOffsetMillis": round(a * 1000),
            "EndOffsetMillis": round(b * 1000),
            "Sentiment": "NEUTRAL",
            "LoudnessScores": [70.1],
            "Items": [
                {
                    "Type": "pronunciation",
                    "Content": word,
                    "Confidence": "0.97",
                    "BeginOffsetMillis": round(s * 1000),
                    "EndOffsetMillis": round(e * 1000),
                }
                for word, s, e in word_times(a, b, text)
            ],
        }
        for n, (who, a, b, text) in enumerate(TURNS)
    ]
    return json.dumps(
        {"JobStatus": "COMPLETED", "LanguageCode": "en-US", "Channel": "VOICE", "Transcript": turns}
    )


def whisper(*, with_words=True):
    segments = []
    for n, (_, a, b, text) in enumerate(TURNS):
        segment = {"id": n, "seek": 0, "start": a, "end": b, "text": f" {text}", "avg_logprob": -0.1}
        if with_words:
            segment["words"] = [
                {"word": f" {w}", "start": s, "end": e, "probability": 0.97}
                for w, s, e in word_times(a, b, text)
            ]
        segments.append(segment)
    return json.dumps({"text": "", "segments": segments, "language": "en"})


def whisperx():
    names = {"Agent": "SPEAKER_00", "Customer": "SPEAKER_01"}
    segments = [
        {
            "start": a,
            "end": b,
            "text": text,
            "speaker": names[who],
            "words": [
                {"word": w, "start": s, "end": e, "score": 0.97, "speaker": names[who]}
                for w, s, e in word_times(a, b, text)
            ],
        }
        for who, a, b, text in TURNS
    ]
    # WhisperX gives numbers and the like no times.
    del segments[1]["words"][2]["start"], segments[1]["words"][2]["end"], segments[1]["words"][2]["score"]
    return json.dumps({"segments": segments, "word_segments": []})


def whisper_cpp():
    names = {"Agent": "0", "Customer": "1"}
    parts = [
        {
            "timestamps": {"from": _clock(a, ","), "to": _clock(b, ",")},
            "offsets": {"from": round(a * 1000), "to": round(b * 1000)},
            "text": f" {text}",
            "speaker": names[who],
        }
        for who, a, b, text in TURNS
    ]
    return json.dumps({"systeminfo": "", "model": {}, "result": {"language": "en"}, "transcription": parts})


SAMPLES = {
    "srt": srt(),
    "srt colon": srt("{}: {}"),
    "srt words of a name": srt(">> {}: {}"),
    "webvtt": webvtt(),
    "webvtt bracket": webvtt("[{}] {}"),
    "amazon speakers": amazon_speakers(),
    "amazon speakers on items": amazon_speakers(on_items=True),
    "amazon channels": amazon_channels(),
    "call analytics": call_analytics(),
    "whisper": whisper(),
    "whisper without words": whisper(with_words=False),
    "whisperx": whisperx(),
    "whisper.cpp": whisper_cpp(),
    "speaker lines": speaker_lines(),
}
