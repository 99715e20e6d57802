"""Whatever leaves this machine goes where docs/reference/connections.md says; nothing else connects to anywhere."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "sauro"
REACHING = {"socket", "requests", "urllib3", "httpx", "aiohttp", "http.client", "urllib.request", "smtplib", "ftplib", "telnetlib"}  # fmt: skip
KNOWN = {
    "core/ports/mail.py": "the mail server of the settings",
    "core/ports/sms.py": "a gateway that no setting leads to",
    "core/vault/scanner.py": "clamd",
    "project/outgoing.py": "the guarded door",
    "project/accounts/federation.py": "names an error of requests; fetches through the guarded door",
    "project/traces/collector.py": "names an error of requests; sends through the guarded door",
    "project/notify.py": "the socket of who started this unit, where systemd did",
    "project/start.py": "whether a port is free",
    "project/supervisor.py": "this machine's pages",
    "project/examination/machine.py": "the certificate of the public address",
    "project/examination/running.py": "the live edge of this machine",
}


def reaching(file: Path) -> set[str]:
    """Modules that open connections, as far as a file imports them."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        found |= {name for name in names if name in REACHING or name.partition(".")[0] in REACHING}
    return found


def test_nothing_else_opens_connections() -> None:
    files = [file for file in SOURCE.rglob("*.py") if "tests" not in file.parts]
    found = {file.relative_to(SOURCE).as_posix() for file in files if reaching(file)}
    assert found == set(KNOWN), "say in this file and in docs/reference/connections.md where it leads"
