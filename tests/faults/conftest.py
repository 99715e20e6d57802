from collections.abc import Iterator

import pytest

from sauro.serve.tests.conftest import town as town
from tests.faults.installation import Installation


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A demonstration of one province, served with two background workers."""
    made = Installation(tmp_path_factory.mktemp("sauro"), settings={"SAURO_WORKERS": "2"})
    try:
        made.begin()
        yield made
    finally:
        made.end()
