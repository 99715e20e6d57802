"""What a page server's process does before its first request."""

import subprocess
import sys
import threading

from sauro.project.serving import PLACES

PREPARED = """
import gc, sys, threading
import sauro.project.wsgi
from django.db import connection
from django.utils import translation, timezone
from django.urls import get_script_prefix, set_script_prefix

assert gc.get_freeze_count() > 100_000 and gc.get_threshold()[0] == 50_000 and sys.getswitchinterval() == 0.001
told = {}

def request(language, prefix):
    translation.activate(language)
    set_script_prefix(prefix)
    both.wait()
    told[language] = (translation.get_language(), get_script_prefix(), id(connection.connection or connection))

both = threading.Barrier(2)
threads = [threading.Thread(target=request, args=each) for each in (("vi", "/a/"), ("en", "/b/"))]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert told["vi"][:2] == ("vi", "/a/") and told["en"][:2] == ("en", "/b/"), told
assert translation.get_language() == "vi" and get_script_prefix() == "/"
print("kept apart")
"""


def test_each_thread_has_its_own_language_and_address_and_what_was_loaded_is_frozen() -> None:
    done = subprocess.run([sys.executable, "-c", PREPARED], capture_output=True, text=True, check=False)
    assert done.stdout == "kept apart\n", done.stderr


def test_the_process_of_the_tests_keeps_what_works_in_coroutines() -> None:
    assert not any(isinstance(getattr(place, name), threading.local) for place, name in PLACES)
