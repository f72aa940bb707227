"""Fault rules of links between nodes, with the names that the scenario format gives them (docs/scenario_files.md, faults).

  partition  nothing passes between two sides; one_way: nothing from the first to the second.
             reset: instead of silence, connections are reset and new ones refused, as a firewall does that rejects
  delay      what passes takes longer by `by`

A rule names the senders and the receivers of what it hits and may end by itself. Links carry TCP streams, so nothing is
lost, doubled or overtaken: what a partition stops waits, and passes when the partition ends before a node has given up.
"""

import dataclasses

PARTITION = "partition"
DELAY = "delay"


@dataclasses.dataclass(frozen=True)
class Rule:
    kind: str
    senders: frozenset
    receivers: frozenset
    both_ways: bool = True
    by: float = 0.0  # Seconds; of a delay.
    reset: bool = False  # Of a partition.
    until: float = float("inf")  # Of the supervisor's clock.

    def hits(self, sender, receiver):
        if sender in self.senders and receiver in self.receivers:
            return True
        return self.both_ways and sender in self.receivers and receiver in self.senders


class Rules:
    """The rules in force. `clock` gives the time in seconds."""

    def __init__(self, clock):
        self._clock = clock
        self._rules = []

    def add(self, rule):
        self._rules.append(rule)

    def clear(self):
        self._rules.clear()

    def in_force(self):
        now = self._clock()
        self._rules = [rule for rule in self._rules if rule.until > now]
        return list(self._rules)

    def _hitting(self, kind, sender, receiver):
        return [rule for rule in self.in_force() if rule.kind == kind and rule.hits(sender, receiver)]

    def stopped(self, sender, receiver):
        return bool(self._hitting(PARTITION, sender, receiver))

    def rejected(self, a, b):
        """Whether connections between the two are reset; a stream needs both directions."""
        return any(rule.reset for rule in self._hitting(PARTITION, a, b) + self._hitting(PARTITION, b, a))

    def delay(self, sender, receiver):
        return sum(rule.by for rule in self._hitting(DELAY, sender, receiver))

    def next_end(self):
        return min((rule.until for rule in self.in_force()), default=float("inf"))
