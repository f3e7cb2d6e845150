"""When the customer takes the turn: too soon in a thinking pause, or how late after the end.

``python -m tests.live.turn_ends`` prints the table. The pauses are silences of 0.4 to 1.0 s, set into the recorded
utterances of ``audio_fixtures`` between two words; where words end is known from the synthesizer that spoke them
(``word_ends.json``, written by ``--words`` with Debian's flite). The recogniser is a stand-in that knows the words,
takes as long as a base-size Whisper on two cores (0.6 s for six words, 0.8 s for fourteen), one job after another,
and closes whatever it hears with a full stop, as such a model does.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from voicesim.audio.audible import audible_span
from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.audio.span import Span
from voicesim.engines.decoder_av import AvDecoder
from voicesim.engines.detector_silero import SileroDetector
from voicesim.files.shipped import shipped_folder
from voicesim.intake.channels import read_voice
from voicesim.live.ear import Ear
from voicesim.ports import Delivery
from voicesim.speech.endpointing import EndpointerConfig
from voicesim.speech.listening import Listener
from voicesim.speech.words import Word

WORD_ENDS = Path(__file__).with_name("word_ends.json")

LEAD_S = 0.6
TAIL_S = 2.4

PAUSES_S = (0.4, 0.55, 0.7, 0.85, 1.0)

CONFIGS = {
    "silence of 0.4 s": EndpointerConfig(end_s=0.4),
    "silence of 0.7 s": EndpointerConfig(end_s=0.7),
    "silence of 1.0 s": EndpointerConfig(end_s=1.0),
    "words and melody": EndpointerConfig(),
}


@dataclass(frozen=True)
class Utterance:
    """A recorded utterance with the times of its words."""

    name: str
    samples: np.ndarray
    words: tuple[tuple[str, float, float], ...]

    def is_inside(self, index: int) -> bool:
        """Whether the sentence goes on after a word."""
        return index + 1 < len(self.words) and self.words[index][0][-1] not in ".?!"

    def is_sentence_end(self, index: int) -> bool:
        return index + 1 < len(self.words) and self.words[index][0][-1] in ".?!"


@dataclass(frozen=True)
class Case:
    """An utterance as it is said on a call, with a silence set in after a word or none."""

    samples: np.ndarray
    words: tuple[Word, ...]
    end: int
    """Sample after the last audible one."""


@dataclass
class KnownWordsJobs:
    """Recognition in virtual time with a single worker that knows the truth."""

    case: Case
    base_s: float = 0.46
    per_word_s: float = 0.024
    is_streaming: bool = False
    free_at: int = 0
    sound: dict = field(default_factory=dict)
    waiting: list = field(default_factory=list)
    due: list = field(default_factory=list)

    def submit(self, job_id, samples):
        self.sound[job_id] = np.concatenate([self.sound.get(job_id, np.zeros(0, np.float32)), samples])

    def finish(self, job_id, now_samples):
        self.waiting.append((now_samples, job_id, self._words(self.sound.pop(job_id))))

    def _words(self, sound):
        first = self.case.samples.tobytes().find(sound.tobytes()) // 4
        assert first >= 0, "sound that was never said"
        inside = [
            w for w in self.case.words if w.span.start >= first - 1600 and w.span.end <= first + len(sound)
        ]
        last = len(inside) - 1
        return tuple(
            Word(_closed(w.text) if i == last else w.text, w.span.shift(-min(first, w.span.start)), 0.9)
            for i, w in enumerate(inside)
        )

    def cancel(self, job_id):
        # What has been begun is worked to its end.
        self.waiting = [one for one in self.waiting if one[1] != job_id]
        self.due = [one for one in self.due if one[1] != job_id]

    def has_begun(self, job_id):
        return job_id not in [one[1] for one in self.waiting]

    def poll(self, now_samples):
        while self.waiting and max(self.free_at, self.waiting[0][0]) <= now_samples:
            asked, job_id, words = self.waiting.pop(0)
            take_s = self.base_s + self.per_word_s * len(words)
            self.free_at = max(self.free_at, asked) + round(take_s * SAMPLE_RATE_HZ)
            self.due.append((self.free_at, job_id, words))
        ready = [one for one in self.due if one[0] <= now_samples]
        self.due = [one for one in self.due if one[0] > now_samples]
        return tuple(Delivery(job_id, words, 0.0) for _, job_id, words in ready)

    def close(self):
        """Nothing to end."""


def _closed(text: str) -> str:
    return text if text[-1] in ".?!" else text.rstrip(",;:") + "."


def utterances() -> list[Utterance]:
    """All recorded utterances that come with voicesim."""
    ends = json.loads(WORD_ENDS.read_text())
    folder = shipped_folder("audio_fixtures")
    decoder = AvDecoder()
    return [
        Utterance(
            name=name,
            samples=read_voice(folder / name, decoder).samples,
            words=tuple((str(text), float(a), float(b)) for text, a, b in words),
        )
        for name, words in ends.items()
    ]


def case_of(utterance: Utterance, after: int | None, pause_s: float, seed: int) -> Case:
    """An utterance on a quiet line, with a pause after a word."""
    rng = np.random.default_rng(seed)
    lead = round(LEAD_S * SAMPLE_RATE_HZ) + int(rng.integers(BLOCK_SAMPLES))
    cut, pause = len(utterance.samples), 0
    if after is not None:
        cut, pause = round(utterance.words[after][2] * SAMPLE_RATE_HZ), round(pause_s * SAMPLE_RATE_HZ)
        # A comma is spoken with a pause of its own.
        pause -= round((utterance.words[after + 1][1] - utterance.words[after][2]) * SAMPLE_RATE_HZ)
    fade = np.linspace(1.0, 0.0, 80, dtype=np.float32)
    before, rest = utterance.samples[:cut].copy(), utterance.samples[cut:].copy()
    if after is not None:
        before[-80:] *= fade
        rest[:80] *= fade[::-1]
    spoken = np.concatenate([before, np.zeros(pause, np.float32), rest])
    words = tuple(
        Word(text, Span(at(a) + lead, at(b) + lead))
        for number, (text, a, b) in enumerate(utterance.words)
        for at in [
            lambda s, late=after is not None and number > after: (
                round(s * SAMPLE_RATE_HZ) + (pause if late else 0)
            )
        ]
    )
    sound = np.concatenate(
        [np.zeros(lead, np.float32), spoken, np.zeros(round(TAIL_S * SAMPLE_RATE_HZ), np.float32)]
    )
    sound = sound[: len(sound) - len(sound) % BLOCK_SAMPLES]
    noisy = sound + (10 ** (-75 / 20) * rng.standard_normal(len(sound))).astype(np.float32)
    return Case(noisy.astype(np.float32), words, audible_span(spoken).end + lead)


def answered_at(case: Case, config: EndpointerConfig, detector: SileroDetector) -> int | None:
    """The sample at which the customer's first answer would be heard."""
    jobs = KnownWordsJobs(case)
    ear = Ear(jobs, lambda event, fields: None, config)
    listener = Listener(detector.session().step)
    silence = np.zeros(BLOCK_SAMPLES, np.float32)
    for start in range(0, len(case.samples), BLOCK_SAMPLES):
        block = case.samples[start : start + BLOCK_SAMPLES]
        now = start + BLOCK_SAMPLES
        ear.step(block, now, listener.step(block, silence))
        if ear.collect(now) and not ear.in_turn:
            # The block handed out now is heard during the next one.
            return now
    return None


@dataclass
class Row:
    """What an endpointer did."""

    n_pauses: int = 0
    n_cut_in: int = 0
    n_sentence_pauses: int = 0
    n_taken: int = 0
    gaps_s: list = field(default_factory=list)
    n_unanswered: int = 0
    errors: list = field(default_factory=list)

    @property
    def cut_in_ratio(self) -> float:
        return self.n_cut_in / max(1, self.n_pauses)


def run(config: EndpointerConfig, spoken: list[Utterance], *, every: int = 1, gaps: bool = True) -> Row:
    """Play utterances with pauses, every so-many-th, and without."""
    detector = SileroDetector()
    row = Row()
    number = 0
    for utterance in spoken:
        for index in range(len(utterance.words) - 1):
            number += 1
            if number % every:
                continue
            pause_s = PAUSES_S[(number // every) % len(PAUSES_S)]
            case = case_of(utterance, index, pause_s, number)
            at = answered_at(case, config, detector)
            is_too_soon = at is not None and at < case.end
            if utterance.is_inside(index):
                row.n_pauses += 1
                row.n_cut_in += is_too_soon
                if is_too_soon:
                    row.errors.append((pause_s, " ".join(w[0] for w in utterance.words[: index + 1])))
            else:
                row.n_sentence_pauses += 1
                row.n_taken += is_too_soon
        if gaps:
            case = case_of(utterance, None, 0.0, number)
            at = answered_at(case, config, detector)
            if at is None:
                row.n_unanswered += 1
            elif at > case.end:
                row.gaps_s.append((at - case.end) / SAMPLE_RATE_HZ)
    return row


def write_words() -> None:
    """Ask the synthesizer where the words of the recordings end."""
    from tests.fixture_whisper.flite_voice import Flite

    flite = Flite()
    folder = shipped_folder("audio_fixtures")
    found = {}
    for manifest in sorted(folder.glob("*/manifest.yaml")):
        about = yaml.safe_load(manifest.read_text("utf-8"))
        for one in about["utterances"]:
            voice, *settings = about["voice"].split()
            stretch = dict(s.split("=") for s in settings).get("duration_stretch", "1.0")
            spoken = flite.say(one["text"], voice, float(stretch))
            recorded = read_voice(manifest.parent / one["file"], AvDecoder()).samples
            assert abs(len(recorded) - len(spoken.samples)) <= 1, one["file"]
            found[f"{manifest.parent.name}/{one['file']}"] = [
                [text, round(a, 3), round(b, 3)]
                for text, (a, b) in zip(one["text"].split(), spoken.spans_s, strict=True)
            ]
    WORD_ENDS.write_text("{\n" + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in found.items()) + "\n}\n")


def say(*text) -> None:
    """A row of the table."""
    sys.stdout.write(" ".join(map(str, text)) + "\n")


def main() -> None:
    """Print the table, or write the words' times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", action="store_true", help="write word_ends.json anew")
    parser.add_argument("--every", type=int, default=1, help="only every so-many-th pause")
    parser.add_argument("--errors", action="store_true", help="say which pauses were cut into")
    options = parser.parse_args()
    if options.words:
        write_words()
        return
    spoken = utterances()
    say(
        f"{'end of turn by':<18} {'cut-ins':>16} {'taken at sentence ends':>24} {'gap median':>11} {'p95':>6}"
    )
    for name, config in CONFIGS.items():
        row = run(config, spoken, every=options.every)
        gaps_s = np.array(row.gaps_s)
        say(
            f"{name:<18} {row.n_cut_in:>4}/{row.n_pauses} {row.cut_in_ratio:>7.1%} "
            f"{row.n_taken:>19}/{row.n_sentence_pauses} {np.median(gaps_s):>9.2f} s {np.percentile(gaps_s, 95):>4.2f} s"
        )
        for error in row.errors if options.errors else ():
            say("   ", *error)


if __name__ == "__main__":
    main()
