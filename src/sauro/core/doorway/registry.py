"""Which actions exist, and what each may touch. Modules register theirs when they are imported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from django.db import models
from django.utils.translation import gettext as _

from sauro.core.doorway.tables import table
from sauro.core.journal.tables import TableSpec
from sauro.core.shapes import prepared

if TYPE_CHECKING:
    from sauro.core.doorway.ask import Ask
    from sauro.core.doorway.work import Work

Row = dict[str, Any]
Handler = Callable[["Work"], None]
Query = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Where:
    """Where a creating act happens."""

    owner: UUID | None = None
    organisations: tuple[UUID, ...] = ()
    unit: UUID | None = None


@dataclass(frozen=True)
class Subject:
    """A kind of thing that acts are done to: one row in each of ``models``, sharing one id.

    The first model's table is the envelope and carries ``version`` where ``versioned``. ``owner`` and
    ``organisations`` name the columns by which grants of scope *own*, *agency* and *subtree* are judged (the second an
    array, or one organisation); ``unit`` the column that names the retention unit.
    """

    name: str
    models: tuple[type[models.Model], ...]
    owner: str | None = None
    organisations: str | None = None
    unit: str | None = None
    versioned: bool = False

    @cached_property
    def tables(self) -> tuple[TableSpec, ...]:
        return tuple(table(model) for model in self.models)

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Action:
    """One verb. ``handler`` decides and collects changes; it never reads the database and never does slow work.

    ``facts`` gives one more query whose rows the handler needs; ``place`` says where a creating act happens: whose it
    will be, in which organisations, and which retention unit exists already. ``batch`` is false for acts whose decision depends on rows that an earlier
    act of the same batch may have changed; ``act_many`` does those one by one. Where only some payloads make it so,
    it is a function that says of a payload whether it may stand in a batch. ``gives`` names the holder whose
    authority an act changes, so that a batch ends before that holder acts.
    """

    name: str
    subject: Subject
    payload: type[msgspec.Struct]
    handler: Handler
    purpose: str
    creates: bool = False
    facts: Callable[["Ask", Any, Row | None], Query | None] | None = None
    place: Callable[["Ask", Any], Where] | None = None
    batch: bool | Callable[[Any], bool] = True
    gives: Callable[[Any], UUID] | None = None

    def may_batch(self, payload: Any) -> bool:
        """Whether an act with this payload may be done together with others."""
        return self.batch(payload) if callable(self.batch) else self.batch


_ACTIONS: dict[str, Action] = {}


def action(
    name: str,
    *,
    subject: Subject,
    payload: type[msgspec.Struct],
    purpose: str,
    creates: bool = False,
    facts: Callable[["Ask", Any, Row | None], Query | None] | None = None,
    place: Callable[["Ask", Any], Where] | None = None,
    batch: bool | Callable[[Any], bool] = True,
    gives: Callable[[Any], UUID] | None = None,
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of ``name`` (``module.verb_noun``)."""

    def register(handler: Handler) -> Handler:
        if name in _ACTIONS and _ACTIONS[name].handler.__qualname__ != handler.__qualname__:
            raise RuntimeError(f"Two actions are called {name}")
        shape = prepared(payload)
        _ACTIONS[name] = Action(name, subject, shape, handler, purpose, creates, facts, place, batch, gives)
        return handler

    return register


def lookup(name: str) -> Action:
    """The registered action. Raises Refusal ``unknown_action``."""
    from sauro.core.refusal import Refusal

    found = _ACTIONS.get(name)
    if found is None:
        said = _("There is no action called {name}.").format(name=name)
        raise Refusal("unknown_action", "I8", said, status=404)
    return found


def all_actions() -> Mapping[str, Action]:
    return dict(_ACTIONS)
