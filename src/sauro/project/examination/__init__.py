"""The checks of `sauro doctor`, of health and of the administrator's page. Each looks at one thing and changes none."""

from sauro.project.cli.command import set_django_up
from sauro.project.cli.language import _
from sauro.project.examination.finding import Finding as Finding
from sauro.project.settings.table import WrongSetting


def examine() -> list[Finding]:
    """Run every check, in the order in which one depends on another."""
    from sauro.project.examination import database, machine

    findings = [machine.python()]
    try:
        set_django_up()
    except WrongSetting as wrong:
        remedy = _("Correct it in the environment.")
        return [
            *findings,
            Finding("configuration", _("configuration"), "fault", str(wrong), remedy),
        ]
    return [*findings, *machine.of_machine(), *database.of_database()]
