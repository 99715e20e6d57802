"""The entry of the left rail that leads to contested reads, with what waits there."""

from django.utils.translation import gettext_lazy

from sauro.project.reads.desk import count, may_answer_or_explain
from sauro.web.navigation import RailEntry, add_to_rail


def register() -> None:
    """Add it; called once, with the addresses."""
    add_to_rail(
        RailEntry("contests", gettext_lazy("Contested reads"), "contests", may_answer_or_explain, 78, count)
    )
