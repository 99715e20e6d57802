"""`sauro web`: the page server alone, for hosts on which each process is a unit of its own."""

import argparse
import os

from sauro.project.cli.command import Command, Stop, installation, say
from sauro.project.cli.language import _


def configure(parser: argparse.ArgumentParser) -> None:
    """The port, by which one host runs several."""
    parser.add_argument("--port", type=int, help=_("port of the pages (otherwise SAURO_PORT)"))


def run(chosen: argparse.Namespace) -> int:
    """Serve pages until SIGTERM or Ctrl-C. Changes no table: `sauro up --prepare` and `sauro upgrade` do that."""
    if chosen.port is not None:
        os.environ["SAURO_PORT"] = str(chosen.port)
    with installation():
        from django.conf import settings
        from django.db import connections

        from sauro.project import start
        from sauro.project.backup.restoring import refuse_half_restored
        from sauro.project.supervisor import Supervisor

        start.refuse_unsafe_production()
        refuse_half_restored()
        start.refuse_resurrected()
        start.collect_static(say, keep_old=True)
        connections.close_all()
        host, port = settings.SAURO_HOST, settings.SAURO_PORT
        if not start.port_is_free(host, port):
            raise Stop(
                _("Port {port} is in use by another program. Choose another one: sauro web --port …").format(
                    port=port
                )
            )
        # Each of a host's page servers counts for itself, and is asked for its own /metrics.
        pages = start.pages(settings.SAURO_VAR / f"web-{port}")
        return Supervisor([pages], say).keep_running(lambda: _serving(host, port))


def _serving(host: str, port: int) -> None:
    from sauro.project.notify import tell_systemd

    tell_systemd("READY=1")
    say(_("Serving pages at {host}:{port}.").format(host=host, port=port))


COMMAND = Command("web", lambda: _("Serve pages alone, beside workers and a live edge of their own."), run, configure)  # fmt: skip
