"""python -m bench.web.server collect|run: static files collected, or the page server exactly as `sauro up` starts it."""

import os
import sys

import django


def main() -> None:
    django.setup()
    from sauro.project import start

    if sys.argv[1] == "collect":
        start.collect_static(lambda _sentence: None)
        return
    pages = start.processes()[0]
    os.environ.update(pages.environment)
    os.execv(pages.command[0], list(pages.command))


if __name__ == "__main__":
    main()
