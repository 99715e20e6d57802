"""A provider of identities (OpenID Connect, code flow with PKCE) over real HTTP, shaped as VNeID's might be.

It checks what a provider must: client, redirect address, code good once, verifier of the challenge. ``spoil`` changes
what it then says, so that a test sees the client refuse.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "sauro-thu-nghiem", "bi-mat-thu-nghiem"
Spoil = Callable[[dict[str, Any]], None]


class Provider:
    """Who is asked to sign in there next, and what was said."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.spoil: dict[str, Spoil] = {}
        """By name: ``discovery``, ``answer`` (of the redirect), ``token`` (the claims), ``userinfo``."""
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing = self.key
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.refused: list[str] = []
        self.issuer = ""

    def is_(self, number: str, **more: Any) -> None:
        """The person who signs in there from now on."""
        self.claims = {
            "sub": hashlib.sha256(number.encode()).hexdigest()[:24],
            "name": "Nguyễn Thị Canary",
            "id_number": number,
            "loa": "2",
            **more,
        }

    def _said(self, name: str, what: dict[str, Any]) -> dict[str, Any]:
        self.spoil.get(name, lambda _what: None)(what)
        return what

    def discovery(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0."""
        places = {
            f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token", "userinfo")
        }
        more = {
            "issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True, "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }  # fmt: skip
        return self._said("discovery", {**places, **more})

    def authorize(self, asked: dict[str, str]) -> str:
        """The person signs in and is sent back."""
        self.asked.append(asked)
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code", asked
        assert asked["code_challenge_method"] == "S256" and asked["code_challenge"] and asked["nonce"], asked
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = self._said("answer", {"code": code, "state": asked["state"], "iss": self.issuer})
        return f"{asked['redirect_uri']}?{urlencode({name: value for name, value in back.items() if value is not None})}"

    def token(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """The code for a token: once, for this client, and for who holds the verifier."""
        asked = self.codes.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        checks = {
            "code": asked is not None,
            "client": (sent.get("client_id"), sent.get("client_secret")) == (CLIENT, SECRET),
            "redirect": asked is not None and sent.get("redirect_uri") == asked["redirect_uri"],
            "verifier": asked is not None and asked["code_challenge"] == challenge,
        }
        self.refused += [name for name, fine in checks.items() if not fine]
        if asked is None or not all(checks.values()):
            return None
        now = int(time.time())
        said = {
            **self.claims,
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        id_token = jwt.encode(
            self._said("token", said), self.signing, algorithm="RS256", headers={"kid": "mot"}
        )
        return {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": id_token,
        }

    def jwks(self) -> dict[str, Any]:
        """Its public key."""
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**key, "kid": "mot", "alg": "RS256", "use": "sig"}]}

    def userinfo(self) -> dict[str, Any]:
        """What it knows of the person."""
        return self._said("userinfo", dict(self.claims))


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def _json(self, what: dict[str, Any] | None) -> None:
            body = json.dumps(what if what is not None else {"error": "invalid_grant"}).encode()
            self.send_response(200 if what is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorization":
                self.send_response(302)
                self.send_header("Location", provider.authorize(dict(parse_qsl(parts.query))))
                self.end_headers()
                return
            known = {
                "/.well-known/openid-configuration": provider.discovery,
                "/jwks": provider.jwks,
                "/userinfo": provider.userinfo,
            }
            self._json(known[parts.path]())

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._json(provider.token(dict(parse_qsl(sent))))

    return Handler


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider on a port of its own."""
    made = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
