"""A language model behind any server that speaks the OpenAI chat API: Ollama, llama.cpp, vLLM.

Nothing leaves this machine unless it is allowed to: without that, the server must have a loopback address, the
connection is checked to end at one before a word is sent, redirections are refused and proxies are not asked.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from voicesim.errors import EngineFailedError, InputError
from voicesim.ports import ChatMessage
from voicesim.speech.call import EngineId

MAX_ANSWER_BYTES: Final = 200_000
MAX_TOKENS: Final = 80
"""Thirty words and some to spare: a model that goes on is cut off."""

TEMPERATURE: Final = 0.8

PATH: Final = "/chat/completions"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatServer:
    """Where a server is, taken from its address."""

    is_encrypted: bool
    host: str
    port: int
    path: str

    @classmethod
    def at(cls, url: str) -> ChatServer:
        """Read an address such as ``http://localhost:11434/v1``.

        Raises:
            InputError: it is none.
        """
        hint = "name the server's base address, such as http://localhost:11434/v1"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as exc:
            raise InputError(f"not the address of a server: {url}", hint=hint) from exc
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InputError(f"not the address of a server: {url}", hint=hint)
        is_encrypted = parts.scheme == "https"
        path = parts.path.rstrip("/")
        return cls(
            is_encrypted=is_encrypted,
            host=parts.hostname,
            port=port or (443 if is_encrypted else 80),
            path=path if path.endswith(PATH) else f"{path}{PATH}",
        )

    @property
    def is_loopback(self) -> bool:
        """Whether its name says that it is this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


class OpenAiChat:
    """Asks a server. Implements :class:`voicesim.ports.ChatModel`.

    Args:
        url: the server's base address; ``/chat/completions`` is added where it is missing.
        model: as the server calls it.
        key: sent as a bearer token, where there is one.
        allows_remote: whether the server may be another machine.

    Raises:
        InputError: no address, or another machine's that is not allowed.
    """

    def __init__(self, url: str, model: str, *, key: str = "", allows_remote: bool = False) -> None:
        self._server = ChatServer.at(url)
        self.is_remote = not self._server.is_loopback
        if self.is_remote and not allows_remote:
            raise InputError(
                f"the language model at {self._server.host} is not on this machine",
                hint="use one that is, or allow by --llm-allow-remote that the customer's side of the text leaves it",
            )
        self._model = model
        self._key = key
        self.identity = EngineId(
            engine="openai-chat",
            model=model,
            version="1",
            settings={"temperature": TEMPERATURE, "max_tokens": MAX_TOKENS, "is_remote": self.is_remote},
        )

    def complete(self, messages: Sequence[ChatMessage], *, seed: int, limit_s: float) -> str:
        """Its answer, as it came.

        Raises:
            EngineFailedError: it cannot be reached, refused, was too slow or answered nonsense.
        """
        until_s = time.monotonic() + limit_s
        body = {
            "model": self._model,
            "messages": [{"role": message.role, "content": message.text} for message in messages],
            "seed": seed,
            "temperature": TEMPERATURE,
            "max_tokens": MAX_TOKENS,
            "stream": False,
        }
        try:
            status, answer = self._post(json.dumps(body).encode(), until_s)
        except TimeoutError as exc:
            raise EngineFailedError(
                "the language model did not answer in time",
                hint="take a smaller or a warmer one",
            ) from exc
        except (OSError, http.client.HTTPException) as exc:
            raise EngineFailedError(
                f"the language model at {self._server.host}:{self._server.port} cannot be reached "
                f"({type(exc).__name__})",
                hint="start its server, or check the address of --llm",
            ) from exc
        if status != http.client.OK:
            raise EngineFailedError(
                f"the language model's server answered with status {status}",
                hint="check --llm-model, the address, and the key if it wants one",
            )
        return _text_of(answer)

    def _post(self, body: bytes, until_s: float) -> tuple[int, bytes]:
        server = self._server
        kind = http.client.HTTPSConnection if server.is_encrypted else http.client.HTTPConnection
        connection = kind(server.host, server.port, timeout=_left_s(until_s))
        try:
            connection.connect()
            if not self.is_remote:
                _require_loopback(connection.sock)
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            if self._key:
                headers["Authorization"] = f"Bearer {self._key}"
            connection.sock.settimeout(_left_s(until_s))
            connection.request("POST", server.path, body, headers)
            connection.sock.settimeout(_left_s(until_s))
            response = connection.getresponse()
            return response.status, _read(response, connection, until_s)
        finally:
            connection.close()


def _left_s(until_s: float) -> float:
    left_s = until_s - time.monotonic()
    if left_s <= 0.0:
        raise TimeoutError
    return left_s


def _require_loopback(sock: socket.socket) -> None:
    """``localhost`` is a name like any other: what counts is where the connection ends."""
    if not ipaddress.ip_address(_peer_of(sock)).is_loopback:
        raise ConnectionRefusedError


def _peer_of(sock: socket.socket) -> str:
    return str(sock.getpeername()[0]).partition("%")[0]


def _read(
    response: http.client.HTTPResponse, connection: http.client.HTTPConnection, until_s: float
) -> bytes:
    """The body, however slowly it drips, within the time."""
    parts: list[bytes] = []
    n_bytes = 0
    while n_bytes < MAX_ANSWER_BYTES:
        if connection.sock is not None:
            connection.sock.settimeout(_left_s(until_s))
        part = response.read1(65_536)
        if not part:
            break
        parts.append(part)
        n_bytes += len(part)
        _left_s(until_s)
    return b"".join(parts)


def _text_of(answer: bytes) -> str:
    try:
        data: Any = json.loads(answer)
        text = data["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError) as exc:
        raise EngineFailedError(
            "the language model's server did not answer as the OpenAI chat API does",
            hint="check the address; it mostly ends in /v1",
        ) from exc
    if not isinstance(text, str):
        raise EngineFailedError("the language model answered without text", hint="take another model")
    return text
