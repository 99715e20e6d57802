"""Signatures: made in two acts, checked by us and by an independent reader, and broken on purpose."""

import io
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from sauro.core.ports.signing import Answer, Awaiting, Declined, Identity, Request, Signed
from sauro.serve.documents import development, render, signing
from sauro.serve.documents.verification import Verification, verify
from sauro.serve.tests.documents import samples

NOW = samples.NOW
FIELD = signing.Field(
    name="Signature1", signer="Lê Thị Hồng Hạnh", reason="Phê duyệt kết quả", location="Hà Nội", time=NOW
)
needs_pdfsig = pytest.mark.skipif(
    shutil.which("pdfsig") is None, reason="pdfsig is not installed: apt-get install poppler-utils"
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a development signer."""
    folder = tmp_path_factory.mktemp("keys")
    development.install(folder, NOW)
    return folder


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """An unsigned result."""
    return render.pdf(samples.documents()["result"])


@pytest.fixture(scope="module")
def signed(pdf: bytes, keys: Path) -> bytes:
    """The result signed with the development key."""
    return sign(pdf, development.DevelopmentSigner(keys))


def sign(pdf: bytes, signer: development.DevelopmentSigner, field: signing.Field = FIELD) -> bytes:
    """Prepare, ask, complete."""
    prepared = signing.prepare(pdf, signer.identity(), field)
    answer = signer.ask(signing.request(prepared, "Quyết định"))
    assert isinstance(answer, Signed)
    return signing.complete(prepared, answer.signature)


def check(pdf: bytes, keys: Path) -> Verification:
    """Verified at the moment of signing against the development root."""
    return verify(pdf, development.roots(keys), NOW)


def pdfsig(pdf: bytes, tmp_path: Path) -> str:
    """What poppler says."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout


def test_a_signed_paper_verifies_and_says_what_it_is(signed: bytes, keys: Path) -> None:
    verdict = check(signed, keys)
    assert (verdict.problem, verdict.intact, verdict.trusted, verdict.covers_whole) == ("", True, True, True)
    assert verdict.development
    assert development.WITHOUT_VALUE in verdict.signer_name
    assert verdict.time == NOW.replace(microsecond=0)
    assert verdict.signatures[0].reason == "Phê duyệt kết quả"


@needs_pdfsig
def test_an_independent_reader_agrees(signed: bytes, tmp_path: Path) -> None:
    said = pdfsig(signed, tmp_path)
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said and "Not total" not in said
    assert "ETSI.CAdES.detached" in said
    assert development.WITHOUT_VALUE in said


@needs_pdfsig
def test_both_catch_one_flipped_bit(signed: bytes, keys: Path, tmp_path: Path) -> None:
    spoilt = bytearray(signed)
    spoilt[len(signed) // 3] ^= 1
    assert check(bytes(spoilt), keys).problem in ("altered", "unreadable")
    assert "Signature is Valid" not in pdfsig(bytes(spoilt), tmp_path)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_flipped_bit_of_the_document_passes(data: st.DataObject, signed: bytes, keys: Path) -> None:
    gap = signed.index(b"/Contents <") + len(b"/Contents ")
    end = signed.index(b">", gap)
    place = data.draw(st.one_of(st.integers(0, gap), st.integers(end, len(signed) - 1)))
    spoilt = bytearray(signed)
    spoilt[place] ^= 1 << data.draw(st.integers(0, 7))
    assert check(bytes(spoilt), keys).problem in ("altered", "unreadable", "unsigned")


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_nothing_hides_in_the_signature_s_own_space(data: st.DataObject, signed: bytes, keys: Path) -> None:
    gap = signed.index(b"/Contents <") + len(b"/Contents <")
    end = signed.index(b">", gap)
    padding_from = gap + len(signed[gap:end].rstrip(b"0")) + 8
    place = data.draw(st.integers(padding_from, end - 1))
    spoilt = bytearray(signed)
    spoilt[place] = ord("1")
    assert check(bytes(spoilt), keys).problem == "altered"


def test_the_signature_s_digits_are_written_one_way(signed: bytes, keys: Path) -> None:
    gap = signed.index(b"/Contents <") + len(b"/Contents <")
    end = signed.index(b">", gap)
    letter = next(index for index in range(gap, end) if signed[index : index + 1].isalpha())
    assert (
        check(signed[:letter] + signed[letter : letter + 1].lower() + signed[letter + 1 :], keys).problem
        == "altered"
    )


def appended(signed: bytes) -> bytes:
    """The paper with a later revision that changes its title."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/Extra"] = pdf_string("added afterwards")
    writer.root[pdf_name("/Lang")] = pdf_string("xx")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@needs_pdfsig
def test_an_update_appended_after_the_signature_is_caught(signed: bytes, keys: Path, tmp_path: Path) -> None:
    longer = appended(signed)
    assert longer.startswith(signed)
    verdict = check(longer, keys)
    assert verdict.problem in ("altered", "extended")
    assert not verdict.covers_whole
    assert "Not total document signed" in pdfsig(longer, tmp_path)


@pytest.mark.parametrize("tail", [b"\n", b"%%EOF\n", b"\x00" * 64, b"1 0 obj\n<<>>\nendobj\n"])
def test_even_stray_bytes_at_the_end_are_caught(signed: bytes, keys: Path, tail: bytes) -> None:
    verdict = check(signed + tail, keys)
    assert verdict.problem in ("altered", "extended", "unreadable")
    assert not verdict.covers_whole


def test_two_signers_in_turn(signed: bytes, keys: Path) -> None:
    second = msgspec.structs.replace(FIELD, name="Signature2", reason="Đóng dấu cơ quan")
    both = sign(signed, development.DevelopmentSigner(keys), second)
    verdict = check(both, keys)
    assert verdict.problem == ""
    assert [one.whole for one in verdict.signatures] == [False, True]


def test_a_stranger_s_root_is_not_trusted(signed: bytes, tmp_path: Path) -> None:
    development.install(tmp_path, NOW)
    verdict = check(signed, tmp_path)
    assert (verdict.problem, verdict.intact, verdict.trusted) == ("untrusted", True, False)
    assert verify(signed, (), NOW).problem == "untrusted"


def test_a_certificate_outside_its_time_is_not_trusted(signed: bytes, keys: Path) -> None:
    roots = development.roots(keys)
    assert verify(signed, roots, NOW + timedelta(days=365 * 11)).problem == "untrusted"
    assert verify(signed, roots, NOW - timedelta(days=1)).problem == "untrusted"


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.integers(0, 100_000)))
def test_no_bytes_make_verification_fall_over(signed: bytes, keys: Path, junk: bytes | int) -> None:
    hostile = signed[:junk] if isinstance(junk, int) else b"%PDF-1.7\n" + junk
    verdict = check(hostile, keys)
    assert (verdict.problem == "") == (hostile == signed)


def test_an_unsigned_paper_is_called_unsigned(pdf: bytes, keys: Path) -> None:
    verdict = check(pdf, keys)
    assert verdict.problem == "unsigned"
    assert not (verdict.intact or verdict.trusted or verdict.covers_whole)


def test_verification_logs_nobody_s_name(signed: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        verify(signed, (), NOW)
    assert development.WITHOUT_VALUE not in caplog.text


def rsa_identity(size: int) -> tuple[rsa.RSAPrivateKey, Identity]:
    """An RSA signer, as USB tokens carry."""
    key = rsa.generate_private_key(65537, size)
    return key, Identity(certificate=self_signed(key))


def self_signed(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    """A certificate for a signer's key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lê Thị Hồng Hạnh")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True
        )
    )
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.DER)


class RemoteSigner:
    """The shape of a token at a desk or of a remote service: it answers later."""

    def __init__(self, key: rsa.RSAPrivateKey, identity: Identity) -> None:
        self.key, self.named = key, identity
        self.asked: dict[str, Request] = {}
        self.confirmed = False

    def identity(self) -> Identity:
        return self.named

    def ask(self, request: Request) -> Answer:
        self.asked["ticket-1"] = request
        return Awaiting("ticket-1")

    def collect(self, ticket: str) -> Answer:
        if ticket not in self.asked:
            return Declined("unknown_ticket")
        if not self.confirmed:
            return Awaiting(ticket)
        return Signed(self.key.sign(self.asked[ticket].attributes, padding.PKCS1v15(), hashes.SHA256()))


@needs_pdfsig
def test_a_remote_rsa_key_signs_days_later(pdf: bytes, tmp_path: Path) -> None:
    signer = RemoteSigner(*rsa_identity(2048))
    kept = msgspec.msgpack.encode(signing.prepare(pdf, signer.identity(), FIELD))
    prepared = msgspec.msgpack.decode(kept, type=signing.Prepared)
    waiting = signer.ask(signing.request(prepared, "Quyết định"))
    assert waiting == signer.collect("ticket-1") == Awaiting("ticket-1")
    signer.confirmed = True
    answer = signer.collect("ticket-1")
    assert isinstance(answer, Signed)
    done = signing.complete(prepared, answer.signature)
    verdict = verify(done, (signer.identity().certificate,), NOW)
    assert (verdict.problem, verdict.signer_name, verdict.development) == ("", "Lê Thị Hồng Hạnh", False)
    assert "Signature is Valid" in pdfsig(done, tmp_path)


def test_a_signature_for_another_paper_is_refused(pdf: bytes, signed: bytes, keys: Path) -> None:
    signer = development.DevelopmentSigner(keys)
    mine = signing.prepare(pdf, signer.identity(), FIELD)
    other = signing.prepare(render.pdf(samples.documents()["form05"]), signer.identity(), FIELD)
    answer = signer.ask(signing.request(other, "Thông báo"))
    assert isinstance(answer, Signed)
    with pytest.raises(signing.BadSignature):
        signing.complete(mine, answer.signature)
    for nonsense in (b"", b"\x00" * 70):
        with pytest.raises(signing.BadSignature):
            signing.complete(mine, nonsense)


def test_keys_too_weak_or_of_another_kind_are_refused(pdf: bytes) -> None:
    _, weak = rsa_identity(1024)
    for identity in (weak, Identity(certificate=self_signed(ed25519.Ed25519PrivateKey.generate()))):
        with pytest.raises(signing.UnsuitableCertificate):
            signing.prepare(pdf, identity, FIELD)


def test_a_signing_time_without_a_zone_is_refused(pdf: bytes, keys: Path) -> None:
    naive = msgspec.structs.replace(FIELD, time=datetime(2026, 11, 20, 8))  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        signing.prepare(pdf, development.DevelopmentSigner(keys).identity(), naive)


def test_the_development_signer_takes_no_rsa_request(keys: Path) -> None:
    asked = Request(attributes=b"", digest=bytes(32), mechanism="sha256_rsa", title="")
    signer = development.DevelopmentSigner(keys)
    assert signer.ask(asked) == Declined("mechanism_not_supported")
    assert signer.collect("x") == Declined("unknown_ticket")
    assert signer.identity().development


def test_installing_twice_keeps_the_first_key(tmp_path: Path) -> None:
    assert not development.is_installed(tmp_path) and development.roots(tmp_path) == ()
    with pytest.raises(FileNotFoundError, match="make run"):
        development.DevelopmentSigner(tmp_path)
    development.install(tmp_path, NOW)
    folder = tmp_path / development.FOLDER
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    development.install(tmp_path, NOW + timedelta(days=1))
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert set(before) == {"signer.key", "signer.der", "authority.der"}
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_an_install_killed_half_way_leaves_nothing_in_the_way(tmp_path: Path, pdf: bytes) -> None:
    half = tmp_path / f"{development.FOLDER}.killed"
    half.mkdir()
    (half / "signer.key").write_bytes(b"half")
    assert not development.is_installed(tmp_path)
    development.install(tmp_path, NOW)
    assert check(sign(pdf, development.DevelopmentSigner(tmp_path)), tmp_path).problem == ""


def test_many_processes_may_install_at_once(tmp_path: Path, pdf: bytes) -> None:
    for turn in range(5):
        keys = tmp_path / str(turn)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _, keys=keys: development.install(keys, NOW), range(8)))
        assert [path.name for path in keys.iterdir()] == [development.FOLDER]
        assert check(sign(pdf, development.DevelopmentSigner(keys)), keys).problem == ""


def test_a_set_that_lost_a_file_is_not_replaced_in_silence(tmp_path: Path) -> None:
    development.install(tmp_path, NOW)
    (tmp_path / development.FOLDER / "authority.der").unlink()
    with pytest.raises(FileExistsError, match="restore"):
        development.install(tmp_path, NOW)


def test_the_development_certificate_names_its_worth(keys: Path) -> None:
    signer, *chain = [development.DevelopmentSigner(keys).identity().certificate, *development.roots(keys)]
    for raw in (signer, *chain):
        certificate = x509.load_der_x509_certificate(raw)
        assert development.WITHOUT_VALUE in certificate.subject.rfc4514_string()
    assert certificate.not_valid_after_utc > datetime(2030, 1, 1, tzinfo=UTC)
