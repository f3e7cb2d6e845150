"""A five-minute call in virtual time: fast, the same twice, and scored the same from its folder."""

from __future__ import annotations

import itertools

import pytest

from tests.fakes import KnownRecording, ScriptedRecogniser
from voicesim.callfolder.records import recognition_to_json
from voicesim.callfolder.writer import FolderWriter, transcript_to_json_text
from voicesim.cli.scoring import ScoringOptions, plain_progress, score_path
from voicesim.cli.wiring import engines_for, load_rubric, load_tables
from voicesim.engines.decoder_av import AvDecoder
from voicesim.engines.detector_silero import SileroDetector
from voicesim.files.shipped import shipped_folder
from voicesim.intake.channels import read_voice
from voicesim.lines.simulated import Reply, SimulatedLine
from voicesim.lines.trainee import load_trainee
from voicesim.live.jobs import InlineJobs
from voicesim.live.session import rehearse
from voicesim.report.json_card import card_to_json
from voicesim.scenario.load import load_scenario
from voicesim.speech.call import Recognition
from voicesim.speech.listening import Listener

pytestmark = pytest.mark.engines

N_EXCHANGES = 36


def _scenario(path):
    """A customer who talks on, whatever is said, for five minutes."""
    moments = "\n".join(
        f"  - id: m{n}\n    says: this is the line number {n} of a long call\n"
        f"    otherwise: {{go: {f'm{n + 1}' if n + 1 < N_EXCHANGES else 'done'}}}"
        for n in range(N_EXCHANGES)
    )
    path.write_text(
        "format: voicesim-scenario/1\nid: long\ntitle: A long call\nsummary: It goes on.\ntime_limit_s: 900\n"
        "customer: {name: Alex, mood: 0, gives_up_at: -3, mood_changes: {unmet: 0}}\n"
        f"moments:\n  - id: opening\n    otherwise: {{go: m0}}\n{moments}\n"
        "endings:\n  - {id: done, kind: resolved, says: goodbye}\n  - {id: lost, kind: gave_up}\n"
    )
    return path


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    decoder = AvDecoder()
    trainee = load_trainee(shipped_folder("audio_fixtures") / "demo-polite")
    other = load_trainee(shipped_folder("audio_fixtures") / "poor")
    clips = [read_voice(u.path, decoder) for u in trainee.utterances]
    texts = ["".join(c for c in u.text.lower() if c.isalpha() or c == " ") for u in trainee.utterances]
    known = [KnownRecording.of(clip.samples, text) for clip, text in zip(clips, texts, strict=True)]
    scenario_path = _scenario(folder / "scenario.yaml")
    scenario = load_scenario(scenario_path)
    lines = itertools.cycle([read_voice(u.path, decoder) for u in other.utterances])
    voices = {line.line_id: clip for line, clip in zip(scenario.lines(), lines, strict=False)}
    return scenario, scenario_path, voices, clips, known, load_tables()


def _play(parts, path):
    scenario, scenario_path, voices, clips, known, tables = parts
    recogniser = ScriptedRecogniser(known)
    recognition = Recognition(engine=recogniser.identity, writes_fillers=True)
    folder = FolderWriter(path, {"recognition": recognition_to_json(recognition)})
    folder.snapshot("scenario.yaml", scenario_path.read_bytes())
    folder.snapshot("rubric.yaml", load_rubric(None).source)
    replies = [Reply(clip=clips[n % len(clips)]) for n in range(N_EXCHANGES + 4)]
    outcome = rehearse(
        scenario=scenario,
        voices=voices,
        tables=tables,
        listener=Listener(SileroDetector().session().step),
        jobs=InlineJobs(recogniser),
        line=SimulatedLine(replies),
        folder=folder,
    )
    folder.snapshot("transcript.json", transcript_to_json_text(path, recognition))
    folder.close("complete", {})
    assert outcome.ending == "resolved"
    return outcome


def _card(path, tables):
    _, card = score_path(path, ScoringOptions(engines=engines_for(None), tables=tables), plain_progress)
    return card_to_json(card)


def test_a_five_minute_call_is_the_same_twice_to_the_byte(parts, tmp_path):
    tables = parts[-1]
    first, second = (_play(parts, tmp_path / name) for name in ("first", "second"))
    assert first.n_samples == second.n_samples >= 300 * 16_000
    for name in ("call.flac", "events.jsonl", "transcript.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name
    once, again = (_card(tmp_path / "first", tables) for _ in range(2))
    assert once == again
    other = _card(tmp_path / "second", tables)
    assert once.replace(b'"first"', b'"second"') == other
