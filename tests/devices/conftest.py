"""Virtual sound devices for the tests in this folder; see pulse.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.devices.pulse import PulseServer, missing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.devices)


@pytest.fixture
def server() -> Iterator[PulseServer]:
    """A fresh PulseAudio: every test is a start of its own."""
    absent = missing()
    if absent:
        pytest.skip(absent)
    with PulseServer() as running:
        yield running
