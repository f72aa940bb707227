"""What a user types: durations and sets of nodes; errors say what was found and what is allowed."""

import re

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
DURATION_MAX = 365 * 24 * 3600.0


class Mistake(Exception):
    """Wrong input; the message is for the user."""


def seconds(text):
    """ "250ms" as 0.25: the durations of scenario files."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(us|ms|s|min|h)", text)
    if found is None:
        raise Mistake(f'found the duration "{text}", allowed a number and a unit such as "250ms", "10s" or "1.5min"')
    value = float(found[1]) * UNITS[found[2]]
    if not 0 < value <= DURATION_MAX:
        raise Mistake(f'found the duration "{text}", allowed more than 0 and at most a year')
    return value


def nodes(text, count):
    """ "2", "2-4", "1,3" or "all" as a set of numbers from 1 to count."""
    if text == "all":
        return set(range(1, count + 1))
    chosen = set()
    for part in text.split(","):
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
        if found is None:
            raise Mistake(f'found the nodes "{text}", allowed numbers such as "2", "2-4", "1,3" or "all"')
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= count:
            raise Mistake(f'found the nodes "{text}", allowed 1 to {count}')
        chosen.update(range(first, last + 1))
    return chosen


def span(value):
    """Seconds for people."""
    if value < 1:
        return f"{value * 1000:.0f}ms"
    if value < 100:
        return f"{value:.3g}s"
    return f"{int(value) // 60}min{int(value) % 60:02d}s"


def node_text(numbers):
    """{1,2,3,5} as "1-3,5"."""
    ordered, parts = sorted(numbers), []
    for number in ordered:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
