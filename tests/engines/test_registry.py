from __future__ import annotations

import pytest

from tests.engines.hub import hub_of
from tests.engines.scripted_whisper import write_scripted_whisper
from voicesim.engines import registry
from voicesim.engines.registry import ENGINES, PROBES, choose_recogniser, engine_class, probe_engines
from voicesim.engines.whisper_models import HUB_IDS
from voicesim.errors import ModelNotFoundError, UnknownEngineError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_scripted_whisper(tmp_path_factory.mktemp("models") / "scripted", ("Hello.",))


@pytest.fixture
def said() -> list[str]:
    return []


def test_every_name_leads_to_a_class():
    assert {name: engine_class(name).__name__ for name in ENGINES} == {
        name: path.partition(":")[2] for name, path in ENGINES.items()
    }


def test_an_unknown_engine_is_guessed():
    with pytest.raises(UnknownEngineError, match="no engine called pocketspinx") as caught:
        engine_class("pocketspinx")
    assert "did you mean pocketsphinx?" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("spec", "guess"),
    [
        ("wisper", "whisper"),
        ("base.en", "whisper:base.en"),
        ("pocketshinx", "pocketsphinx"),
        ("Auto", "auto"),
    ],
)
def test_an_unknown_recogniser_is_guessed(said, spec, guess):
    with pytest.raises(UnknownEngineError, match=f"no recogniser called {spec}") as caught:
        choose_recogniser(spec, say=said.append)
    assert f"did you mean {guess}?" in str(caught.value.hint)


def test_a_colon_with_nothing_behind_it(said):
    with pytest.raises(UnknownEngineError):
        choose_recogniser("whisper:", say=said.append)


def test_pocketsphinx_by_name_is_no_stand_in(said):
    recogniser, is_fallback = choose_recogniser("pocketsphinx", say=said.append)
    assert (recogniser.identity.engine, is_fallback, said) == ("pocketsphinx", False, [])


@pytest.mark.parametrize("spec", ["{folder}", "whisper:{folder}", "faster-whisper:{folder}"])
def test_a_model_folder(said, folder, spec):
    recogniser, is_fallback = choose_recogniser(spec.format(folder=folder), say=said.append)
    assert (recogniser.identity.engine, recogniser.identity.model) == ("faster-whisper", "scripted")
    assert not is_fallback
    assert said == []


@pytest.mark.parametrize(
    "spec", ["./none", "/no/such/folder", "whisper:/no/such/folder", "whisper:~/no/such"]
)
def test_a_folder_that_is_not_there(said, spec):
    with pytest.raises(ModelNotFoundError, match="there is no model folder"):
        choose_recogniser(spec, say=said.append)


def test_auto_takes_what_is_cached_and_fetches_what_is_not(said, folder, tmp_path, monkeypatch):
    with hub_of(folder, HUB_IDS["base.en"]) as endpoint:
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
        monkeypatch.delenv("HF_HUB_OFFLINE")
        fetched, is_fallback = choose_recogniser("auto", say=said.append, cache=tmp_path)
    assert (fetched.identity.engine, fetched.identity.model, is_fallback) == (
        "faster-whisper",
        "base.en",
        False,
    )
    assert said[-1] == "fetching the Whisper model base.en: 100%"
    said.clear()
    cached, is_fallback = choose_recogniser("auto", say=said.append, cache=tmp_path)
    assert (cached.identity, is_fallback, said) == (fetched.identity, False, [])


@pytest.mark.parametrize("offline", [True, False])
def test_auto_falls_back_and_says_so(said, tmp_path, monkeypatch, offline):
    monkeypatch.setenv("HF_ENDPOINT", "http://192.0.2.1")  # leads nowhere, by RFC 5737
    monkeypatch.setenv("HF_HUB_OFFLINE", "1" if offline else "0")
    recogniser, is_fallback = choose_recogniser("auto", say=said.append, cache=tmp_path)
    assert recogniser.identity.engine == "pocketsphinx"
    assert is_fallback
    talk = " ".join(said)
    assert "NO WHISPER MODEL" in talk
    assert "pocketsphinx stands in" in talk
    assert "--recogniser FOLDER" in talk


def test_whisper_asked_for_by_name_does_not_fall_back(said, tmp_path):
    with pytest.raises(ModelNotFoundError, match="not on this machine"):
        choose_recogniser("whisper:small.en", say=said.append, cache=tmp_path)


def test_probes_tell_of_every_engine(monkeypatch):
    probes = {probe.name: probe for probe in probe_engines()}
    assert probes.keys() == {*PROBES, "Whisper model"}
    assert all(probe.detail for probe in probes.values())


def test_a_missing_package_is_told_with_its_remedy(monkeypatch):
    monkeypatch.setitem(registry.PROBES, "pitch (swift-f0)", "voicesim.engines.pitch_swiftf0")
    monkeypatch.setattr("voicesim.engines.pitch_swiftf0.importlib.util.find_spec", lambda name: None)
    probe = registry._probe("pitch (swift-f0)", "voicesim.engines.pitch_swiftf0")
    assert not probe.is_available
    assert "not installed" in probe.detail
    assert probe.hint.startswith("pip install")


def test_a_broken_installation_does_not_stop_the_others():
    probe = registry._probe("broken", "voicesim.engines.no_such_module")
    assert not probe.is_available
    assert "no_such_module" in probe.detail
