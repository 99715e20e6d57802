import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sauro.serve.tests.conftest import town as town
from tests.faults.installation import Installation


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder that the server's account may walk into: every start of pytest closes pytest's own to others."""
    made = Path(tempfile.mkdtemp(prefix="sauro-faults-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="package")
def installation() -> Iterator[Installation]:
    """A demonstration of one province, served with two background workers."""
    folder = Path(tempfile.mkdtemp(prefix="sauro-faults-"))
    made = Installation(folder, settings={"SAURO_WORKERS": "2"})
    try:
        made.begin()
        yield made
    finally:
        made.end()
        shutil.rmtree(folder, ignore_errors=True)
