"""The page server's door. Granian calls `application` from a fixed pool of threads."""

import os

from django.core.wsgi import get_wsgi_application

from sauro.project.start import set_clock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sauro.project.settings")
application = get_wsgi_application()
set_clock()
