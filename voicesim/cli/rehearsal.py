"""From a scenario's name to a scored call folder: what ``call`` and ``demo`` share."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim import __version__
from voicesim.cli.output import Progress, colour_on, say, shout, unicode_on, width
from voicesim.errors import CallAbortedError

if TYPE_CHECKING:
    from voicesim.audio.background import Background
    from voicesim.audio.clip import Clip
    from voicesim.behaviour.tables import Tables
    from voicesim.callfolder.writer import FolderWriter
    from voicesim.cli.casting import Cast, Casting
    from voicesim.cli.hints import HintConsole
    from voicesim.cli.llm import LlmOptions
    from voicesim.lines.simulated import SimulatedLine
    from voicesim.live.session import Outcome
    from voicesim.ports import EchoCanceller, Jobs, Line
    from voicesim.results import Json
    from voicesim.scenario.model import Scenario
    from voicesim.speech.call import Echo, Recognition


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalOptions:
    """What the user may choose of a rehearsal."""

    scenario: str = ""
    recording: Path | None = None
    """A recorded call, in the scenario's place, whose customer is rehearsed with again."""
    recording_channel: str | None = None
    """The trainee's channel in it."""
    recording_words: bool = True
    """Whether to write down what its customer says."""
    recording_transcript: Path | None = None
    """What its customer says, where somebody has written it down."""
    trainee: str = ""
    simulate: Path | None = None
    """A simulated trainee's folder; without one the sound card is used."""
    is_real_time: bool = False
    """With ``simulate``: in real time instead of as fast as it goes."""
    input_device: str | None = None
    output_device: str | None = None
    echo_check: bool = True
    recogniser: str = "auto"
    telephone: bool = False
    """The customer sounds as over a telephone."""
    is_practice: bool = False
    """With live hints, a pause key and "say that again"."""
    difficulty: str = "normal"
    background: str | None = None
    """Behind the customer, in the scenario's place."""
    background_db: float | None = None
    """How far it lies below the voice."""
    voice: str = "pyttsx3"
    """The customer's synthesizer."""
    llm: LlmOptions | None = None
    """Finds other words for the customer than the written ones."""
    end_silence_s: float | None = None
    """Silence that ends a turn; ``None`` lets the words and the melody decide."""
    rubric: Path | None = None
    behaviours: tuple[Path, ...] = ()
    """Folders of further behaviour tables."""
    baseline: Path | None = None
    out: Path | None = None
    is_quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connected:
    """A line, and what is known of its echo."""

    line: Line
    simulated: SimulatedLine | None = None
    echo: Echo | None = None
    canceller: EchoCanceller | None = None


def run_rehearsal(options: RehearsalOptions) -> int:
    """Play a call, score its folder, print the card and where the report is.

    Returns:
        The exit code: 0, or 130 where the trainee ended it by Ctrl-C.

    Raises:
        VoicesimError: it could not begin, or broke off before anything was recorded.
    """
    from voicesim.callfolder.writer import FolderWriter, check_free
    from voicesim.cli.wiring import load_baseline, load_rubric, load_tables

    progress = Progress(is_quiet=options.is_quiet)
    if options.out is not None:
        check_free(options.out)
    casting = _casting(options)
    rubric = load_rubric(options.rubric)
    load_tables(options.behaviours)
    load_baseline(options.baseline)
    _check_ends(options)
    baseline = options.baseline or _own_baseline(options)
    jobs, wait_for_recogniser = _start_recogniser(options, progress)
    with closing(jobs), closing(casting(progress)) as cast:
        recognition = wait_for_recogniser()
        background = _background(options, cast.scenario)
        connected = _connect(options, cast.voices, background, progress)
        progress.done()
        folder = FolderWriter(
            options.out or _default_folder(cast.scenario),
            _about(options, cast, recognition, connected, background),
        )
        with _discarded_if_empty(folder):
            folder.snapshot("scenario.yaml", cast.source)
            folder.snapshot("rubric.yaml", rubric.source)
            if baseline is not None:
                folder.snapshot("baseline.json", baseline.read_bytes())
            outcome = _play(options, cast, connected, jobs, folder)
    return _finish(options, outcome, connected, folder, recognition, progress)


def _casting(options: RehearsalOptions) -> Casting:
    from voicesim.cli.casting import Speaking, recorded, scripted

    if options.recording is None:
        speaking = Speaking(
            telephone=options.telephone,
            voice=options.voice,
            llm=options.llm,
            difficulty=options.difficulty,
            is_virtual=options.simulate is not None and not options.is_real_time,
        )
        return scripted(options.scenario, speaking)
    return recorded(
        options.recording,
        recogniser=options.recogniser if options.recording_words else None,
        trainee_channel=options.recording_channel,
        transcript=options.recording_transcript,
    )


def _check_ends(options: RehearsalOptions) -> None:
    """Whether there is a trainee, or a microphone and a loudspeaker, before anything slow is begun."""
    if options.simulate is not None:
        from voicesim.lines.trainee import load_trainee

        load_trainee(options.simulate)
        return
    from voicesim.lines.devices import Direction, find_device, list_devices

    devices = list_devices()
    find_device(devices, options.input_device, Direction.INPUT)
    find_device(devices, options.output_device, Direction.OUTPUT)


def _own_baseline(options: RehearsalOptions) -> Path | None:
    """The baseline that the trainee has made by ``voicesim calibrate``; a simulated trainee has none."""
    if options.simulate is not None or not options.trainee:
        return None
    from voicesim.cli.baselines import find_baseline
    from voicesim.lines.devices import Direction, find_device, list_devices

    microphone = find_device(list_devices(), options.input_device, Direction.INPUT).name
    found = find_baseline(options.trainee, microphone)
    if found is None:
        if not options.is_quiet:
            say(
                f"no baseline of {options.trainee} yet: volume and tone are judged without (voicesim calibrate)"
            )
        return None
    path, baseline = found
    if baseline.device != microphone:
        shout(
            f"the baseline of {options.trainee} was made with {baseline.device or 'another microphone'}: "
            "what depends on the microphone is not held against it (calibrate again with this one)"
        )
    return path


@contextmanager
def _discarded_if_empty(folder: FolderWriter) -> Iterator[None]:
    try:
        yield
    finally:
        folder.discard_if_empty()


def _background(options: RehearsalOptions, scenario: Scenario) -> Background:
    """What is heard behind the customer: what was asked for, else the scenario's."""
    from voicesim.audio.background import USUAL_BELOW_DB, Background, BackgroundKind

    if options.simulate is not None:
        # Nobody is there to hear it.
        return Background()
    if options.background is None:
        return scenario.background
    kind = BackgroundKind(options.background)
    return Background(kind=kind, below_voice_db=options.background_db or USUAL_BELOW_DB[kind])


def _connect(
    options: RehearsalOptions, voices: Mapping[str, Clip], background: Background, progress: Progress
) -> _Connected:
    if options.simulate is not None:
        return _simulated(options.simulate, is_real_time=options.is_real_time)
    from voicesim.cli.soundcard import connect

    line, echo, canceller = connect(
        input_device=options.input_device,
        output_device=options.output_device,
        probe=next(iter(voices.values())),
        wants_check=options.echo_check,
        background=background,
        progress=progress,
    )
    return _Connected(line=line, echo=echo, canceller=canceller)


def _simulated(folder: Path, *, is_real_time: bool) -> _Connected:
    from voicesim.engines.decoder_av import AvDecoder
    from voicesim.intake.channels import read_voice
    from voicesim.lines.simulated import Reply, SimulatedLine
    from voicesim.lines.trainee import load_trainee

    trainee = load_trainee(folder)
    decoder = AvDecoder()
    replies = [
        Reply(
            clip=read_voice(utterance.path, decoder),
            after_s=utterance.after_s,
            interrupts_after_s=utterance.interrupts_after_s,
        )
        for utterance in trainee.utterances
    ]
    line = SimulatedLine(replies, opens=trainee.opens, is_real_time=is_real_time)
    return _Connected(line=line, simulated=line)


def _start_recogniser(
    options: RehearsalOptions, progress: Progress
) -> tuple[Jobs, Callable[[], Recognition]]:
    """Begin to load the recogniser; in real time it loads in its own process while the voice is prepared."""
    from voicesim.cli.wiring import load_recogniser
    from voicesim.live.jobs import InlineJobs, ProcessJobs
    from voicesim.speech.call import Recognition

    progress("loading the recogniser", 0.0)
    if options.simulate is not None and not options.is_real_time:
        recogniser, is_fallback = load_recogniser(options.recogniser, progress=progress)
        known = Recognition(
            engine=recogniser.identity,
            writes_fillers=recogniser.capabilities.writes_fillers,
            is_fallback=is_fallback,
        )
        return InlineJobs(recogniser), lambda: known
    jobs = ProcessJobs(functools.partial(load_recogniser, options.recogniser), waits=False)

    def wait() -> Recognition:
        jobs.wait()
        return Recognition(
            engine=jobs.identity,
            writes_fillers=jobs.capabilities.writes_fillers,
            is_fallback=jobs.is_fallback,
        )

    return jobs, wait


def _default_folder(scenario: Scenario) -> Path:
    stamp = dt.datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")
    return Path("calls") / f"{stamp}-{scenario.scenario_id}"


def _about(
    options: RehearsalOptions,
    cast: Cast,
    recognition: Recognition,
    connected: _Connected,
    background: Background,
) -> dict[str, Json]:
    from voicesim.callfolder.records import echo_to_json, recognition_to_json

    settings: dict[str, Json] = {
        "mode": "practice" if options.is_practice else "test",
        "difficulty": options.difficulty,
        "background": background.kind.value,
        "background_below_voice_db": background.below_voice_db,
        "end_silence_s": options.end_silence_s,
        "telephone": options.telephone,
    }
    return {
        "voicesim": __version__,
        "began": dt.datetime.now().astimezone().isoformat(timespec="seconds"),
        "scenario": cast.scenario.scenario_id,
        "trainee": options.trainee,
        "is_simulated": connected.simulated is not None,
        "recognition": recognition_to_json(recognition),
        "voice": cast.identity,
        **({} if cast.language_model is None else {"language_model": cast.language_model}),
        "echo": None if connected.echo is None else echo_to_json(connected.echo),
        "settings": settings,
    }


def _play(
    options: RehearsalOptions,
    cast: Cast,
    connected: _Connected,
    jobs: Jobs,
    folder: FolderWriter,
) -> Outcome:
    from voicesim.cli.wiring import load_tables
    from voicesim.engines.detector_silero import SileroDetector
    from voicesim.live.practice import Mode
    from voicesim.live.session import rehearse
    from voicesim.live.settings import LiveConfig
    from voicesim.speech.endpointing import EndpointerConfig
    from voicesim.speech.listening import Listener

    is_severe = connected.echo is not None and connected.echo.is_severe
    session = None if connected.canceller is None else connected.canceller.session()
    if not options.is_quiet:
        say(f"the call begins: {cast.scenario.title}" + ("" if connected.simulated else "  (Ctrl-C ends it)"))
    tables = load_tables(options.behaviours)
    with _console(options, cast.scenario, tables) as console:
        return rehearse(
            scenario=cast.scenario,
            voices=cast.voices,
            tables=tables,
            console=console,
            listener=Listener(
                SileroDetector().session().step,
                cancel=None if session is None else session.process,
                cancel_delay_samples=0 if session is None else session.delay_samples,
                is_half_duplex=is_severe,
            ),
            jobs=jobs,
            line=connected.line,
            folder=folder,
            improviser=cast.improviser,
            config=LiveConfig(
                endpointer=EndpointerConfig(end_s=options.end_silence_s),
                allows_barge_in=not is_severe,
                mode=Mode.PRACTICE if options.is_practice else Mode.TEST,
            ),
        )


def _console(
    options: RehearsalOptions, scenario: Scenario, tables: Tables
) -> AbstractContextManager[HintConsole | None]:
    """Keys and hints, in practice."""
    if not options.is_practice:
        return nullcontext()
    from voicesim.cli.hints import HintConsole

    def title_of(behaviour_id: str) -> str:
        found = tables.behaviour(behaviour_id)
        return behaviour_id.replace("_", " ") if found is None else found.title

    return HintConsole(title_of=title_of, too_fast_wpm=scenario.too_fast_wpm, is_quiet=options.is_quiet)


def _finish(
    options: RehearsalOptions,
    outcome: Outcome,
    connected: _Connected,
    folder: FolderWriter,
    recognition: Recognition,
    progress: Progress,
) -> int:
    if outcome.n_samples == 0:
        if outcome.device_error is not None:
            raise outcome.device_error
        raise CallAbortedError("the call was ended before anything was recorded", hint="try again")
    gaps_s = _close(outcome, connected, folder, recognition)
    try:
        _score(folder.path, options.behaviours, progress)
    except KeyboardInterrupt:
        progress.done()
        raise CallAbortedError(
            f"interrupted while the call was scored; it is kept in {folder.path}",
            hint=f"score it by: voicesim score {folder.path}",
        ) from None
    if gaps_s and not options.is_quiet:
        import statistics

        say(
            f"response gap: median {statistics.median(gaps_s):.2f} s, longest {max(gaps_s):.2f} s "
            f"({len(gaps_s)} answers, {'real' if options.is_real_time else 'virtual'} time)"
        )
    if outcome.report is not None and outcome.report.faults:
        counts = ", ".join(f"{name} {count}" for name, count in sorted(outcome.report.faults.items()))
        shout(f"audio was lost or came late: {counts}")
    if outcome.device_error is not None:
        error = outcome.device_error
        raise type(error)(f"{error.message}; the call up to then is kept in {folder.path}", hint=error.hint)
    return 130 if outcome.was_interrupted else 0


def _close(
    outcome: Outcome, connected: _Connected, folder: FolderWriter, recognition: Recognition
) -> tuple[float, ...]:
    """Write what the end of the call knows; returns the response gaps of a simulated trainee."""
    from voicesim.callfolder.writer import transcript_to_json_text
    from voicesim.live.session import line_to_json

    gaps_s: tuple[float, ...] = ()
    about: dict[str, Json] = {"ending": outcome.ending}
    if outcome.report is not None:
        about["line"] = line_to_json(outcome.report)
        lost = {"device_lost": 1} if outcome.device_error is not None else {}
        about["device_faults"] = {**outcome.report.faults, **lost}
    if connected.simulated is not None and outcome.n_samples:
        gaps_s = _gaps(connected.simulated, folder.path)
        about["response_gaps_s"] = [round(gap_s, 3) for gap_s in gaps_s]
    folder.snapshot("transcript.json", transcript_to_json_text(folder.path, recognition))
    folder.close("complete" if outcome.ending != "aborted" else "aborted", about)
    return gaps_s


def _gaps(line: SimulatedLine, folder: Path) -> tuple[float, ...]:
    from voicesim.cli.scoring import plain_progress
    from voicesim.engines.decoder_av import AvDecoder
    from voicesim.intake.channels import read_channels
    from voicesim.live.latency import response_gaps_s

    channels = read_channels(
        folder / "call.flac", AvDecoder(), trainee_channel="right", progress=plain_progress
    )
    if channels.customer is None:
        return ()
    return response_gaps_s(line.spoken, channels.customer.samples)


def _score(folder: Path, behaviours: tuple[Path, ...], progress: Progress) -> None:
    from voicesim.cli.next_call import next_call_text
    from voicesim.cli.scoring import ScoringOptions, score_path, write_page
    from voicesim.cli.wiring import engines_for, load_tables
    from voicesim.files.atomic import write_bytes
    from voicesim.report.json_card import card_to_json
    from voicesim.report.text import card_to_text

    scoring = ScoringOptions(engines=engines_for(None), tables=load_tables(behaviours))
    call, card = score_path(folder, scoring, progress)
    write_bytes(folder / "scorecard.json", card_to_json(card))
    page = folder / "report.html"
    write_page(card, call, page, reader="trainee")
    progress.done()
    text = card_to_text(
        card,
        width=width(),
        use_colour=colour_on(sys.stdout),
        use_unicode=unicode_on(sys.stdout),
        reader="trainee",
    )
    print(text)
    print(f"call folder: {folder}")
    print(f"report:      {page.resolve()}")
    following = next_call_text(card, "" if call.brief is None else call.brief.scenario_id)
    if following:
        print(following)
