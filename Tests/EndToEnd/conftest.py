import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from browser import Browser  # noqa: E402
from server import Server  # noqa: E402


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("weft") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def user(server):
    return server.register()


@pytest.fixture(scope="session")
def other(server):
    return server.register()


@pytest.fixture
def browser():
    with Browser() as running:
        yield running
