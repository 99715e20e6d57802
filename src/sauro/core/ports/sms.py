"""Text messages: the port, and a gateway reached by HTTP and JSON. No gateway is configured by default."""

import json
import re
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, Protocol

import msgspec

from sauro.core.ports.delivery import Delivered, Delivery, PermanentFailure, TemporaryFailure

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWO = frozenset("^{}\\[~]|€")
MAX_ANSWER = 64 * 1024
OURS = frozenset({401, 403, 404, 405, 407, 408, 425, 429})


class ShortMessage(msgspec.Struct, frozen=True):
    """One text message. `to` as typed ("0912 345 678", "+84912345678"); `key` is stable over attempts."""

    to: str
    text: str
    key: str


class SmsGateway(Protocol):
    """Carries text messages. Never raises for a failed delivery."""

    def send(self, message: ShortMessage) -> Delivery:
        """Hand over one message."""
        ...


class GatewaySettings(msgspec.Struct, frozen=True):
    """`url` takes a POST of `{"to", "text", "sender", "key"}`; `token` goes as a bearer token."""

    url: str
    token: str = ""
    sender: str = ""
    country: str = "84"
    timeout: float = 10.0


def international(number: str, country: str = "84") -> str | None:
    """The number in E.164 ("+84912345678"), or None if it cannot be one."""
    digits = re.sub(r"[\s().-]", "", number)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = f"+{country}{digits[1:]}"
    return digits if re.fullmatch(r"\+[1-9][0-9]{7,14}", digits) else None


def segments(text: str) -> int:
    """How many messages the network will bill (3GPP TS 23.038 and 23.040): 160/153 GSM, 70/67 UCS-2."""
    if all(char in GSM or char in GSM_TWO for char in text):
        length, one, each = len(text) + sum(char in GSM_TWO for char in text), 160, 153
    else:
        length, one, each = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= one else -(-length // each)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    # A redirect would carry the token and a phone number to whoever answers there.
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


class HttpSmsGateway:
    """A gateway by HTTP. 2xx is taken over; 408, 425, 429, 5xx and our own faults are temporary; other 4xx permanent."""

    def __init__(self, settings: GatewaySettings) -> None:
        if not re.match(r"https?://[^/\s]", settings.url):
            raise ValueError("SMS gateway URL must start with http:// or https://")
        self.settings = settings
        # No proxies from the environment: the gateway is named by its own setting.
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))

    def send(self, message: ShortMessage) -> Delivery:
        """Hand over one message; see `SmsGateway.send`."""
        number = international(message.to, self.settings.country)
        if number is None:
            return PermanentFailure("bad_number")
        if not message.text.strip():
            return PermanentFailure("empty_message")
        try:
            with self._opener.open(self._request(number, message), timeout=self.settings.timeout) as answer:
                return Delivered(_reference(answer.read(MAX_ANSWER)))
        except urllib.error.HTTPError as refused:
            with refused:
                return _by_status(refused.code, refused.headers.get("Retry-After", ""))
        except (OSError, HTTPException):
            return TemporaryFailure("gateway_unreachable")

    def _request(self, number: str, message: ShortMessage) -> urllib.request.Request:
        body = {"to": number, "text": message.text, "sender": self.settings.sender, "key": message.key}
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.key}
        if self.settings.token:
            headers["Authorization"] = f"Bearer {self.settings.token}"
        return urllib.request.Request(  # noqa: S310 (the scheme was checked when the gateway was made)
            self.settings.url, json.dumps(body, ensure_ascii=False).encode(), headers, method="POST"
        )


def gateway(settings: GatewaySettings | None) -> SmsGateway | None:
    """The configured gateway, or None: then no text message is ever sent and nothing pretends it was."""
    return HttpSmsGateway(settings) if settings and settings.url else None


def _reference(answer: bytes) -> str:
    try:
        body: Any = json.loads(answer)
    except ValueError:
        return ""
    found = body.get("id", "") if isinstance(body, dict) else ""
    return str(found)[:100] if isinstance(found, str | int) else ""


def _by_status(status: int, retry_after: str) -> Delivery:
    if status >= 500 or status in OURS:
        pause = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else None
        return TemporaryFailure("gateway_refused", str(status), pause)
    if 300 <= status < 400:
        return TemporaryFailure("gateway_redirected", str(status))
    return PermanentFailure("gateway_refused", str(status))
