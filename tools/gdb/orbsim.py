"""gdb commands that stop a run of orbsim at a peer and an instant.

    gdb -x tools/gdb/orbsim.py --args build/release/bin/orbsim replay CAPSULE --debugger
    (gdb) orb-break 3 5.25s
    (gdb) run
    (gdb) orb-peer          where the run stands, and what the peer is
    (gdb) continue          to the peer's next event

The run stops before the peer has its event. What the program offers for this is sim/world/debugger_stop.h; the build needs no more
debug information than a release has.
"""

import re

import gdb

UNITS = {"us": 1, "ms": 1000, "s": 1_000_000, "min": 60_000_000, "m": 60_000_000, "h": 3_600_000_000}


def microseconds(text):
    match = re.fullmatch(r"([0-9]+)(?:\.([0-9]+))?([a-z]+)", text)
    unit = UNITS.get(match.group(3)) if match else None
    if unit is None:
        raise gdb.GdbError(f'found "{text}", allowed an instant such as 5s, 5.25s or 5250ms')
    fraction = match.group(2) or ""
    scaled = int(match.group(1) + fraction) * unit
    if scaled % 10 ** len(fraction) != 0:
        raise gdb.GdbError(f'found "{text}", allowed nothing finer than a microsecond')
    return scaled // 10 ** len(fraction)


def read(name, c_type):
    return int(gdb.parse_and_eval(f"*({c_type} *)&{name}"))


def where():
    at = read("orb_here_at_us", "long")
    return f"peer {read('orb_here_peer', 'unsigned int')} at {at // 1_000_000}.{at % 1_000_000:06d}s"


class Wanted:
    peer = None
    at = 0

    @classmethod
    def write(cls):
        gdb.execute(f"set var *(unsigned int *)&orb_stop_peer = {cls.peer}")
        gdb.execute(f"set var *(long *)&orb_stop_at_us = {cls.at}")


class Ready(gdb.Breakpoint):
    """The run is about to begin: what is wanted can be written."""

    def __init__(self):
        super().__init__("orb_stop_ready", internal=True)

    def stop(self):
        if Wanted.peer is not None:
            Wanted.write()
        return False


class AtPeer(gdb.Breakpoint):
    def __init__(self):
        super().__init__("orb_stop", internal=True)

    def stop(self):
        print("orb: before an event of", where())
        return True


class Break(gdb.Command):
    """orb-break PEER INSTANT: stops before each event of the peer at that instant or later."""

    breakpoints = []

    def __init__(self):
        super().__init__("orb-break", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) != 2 or not words[0].isdigit():
            raise gdb.GdbError(f'found "{argument}", allowed a peer and an instant, such as 3 5.25s')
        Wanted.peer, Wanted.at = int(words[0]), microseconds(words[1])
        if not Break.breakpoints:
            Break.breakpoints = [Ready(), AtPeer()]
        if gdb.selected_inferior().pid != 0:
            Wanted.write()


class Peer(gdb.Command):
    """orb-peer: where the run stands, and what the peer there is."""

    def __init__(self):
        super().__init__("orb-peer", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        if gdb.selected_inferior().pid == 0:
            raise gdb.GdbError("found no run, allowed once orb-break has stopped one")
        print("orb:", where())
        print(gdb.parse_and_eval("((const char *(*)())orb_state)()").string(), end="")


Break()
Peer()
