import pytest

from sauro.project.settings import database, edge, security, table
from sauro.project.settings.table import WrongSetting


def test_every_setting_is_explained_in_both_languages():
    for setting in table.TABLE:
        assert setting.vi and setting.en and setting.vi != setting.en, setting.name
    assert len(table.BY_NAME) == len(table.TABLE)


def test_a_wrong_choice_is_refused_with_the_choices(monkeypatch):
    monkeypatch.setenv("SAURO_PROFILE", "production")
    with pytest.raises(
        WrongSetting, match=r"SAURO_PROFILE is “production”.*demonstration, back-office, national"
    ):
        table.text("SAURO_PROFILE")


@pytest.mark.parametrize("value", ["0", "65536", "-1", "8e3", "８０００", "eight"])
def test_a_number_outside_its_range_is_refused(monkeypatch, value):
    monkeypatch.setenv("SAURO_PORT", value)
    with pytest.raises(WrongSetting, match="from 1 to 65535"):
        table.number("SAURO_PORT", 1, 65535)


def test_a_database_address_is_taken_apart(monkeypatch):
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://sauro_app:p%40ss@db.example:6432/sauro?sslmode=verify-full"
    )
    described = database.by_address("DATABASE_URL")
    assert described is not None
    expected = {
        "USER": "sauro_app",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
        "NAME": "sauro",
    }
    assert {name: described[name] for name in expected} == expected
    assert described["OPTIONS"]["sslmode"] == "verify-full"
    assert described["ATOMIC_REQUESTS"] is False


@pytest.mark.parametrize("address", ["mysql://x@y/z", "postgresql://host", "postgresql://h:port/db", "sauro"])
def test_another_kind_of_address_is_refused(monkeypatch, address):
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(WrongSetting, match="Write it as postgresql://"):
        database.by_address("DATABASE_URL")


def test_the_socket_fits_however_long_the_path_is(tmp_path):
    short, long = tmp_path / "pg", tmp_path / ("x" * 120) / "pg"
    assert database.socket_folder(short).parent == tmp_path
    for data in (short, long):
        assert len(f"{database.socket_folder(data)}/.s.PGSQL.5432".encode()) < 108
    assert database.socket_folder(long) != database.socket_folder(long.with_name("other"))


@pytest.mark.parametrize(
    ("given", "port", "public", "address"),
    [
        ({}, 8001, "http://127.0.0.1:8000", "http://127.0.0.1:8001"),
        ({"SAURO_EDGE_PORT": "9"}, 9, "http://127.0.0.1:8000", "http://127.0.0.1:9"),
        ({"SAURO_EDGE_PORT": "0", "SAURO_EDGE_URL": "https://x/edge"}, 0, "https://x", ""),
        # A page that came over HTTPS may not listen without it, so no address is better than a wrong one.
        ({}, 8001, "https://dvc.example", ""),
        ({"SAURO_EDGE_URL": "https://dvc.example/edge/"}, 8001, "https://dvc.example", "https://dvc.example/edge"),
    ],
)  # fmt: skip
def test_where_the_live_edge_is(monkeypatch, given, port, public, address):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert edge.port(8000) == port
    assert edge.address("127.0.0.1", port, public) == address


@pytest.mark.parametrize("wrong", ["edge", "ftp://x", "https://", "https://x;script-src *", "http://x y"])
def test_an_address_of_the_edge_that_could_widen_the_policy_is_refused(monkeypatch, wrong):
    monkeypatch.setenv("SAURO_EDGE_URL", wrong)
    with pytest.raises(WrongSetting, match="SAURO_EDGE_URL"):
        edge.address("127.0.0.1", 8001, "http://127.0.0.1:8000")


def test_the_edge_is_not_put_on_the_port_of_the_pages(monkeypatch):
    monkeypatch.setenv("SAURO_EDGE_PORT", "8000")
    with pytest.raises(WrongSetting, match="SAURO_EDGE_PORT"):
        edge.port(8000)
    monkeypatch.delenv("SAURO_EDGE_PORT")
    assert edge.port(65535) == 0


def test_pages_connect_to_themselves_and_to_the_edge_only():
    assert security.policy("")["DIRECTIVES"]["connect-src"] == ["'self'"]
    assert security.policy("http://a:1")["DIRECTIVES"]["connect-src"] == ["'self'", "http://a:1"]
    assert edge.origin("https://dvc.example/edge") == "https://dvc.example"


def test_pages_of_the_installation_may_listen_and_no_others():
    assert edge.origins("http://127.0.0.1:8000", ["localhost", "*"], 8000) == {
        "http://127.0.0.1:8000",
        "http://localhost:8000",
    }
    assert edge.origins("https://dvc.example/cong", ["dvc.example"], 8000) == {"https://dvc.example"}
