"""A real installation in a database of the benchmarks: its schema, its founding act, the Vietnam pack."""

import os
import shutil
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "var" / "bench-home"
PROVINCE = "01"
"""Hà Nội: the communes and departments of one province are enough, and load in seconds."""


def as_role(address: str, role: str) -> str:
    """The same address for another database role."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}@{host}"))


def home(address: str) -> Path:
    """Keys and files of the installation in this database; what follows "__" in its name shares them."""
    return HOME / urlsplit(address).path.strip("/").partition("__")[0]


def environment(address: str) -> dict[str, str]:
    """What a process of ours needs to find this database: the application's role, the owner's, keys of its own."""
    return {
        "DATABASE_URL": as_role(address, "sauro_app"),
        "SAURO_OWNER_DATABASE_URL": as_role(address, "sauro_owner"),
        "SAURO_VAR": str(home(address)),
        "SAURO_PROFILE": "demonstration",
        "DJANGO_SETTINGS_MODULE": "sauro.project.settings",
    }


def enter(address: str) -> None:
    """Set Django up on this database. Once in a process."""
    os.environ.update(environment(address))
    import django

    django.setup()


def build(address: str, provinces: Collection[str] | None = (PROVINCE,)) -> None:
    """Make the schema as its owner, found the installation, load the pack."""
    shutil.rmtree(home(address), ignore_errors=True)
    enter(address)
    from sauro.packs import VN
    from sauro.packs.load import load
    from sauro.packs.pack import read
    from sauro.project import contents, schema

    schema.migrate()
    contents.found(lambda _sentence: None)
    load(read(VN), provinces=provinces)
