"""A server that speaks the OpenAI chat API over real HTTP, and answers as a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def answer(text: str) -> bytes:
    """The body that carries a text."""
    return json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}).encode()


@dataclass
class ChatServer:
    """What it is told to do, and what it was asked."""

    reply: Callable[[dict], str] = lambda body: "Yes."
    raw: bytes | None = None
    status: int = 200
    headers: dict = field(default_factory=dict)
    holds: threading.Event | None = None
    """Nothing is answered before it is set."""
    drips: bool = False
    """One byte, and then nothing until ``holds`` is set."""
    requests: list = field(default_factory=list)
    url: str = ""


@contextmanager
def chat_server():
    """A server on a free port of this machine."""
    state = ChatServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append({"path": self.path, "headers": dict(self.headers), "body": body})
            data = answer(state.reply(body)) if state.raw is None else state.raw
            if state.holds is not None and not state.drips:
                state.holds.wait(20)
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if state.drips:
                self.wfile.write(data[:1])
                self.wfile.flush()
                state.holds.wait(20)
                data = data[1:]
            self.wfile.write(data)

        def log_message(self, *arguments):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            """A client that went away is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield state
    finally:
        if state.holds is not None:
            state.holds.set()
        server.shutdown()
        server.server_close()
        thread.join()
