"""`sauro up`: everything this installation needs, set up, started and kept running."""

import argparse
import os

from sauro.project.cli.command import Command, Exit, Stop, say, set_django_up
from sauro.project.cli.language import _


def configure(parser: argparse.ArgumentParser) -> None:
    """The port, and whether to stop after setting up."""
    parser.add_argument("--port", type=int, help=_("port of the pages (otherwise SAURO_PORT)"))
    parser.add_argument("--prepare", action="store_true", help=_("set everything up, serve nothing, and end"))


def run(chosen: argparse.Namespace) -> int:
    """Set up, then serve until SIGTERM or Ctrl-C."""
    if chosen.port is not None:
        os.environ["SAURO_PORT"] = str(chosen.port)
    set_django_up()
    from django.conf import settings

    from sauro.project import start
    from sauro.project.supervisor import Supervisor

    start.refuse_unsafe_production()
    with start.only_one(), start.database():
        start.prepare(say)
        if chosen.prepare:
            return Exit.DONE
        if not start.port_is_free(settings.SAURO_HOST, settings.SAURO_PORT):
            raise Stop(
                _(
                    "Port {port} is in use by another program. Choose another one: sauro up --port {other}"
                ).format(port=settings.SAURO_PORT, other=settings.SAURO_PORT + 1)
            )
        if settings.SAURO_EDGE_PORT and not start.port_is_free(settings.SAURO_HOST, settings.SAURO_EDGE_PORT):
            raise Stop(
                _(
                    "Port {port}, for live pages, is in use by another program. "
                    "Choose another one with SAURO_EDGE_PORT, or 0 for none."
                ).format(port=settings.SAURO_EDGE_PORT)
            )
        return Supervisor(start.processes(), say).keep_running(lambda: _serving(settings.SAURO_PUBLIC_URL))


def _serving(address: str) -> None:
    from sauro.project import demonstration

    demonstration.tell(say)
    say(_("Serving {address} — stop with Ctrl-C.").format(address=address))


COMMAND = Command("up", lambda: _("Set everything up and serve it until stopped."), run, configure)
