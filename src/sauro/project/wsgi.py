"""The page server's door. Granian calls `application` from a fixed pool of threads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sauro.project.settings")
application = get_wsgi_application()

# After the settings, which prepare Django for our types.
from sauro.project.serving import prepare  # noqa: E402
from sauro.project.settings import logs  # noqa: E402
from sauro.project.start import set_clock  # noqa: E402

set_clock()
logs.shut()
prepare()
