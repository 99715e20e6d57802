"""What keeps strangers out: settings, scanner, the database's role and line, the system's clock. A demonstration may be open."""

import ctypes
import sys
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from sauro.project.cli.language import _
from sauro.project.examination.finding import Finding, State, one

UNSYNCHRONISED = 5
"""TIME_ERROR of adjtimex(2)."""


def of_settings() -> Iterator[Finding]:
    """Every check of what is set."""
    for check in (debugging, hosts, cookies, second_factor, limits, mail, scanner, synchronised):
        yield check()


def _only_real(state: State) -> State:
    """What is wrong for real people is all right in a demonstration."""
    from django.conf import settings

    return "well" if settings.DEMONSTRATION else state


def _found(code: str, check: str, state: State, found: str, remedy: str) -> Finding:
    return Finding(code, check, state, found, "" if state == "well" else remedy)


def debugging() -> Finding:
    """No page shows the insides of the program."""
    from django.conf import settings

    if not settings.DEBUG:
        return Finding("debugging", _("debugging"), "well", _("its pages are off"))
    remedy = _("Unset SAURO_DEBUG: its error pages show settings and data.")
    return Finding(
        "debugging",
        _("debugging"),
        "warning" if settings.DEMONSTRATION else "fault",
        _("its pages are on"),
        remedy,
    )


def hosts() -> Finding:
    """Only names that are ours are answered to."""
    from django.conf import settings

    name, allowed = _("host names"), settings.ALLOWED_HOSTS
    text = ", ".join(allowed)
    if any(host == "*" or host.startswith(".") for host in allowed):
        remedy = _(
            "Name each host in SAURO_HOSTS: with a pattern, links in letters may lead to a stranger's host."
        )
        return _found("hosts", name, _only_real("fault"), text, remedy)
    public = urlsplit(settings.SAURO_PUBLIC_URL).hostname
    if public not in allowed:
        remedy = _("Add {host} to SAURO_HOSTS: visitors of the public address are refused.").format(
            host=public
        )
        return _found("hosts", name, _only_real("fault"), text, remedy)
    return Finding("hosts", name, "well", text)


def cookies() -> Finding:
    """Cookies travel over HTTPS alone, belong to this very host, and no script reads them."""
    from django.conf import settings

    safe = (
        settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SESSION_COOKIE_HTTPONLY
        and settings.SESSION_COOKIE_NAME.startswith("__Host-") and settings.SECURE_HSTS_SECONDS
    )  # fmt: skip
    text = _("over HTTPS alone, of this host alone") if safe else _("sent over plain HTTP too")
    remedy = _("Set SAURO_PUBLIC_URL to an https:// address.")
    return _found("cookies", _("cookies"), "well" if safe else _only_real("fault"), text, remedy)


def second_factor() -> Finding:
    """Officials show a second factor."""
    from django.conf import settings

    required = settings.SAURO_SECOND_FACTOR_REQUIRED
    text = _("required of officials") if required else _("not required of officials")
    remedy = _("Set SAURO_SECOND_FACTOR=required, or unset it.")
    state: State = "well" if required else _only_real("warning")
    return _found("second_factor", _("second factor"), state, text, remedy)


def limits() -> Finding:
    """Each kind of what costs something has a limit, of an account and of an address."""
    from django.conf import settings

    name = _("limits")
    without = [kind for kind, rate in settings.SAURO_RATES.items() if not (rate.account and rate.address)]
    if not without:
        return Finding("limits", name, "well", _("every kind has one"))
    text = _("none for {kinds}").format(kinds=", ".join(without))
    remedy = _("Set SAURO_RATES: docs/reference/settings.md says what is usual.")
    return _found("limits", name, _only_real("warning"), text, remedy)


def mail() -> Finding:
    """Letters are sent; without them nobody who forgot a password gets back in."""
    from django.conf import settings

    sends = settings.SAURO_SENDS_MAIL
    text = _("sent through {server}").format(server=settings.EMAIL_HOST) if sends else _("no mail is sent")
    remedy = _("Set SAURO_SMTP_URL: until then nobody gets back in by mail.")
    return _found("mail", _("mail"), "well" if sends else _only_real("warning"), text, remedy)


def scanner() -> Finding:
    """The virus scanner answers, where there is one. It is shown a word and no file."""
    from django.conf import settings

    from sauro.core.vault.scanner import ClamdScanner, Scanned

    name = _("virus scanner")
    if not settings.SAURO_CLAMD:
        text = _("none: files that are sent in stay shut") if not settings.DEMONSTRATION else _("none")
        return _found("scanner", name, _only_real("warning"), text, _("Set SAURO_CLAMD."))
    found = ClamdScanner(settings.SAURO_CLAMD, seconds=5).scan(b"sauro doctor")
    if found.verdict == Scanned.CLEAN:
        return Finding("scanner", name, "well", _("it answers"))
    text = _("it does not answer: {reason}").format(reason=found.finding)
    remedy = _("Start clamd, and look at SAURO_CLAMD: until then every file that is sent in stays shut.")
    return Finding("scanner", name, "fault", text, remedy)


def synchronised() -> Finding:
    """The system's clock follows a time server: deadlines and signatures bear its time."""
    name = _("time server")
    state = clock_state()
    if state is None:
        return Finding("time_server", name, "well", _("cannot be asked here"))
    if state != UNSYNCHRONISED:
        return Finding("time_server", name, "well", _("the system's clock follows one"))
    remedy = _("Let chrony or systemd-timesyncd follow a time server: timedatectl set-ntp true")
    return _found("time_server", name, _only_real("warning"), _("the system's clock follows none"), remedy)


def clock_state() -> int | None:
    """What adjtimex(2) says when it changes nothing; None where it cannot be asked."""
    if sys.platform != "linux":
        return None
    # The structure is 208 bytes; its first word says what to change: nothing.
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(512))
    return state if state >= 0 else None


_POWERS = """
SELECT concat_ws(', ', CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
  CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
  CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
  CASE WHEN pg_has_role(d.datdba, 'MEMBER') OR EXISTS (
    SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'MEMBER')) THEN 'OWNER' END)
FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()
"""


def powers() -> Finding:
    """The application's role of PostgreSQL may do its work and no more."""
    name, role, more = _("database role"), one("SELECT current_user"), one(_POWERS)
    if not more:
        return Finding(
            "database_role", name, "well", _("{role}, without powers of its own").format(role=role)
        )
    text = _("{role} is more than it needs: {powers}").format(role=role, powers=more)
    remedy = _("Connect as sauro_app, as deploy/postgresql/roles.sql makes it.")
    return Finding("database_role", name, "fault", text, remedy)


def line() -> Finding:
    """The line to a database on another machine is encrypted, and its certificate checked."""
    name = _("database line")
    other = one(
        "SELECT inet_server_addr() IS NOT NULL AND inet_server_addr() IS DISTINCT FROM inet_client_addr()"
    )
    if not other:
        return Finding("database_line", name, "well", _("on this machine"))
    return judged_line(bool(one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")))


def judged_line(encrypted: bool) -> Finding:
    """What to say of a line to another machine."""
    from django.conf import settings

    name = _("database line")
    mode = settings.DATABASES["default"].get("OPTIONS", {}).get("sslmode", "prefer")
    remedy = _("Put ?sslmode=verify-full into DATABASE_URL.")
    if not encrypted:
        return _found(
            "database_line", name, _only_real("fault"), _("to another machine, in the clear"), remedy
        )
    if mode != "verify-full":
        text = _("encrypted, with whoever answers (sslmode={mode})").format(mode=mode)
        return _found("database_line", name, _only_real("warning"), text, remedy)
    return Finding("database_line", name, "well", _("encrypted, and its certificate is checked"))


OF_DATABASE: tuple[Callable[[], Finding], ...] = (powers, line)
