"""What a drafter enters on a result, whatever the procedure: one value of each kind."""

from playwright.sync_api import Page

from sauro.packs import lines
from tests.journeys.conftest import ROOT

PROCEDURES = ROOT / "src" / "sauro" / "packs" / "vn" / "procedures"
VALUES = {"number": "12", "money": "750000", "id_number": "075326000123"}
DAY = {"_day": "22", "_month": "11", "_year": "2026"}


def fill_entries(page: Page, code: str) -> None:
    """Fill in the entries of the draft's form."""
    result = lines.load(PROCEDURES / f"{code}.yaml")[0]["result"]
    for entry in result.get("entries", ()):
        parts = DAY if entry["kind"] == "date" else {"": VALUES.get(entry["kind"], "127/2026")}
        for part, value in parts.items():
            page.fill(f"[name=draft-entry-{entry['id']}{part}]", value)
