"""A model hub on this machine, for fetching models without a network."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class _Hub(BaseHTTPRequestHandler):
    """Answers as the hub's API does, as far as fetching a model needs it."""

    server: _Server

    def log_message(self, *args):
        pass

    def do_HEAD(self):
        self._serve(has_body=False)

    def do_GET(self):
        self._serve(has_body=True)

    def _serve(self, *, has_body: bool) -> None:
        path = self.path.partition("?")[0]
        repository, files = self.server.repository, self.server.files
        api = f"/api/models/{repository}"
        name = path.rpartition("/")[2]
        if path in {api, f"{api}/revision/main", f"{api}/revision/{COMMIT}"}:
            siblings = [{"rfilename": n, "size": len(c)} for n, c in files.items()]
            self._json({"id": repository, "sha": COMMIT, "siblings": siblings}, has_body)
        elif path.startswith(f"{api}/tree/"):
            tree = [{"type": "file", "path": n, "size": len(c), "oid": _etag(c)} for n, c in files.items()]
            self._json(tree, has_body)
        elif path.startswith(f"/{repository}/resolve/") and name in files:
            self._file(name, has_body)
        else:
            self._start(404, {"X-Error-Code": "RepoNotFound", "Content-Length": "0"})

    def _start(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()

    def _json(self, content, has_body: bool) -> None:
        body = json.dumps(content).encode()
        self._start(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        if has_body:
            self.wfile.write(body)

    def _file(self, name: str, has_body: bool) -> None:
        body = self.server.files[name]
        headers = {"Content-Length": str(len(body)), "ETag": f'"{_etag(body)}"', "X-Repo-Commit": COMMIT}
        self._start(200, headers)
        if has_body and name == self.server.stalls_at:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.server.released.wait()
        elif has_body:
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    def __init__(self, folder: Path, repository: str, stalls_at: str) -> None:
        super().__init__(("127.0.0.1", 0), _Hub)
        self.repository = repository
        self.files = {path.name: path.read_bytes() for path in folder.iterdir()}
        self.stalls_at = stalls_at
        self.released = threading.Event()

    def handle_error(self, request, client_address):
        """A client that was ended in the middle of its download is expected."""


def _etag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


@contextmanager
def hub_of(folder: Path, repository: str, *, stalls_at: str = "") -> Iterator[str]:
    """Serve a model folder under a hub id; gives the endpoint.

    Args:
        folder: the model.
        repository: its hub id; every other gives 404.
        stalls_at: a file that is never sent whole.
    """
    server = _Server(folder, repository, stalls_at)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
