"""The replay page in a real browser: press a second, hear that second."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from voicesim.report.html import card_to_html
from voicesim.scorecard.card import Scorecard
from voicesim.speech.call import Call

pytestmark = pytest.mark.browser

WAIT_S = 20.0
TOLERANCE_S = 0.25
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
LISTEN = """
window.seeks = [];
window.plays = 0;
const audio = document.querySelector("audio");
audio.addEventListener("seeked", () => window.seeks.push(audio.currentTime));
audio.addEventListener("playing", () => { window.plays += 1; });
"""


def chromium() -> tuple[str, str]:
    browser = shutil.which("chromium")
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("no Chromium with its chromedriver here (Debian: apt install chromium chromium-driver)")
    with Path(browser).open("rb") as file:
        head = file.read(4096)
    if "/snap/" in str(Path(browser).resolve()) or (head.startswith(b"#!") and b"snap" in head):
        pytest.skip("this Chromium is a snap, which cannot be driven from here")
    return browser, driver


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    browser, chromedriver = chromium()
    options = Options()
    options.binary_location = browser
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    yield driver
    driver.quit()


@pytest.fixture
def resize(driver: Any) -> Iterator[Callable[[int, int, str], None]]:
    def set_screen(width: int, height: int, scheme: str = "light") -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    set_screen(1400, 1000)
    yield set_screen
    set_screen(1400, 1000)


def encoded(wav: bytes, form: str) -> bytes:
    import soundfile

    if form == "WAV":
        return wav
    samples, rate = soundfile.read(io.BytesIO(wav))
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=form, subtype="OPUS" if form == "OGG" else None)
    return buffer.getvalue()


def wait_for(driver: Any, script: str) -> Any:
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(driver, WAIT_S, poll_frequency=0.05).until(
        lambda d: d.execute_script(f"return {script}")
    )


def show(driver: Any, path: Path) -> None:
    driver.get_log("browser")
    driver.get_log("performance")
    driver.get(path.as_uri())
    wait_for(driver, "document.querySelector('audio').readyState >= 1")
    driver.execute_script(LISTEN)


def press(driver: Any, element: Any) -> float:
    """Click it, scrolled to as the browser pleases; the second that it promises."""
    driver.execute_script("window.seeks = []; window.plays = 0")
    element.click()
    return float(element.get_attribute("data-start-s"))


def assert_sounds_from(driver: Any, second: float) -> None:
    wait_for(driver, "window.seeks.length > 0")
    assert driver.execute_script("return window.seeks[0]") == pytest.approx(second, abs=TOLERANCE_S)
    assert wait_for(driver, f"audio.currentTime > {second + 0.05}") is True
    assert driver.execute_script("return audio.paused") is False
    assert driver.execute_script("return window.plays") >= 1


def addresses(driver: Any) -> set[str]:
    messages = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
    return {m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"}


@pytest.fixture
def rich_page(rich_card: Scorecard, rich_call: Call, rich_wav: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "ein Bericht #1.html"
    path.write_text(
        card_to_html(rich_card, rich_call, audio=rich_wav, audio_type="audio/wav"), encoding="utf-8"
    )
    return path


@pytest.mark.parametrize(
    ("form", "kind"), [("WAV", "audio/wav"), ("FLAC", "audio/flac"), ("OGG", "audio/ogg")]
)
def test_evidence_and_lines_play_from_their_second(
    driver: Any, rich_card: Scorecard, rich_call: Call, rich_wav: bytes, tmp_path: Path, form: str, kind: str
) -> None:
    page = tmp_path / "report.html"
    sound = encoded(rich_wav, form)
    page.write_text(card_to_html(rich_card, rich_call, audio=sound, audio_type=kind), encoding="utf-8")
    show(driver, page)
    assert driver.execute_script("return audio.duration") == pytest.approx(rich_call.duration_s, abs=0.1)
    evidence = driver.find_element("css selector", ".hero .evidence button")
    assert press(driver, evidence) == 52.0
    assert_sounds_from(driver, 52.0)
    line = driver.find_elements("css selector", "#transcript button[data-start-s]")[1]
    assert press(driver, line) == pytest.approx(9.8)
    assert_sounds_from(driver, 9.8)
    assert driver.get_log("browser") == []
    assert {url.split(":", 1)[0] for url in addresses(driver)} <= {"file", "data"}


def test_a_line_plays_wherever_it_is_pressed(driver: Any, rich_page: Path) -> None:
    show(driver, rich_page)
    said = driver.find_elements("css selector", "#transcript .line .said")[3]
    said.click()
    assert_sounds_from(driver, 32.4)
    assert wait_for(driver, "document.querySelectorAll('.line.current').length") == 1
    assert "that must be really frustrating" in driver.find_element("css selector", ".line.current").text
    assert "that must be really frustrating" in driver.find_element("id", "now").text


def test_every_button_of_the_page_plays_its_second(driver: Any, rich_page: Path) -> None:
    show(driver, rich_page)
    driver.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    buttons = driver.find_elements("css selector", "button[data-start-s]")
    assert len(buttons) > 30
    for button in buttons[::4]:
        second = press(driver, button)
        wait_for(driver, "window.seeks.length > 0")
        assert driver.execute_script("return window.seeks[0]") == pytest.approx(second, abs=TOLERANCE_S)


def test_the_keyboard_is_enough(driver: Any, rich_page: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    show(driver, rich_page)
    evidence = driver.find_element("css selector", ".hero .evidence button")
    body = driver.find_element("tag name", "body")
    for _ in range(20):
        body.send_keys(Keys.TAB)
        if driver.switch_to.active_element == evidence:
            break
    assert driver.switch_to.active_element == evidence
    outline = driver.execute_script("return getComputedStyle(arguments[0]).outlineStyle", evidence)
    assert outline == "solid"
    evidence.send_keys(Keys.ENTER)
    assert_sounds_from(driver, 52.0)
    picture = driver.find_element("id", "picture")
    driver.execute_script("audio.pause(); window.seeks = []")
    picture.send_keys(Keys.HOME)
    wait_for(driver, "window.seeks.length > 0 && audio.currentTime === 0")
    picture.send_keys(Keys.ARROW_RIGHT)
    wait_for(driver, "Math.abs(audio.currentTime - 5) < 0.01")
    wait_for(driver, "document.getElementById('picture').getAttribute('aria-valuetext') === '0:05'")
    picture.send_keys(Keys.SPACE)
    wait_for(driver, "!audio.paused")


@pytest.mark.parametrize("zoom", [1, 4])
def test_the_picture_plays_from_where_it_is_pressed(
    driver: Any, rich_page: Path, rich_call: Call, zoom: int
) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    show(driver, rich_page)
    driver.find_element("css selector", f"[data-zoom='{zoom}']").click()
    driver.execute_script("document.getElementById('scroller').scrollLeft = 0")
    wide = driver.execute_script("return document.getElementById('picture').getBoundingClientRect().width")
    visible = driver.execute_script("return document.getElementById('scroller').clientWidth")
    assert wide == pytest.approx((visible - 6) * zoom, abs=8 * zoom)
    scroller = driver.find_element("id", "scroller")
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", scroller)
    ActionChains(driver).move_to_element_with_offset(scroller, round(visible * 0.25), -60).click().perform()
    expected = rich_call.duration_s * 0.75 / zoom
    wait_for(driver, "window.seeks.length > 0")
    assert driver.execute_script("return window.seeks[0]") == pytest.approx(expected, abs=1.5 / zoom)
    share = driver.execute_script("return parseFloat(document.getElementById('playhead').getAttribute('x1'))")
    assert share == pytest.approx(100 * expected / rich_call.duration_s, abs=1.5)


def test_definitions_open_on_demand(driver: Any, rich_page: Path) -> None:
    show(driver, rich_page)
    tile = driver.find_element("id", "measure-interruptions")
    definition = tile.find_element("css selector", ".definition")
    assert not definition.is_displayed()
    summary = tile.find_elements("tag name", "summary")[-1]
    summary.click()
    assert definition.is_displayed()
    assert "0.5 s" in definition.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 768, 1400])
def test_nothing_hangs_over_the_edge(
    driver: Any, resize: Callable[..., None], rich_page: Path, width: int, scheme: str
) -> None:
    resize(width, 844, scheme)
    show(driver, rich_page)
    driver.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    assert driver.execute_script("return document.documentElement.scrollHeight") <= 844
    ground = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    bright = sum(int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(","))
    assert (bright > 600) == (scheme == "light")


def test_hostile_words_do_nothing(
    driver: Any, hostile_card: Scorecard, hostile_call: Call, hostile_wav: bytes, tmp_path: Path
) -> None:
    from selenium.common.exceptions import NoAlertPresentException

    page = tmp_path / "report.html"
    text = card_to_html(hostile_card, hostile_call, audio=hostile_wav, audio_type="audio/wav")
    page.write_text(text, encoding="utf-8")
    show(driver, page)
    with pytest.raises(NoAlertPresentException):
        _ = driver.switch_to.alert.text
    assert driver.find_elements("tag name", "img") == []
    assert driver.get_log("browser") == []
    press(driver, driver.find_element("css selector", "button[data-start-s]"))
    assert_sounds_from(driver, 0.5)


def test_the_policy_stops_what_is_not_the_pages_own(driver: Any, rich_page: Path) -> None:
    show(driver, rich_page)
    driver.execute_script("""
        const script = document.createElement("script");
        script.textContent = "window.intruded = true";
        document.body.append(script);
        const image = document.createElement("img");
        image.src = "http://127.0.0.1:9/x.png";
        document.body.append(image);
    """)
    wait_for(driver, "document.querySelector('img').complete")
    assert driver.execute_script("return window.intruded === undefined") is True
    complaints = " ".join(entry["message"] for entry in driver.get_log("browser"))
    assert complaints.count("Content Security Policy") >= 2


def test_a_linked_recording_is_played_from_beside_the_page(
    driver: Any, rich_card: Scorecard, rich_call: Call, rich_wav: bytes, tmp_path: Path
) -> None:
    (tmp_path / "my call #1.flac").write_bytes(encoded(rich_wav, "FLAC"))
    page = tmp_path / "report.html"
    text = card_to_html(
        rich_card, rich_call, audio=b"", audio_type="audio/flac", audio_file="my call #1.flac"
    )
    page.write_text(text, encoding="utf-8")
    show(driver, page)
    press(driver, driver.find_element("css selector", ".hero .evidence button"))
    assert_sounds_from(driver, 52.0)
    assert driver.get_log("browser") == []


def test_a_missing_recording_is_said_in_words(
    driver: Any, rich_card: Scorecard, rich_call: Call, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    text = card_to_html(rich_card, rich_call, audio=b"", audio_type="audio/flac", audio_file="gone.flac")
    page.write_text(text, encoding="utf-8")
    driver.get(page.as_uri())
    wait_for(driver, "!document.getElementById('trouble').hidden")
    assert "missing" in driver.find_element("id", "trouble").text


def test_a_printed_page_has_everything_open(driver: Any, rich_page: Path) -> None:
    show(driver, rich_page)
    driver.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert driver.execute_script("return document.querySelectorAll('details:not([open])').length") == 0
    driver.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert driver.execute_script("return document.querySelectorAll('details[open]').length") == 0
    pdf = driver.execute_cdp_cmd("Page.printToPDF", {})["data"]
    assert pdf.startswith("JVBER")
