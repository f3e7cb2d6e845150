"""Writing a scenario and playing it with typed words, as at a terminal and from a pipe."""

from __future__ import annotations

import io

import pytest
import yaml

from tests.scenario.model_trainees import GOOD
from voicesim.behaviour.loading import load_tables
from voicesim.files.shipped import shipped_folder
from voicesim.scenario.check import check_scenario
from voicesim.scenario.load import load_scenario, read_scenario
from voicesim.scenario.template import DIFFICULTIES, GENDERS, MOODS, Answers, id_of, scenario_text
from voicesim.scenario.typed import TypedCall


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self):
        return True


@pytest.fixture
def typing(monkeypatch, tmp_path):
    """Where the commands run, and what is typed there."""
    monkeypatch.chdir(tmp_path)

    def type_(*lines, terminal=False):
        text = "".join(f"{line}\n" for line in lines)
        monkeypatch.setattr("sys.stdin", Terminal(text) if terminal else io.StringIO(text))

    type_()
    return type_


GOOD_TURNS = (
    "Good morning, my name is Kim. How can I help you?",
    "I am so sorry, that must be really annoying.",
    "May I have your order number, please?",
    "I will send a new one today, and you will have it by Friday.",
    "Is there anything else I can do for you?",
)


# --- new --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("gender", GENDERS)
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_every_new_scenario_passes_the_check(mood, gender, difficulty):
    text = scenario_text("new", Answers(mood=mood, gender=gender, difficulty=difficulty))
    scenario = read_scenario(text)
    assert check_scenario(scenario, known_behaviours=load_tables().ids) == ()
    assert yaml.load(text, Loader=yaml.SafeLoader)["id"] == "new", "plain YAML, for any parser"
    assert scenario.mood == MOODS[mood]
    assert scenario.band(MOODS["angry"]).name == "cross"


@pytest.mark.parametrize(
    "odd",
    ['It\'s "odd": {braces}, [brackets] #hash', "- dash", "Ünï çödé 你好", "back\\slash %s {0}", "yes", "12"],
)
def test_whatever_is_answered_is_what_is_read(odd):
    names = ("title", "summary", "goal", "customer", "problem", "fact", "value")
    scenario = read_scenario(scenario_text(id_of(odd), Answers(**dict.fromkeys(names, odd))))
    assert (scenario.title, scenario.customer_name, scenario.goal) == (odd, odd, odd)
    assert scenario.facts[0].value == odd
    assert scenario.moment("problem").says.texts["calm"] == odd


@pytest.mark.parametrize(
    ("text", "made"),
    [("My Call!", "my_call"), ("4 late", "call_4_late"), ("你好", "scenario"), ("", "scenario")],
)
def test_ids(text, made):
    assert id_of(text) == made


def test_new_from_a_pipe_asks_nothing(voicesim, typing, tmp_path):
    ran = voicesim("scenario", "new", "late", "--customer", "Ada Byron", "--mood", "angry")
    assert (ran.code, ran.out) == (0, "late.yaml\n")
    text = (tmp_path / "late.yaml").read_text()
    assert text.count("#") > 15, "it is commented"
    assert load_scenario(tmp_path / "late.yaml").customer_name == "Ada Byron"
    assert voicesim("scenario", "check", "late.yaml").code == 0


def test_new_asks_whoever_is_there(voicesim, typing, tmp_path):
    typing(
        "mine",
        "A broken cup",
        *[""] * 2,
        "Ann Lee",
        "My cup is broken.",
        *[""] * 3,
        "angry",
        "",
        terminal=True,
    )
    ran = voicesim("scenario", "new")
    assert ran.code == 0
    made = yaml.safe_load((tmp_path / "mine.yaml").read_text())
    assert (made["id"], made["title"], made["customer"]["name"]) == ("mine", "A broken cup", "Ann Lee")
    assert made["goal"] == Answers().goal
    assert made["customer"]["mood"] == MOODS["angry"]


def test_new_never_overwrites_unless_told_to(voicesim, typing, tmp_path):
    (tmp_path / "mine.yaml").write_text("precious")
    ran = voicesim("scenario", "new", "mine.yaml", "-y")
    assert ran.code == 3
    assert "mine.yaml is there already" in ran.complaint[0]
    assert (tmp_path / "mine.yaml").read_text() == "precious"
    assert voicesim("scenario", "new", "mine.yaml", "-y", "--force").code == 0
    assert load_scenario(tmp_path / "mine.yaml").scenario_id == "mine"


def test_new_in_no_folder(voicesim, typing):
    ran = voicesim("scenario", "new", "nowhere/mine.yaml", "-y")
    assert (ran.code, ran.complaint[0]) == (3, "error: there is no folder nowhere")


def test_new_with_a_line_too_long_advises(voicesim, typing):
    ran = voicesim("scenario", "new", "-y", "--problem", "very " * 40)
    assert ran.code == 0
    assert "too long to listen to (40 words)" in ran.err


# --- play -------------------------------------------------------------------------------------------------


def test_a_new_scenario_is_played_from_a_pipe(voicesim, typing):
    voicesim("scenario", "new", "mine", "-y")
    typing(*GOOD_TURNS)
    ran = voicesim("scenario", "play", "mine.yaml")
    assert ran.code == 0
    out = ran.out.splitlines()
    assert "you: May I have your order number, please?" in out
    assert "   tells order_number" in out
    assert "   met in opening: goes to problem" in out
    assert any(line.startswith("   mood +") and line.endswith("for empathy_feeling") for line in out)
    assert any(line.startswith("ending: resolved (resolved), mood +") for line in out)
    assert "must: next_step_with_time: shown" in out


def test_silence_cutting_in_and_what_nobody_understands(voicesim, typing):
    typing("Hello, my name is Kim, how can I help you?", "", "! hello hello hello", "!", *[""] * 8)
    ran = voicesim("scenario", "play", "parcel")
    assert ran.code == 0
    assert "you: (silence)" in ran.out
    assert "Helen Carter: Hello? Are you still there?" in ran.out
    assert "Helen Carter: Oh, sorry. I was just going to say." in ran.out
    assert "no words understood" in ran.out or "I didn't catch that" in ran.out
    assert "ending: gave_up" in ran.out
    assert "must: greeting: shown" in ran.out
    assert "must: takes_ownership: not shown (fails the call)" in ran.out


def test_plain_shows_nothing_but_the_call(voicesim, typing):
    typing("Good morning, my name is Kim.")
    ran = voicesim("scenario", "play", "parcel", "--plain")
    assert "observed" not in ran.out
    assert "Helen Carter: " in ran.out


def test_an_easy_customer_tells_more_than_a_hard_one(voicesim, typing):
    """An easy one adds the facts that a moment waits for."""
    told = {}
    for level in ("easy", "hard"):
        typing(
            "Good morning, my name is Kim.",
            "I'm so sorry, that is annoying.",
            "hm, so what is it then with that",
        )
        ran = voicesim("scenario", "play", "parcel", "--difficulty", level)
        told[level] = ran.out.count("   tells ")
    assert told["easy"] > told["hard"]


def test_the_end_of_input_ends_it(voicesim, typing):
    typing("Good morning, my name is Kim.")
    ran = voicesim("scenario", "play", "parcel")
    assert (ran.code, ran.complaint) == (0, [])
    assert "you hung up" in ran.out


def test_ctrl_d_and_ctrl_c_at_a_terminal(voicesim, typing, monkeypatch):
    typing(terminal=True)
    assert voicesim("scenario", "play", "parcel").code == 0

    def interrupted(prompt=""):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    ran = voicesim("scenario", "play", "parcel")
    assert (ran.code, ran.complaint) == (130, [])
    assert "you hung up" in ran.out


def test_play_of_nothing(voicesim, typing):
    ran = voicesim("scenario", "play", "parcle")
    assert ran.code == 3
    assert "did you mean 'parcel'?" in ran.complaint[1]


def test_good_words_reach_the_good_end_when_typed():
    scenario = load_scenario(shipped_folder("scenarios") / "parcel.yaml")
    call = TypedCall(scenario, load_tables())
    for line in GOOD["parcel"]:
        call.type(line)
    assert call.ending.ending == "resolved"
