"""The development signer: a key and an authority made at install, worth nothing before the law, and saying so.

Its certificates name themselves "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ", so every viewer of a signed paper shows it.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

from sauro.core.ports.signing import Answer, Declined, Identity, Request, Signed

# The same in every language, like the national motto: it is what the law would say of such a paper.
WITHOUT_VALUE = "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
FOLDER = "signing-development"
FILES = ("signer.key", "signer.der", "authority.der")
VALID = timedelta(days=3650)


def install(keys: Path, now: datetime) -> None:
    """Make authority and signer under `keys` once; a set that stands is left alone.

    Safe to be killed and to be run by several processes at once: the folder appears whole or not at all.
    """
    folder = keys / FOLDER
    if folder.exists():
        if not is_installed(keys):
            raise FileExistsError(
                f"{folder} lacks a file; restore it from its backup, or move it away and try again"
            )
        return
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = Path(mkdtemp(prefix=f"{FOLDER}.", dir=keys))
    try:
        for name, data in _generate(now).items():
            _write(half / name, data)
        half.rename(folder)
    except OSError:
        # Another process was quicker, and its set is the one; any other fault leaves no set and is told.
        if not is_installed(keys):
            raise
    finally:
        rmtree(half, ignore_errors=True)


def is_installed(keys: Path) -> bool:
    """Whether a complete development signer stands under `keys`."""
    return all((keys / FOLDER / name).is_file() for name in FILES)


def _generate(now: datetime) -> dict[str, bytes]:
    """The files of a new signer. The authority's key is not kept: it can never issue a second certificate."""
    authority_key, signer_key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    issuer = _name("Chứng thực thử")
    authority = _certificate(issuer, issuer, authority_key, authority_key, now, authority=True)
    signer = _certificate(_name("Chữ ký thử"), issuer, signer_key, authority_key, now, authority=False)
    return dict(zip(FILES, (_pem(signer_key), signer, authority), strict=True))


def roots(keys: Path) -> tuple[bytes, ...]:
    """The development authority, DER, as a trust root; empty where none is installed."""
    authority = keys / FOLDER / "authority.der"
    return (authority.read_bytes(),) if authority.is_file() else ()


class DevelopmentSigner:
    """A `Signer` whose key lies in this process's files; it answers at once."""

    def __init__(self, keys: Path) -> None:
        folder = keys / FOLDER
        if not is_installed(keys):
            raise FileNotFoundError(
                f"no development signer under {folder}; run `make run` or `sauro up` once"
            )
        key = serialization.load_pem_private_key((folder / "signer.key").read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the development key must be an elliptic-curve key")
        self._key = key
        certificate = (folder / "signer.der").read_bytes()
        authority = (folder / "authority.der").read_bytes()
        self._identity = Identity(certificate=certificate, chain=(authority,), development=True)

    def identity(self) -> Identity:
        """Certificate and authority, marked as development."""
        return self._identity

    def ask(self, request: Request) -> Answer:
        """Sign the hash, as a token or a remote service would."""
        if request.mechanism != "sha256_ecdsa":
            return Declined("mechanism_not_supported")
        return Signed(self._key.sign(request.digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))

    def collect(self, ticket: str) -> Answer:
        """Nothing ever waits here."""
        return Declined("unknown_ticket")


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, WITHOUT_VALUE),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{common} ({WITHOUT_VALUE})"),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    now: datetime,
    *,
    authority: bool,
) -> bytes:
    depth = 0 if authority else None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # An hour back: the first signature may be verified by a clock that is slow.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=depth), critical=True)
        .add_extension(_usage(authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes) -> None:
    """Write and flush to disk; never readable by others, not even for a moment."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
