"""The keys on disk: made whole, refused when open to others, forgotten when shredded."""

import logging
import os
import pickle
import stat
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sauro.core.vault import keyring
from sauro.core.vault.keyring import Keyring, KeyringRefused
from sauro.core.vault.seeds import Shredded


def test_modes(ring: Keyring) -> None:
    assert stat.S_IMODE(ring.directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in ring.directory.iterdir()} == {0o600}


def test_modes_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = keyring.create(tmp_path / "keys")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.directory.iterdir()} == {0o600}


def test_lies_beside_the_keys_of_others(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir(0o700)
    (keys / "another").write_text("secret")
    assert not keyring.exists(keys)
    keyring.create(keys)
    assert keyring.exists(keys)
    assert (keys / "another").read_text() == "secret"


def test_is_never_replaced(ring: Keyring, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in ring.directory.iterdir()}
    with pytest.raises(KeyringRefused, match="exists already"):
        keyring.create(tmp_path / "keys")
    assert {path.name: path.read_bytes() for path in ring.directory.iterdir()} == before


def test_a_failed_making_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(path: Path, body: bytes) -> None:
        if path.name == "erased.list":
            raise OSError(28, "No space left on device")
        path.write_bytes(body)

    monkeypatch.setattr(keyring, "write_new", full_disk)
    with pytest.raises(KeyringRefused, match="No space left"):
        keyring.create(tmp_path / "keys")
    assert list((tmp_path / "keys").iterdir()) == []


NAMES = ["master-0001.key", "token.key", "request.key", "checkpoint.key", "erased.list"]


@pytest.mark.parametrize("name", NAMES)
def test_refuses_a_file_open_to_others(ring: Keyring, tmp_path: Path, name: str) -> None:
    (ring.directory / name).chmod(0o640)
    with pytest.raises(KeyringRefused, match="chmod 600"):
        keyring.load(tmp_path / "keys")


@pytest.mark.parametrize("name", NAMES)
def test_refuses_a_missing_file(ring: Keyring, tmp_path: Path, name: str) -> None:
    (ring.directory / name).unlink()
    with pytest.raises(KeyringRefused, match="Restore"):
        keyring.load(tmp_path / "keys")


@pytest.mark.parametrize("name", NAMES)
def test_refuses_a_link(ring: Keyring, tmp_path: Path, name: str) -> None:
    (ring.directory / name).rename(tmp_path / name)
    (ring.directory / name).symlink_to(tmp_path / name)
    with pytest.raises(KeyringRefused, match="plain file"):
        keyring.load(tmp_path / "keys")


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".key")])
def test_refuses_a_damaged_key(ring: Keyring, tmp_path: Path, name: str) -> None:
    path = ring.directory / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(KeyringRefused, match="damaged"):
        keyring.load(tmp_path / "keys")


@pytest.mark.parametrize("which", [".", "vault"])
def test_refuses_a_directory_open_to_others(ring: Keyring, tmp_path: Path, which: str) -> None:
    (tmp_path / "keys" / which).chmod(0o750)
    with pytest.raises(KeyringRefused, match="chmod 700"):
        keyring.load(tmp_path / "keys")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_refuses_the_keys_of_another_user(ring: Keyring, tmp_path: Path) -> None:
    os.chown(ring.directory / "token.key", 65534, 65534)
    with pytest.raises(KeyringRefused, match="another user"):
        keyring.load(tmp_path / "keys")


def test_refuses_a_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(KeyringRefused, match="no keys"):
        keyring.load(tmp_path / "nowhere")


def test_shows_no_secret(ring: Keyring, caplog: pytest.LogCaptureFixture) -> None:
    secrets = [path.read_bytes() for path in ring.directory.glob("*.key")]
    logging.getLogger("test").warning("%s %r", ring, ring)
    assert str(ring) == repr(ring) == f"Keyring({str(ring.directory)!r})"
    assert not any(secret.hex() in caplog.text or repr(secret) in caplog.text for secret in secrets)
    with pytest.raises(TypeError):
        pickle.dumps(ring)
    assert not hasattr(ring, "__dict__")


def test_same_keys_after_loading(ring: Keyring, tmp_path: Path) -> None:
    again, unit = keyring.load(tmp_path / "keys"), uuid4()
    assert again.wrapping_key(unit, 1) == ring.wrapping_key(unit, 1)
    assert again.request_digest(b"x") == ring.request_digest(b"x") != ring.request_digest(b"y")
    assert (
        again.token_digest("name", "hoa")
        == ring.token_digest("name", "hoa")
        != ring.token_digest("code", "hoa")
    )
    public: Ed25519PublicKey = again.checkpoint_key.public_key()
    public.verify(ring.checkpoint_key.sign(b"note"), b"note")


def test_two_installations_share_nothing(ring: Keyring, tmp_path: Path) -> None:
    other, unit = keyring.create(tmp_path / "others"), uuid4()
    assert other.wrapping_key(unit, 1) != ring.wrapping_key(unit, 1)
    assert other.request_digest(b"x") != ring.request_digest(b"x")
    assert other.token_digest("name", "hoa") != ring.token_digest("name", "hoa")


def test_rotation_is_seen_by_a_running_process(ring: Keyring, tmp_path: Path) -> None:
    running, unit = keyring.load(tmp_path / "keys"), uuid4()
    first = running.wrapping_key(unit, 1)
    assert ring.rotate() == 2
    assert running.newest == 2
    assert list(running.generations) == [1, 2]
    assert running.wrapping_key(unit, 1) == first != running.wrapping_key(unit, 2)
    ring.retire(1)
    with pytest.raises(KeyringRefused, match="generation 1"):
        running.wrapping_key(unit, 1)


def test_the_newest_is_not_retired(ring: Keyring) -> None:
    with pytest.raises(KeyringRefused, match="Rotate first"):
        ring.retire(1)


def test_shredding_holds_for_every_generation_and_process(ring: Keyring, tmp_path: Path) -> None:
    running, gone, stays = keyring.load(tmp_path / "keys"), uuid4(), uuid4()
    ring.rotate()
    before = running.wrapping_key(stays, 1)
    ring.shred([gone])
    for held in (ring, running, keyring.load(tmp_path / "keys")):
        assert held.is_shredded(gone)
        assert held.wrapping_key(stays, 1) == before
        for generation in (1, 2):
            with pytest.raises(Shredded):
                held.wrapping_key(gone, generation)


def test_shredding_overwrites_the_old_file(ring: Keyring) -> None:
    path = ring.directory / "master-0001.key"
    with path.open("rb") as old:
        ring.shred([uuid4()])
        assert old.read().strip(b"\0") == b""
    assert path.stat().st_size > 1000


def test_current_is_loaded_once(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.SAURO_KEYS = tmp_path / "keys"  # type: ignore[attr-defined]
    keyring.create(tmp_path / "keys")
    keyring.use(None)
    try:
        assert keyring.current() is keyring.current()
        assert keyring.current().directory == tmp_path / "keys" / "vault"
    finally:
        keyring.use(None)
