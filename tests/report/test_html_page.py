"""The replay page as text: whole, self-contained, and safe whatever was said."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span
from voicesim.errors import ParameterError
from voicesim.report import wording
from voicesim.report.html import card_to_html
from voicesim.report.html.markup import element, escape
from voicesim.report.html.sound import audio_type_of
from voicesim.results import Measured, NotMeasured
from voicesim.scorecard.card import Scorecard
from voicesim.speech.call import Call, Layout, Side
from voicesim.speech.words import Party, Utterance, Word

VOID = {"meta", "br", "input", "hr", "img", "link"}


class Page(HTMLParser):
    """A page taken apart; nesting that is not balanced is an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in <{tag}>"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self._open), data))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def inside(self, tag: str) -> str:
        return "".join(text for path, text in self.texts if tag in path)

    @property
    def words(self) -> str:
        """Everything that can be read."""
        shown = "".join(text for path, text in self.texts if not {"style", "script", "head"} & set(path))
        return " ".join(shown.split())

    def seconds(self) -> list[float]:
        return [float(attrs["data-start-s"] or "") for _, attrs in self.elements if "data-start-s" in attrs]


def package_text(name: str) -> str:
    return resources.files("voicesim.report.html").joinpath(name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rich_page(rich_card: Scorecard, rich_call: Call) -> Page:
    return Page(card_to_html(rich_card, rich_call, audio=b"fLaC....", audio_type="audio/flac"))


@pytest.fixture(scope="module")
def poor_page(poor_card: Scorecard, mono_call: Call) -> Page:
    return Page(card_to_html(poor_card, mono_call, audio=b"RIFF", audio_type="audio/wav"))


@pytest.fixture(scope="module")
def hostile_page(hostile_card: Scorecard, hostile_call: Call) -> Page:
    return Page(card_to_html(hostile_card, hostile_call, audio=b"RIFF", audio_type="audio/wav"))


@pytest.fixture(params=["rich_page", "poor_page", "hostile_page"])
def page(request: pytest.FixtureRequest) -> Page:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Page)
    return found


def test_nothing_is_fetched_from_anywhere(page: Page) -> None:
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    for tag, attrs in page.elements:
        assert tag not in {"img", "iframe", "object", "embed", "link", "base", "form", "image", "use"}
        for name, value in attrs.items():
            assert not name.startswith("on"), f"a handler in <{tag}>"
            assert name != "style", f"an inline style in <{tag}>"
            if name in {"src", "href", "srcset", "poster", "action", "xlink:href"}:
                assert value is not None
                assert value.startswith("data:audio/") or (value[0] == "#" and value[1:] in ids)
    css, js = package_text("page.css"), package_text("page.js")
    assert not re.search(r"url\(|@import|https?:", css)
    assert not re.search(r"https?:|fetch|XMLHttpRequest|import\(|innerHTML|eval", js)


def test_the_policy_allows_the_pages_own_code_and_nothing_else(page: Page) -> None:
    (policy,) = [m["content"] for m in page.named("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["media-src"] == "data:"
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.inside(tag).encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
        assert len(page.named(tag)) == 1


def test_ids_are_unique_and_headings_step_by_one(page: Page) -> None:
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_hostile_words_stay_words(hostile_page: Page, hostile_text: str) -> None:
    shown = wording.clean(hostile_text)
    assert hostile_page.inside("script") == package_text("page.js")
    assert hostile_page.inside("style") == package_text("page.css")
    assert shown in hostile_page.inside("title")
    words = " ".join(shown.split())
    for place in ("h1", "q", "mark", "dt", "dd", "h3", "li"):
        assert words in " ".join(hostile_page.inside(place).split()), place
    assert "onerror=alert(1)" in hostile_page.inside("s")
    assert not hostile_page.named("img")
    assert "\u202e" not in hostile_page.words
    assert "\x1b" not in hostile_page.words


@given(st.text())
def test_any_text_survives_as_content_and_as_attribute(text: str) -> None:
    page = Page(element("p", text, title=text))
    ((_, attrs),) = page.elements
    assert page.inside("p") == wording.clean(text)
    assert attrs["title"] == wording.clean(text)


def test_escaping_happens_once() -> None:
    assert escape("<&\"'>") == "&lt;&amp;&quot;&#x27;&gt;"
    assert escape(escape("<")) == "&lt;"
    assert element("p", element("b", "<")) == "<p><b>&lt;</b></p>"


def test_attributes_are_written_as_html_wants_them() -> None:
    assert element("br") == "<br>"
    got = element("audio", controls=True, muted=False, src=None, class_="a", data_start_s=1.25)
    assert got == '<audio controls class="a" data-start-s="1.25"></audio>'


def all_evidence(card: Scorecard) -> Iterator[float]:
    for skill in card.skills:
        yield from (piece.start_s for piece in skill.evidence)
        yield from (piece.start_s for lost in skill.lost for piece in lost.evidence)
    for change in card.overall.changes:
        yield from (piece.start_s for piece in change.evidence)
    for result in card.measures.values():
        if isinstance(result, Measured):
            yield from (piece.start_s for piece in result.evidence)
    for seen in card.behaviours:
        yield seen.span.start_s(SAMPLE_RATE_HZ)


def test_every_second_of_evidence_and_every_line_can_be_played(
    rich_page: Page, rich_card: Scorecard, rich_call: Call
) -> None:
    buttons = [
        round(float(attrs["data-start-s"] or ""), 3)
        for tag, attrs in rich_page.elements
        if tag == "button" and "data-start-s" in attrs
    ]
    wanted = [round(second, 3) for second in all_evidence(rich_card)]
    wanted += [round(u.span.start_s(), 3) for u in rich_call.trainee.utterances]
    wanted += [round(line.heard.start_s(), 3) for line in rich_call.lines]
    for second in set(wanted):
        assert second in buttons
    assert all(0 <= second <= rich_call.duration_s for second in rich_page.seconds())


def test_the_scorecard_is_all_there(rich_page: Page, rich_card: Scorecard, rich_call: Call) -> None:
    words = rich_page.words
    assert "74 / 100" in words
    assert rich_card.overall.strength in words
    for change in rich_card.overall.changes:
        assert change.advice in words
        assert wording.points(change.points) in words
    for skill in rich_card.skills:
        assert skill.title in words
        assert wording.sentence(skill.explanation) in words
    for result in rich_card.measures.values():
        assert wording.sentence(result.definition) in words
        if isinstance(result, NotMeasured):
            assert f"Not measured, because {wording.because(result.reason)}." in words
        else:
            assert f"{wording.number(result.value)} {result.unit}" in words
            assert all(caution in words for caution in result.cautions)
    for utterance in rich_call.trainee.utterances:
        assert utterance.text in words
    assert "SNR (dB)31.2" in words
    assert "Fallback recogniser." in words
    assert "0.1.0" in words


def test_every_reason_is_told_in_plain_words(poor_page: Page, poor_card: Scorecard) -> None:
    for result in poor_card.measures.values():
        assert isinstance(result, NotMeasured)
        assert f"because {wording.because(result.reason)}" in poor_page.words
        assert wording.sentence(result.explanation) in poor_page.words
    assert "There is no transcript of this call." in poor_page.words
    assert "Not scorable" in poor_page.words


def test_what_the_customer_could_not_say_is_struck_and_named(rich_page: Page) -> None:
    struck = rich_page.inside("s")
    assert "frankly I am fed up." in struck
    assert "Hello" not in struck
    assert "cut off, left unsaid" in rich_page.words


def test_a_line_that_was_never_cut_off_has_nothing_struck(hostile_page: Page, poor_page: Page) -> None:
    assert "left unsaid" not in poor_page.words
    assert "left unsaid" in hostile_page.words


def test_the_picture_shows_both_parties_to_scale(rich_page: Page, rich_call: Call) -> None:
    customer = rich_call.customer
    assert customer is not None
    for party, side in (("customer", customer), ("trainee", rich_call.trainee)):
        rects = [a for a in rich_page.named("rect") if a.get("class") == f"speech {party}"]
        assert len(rects) == len(side.speech)
        for attrs, span in zip(rects, side.speech, strict=True):
            left, width = (float((attrs[name] or "").rstrip("%")) for name in ("x", "width"))
            assert left == pytest.approx(100 * span.start_s() / rich_call.duration_s, abs=1e-3)
            assert width == pytest.approx(100 * span.duration_s() / rich_call.duration_s, abs=1e-3)
    assert {"wave customer", "wave trainee"} <= {str(a.get("class")) for a in rich_page.named("path")}


def path_of(call: Call, card: Scorecard) -> list[tuple[int, int]]:
    page = Page(card_to_html(card, call, audio=b"x", audio_type="audio/wav"))
    (path,) = [a["d"] for a in page.named("path") if a["class"] == "wave trainee"]
    return [(int(x), int(y)) for x, y in re.findall(r"L(\d+) (\d+)", path or "")]


def test_the_outline_follows_the_sound(poor_card: Scorecard) -> None:
    samples = np.zeros(60 * SAMPLE_RATE_HZ, dtype=np.float32)
    samples[30 * SAMPLE_RATE_HZ :] = 0.5
    samples[45 * SAMPLE_RATE_HZ] = -1.0
    call = Call(call_id="x", layout=Layout.MONO, trainee=Side(clip=Clip(samples)), customer=None)
    points = path_of(call, poor_card)
    n_columns = max(x for x, _ in points) + 1
    tops = dict(reversed(points[n_columns:])), dict(points[:n_columns])
    assert all(tops[1][x] == 100 for x in range(n_columns // 2))
    assert all(tops[1][x] == 50 for x in range(n_columns // 2, n_columns))
    assert tops[0][n_columns * 3 // 4] == 200


def test_a_silent_call_is_drawn_as_a_line(poor_card: Scorecard) -> None:
    clip = Clip(np.zeros(SAMPLE_RATE_HZ, dtype=np.float32))
    points = path_of(Call(call_id="x", layout=Layout.MONO, trainee=Side(clip=clip), customer=None), poor_card)
    assert {y for _, y in points} == {100, 101}


def test_two_hours_make_no_giant_page(poor_card: Scorecard) -> None:
    n_samples = 7200 * SAMPLE_RATE_HZ
    clip = Clip(np.broadcast_to(np.float32(0.1), (n_samples,)))
    said = tuple(
        Utterance(Party.TRAINEE, span, tuple(Word("word", span) for _ in range(12)))
        for span in (Span(i * SAMPLE_RATE_HZ, (i + 2) * SAMPLE_RATE_HZ) for i in range(0, 7190, 5))
    )
    call = Call(
        call_id="long",
        layout=Layout.TWO_CHANNEL,
        trainee=Side(clip=clip, utterances=said),
        customer=Side(clip=clip),
    )
    page = card_to_html(poor_card, call, audio=b"", audio_type="audio/flac", audio_file="call.flac")
    assert len(page) < 1_500_000
    assert len(Page(page).named("li")) > len(said)


def test_the_sound_lies_inside_byte_for_byte(rich_card: Scorecard, rich_call: Call) -> None:
    sound = bytes(range(256))
    page = Page(card_to_html(rich_card, rich_call, audio=sound, audio_type="audio/ogg"))
    (audio,) = page.named("audio")
    head, _, data = (audio["src"] or "").partition(",")
    assert head == "data:audio/ogg;base64"
    assert base64.b64decode(data) == sound


def test_a_big_recording_is_linked_beside_the_page(rich_card: Scorecard, rich_call: Call) -> None:
    text = card_to_html(
        rich_card, rich_call, audio=b"1234", audio_type="audio/flac", audio_file='my "call" #1.flac'
    )
    (audio,) = Page(text).named("audio")
    assert audio["src"] == "./my%20%22call%22%20%231.flac"
    assert "data:audio" not in text


@pytest.mark.parametrize(
    "options",
    [
        {"audio": b""},
        {"audio_type": "text/html"},
        {"audio_type": 'audio/wav" onerror="x'},
        {"audio": b"12345", "inline_limit_bytes": 4},
        {"audio_file": "../other.flac"},
        {"audio_file": "https://example.org/x.flac"},
        {"audio_file": "..\\x.flac"},
        {"audio_file": ""},
    ],
)
def test_audio_that_cannot_be_used_is_refused(
    rich_card: Scorecard, rich_call: Call, options: dict[str, object]
) -> None:
    usual: dict[str, object] = {"audio": b"RIFF", "audio_type": "audio/wav"}
    with pytest.raises(ParameterError):
        card_to_html(rich_card, rich_call, **(usual | options))


def test_a_recording_is_known_by_its_first_bytes(rich_wav: bytes) -> None:
    assert audio_type_of(rich_wav) == "audio/wav"
    assert audio_type_of(b"fLaC\0\0\0") == "audio/flac"
    assert audio_type_of(b"OggS\0") == "audio/ogg"
    assert audio_type_of(b"hello") is None
    assert audio_type_of(b"") is None


def test_the_same_card_gives_the_same_page(rich_card: Scorecard, rich_call: Call) -> None:
    pages = {card_to_html(rich_card, rich_call, audio=b"x", audio_type="audio/wav") for _ in range(2)}
    shuffled = dataclasses.replace(rich_card, measures=dict(reversed(list(rich_card.measures.items()))))
    pages.add(card_to_html(shuffled, rich_call, audio=b"x", audio_type="audio/wav"))
    assert len(pages) == 1


def luminance(colour: str) -> float:
    """Relative luminance; Source: WCAG 2.2."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "paper"), ("ink", "card"), ("ink", "press"), ("ink", "good-ground"), ("ink", "alarm-ground"),
        ("ink", "warn-ground"), ("soft", "paper"), ("soft", "card"), ("soft", "press"), ("accent", "card"),
        ("accent", "press"), ("accent", "paper"), ("trainee", "card"), ("trainee", "press"), ("customer", "card"),
        ("customer", "press"), ("alarm", "card"), ("alarm", "press"), ("good", "card"), ("good", "press"),
        ("soft", "rule"),
    ],
)  # fmt: skip
def test_text_is_readable_on_its_ground(ink: str, ground: str, theme: int) -> None:
    """4.5 to 1; Source: WCAG 2.2, success criterion 1.4.3."""
    blocks = re.findall(r":root \{(.*?)\}", package_text("page.css"), flags=re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[theme]))
    bright, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 4.5
