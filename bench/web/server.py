"""python -m bench.web.server collect|run|NAME: static files collected, or the page server, or another program of
the installation by its name, exactly as `sauro up` starts it."""

import os
import sys

import django


def main() -> None:
    django.setup()
    from sauro.project import start

    if sys.argv[1] == "collect":
        start.collect_static(lambda _sentence: None)
        return
    wanted = "pages" if sys.argv[1] == "run" else sys.argv[1]
    program = next(each for each in start.processes() if each.name == wanted)
    os.environ.update(program.environment)
    os.execv(program.command[0], list(program.command))


if __name__ == "__main__":
    main()
