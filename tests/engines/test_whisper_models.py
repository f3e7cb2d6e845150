from __future__ import annotations

import socket

import pytest

from tests.engines.hub import hub_of
from tests.engines.scripted_whisper import write_scripted_whisper
from voicesim.engines import whisper_models
from voicesim.engines.whisper_models import HUB_IDS, cached_folder, check_folder, fetched_folder, hub_id
from voicesim.errors import ModelNotFoundError

REPOSITORY = HUB_IDS["base.en"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_scripted_whisper(tmp_path_factory.mktemp("models") / "scripted", ("Hello.",))


@pytest.fixture
def online(monkeypatch):
    """``online(endpoint)``: fetching is allowed, from there."""

    def allow(endpoint: str) -> None:
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)

    return allow


def test_short_names_are_those_of_faster_whisper():
    utils = pytest.importorskip("faster_whisper.utils")
    theirs = dict(utils._MODELS)
    assert {name: theirs.get(name) for name in HUB_IDS} == dict(HUB_IDS)


def test_a_wrong_name_is_guessed():
    assert hub_id("someone/their-model") == "someone/their-model"
    with pytest.raises(ModelNotFoundError, match=r"no Whisper model is called bsae\.en") as caught:
        hub_id("bsae.en")
    assert "did you mean base.en?" in str(caught.value.hint)


def test_a_model_is_fetched_once_with_progress_and_then_found_without_a_hub(folder, online, tmp_path):
    told: list[tuple[str, float]] = []
    with hub_of(folder, REPOSITORY) as endpoint:
        online(endpoint)
        assert cached_folder("base.en", cache=tmp_path) is None
        fetched = fetched_folder("base.en", progress=lambda *step: told.append(step), cache=tmp_path)
    check_folder(fetched)
    for path in folder.iterdir():
        assert (fetched / path.name).read_bytes() == path.read_bytes()
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert all("base.en" in what for what, _ in told)
    assert fetched_folder("base.en", cache=tmp_path) == fetched == cached_folder("base.en", cache=tmp_path)


def test_a_cached_model_that_lost_a_file_does_not_count(folder, online, tmp_path):
    with hub_of(folder, REPOSITORY) as endpoint:
        online(endpoint)
        fetched = fetched_folder("base.en", cache=tmp_path)
    (fetched / "tokenizer.json").unlink()
    assert cached_folder("base.en", cache=tmp_path) is None


def test_offline_is_respected(online, tmp_path, monkeypatch):
    online("http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(whisper_models, "_ask_hub", lambda model: pytest.fail("the network was asked"))
    with pytest.raises(ModelNotFoundError, match="HF_HUB_OFFLINE forbids"):
        fetched_folder("base.en", cache=tmp_path)


def test_a_refused_connection(online, tmp_path):
    online("http://127.0.0.1:9")
    with pytest.raises(ModelNotFoundError, match="cannot be reached") as caught:
        fetched_folder("base.en", cache=tmp_path)
    assert "--recogniser FOLDER" in str(caught.value.hint)


def test_a_host_that_takes_the_connection_and_says_nothing(online, tmp_path, monkeypatch):
    monkeypatch.setattr(whisper_models, "ANSWER_WITHIN_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        online(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ModelNotFoundError, match="cannot be reached"):
            fetched_folder("base.en", cache=tmp_path)


def test_an_address_that_leads_nowhere(online, tmp_path):
    online("http://192.0.2.1")  # TEST-NET-1 of RFC 5737
    with pytest.raises(ModelNotFoundError, match="cannot be reached"):
        fetched_folder("base.en", cache=tmp_path)


def test_a_name_that_nobody_knows(online, tmp_path):
    online("http://hub.invalid")
    with pytest.raises(ModelNotFoundError, match="cannot be reached"):
        fetched_folder("base.en", cache=tmp_path)


def test_a_model_that_the_hub_does_not_have(folder, online, tmp_path):
    with hub_of(folder, "someone/other") as endpoint:
        online(endpoint)
        with pytest.raises(ModelNotFoundError, match="has no model Systran"):
            fetched_folder("base.en", cache=tmp_path)


def test_a_page_that_is_no_hub(folder, online, tmp_path, monkeypatch):
    monkeypatch.setattr(whisper_models, "_get", lambda url, answers: answers.put(b"<html>Sign in</html>"))
    online("http://127.0.0.1:9")
    with pytest.raises(ModelNotFoundError, match="sign-in page"):
        fetched_folder("base.en", cache=tmp_path)


def test_a_download_that_stalls_is_ended(folder, online, tmp_path, monkeypatch):
    monkeypatch.setattr(whisper_models, "STALLED_AFTER_S", 2.0)
    with hub_of(folder, REPOSITORY, stalls_at="model.bin") as endpoint:
        online(endpoint)
        with pytest.raises(ModelNotFoundError, match="nothing came for 2 s"):
            fetched_folder("base.en", cache=tmp_path)
    assert cached_folder("base.en", cache=tmp_path) is None


def test_a_repository_without_a_tokenizer(folder, online, tmp_path):
    part = tmp_path / "part"
    part.mkdir()
    for path in folder.iterdir():
        if path.name != "tokenizer.json":
            (part / path.name).write_bytes(path.read_bytes())
    with hub_of(part, REPOSITORY) as endpoint:
        online(endpoint)
        with pytest.raises(ModelNotFoundError, match=r"lacks tokenizer\.json"):
            fetched_folder("base.en", cache=tmp_path / "cache")
