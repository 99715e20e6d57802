"""The clock port: what time it is, for every rule.

The system's clock everywhere, except in a database that was marked *demonstration* when it was created: there a
simulated clock may be set, so that ninety days can pass in a minute. The mark is a row that no role can change.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_simulated: ContextVar[Callable[[], datetime] | None] = ContextVar("sauro_simulated_clock", default=None)


class ClockRefused(RuntimeError):
    """A simulated clock was asked for in a database that is not marked as a demonstration."""


_ahead = timedelta()


def now() -> datetime:
    """The present moment, aware, in UTC."""
    simulated = _simulated.get()
    return simulated() if simulated is not None else datetime.now(UTC) + _ahead


def go_ahead(by: timedelta) -> None:
    """Let this process live ``by`` later than the system's clock says, for ever. Raises ClockRefused."""
    global _ahead
    if by:
        _only_in_a_demonstration()
    _ahead = by


@contextmanager
def simulated(clock: Callable[[], datetime]) -> Iterator[None]:
    """Let ``clock`` be the time inside the block; only in a database marked demonstration.

    Raises ClockRefused elsewhere.
    """
    _only_in_a_demonstration()
    token = _simulated.set(clock)
    try:
        yield
    finally:
        _simulated.reset(token)


def _only_in_a_demonstration() -> None:
    from sauro.core.models import Instance

    if not Instance.is_demonstration():
        raise ClockRefused(
            "This database was not created as a demonstration, so its clock is the system's clock. "
            "Create a new database with SAURO_PROFILE=demonstration to simulate time."
        )
