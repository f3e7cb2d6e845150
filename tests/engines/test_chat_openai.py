"""The language model's adapter against a real HTTP server, and what it never does."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from tests.engines.chat_server import chat_server
from voicesim.engines.chat_openai import ChatServer, OpenAiChat
from voicesim.errors import EngineFailedError, InputError
from voicesim.ports import ChatMessage

HELLO = (ChatMessage(role="system", text="You are Ann."), ChatMessage(role="user", text="Say hello."))


@pytest.fixture
def server():
    with chat_server() as server:
        yield server


def test_a_good_answer_and_what_was_asked(server):
    server.reply = lambda body: f"You said: {body['messages'][-1]['content']}"
    model = OpenAiChat(server.url, "tiny", key="sesame")
    assert model.complete(HELLO, seed=7, limit_s=5.0) == "You said: Say hello."
    (asked,) = server.requests
    assert asked["path"] == "/v1/chat/completions"
    assert asked["headers"]["Authorization"] == "Bearer sesame"
    assert asked["body"]["messages"][0] == {"role": "system", "content": "You are Ann."}
    assert (asked["body"]["model"], asked["body"]["seed"], asked["body"]["stream"]) == ("tiny", 7, False)
    assert not model.is_remote
    assert model.identity.model == "tiny"


def test_without_a_key_none_is_sent(server):
    OpenAiChat(server.url, "tiny").complete(HELLO, seed=1, limit_s=5.0)
    assert "Authorization" not in server.requests[0]["headers"]


def test_the_whole_path_is_taken_as_it_is(server):
    OpenAiChat(f"{server.url}/chat/completions/", "tiny").complete(HELLO, seed=1, limit_s=5.0)
    assert server.requests[0]["path"] == "/v1/chat/completions"


@pytest.mark.parametrize("drips", [False, True])
def test_a_slow_answer_is_given_up_in_time(server, drips):
    server.holds, server.drips = threading.Event(), drips
    began = time.monotonic()
    with pytest.raises(EngineFailedError, match="did not answer in time"):
        OpenAiChat(server.url, "tiny").complete(HELLO, seed=1, limit_s=0.2)
    # The server holds its answer for 20 s; whatever the machine's load, giving up takes less.
    assert time.monotonic() - began < 10.0


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"<html>Welcome</html>", "did not answer as the OpenAI chat API does"),
        (b"{}", "did not answer as the OpenAI chat API does"),
        (b'{"choices": []}', "did not answer as the OpenAI chat API does"),
        (b'{"choices": [{"message": {"content": null}}]}', "answered without text"),
        (b"\xff\xfe", "did not answer as the OpenAI chat API does"),
    ],
)
def test_nonsense(server, raw, says):
    server.raw = raw
    with pytest.raises(EngineFailedError, match=says) as caught:
        OpenAiChat(server.url, "tiny").complete(HELLO, seed=1, limit_s=5.0)
    assert caught.value.hint


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_refusal(server, status):
    server.status = status
    with pytest.raises(EngineFailedError, match=f"status {status}"):
        OpenAiChat(server.url, "tiny").complete(HELLO, seed=1, limit_s=5.0)


def test_a_server_that_sends_elsewhere_is_not_followed(server):
    server.status, server.headers = 307, {"Location": "http://192.0.2.1/v1/chat/completions"}
    with pytest.raises(EngineFailedError, match="status 307"):
        OpenAiChat(server.url, "tiny").complete(HELLO, seed=1, limit_s=5.0)


def test_nobody_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(EngineFailedError, match="cannot be reached") as caught:
            OpenAiChat(f"http://127.0.0.1:{port}", "tiny").complete(HELLO, seed=1, limit_s=5.0)
    assert "start its server" in caught.value.hint


@pytest.mark.parametrize(
    "url", ["http://example.org/v1", "https://192.0.2.7", "http://10.0.0.5:8000", "http://[2001:db8::1]/"]
)
def test_another_machine_must_be_allowed(url):
    with pytest.raises(InputError, match="not on this machine") as caught:
        OpenAiChat(url, "tiny")
    assert "--llm-allow-remote" in caught.value.hint
    assert OpenAiChat(url, "tiny", allows_remote=True).is_remote


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.0.0.1/v1", "http://127.8.8.8", "https://[::1]:5/"]
)
def test_this_machine_needs_no_leave(url):
    assert ChatServer.at(url).is_loopback
    assert not OpenAiChat(url, "tiny").is_remote


def test_a_name_that_only_sounds_like_this_machine_is_told_nothing(server, monkeypatch):
    """Where "localhost" leads elsewhere, nothing is sent."""
    real = socket.socket.getpeername
    monkeypatch.setattr("voicesim.engines.chat_openai._peer_of", lambda sock: ("192.0.2.9", real(sock)[1])[0])
    with pytest.raises(EngineFailedError, match="cannot be reached"):
        OpenAiChat(server.url, "tiny").complete(HELLO, seed=1, limit_s=5.0)
    assert server.requests == []


def test_a_proxy_is_not_asked(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:3128")
    assert OpenAiChat(server.url, "tiny").complete(HELLO, seed=1, limit_s=5.0) == "Yes."


@pytest.mark.parametrize(
    "url", ["", "localhost:11434", "ftp://localhost", "http://", "http://localhost:port"]
)
def test_no_address(url):
    with pytest.raises(InputError, match="not the address of a server") as caught:
        OpenAiChat(url, "tiny")
    assert "11434" in caught.value.hint
