"""Invariant I9: how long something is kept is decided when it is created."""

from datetime import date


def retain_until(rule: dict[str, object], start: date) -> date | None:
    """The last day of keeping under a retention rule of the pack; None when it is kept for ever.

    ``rule`` has ``years`` (whole years after ``start``) or ``permanent``. Raises ValueError when it says neither.
    """
    if rule.get("permanent"):
        return None
    years = rule.get("years")
    if not isinstance(years, int) or years <= 0:
        raise ValueError(f"The retention rule {rule.get('code')} says neither how many years nor for ever.")
    try:
        return start.replace(year=start.year + years)
    except ValueError:  # 29 February
        return start.replace(year=start.year + years, month=3, day=1)
