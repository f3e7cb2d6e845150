"""A new scenario as a commented file: a small call that can be played at once, for its author to change."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

MOODS: Final = {"content": 0.5, "calm": 0.0, "annoyed": -1.5, "angry": -2.0}
"""How a customer can feel at the start, in an author's words."""

DIFFICULTIES: Final = ("easy", "medium", "hard")
GENDERS: Final = ("female", "male")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What an author is asked for; every answer has a default."""

    title: str = "The order that has not come"
    summary: str = "You work for a mail-order shop. A customer has waited two weeks for an order."
    goal: str = "Say what you will do, and by when."
    customer: str = "Helen Carter"
    gender: str = "female"
    mood: str = "annoyed"
    difficulty: str = "medium"
    problem: str = "I ordered something two weeks ago, and it has not come."
    fact: str = "order number"
    value: str = "four seven one two"


def id_of(text: str) -> str:
    """An id made of a name or a title: small letters, digits and underscores; ``scenario`` where none is left."""
    name = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    if not name:
        return "scenario"
    return name if name[0].isalpha() else f"call_{name}"


def scenario_text(scenario_id: str, answers: Answers) -> str:
    """The file.

    Args:
        scenario_id: as from :func:`id_of`.
        answers: the author's.
    """
    fact_id = id_of(answers.fact)
    return _TEMPLATE.format(
        id=scenario_id,
        title=_quoted(answers.title),
        summary=_quoted(answers.summary),
        goal=_quoted(answers.goal),
        customer=_quoted(answers.customer),
        gender=answers.gender,
        mood=MOODS[answers.mood],
        mood_name=answers.mood,
        difficulty=answers.difficulty,
        problem=_quoted(answers.problem),
        fact_id=fact_id,
        fact=_quoted(answers.fact),
        value=_quoted(answers.value),
        says=_quoted(f"It's {answers.value}."),
        again=_quoted(f"As I said, it's {answers.value}."),
    )


def _quoted(text: str) -> str:
    """Text as YAML reads it whatever is in it: JSON's strings are YAML's."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


_TEMPLATE: Final = """\
# A voicesim scenario. Everything here can be changed; "voicesim scenario check FILE" says what is wrong,
# "voicesim scenario play FILE" plays it with typed words, "voicesim call FILE" with voices.
format: voicesim-scenario/1
id: {id}
title: {title}
# What the trainee reads before the call: who he is, what he may do and promise.
summary: {summary}
goal: {goal}
difficulty: {difficulty}      # easy, medium or hard
# Which skills the call trains; the advice after a call goes by them.
skills: [active_listening, empathy, taking_responsibility, follow_up]

customer:
  name: {customer}
  # The voice is chosen among those installed, by language, gender and age; a missing one is no error.
  voice: {{language: en-GB, gender: {gender}, rate_wpm: 165}}
  # The mood goes from -3 (furious) to 3 (delighted). Empathy, real questions and a step with a date lift it;
  # interruptions, blame, "calm down", jargon and silence lower it. {mood_name}:
  mood: {mood:g}
  # Names for stretches of the mood, the worst first; each reaches up to the next.
  moods:
    - name: cross
      voice: {{rate_wpm: 15, pitch_st: 0.5, gain_db: 2}}     # faster, higher and louder than usual
      patience_s: 5      # silence after which he asks whether anybody is there
      yields: false      # talks on when interrupted
    - name: calm
      above: -1
    - name: pleased
      above: 1.5
  # Two turns in a row that leave the mood here, and he hangs up.
  gives_up_at: -3

# What he knows and tells when asked. Digits as words: they are spoken.
facts:
  {fact_id}:
    value: {value}
    asked_by: [{fact}]      # a question with these words asks for it
    says: {says}
    again: {again}      # asked a second time; it costs a little mood

# The call, moment by moment. In each, he says something and waits for something.
moments:
  - id: opening      # nothing is said: the trainee answers the telephone
    listens_for:
      - behaviours: [greeting]
        go: problem
    otherwise: {{go: problem, mood: -0.5}}
    hint: Greet, say your name and offer help.

  - id: problem
    says: {problem}
    listens_for:      # in order; the first that is met decides
      - behaviours: [apology, empathy_feeling, empathy_understanding]
        go: details
      - behaviours: [clarifying_question, asks_for_details]
        facts: [{fact_id}]
        go: details
        mood: -0.5      # asked before a word of sympathy
    again:      # when nothing was met: other words for it, one a try
      - Do you understand what that means for me?
    otherwise: {{go: details, mood: -0.5}}
    hint: A sentence for the feeling, before any question.

  - id: details
    says:      # words by mood; otherwise stands for the moods that are not named
      cross: So what do you need? Make it quick.
      otherwise: What do you need to know from me?
    listens_for:
      - facts: [{fact_id}]      # met once it has been told
        go: what_now
      - behaviours: [takes_ownership]
        go: what_now
    again:
      - Is there nothing that you want to ask me?
    otherwise: {{go: what_now, mood: -0.5}}
    expects: [clarifying_question]      # what the scorecard looks for here

  - id: what_now
    says:
      cross: And what are you going to do about it? And when?
      otherwise: And what happens now?
    listens_for:
      - behaviours: [next_step_with_time]
        go: close
      - behaviours: [takes_ownership, offers_solution]
        go: what_day
    again:
      - So what will you do?
    otherwise: {{go: supervisor}}
    expects: [takes_ownership, next_step_with_time]
    hint: Say what you will do yourself, with a day or an hour.

  - id: what_day
    says: Good. And by when?
    listens_for:
      - behaviours: [next_step_with_time]
        go: close
      - phrases: [soon, as quickly as, "as soon ... possible"]      # words in a row; ... is up to four words
        go: cool
    again:
      - I need a day, please.
    otherwise: {{go: cool}}

  - id: close
    says:
      pleased: Thank you, that is a great help.
      otherwise: All right. I will wait until then.
    listens_for:
      - behaviours: [anything_else, farewell]
        go: resolved
    otherwise: {{go: resolved}}

endings:
  - id: resolved
    kind: resolved
    says: Thank you. Goodbye.
  - id: cool
    kind: resolved_cool      # solved, and nobody is the happier for it
    says: Then I will have to believe that. Goodbye.
  - id: supervisor
    kind: escalated
    says: Put me through to your supervisor, please.
  - id: gave_up      # after silences, and where a moment leads nowhere
    kind: gave_up
    says: This leads nowhere. Goodbye.
  - id: hung_up      # when the mood is past bearing
    kind: hung_up
    says: I have had enough.
  - id: no_more_time
    kind: time_limit
    says: I have to go now. Goodbye.

silence:
  - Hello? Are you still there?
  - I can't hear you. Hello?
interruption:
  then: repeat      # says the cut line again; go_on leaves it
  says: ["Let me finish, please."]
manner:      # said once each, about how he is spoken to
  monologue: ["That was a lot. What was the first thing?"]
  jargon_wall: [I don't know these words.]
  calm_down: ["Don't tell me to calm down."]
time_limit_s: 300

# Without these behaviours the call fails; must_not fails it when shown.
must: [next_step_with_time]
must_not: [hostile]
# Internal words and what to say instead.
glossary:
  depot: the place where parcels wait
coach: >-
  What is the trap in this call, and what does a good answer sound like? The coach reads this beside the scorecard.
"""
