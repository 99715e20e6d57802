"""How often what costs something may be asked for, by kind."""

from sauro.project.limits.rates import Rate
from sauro.project.settings.table import WrongSetting, text

KINDS = ("write", "sign_in", "search", "export", "api")


def rates() -> dict[str, Rate]:
    """Give the rate of each kind from SAURO_RATES. Raises WrongSetting for one that is missing or cannot be read."""
    found: dict[str, Rate] = {}
    for part in text("SAURO_RATES").split():
        kind, _, numbers = part.partition("=")
        account, _, address = numbers.partition("/")
        if kind not in KINDS or not all(_count(number) for number in (account, address)):
            raise WrongSetting(
                f"SAURO_RATES has “{part}”. Write each as kind=of-an-account/of-an-address; the kinds: {', '.join(KINDS)}."
            )
        found[kind] = Rate(int(account), int(address))
    if missing := set(KINDS) - set(found):
        raise WrongSetting(f"SAURO_RATES lacks {', '.join(sorted(missing))}.")
    return found


def _count(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) <= 6
