"""Settings of the test run: the same as a demonstration, on the test server, without collected files."""

from sauro.project.limits.rates import Rate
from sauro.project.settings import *  # noqa: F403
from sauro.project.settings import DATABASES, SAURO_RATES, SAURO_VAR, STORAGES, database

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
# Hundreds of tests come from one address within a minute; the tests of the limits set their own.
SAURO_RATES = dict.fromkeys(SAURO_RATES, Rate(0, 0))
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
