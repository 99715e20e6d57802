import gc
import weakref

import psycopg
import pytest
from django.db import connection

from sauro.core.doorway.pipe import asked, pipe_of


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
