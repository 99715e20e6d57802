"""The permission matrix as it is written: one cell for each place, role and relation that a line names.

A star in the column of roles stands for every role that the place does not name, a person without any included. What may
be done is said in the table alone: nothing here, and nothing in the table, is read from the policies that it judges.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parents[2] / "docs" / "reference" / "permission-matrix.csv"
RELATIONS = ("own", "agency", "below", "above", "beside", "elsewhere")
"""Where the case lies, seen from the reader: named for their very office (or their own), in their agency, in an agency
below it, in one above it, in another one of the province, in another province."""
KINDS = ("act", "page", "list", "search", "export", "download", "stream", "doorway")
ANSWERS = ("allow", "hide", "refuse", "sign-in")
OFFICIALS = (
    "assister", "one_stop_officer", "case_officer", "competent_authority", "agency_head", "steering_secretariat",
    "task_lead", "task_verifier", "duty_officer", "auditor", "administrator", "data_protection_officer", "system",
)  # fmt: skip
NOBODY, ANONYMOUS = "nobody", "anonymous"
"""Who is signed in and has no role; and who is not signed in."""
ROLES = (*OFFICIALS, "citizen", NOBODY, ANONYMOUS)
NOWHERE = ("own", "elsewhere")
"""How a case lies to who belongs to no agency: theirs, or somebody else's."""


@dataclass(frozen=True)
class Cell:
    """What one role finds at one place, in one relation to what lies there."""

    kind: str
    where: str
    does: str
    role: str
    relation: str
    answer: str

    @property
    def route(self) -> str:
        return self.where.partition(" ")[0]

    @property
    def part(self) -> str:
        """What more the place says: the verb of an act, the form of an export."""
        return self.where.partition(" ")[2]

    def __str__(self) -> str:
        return f"{self.kind} {self.where} ({self.does}): {self.role}, {self.relation}"


def lines() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells() -> Iterator[Cell]:
    """Every cell, stars written out; those of one place and role beside each other."""
    table = lines()
    named: dict[tuple[str, str], set[str]] = {}
    for line in table:
        named.setdefault((line["kind"], line["where"]), set()).add(line["role"])
    for line in table:
        others = named[line["kind"], line["where"]]
        roles = [role for role in ROLES if role not in others] if line["role"] == "*" else [line["role"]]
        for role in roles:
            if role == ANONYMOUS and line["role"] == "*":
                continue
            for relation in RELATIONS if role in OFFICIALS else NOWHERE:
                if line[relation] != "-":
                    yield Cell(line["kind"], line["where"], line["does"], role, relation, line[relation])


def routes() -> set[str]:
    """The addresses, by name, that the table speaks of."""
    return {line["where"].partition(" ")[0] for line in lines() if line["kind"] != "doorway"}
