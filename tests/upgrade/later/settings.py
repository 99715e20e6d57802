"""Settings of the later version."""

from sauro.project.settings import *  # noqa: F403
from sauro.project.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.upgrade.later", *INSTALLED_APPS]
MIGRATION_MODULES = {"core": "tests.upgrade.later.core"}
