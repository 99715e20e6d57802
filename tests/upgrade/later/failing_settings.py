"""Settings of a later version that has a mistake."""

from tests.upgrade.later.settings import *  # noqa: F403

MIGRATION_MODULES = {"core": "tests.upgrade.later.failing"}
