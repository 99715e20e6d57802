"""The world of the matrix, built once for all that is asked in it, and taken down behind them."""

import logging
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.test import TransactionTestCase, override_settings

from sauro.core.queries import definitions
from sauro.core.vault import keyring
from tests.permissions import world as worlds
from tests.permissions.world import World


@pytest.fixture(scope="package")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The world is committed, and each question a transaction of its own that is taken back.

    In one transaction around it all, every statement would look through what thousands of cells have left behind.
    """
    folder = tmp_path_factory.mktemp("matrix")
    with (
        django_db_blocker.unblock(),
        override_settings(
            SAURO_FILES=folder / "files", SAURO_KEYS=folder / "keys", SAURO_EDGE_URL="https://edge.example"
        ),
        # What each template was given is kept for nobody here, and takes as long as rendering it.
        patch("django.test.client.store_rendered_templates"),
    ):
        assert keyring.current()
        logging.disable(logging.CRITICAL)
        yield worlds.build()
        logging.disable(logging.NOTSET)
        # The next test begins from the template, as behind every test that commits.
        TransactionTestCase._fixture_teardown(None)  # type: ignore[arg-type]


@pytest.fixture
def world(built: World) -> World:
    """The world, as it was built."""
    definitions.forget()
    return built
