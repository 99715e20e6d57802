"""`sauro demo`: fills an empty demonstration with its accounts and examples."""

import argparse

from sauro.project.cli.command import Command, Exit, installation, say
from sauro.project.cli.language import _


def run(chosen: argparse.Namespace) -> int:
    """Load what is missing; run again, it adds nothing."""
    with installation():
        from django.conf import settings

        from sauro.project import contents, demonstration, start

        contents.fill(say)
        if not settings.DEMONSTRATION:
            say(_("The pack is loaded. Accounts are made only where SAURO_PROFILE is “demonstration”."))
            return Exit.DONE
        demonstration.tell(say)
        if address := start.serving_at():
            say(_("The demonstration is filled. Open {address} and sign in.").format(address=address))
        else:
            say(
                _(
                    "The demonstration is filled. Next: start it with `sauro up`, open its address and sign in."
                )
            )
    return Exit.DONE


COMMAND = Command("demo", lambda: _("Fill the demonstration with its accounts and examples."), run)
