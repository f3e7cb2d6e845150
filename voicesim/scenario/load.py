"""From a scenario file to a :class:`~voicesim.scenario.model.Scenario`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from voicesim.audio.background import USUAL_BELOW_DB, Background
from voicesim.errors import ScenarioError
from voicesim.files.strict_yaml import Lines, load_yaml_with_lines
from voicesim.ports import VoiceStyle
from voicesim.scenario.check import check_scenario
from voicesim.scenario.model import (
    OTHERWISE,
    Ending,
    EndingKind,
    Fact,
    Listening,
    Moment,
    MoodBand,
    Scenario,
    Spoken,
    Way,
)
from voicesim.scenario.moods import DEFAULT_MOOD_CHANGES
from voicesim.scenario.phrases import phrase_of
from voicesim.speech.call import Brief, MustFirst

if TYPE_CHECKING:
    from voicesim.scenario.schema import (
        BackgroundFile,
        CustomerFile,
        FactFile,
        ListeningFile,
        MomentFile,
        MoodBandFile,
        ScenarioFile,
        WayFile,
    )


def load_scenario(path: Path, *, known_behaviours: Collection[str] | None = None) -> Scenario:
    """Read a scenario that can be played.

    Args:
        path: a YAML file.
        known_behaviours: ids that can be observed; without them no id is questioned.

    Raises:
        ScenarioError: the file is not a scenario, or one that cannot be played to an end.
    """
    scenario = read_scenario(path)
    for problem in check_scenario(scenario, known_behaviours=known_behaviours):
        if problem.is_error:
            raise ScenarioError(
                problem.message, path=scenario.path, line=problem.line, key=problem.key, hint=problem.hint
            )
    return scenario


def read_scenario(source: Path | str, *, name: str | None = None) -> Scenario:
    """Read a scenario's file for checking, however little sense its moments make together.

    Args:
        source: a YAML file, or (as ``str``) its text.
        name: shown instead of the path.

    Raises:
        ScenarioError: missing, unreadable, not YAML, unknown keys, wrong types, an unknown mood band.
    """
    from voicesim.scenario.schema import ScenarioFile

    shown = name or (str(source) if isinstance(source, Path) else "<scenario>")
    file, lines = load_yaml_with_lines(source, ScenarioFile, error=ScenarioError, what="scenario", name=name)
    return _Reader(file, lines, shown).scenario()


def brief_of(scenario: Scenario) -> Brief:
    """What the scenario tells the scorer."""
    return Brief(
        scenario_id=scenario.scenario_id,
        title=scenario.title,
        must=scenario.must,
        must_not=scenario.must_not,
        must_first=scenario.must_first,
        read_out=scenario.read_out,
        glossary=dict(scenario.glossary),
        facts={fact.fact_id: fact.value for fact in scenario.facts},
        customer_name=scenario.customer_name,
    )


class _Reader:
    """Translates a file, resolving lines and voices for every mood band."""

    def __init__(self, file: ScenarioFile, lines: Lines, path: str) -> None:
        self._file = file
        self._lines = lines
        self._path = path
        self._bands = _bands(file.customer, file.language)
        self._check_bands()

    def scenario(self) -> Scenario:
        file, customer = self._file, self._file.customer
        return Scenario(
            scenario_id=file.id,
            title=file.title,
            summary=file.summary,
            goal=file.goal,
            customer_name=customer.name,
            language=file.language,
            bands=self._bands,
            mood=customer.mood,
            mood_changes={**DEFAULT_MOOD_CHANGES, **customer.mood_changes},
            gives_up_at=customer.gives_up_at,
            moments=tuple(self._moment(i, moment) for i, moment in enumerate(file.moments)),
            endings=tuple(
                Ending(
                    ending_id=ending.id,
                    kind=EndingKind(ending.kind),
                    says=self._spoken(ending.says, f"{ending.id}.says", "endings", i, "says"),
                    content_from=ending.content_from,
                    line=self._lines.of("endings", i),
                )
                for i, ending in enumerate(file.endings)
            ),
            facts=tuple(self._fact(fact_id) for fact_id in file.facts),
            silence=self._several(file.silence, "silence", "silence"),
            not_understood=self._several(file.not_understood, "not_understood", "not_understood"),
            complaints=self._complaints(),
            too_fast_wpm=customer.too_fast_wpm,
            hold=self._several(file.hold.says, "hold", "hold", "says"),
            hold_patience_s=file.hold.patience_s,
            background=_background(file.background),
            confirmation=self._spoken(file.confirmation, "confirmation", "confirmation"),
            after_interruption=file.interruption.then,
            time_limit_s=file.time_limit_s,
            must=file.must,
            must_not=file.must_not,
            must_first=tuple(self._must_first(i) for i in range(len(file.must_first))),
            read_out=file.read_out,
            glossary=dict(file.glossary),
            skills=file.skills,
            difficulty=file.difficulty,
            coach=file.coach,
            path=self._path,
            key_lines={key: self._lines.of(key) for key in type(file).model_fields},
        )

    def _must_first(self, index: int) -> MustFirst:
        rule, facts = self._file.must_first[index], self._file.facts
        fact = facts.get(rule.fact)
        if fact is None:
            hint = f"there are {', '.join(facts)}" if facts else "add it under facts:"
            place = ("must_first", index, "fact")
            self._fail(f"must_first names the fact {rule.fact!r}, which does not exist", *place, hint=hint)
        return MustFirst(fact=rule.fact, value=fact.value, before=rule.before)

    def _complaints(self) -> dict[str, tuple[Spoken, ...]]:
        manner = self._file.manner
        return {
            "interruption": self._several(
                self._file.interruption.says, "interruption", "interruption", "says"
            ),
            "too_fast": self._several(manner.too_fast, "too_fast", "manner", "too_fast"),
            "monologue": self._several(manner.monologue, "monologue", "manner", "monologue"),
            "raised_voice": self._several(manner.raised_voice, "raised_voice", "manner", "raised_voice"),
            "jargon_wall": self._several(manner.jargon_wall, "jargon_wall", "manner", "jargon_wall"),
            "calm_down": self._several(manner.calm_down, "calm_down", "manner", "calm_down"),
        }

    def _moment(self, index: int, moment: MomentFile) -> Moment:
        place = ("moments", index)
        listens = tuple(
            self._listening(listening, f"{moment.id}.heard.{i + 1}", *place, "listens_for", i)
            for i, listening in enumerate(moment.listens_for)
        )
        expects = moment.expects
        if expects is None:
            expects = listens[0].behaviours if listens else ()
        return Moment(
            moment_id=moment.id,
            says=self._spoken(moment.says, f"{moment.id}.says", *place, "says"),
            listens_for=listens,
            otherwise=self._otherwise(index, moment),
            again=self._several(moment.again, f"{moment.id}.again", *place, "again"),
            tells=moment.tells,
            expects=expects,
            hint=moment.hint,
            silence=self._several(moment.silence, f"{moment.id}.silence", *place, "silence"),
            patience_s=moment.patience_s,
            line=self._lines.of(*place, "id"),
        )

    def _otherwise(self, index: int, moment: MomentFile) -> Way:
        place = ("moments", index)
        if moment.otherwise is not None:
            return self._way(moment.otherwise, f"{moment.id}.otherwise", *place, "otherwise")
        give_up = next((e.id for e in self._file.endings if e.kind is EndingKind.GAVE_UP), "")
        return Way(go=give_up, line=self._lines.of(*place, "id"))

    def _listening(self, listening: ListeningFile, slot: str, *place: str | int) -> Listening:
        return Listening(
            way=self._way(listening, slot, *place),
            behaviours=listening.behaviours,
            facts=listening.facts,
            phrases=tuple(phrase_of(phrase) for phrase in listening.phrases),
            needs_all=listening.needs == "all",
            mood_at_least=listening.mood_at_least,
            line=self._lines.of(*place),
        )

    def _way(self, way: WayFile, slot: str, *place: str | int) -> Way:
        return Way(
            go=way.go,
            says=self._spoken(way.says, f"{slot}.says", *place, "says"),
            mood=way.mood,
            line=self._lines.of(*place, "go"),
        )

    def _fact(self, fact_id: str) -> Fact:
        fact = self._file.facts[fact_id]
        place = ("facts", fact_id)
        says = fact.says if fact.says is not None else fact.value
        return Fact(
            fact_id=fact_id,
            value=fact.value,
            asked_by=tuple(phrase_of(phrase) for phrase in fact.asked_by),
            says=self._spoken(says, f"{fact_id}.fact", *place, "says"),
            again=self._spoken(fact.again, f"{fact_id}.fact.again", *place, "again"),
            correction=self._correction(fact, fact_id),
            line=self._lines.of(*place),
        )

    def _correction(self, fact: FactFile, fact_id: str) -> Spoken | None:
        words = fact.correction or f"No. {fact.value[:1].upper()}{fact.value[1:]}."
        return self._spoken(words, f"{fact_id}.fact.correction", "facts", fact_id, "correction")

    def _several(self, words: Any, slot: str, *place: str | int) -> tuple[Spoken, ...]:  # noqa: ANN401
        found = (self._spoken(one, f"{slot}.{i + 1}", *place, i) for i, one in enumerate(words))
        return tuple(spoken for spoken in found if spoken is not None)

    def _spoken(self, words: str | Mapping[str, str] | None, slot: str, *place: str | int) -> Spoken | None:
        if words is None:
            return None
        if isinstance(words, str):
            texts = {band.name: words for band in self._bands}
            return Spoken(slot=slot, texts=texts, line=self._lines.of(*place))
        names = [band.name for band in self._bands]
        for key in words:
            if key not in names and key != OTHERWISE:
                hint = f"the moods of this customer are {', '.join(names)}; {OTHERWISE} stands for the rest"
                self._fail(f"unknown mood {key!r}", *place, key, key=key, hint=hint)
        missing = [name for name in names if name not in words and OTHERWISE not in words]
        if missing:
            hint = f"add {missing[0]}: or {OTHERWISE}:"
            self._fail(f"no words for the mood {missing[0]!r}", *place, key=missing[0], hint=hint)
        texts = {name: words.get(name) or words[OTHERWISE] for name in names}
        return Spoken(slot=slot, texts=texts, line=self._lines.of(*place))

    def _check_bands(self) -> None:
        names: set[str] = set()
        above = -4.0
        for i, band in enumerate(self._bands):
            place = ("customer", "moods", i)
            if band.name in names or band.name == OTHERWISE:
                self._fail(
                    f"two moods cannot be called {band.name!r}", *place, "name", hint="choose another name"
                )
            if band.above <= above:
                hint = "order the moods from the worst to the best, each with a higher above"
                self._fail(
                    f"the mood {band.name!r} does not begin above the one before it", *place, hint=hint
                )
            if i == 0 and band.above > -3.0:
                self._fail("the first mood must begin at -3", *place, "above", hint="leave its above out")
            names.add(band.name)
            above = band.above

    def _fail(self, message: str, *place: str | int, hint: str, key: str | None = None) -> NoReturn:
        raise ScenarioError(message, path=self._path, line=self._lines.of(*place), key=key, hint=hint)


def _background(file: BackgroundFile | None) -> Background:
    if file is None:
        return Background()
    below_db = USUAL_BELOW_DB[file.kind] if file.below_voice_db is None else file.below_voice_db
    return Background(kind=file.kind, below_voice_db=below_db)


def _bands(customer: CustomerFile, language: str) -> tuple[MoodBand, ...]:
    return tuple(_band(customer, band, language) for band in customer.moods)


def _band(customer: CustomerFile, band: MoodBandFile, language: str) -> MoodBand:
    voice, change = customer.voice, band.voice
    return MoodBand(
        name=band.name,
        above=band.above,
        style=VoiceStyle(
            language=voice.language or language,
            gender=voice.gender,
            name=voice.name,
            age=voice.age,
            rate_wpm=min(400, max(80, voice.rate_wpm + change.rate_wpm)),
            pitch_st=voice.pitch_st + change.pitch_st,
            gain_db=voice.gain_db + change.gain_db,
        ),
        yields=customer.yields if band.yields is None else band.yields,
        barge_in_after_s=band.barge_in_after_s or customer.barge_in_after_s,
        patience_s=band.patience_s or customer.patience_s,
        monologue_s=band.monologue_s or customer.monologue_s,
    )
