import gc
import select
import weakref
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from sauro.core.doorway import store
from sauro.core.doorway.pipe import Pipe, asked, pipe_of


@pytest.mark.django_db
def test_a_pipe_goes_with_its_connection() -> None:
    place = connection.settings_dict
    link = psycopg.connect(host=place["HOST"], dbname=place["NAME"], user=place["USER"], autocommit=True)
    assert pipe_of(link) is pipe_of(link)
    assert pipe_of(link).ask(asked("SELECT %s::int", [7])) == [[(7,)]]
    gone = weakref.ref(link)
    link.close()
    del link
    gc.collect()
    assert gone() is None


@pytest.mark.django_db
def test_answers_that_came_before_anybody_waits_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long statement is still being sent when the server answers: nothing comes after that, and nothing is waited for."""
    read = Pipe._answers

    class Nothing:
        def poll(self) -> None:
            raise AssertionError("waits for what is here already")

    def late(pipe: Pipe) -> list[Any]:
        with select.epoll() as waiting:
            waiting.register(pipe.pg.socket, select.EPOLLIN)
            while pipe.pg.is_busy():
                waiting.poll()
                pipe.pg.consume_input()
        monkeypatch.setattr(pipe, "poll", Nothing())
        return read(pipe)

    monkeypatch.setattr(Pipe, "_answers", late)
    with store.transaction() as doing:
        doing.pipe.ask(asked("SELECT 1", []))


@pytest.mark.django_db
@pytest.mark.parametrize("given", [[], [1], [1, 2, 3], [None], [1, None, 3], [[1, 2], [3, 4]]])
def test_arrays_of_identifiers_arrive_as_they_were_given(given: list[Any]) -> None:
    def made(value: Any) -> Any:
        return [made(each) for each in value] if isinstance(value, list) else value and UUID(int=value)

    sent = made(given)
    with store.transaction() as doing:
        assert doing.ask(asked("SELECT %s::uuid[]", [sent])) == [[(sent,)]]
        doing.cursor.execute("CREATE TEMPORARY TABLE kept (ids uuid[]) ON COMMIT DROP")
        with doing.cursor.copy("COPY kept (ids) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["uuid[]"])
            copy.write_row([sent])
        assert doing.cursor.execute("SELECT ids FROM kept").fetchone() == (sent,)
