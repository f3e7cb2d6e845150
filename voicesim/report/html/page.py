"""The page as a whole: one file that needs no network, no server and no other file.

Its content security policy allows the page's own style and script by their hashes, audio, and nothing else:
whatever a transcript holds, nothing in it can run, and nothing can be fetched.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from string import Template

from voicesim.report import wording
from voicesim.report.html.conversation import conversation
from voicesim.report.html.markup import NOTHING, Markup, element, escape, join, play_button
from voicesim.report.html.picture import ZOOMS, legend, picture
from voicesim.report.html.scores import (
    behaviours_section,
    measures_section,
    overall_section,
    provenance_section,
    skills_section,
)
from voicesim.report.html.sound import INLINE_LIMIT_BYTES, audio_source, player
from voicesim.report.overlaps import OverlapMark, overlap_marks
from voicesim.report.recogniser import recogniser_line
from voicesim.report.skills import Reader
from voicesim.report.transcript import Line, transcript
from voicesim.results import Reason
from voicesim.scorecard.card import Scorecard
from voicesim.speech.call import Call


def card_to_html(
    card: Scorecard,
    call: Call,
    *,
    audio: bytes,
    audio_type: str,
    audio_file: str | None = None,
    inline_limit_bytes: int = INLINE_LIMIT_BYTES,
    reader: Reader = "coach",
) -> str:
    """The replay of a scored call as one HTML page.

    Args:
        card: what the call was found to be.
        call: the call itself.
        audio: the recording as a file that browsers play: FLAC, Opus or Vorbis in Ogg, WAV, MP3, M4A.
        audio_type: its media type, such as ``audio/flac``.
        audio_file: name of the recording's file beside the page; given, the page links it and holds no sound.
        inline_limit_bytes: how big a recording may be to lie inside.
        reader: the coach also sees which thresholds decide a level.

    Returns:
        The page; it is to be stored as UTF-8.

    Raises:
        ParameterError: the audio cannot be used; see :func:`~voicesim.report.html.sound.audio_source`.
    """
    source = audio_source(audio, audio_type, audio_file=audio_file, inline_limit_bytes=inline_limit_bytes)
    is_inside = audio_file is None
    style, script = _package_text("page.css"), _package_text("page.js")
    return Template(_package_text("page.html")).substitute(
        policy=escape(_policy(style, script, is_inside=is_inside)),
        title=escape(_title(card, call)),
        style=style,
        script=script,
        body=_body(card, call, reader),
        player=player(source, is_inside=is_inside),
    )


def _body(card: Scorecard, call: Call, reader: Reader) -> Markup:
    marks = overlap_marks(card, call)
    return join(
        (
            _header(card, call),
            overall_section(card),
            _picture_section(call, marks),
            element(
                "div",
                element(
                    "div",
                    skills_section(card, reader),
                    measures_section(card),
                    behaviours_section(card.behaviours),
                ),
                _transcript_section(card, call, marks),
                class_="desk",
            ),
            element("footer", provenance_section(sorted(card.provenance.items())), _disclaimer()),
        ),
        "\n",
    )


def _title(card: Scorecard, call: Call) -> str:
    score = "" if card.overall.score is None else f", {wording.score(card.overall.score)} / 100"
    return f"{call.brief.title if call.brief and call.brief.title else call.call_id}{score}"


def _header(card: Scorecard, call: Call) -> Markup:
    name = call.brief.title if call.brief and call.brief.title else call.call_id
    facts = [call.call_id] if name != call.call_id else []
    facts += wording.facts(
        {
            "duration_s": call.duration_s,
            "layout": call.layout.value,
            "ending": call.ending,
            "conditions": dict(call.conditions),
        }
    )
    return element(
        "header",
        element("p", "voicesim", class_="brand"),
        element("h1", name),
        element("ul", join(element("li", fact) for fact in facts), class_="facts"),
        join(element("p", text, class_="notice", role="note") for text in wording.warnings(card.call)),
        _recogniser(card),
        _contents(card),
    )


def _contents(card: Scorecard) -> Markup:
    """Links to the parts of a page that is too narrow to show them side by side."""
    parts = [("Result", "overall", True), ("The call", "call", True), ("Transcript", "words", True)]
    parts += [("Skills", "skills", bool(card.skills)), ("Measures", "measures", bool(card.measures))]
    links = join(element("li", element("a", name, href=f"#{at}")) for name, at, is_there in parts if is_there)
    return element("nav", element("ul", links), aria_label="Parts of this page", class_="contents")


def _recogniser(card: Scorecard) -> Markup:
    line = recogniser_line(card.provenance)
    if line is None:
        return NOTHING
    if line.warning:
        loud = element("strong", f"{line.alarm}.")
        return element("p", loud, f" {line.text} {line.warning}", class_="notice", role="note")
    return element("p", line.text, class_="recogniser")


def _picture_section(call: Call, marks: tuple[OverlapMark, ...]) -> Markup:
    return element(
        "section",
        element("h2", "The call", id="call"),
        element(
            "div",
            element("div", legend(marks, call), _zoom(), class_="picture-head"),
            picture(call, marks),
            _events(marks),
            class_="card picture-card",
        ),
    )


def _transcript_section(card: Scorecard, call: Call, marks: tuple[OverlapMark, ...]) -> Markup:
    lines = transcript(card, call)
    if lines:
        words = conversation(lines, marks, is_two_sided=call.is_who_spoke_known)
    else:
        words = element("p", "There is no transcript of this call.", class_="why")
    return element(
        "section",
        element("h2", "Transcript", id="words"),
        _beware(card),
        _transcript_key(lines),
        element(
            "div",
            words,
            class_="card transcript",
            id="transcript",
            tabindex="0",
            role="region",
            aria_label="Transcript",
        ),
        class_="words-side",
    )


def _beware(card: Scorecard) -> Markup:
    """What a skill says of words that could not be trusted."""
    told = (s.explanation for s in card.skills if s.reason is Reason.TRANSCRIPT_UNRELIABLE)
    why = next(told, None)
    if why is None:
        return NOTHING
    text = f"Do not rely on these words: listen. {wording.sentence(why)}"
    return element("p", text, class_="notice beware", role="note")


def _transcript_key(lines: tuple[Line, ...]) -> Markup:
    """What the two ways of printing words mean, where they occur."""
    entries = []
    if any(not word.is_sure for line in lines for word in line.words):
        entries.append(element("li", element("span", "dotted", class_="unsure"), ": not heard for certain"))
    if any(line.unsaid for line in lines):
        entries.append(element("li", element("s", "struck", class_="unsaid"), ": left unsaid"))
    return element("ul", join(entries), class_="words-key") if entries else NOTHING


def _zoom() -> Markup:
    buttons = join(
        element(
            "button",
            "Whole call" if zoom == ZOOMS[0] else f"{zoom}\N{MULTIPLICATION SIGN}",
            type="button",
            data_zoom=str(zoom),
            aria_pressed="true" if zoom == ZOOMS[0] else "false",
        )
        for zoom in ZOOMS
    )
    return element("div", buttons, class_="zoom", role="group", aria_label="Width of the picture")


def _events(marks: tuple[OverlapMark, ...]) -> Markup:
    if not marks:
        return NOTHING
    items = join(
        element(
            "li",
            play_button(
                mark.start_s,
                element("span", mark.kind.sign, class_="sign", aria_hidden="true"),
                element("span", mark.title, class_="label"),
                end_s=mark.end_s,
                class_=f"play {mark.css}",
            ),
        )
        for mark in marks
    )
    summary = element("summary", f"Both talking at once ({len(marks)})")
    return element("details", summary, element("ul", items, class_="evidence events"), class_="events-box")


def _disclaimer() -> Markup:
    return element(
        "p",
        "This scores how a call was delivered, for practice. It does not judge a person or read feelings,"
        " and it is not meant for decisions about employment.",
        class_="disclaimer",
    )


def _policy(style: str, script: str, *, is_inside: bool) -> str:
    media = "data:" if is_inside else "'self' file:"
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; media-src {media};"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _package_text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
