"""The erasure list, as a file."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from sauro.core.vault.erased import Step
from sauro.core.vault.keyring import Keyring, KeyringRefused

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_steps(ring: Keyring) -> None:
    first, second, erasure = uuid4(), uuid4(), uuid4()
    ring.erased.announce([first, second, first], erasure, AT)
    assert {e.step for e in ring.erased.entries().values()} == {Step.ANNOUNCED}
    ring.erased.advance([first], Step.DONE)
    ring.erased.advance([second], Step.WITHDRAWN)
    found = ring.erased.entries()
    assert (found[first].step, found[first].erasure, found[first].at) == (Step.DONE, erasure, AT)
    assert found[second].step == Step.WITHDRAWN


def test_done_is_never_taken_back(ring: Keyring) -> None:
    unit = uuid4()
    ring.erased.announce([unit], uuid4(), AT)
    ring.erased.advance([unit], Step.DONE)
    before = (ring.directory / "erased.list").read_bytes()
    ring.erased.announce([unit], uuid4(), AT)
    ring.erased.advance([unit], Step.WITHDRAWN)
    assert (ring.directory / "erased.list").read_bytes() == before


def test_withdrawn_may_be_announced_again(ring: Keyring) -> None:
    unit = uuid4()
    ring.erased.announce([unit], uuid4(), AT)
    ring.erased.advance([unit], Step.WITHDRAWN)
    ring.erased.announce([unit], uuid4(), AT)
    assert ring.erased.entries()[unit].step == Step.ANNOUNCED


def test_only_what_was_announced_advances(ring: Keyring) -> None:
    with pytest.raises(KeyError):
        ring.erased.advance([uuid4()], Step.DONE)


@pytest.mark.parametrize("cut", [1, 3, 10, 60, 100])
def test_a_line_cut_short_is_as_if_never_written(ring: Keyring, cut: int) -> None:
    path = ring.directory / "erased.list"
    whole, torn, later = uuid4(), uuid4(), uuid4()
    ring.erased.announce([whole], uuid4(), AT)
    ring.erased.announce([torn], uuid4(), AT)
    path.write_bytes(path.read_bytes()[: -min(cut + 1, 105)])
    assert list(ring.erased.entries()) == [whole]
    ring.erased.announce([later], uuid4(), AT)
    assert list(ring.erased.entries()) == [whole, later]


def test_a_damaged_line_is_refused(ring: Keyring) -> None:
    path = ring.directory / "erased.list"
    ring.erased.announce([uuid4()], uuid4(), AT)
    path.write_text(path.read_text().replace("announced", "announcad"))
    with pytest.raises(KeyringRefused, match="line 1, is damaged"):
        ring.erased.entries()
