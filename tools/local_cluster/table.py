"""The status of a cluster as lines for people."""

from local_cluster import words

COLUMNS = [("node", 4), ("state", 17), ("phase", 9), ("address", 16), ("id", 9), ("pid", 8), ("up", 9),
           ("contacts", 9), ("links", 6)]


def _cell(status, column):
    value = status[column]
    if value is None:
        return "-"
    if column == "id":
        return value[:8]
    return words.span(value) if column == "up" else str(value)


def _rule(rule):
    first, second = rule["between"]
    text = f'{rule["do"]} {first} {"->" if rule["one_way"] else "<->"} {second}'
    if rule["by"]:
        text += f' by {words.span(rule["by"])}'
    if rule["reset"]:
        text += ", reset"
    return text + ("" if rule["left"] is None else f', {words.span(rule["left"])} left')


def lines(cluster):
    rows = ["  ".join(name.ljust(width) for name, width in COLUMNS).rstrip()]
    for status in cluster["nodes"]:
        rows.append("  ".join(_cell(status, name).ljust(width) for name, width in COLUMNS).rstrip())
    return rows + ["rule  " + _rule(rule) for rule in cluster["rules"]]
