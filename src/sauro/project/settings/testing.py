"""Settings of the test run: the same as a demonstration, on the test server, without collected files."""

from sauro.project.settings import *  # noqa: F403
from sauro.project.settings import DATABASES, SAURO_VAR, STORAGES, database

TEST_POSTGRES = SAURO_VAR / "pgtest"
DATABASES["default"] = database.bundled(TEST_POSTGRES, database.APPLICATION)
OWNER_DATABASE = database.bundled(TEST_POSTGRES, database.OWNER)
SAURO_KEYS = SAURO_VAR / "pgtest-keys"
SAURO_FILES = SAURO_VAR / "pgtest-files"
# Argon2 is slow on purpose; nothing here needs that.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
