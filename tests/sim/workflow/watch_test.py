#!/usr/bin/env python3
"""`orbsim run --watch` on a pseudo-terminal: the table is drawn in place, taken away at the end, also after Ctrl-C, and leaves a terminal
as it was; into a pipe nothing of it is written.

    watch_test.py [ORBSIM]
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
ORBSIM = ROOT / "build/release/bin/orbsim"
LONG_RUN = ["run", "tests/determinism/every_feature.json", "--set", "duration=75s", "--threads", "1", "--watch"]
ESCAPE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")


class Terminal:
    """What a terminal of this size would show: lines of text, of which the sequences that we write are obeyed, and others refused."""

    def __init__(self):
        self.lines = [""]
        self.row = 0
        self.drawn = 0

    def feed(self, text):
        at = 0
        while at < len(text):
            escape = ESCAPE.match(text, at)
            if escape:
                self.obey(escape.group(1), escape.group(2))
                at = escape.end()
                continue
            self.put(text[at])
            at += 1

    def obey(self, argument, letter):
        if letter == "A":
            self.row = max(0, self.row - int(argument or 1))
            self.drawn += 1
        elif letter == "J":
            self.lines[self.row:] = [""]
        else:
            raise AssertionError(f"unexpected escape sequence {argument}{letter}")

    def put(self, character):
        if character == "\n":
            self.row += 1
            while len(self.lines) <= self.row:
                self.lines.append("")
        elif character != "\r":
            self.lines[self.row] += character


def run_on_terminal(arguments, columns=100, rows=30, interrupt_after=None):
    """Exit code, all that was written, and the terminal's attributes before and after."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    before = termios.tcgetattr(follower)

    def become_foreground():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen([ORBSIM, *arguments], cwd=ROOT, stdin=follower, stdout=follower, stderr=follower, preexec_fn=become_foreground)
    written, draws = b"", 0
    while process.poll() is None or select.select([leader], [], [], 0.2)[0]:
        if not select.select([leader], [], [], 0.1)[0]:
            continue
        written += os.read(leader, 65536)
        draws = written.count(b"simulated,")
        if interrupt_after is not None and draws >= interrupt_after:
            os.write(leader, b"\x03")
            interrupt_after = None
    after = termios.tcgetattr(follower)
    os.close(leader)
    os.close(follower)
    return process.wait(), written.decode(), before, after


class WatchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="watch_")
        self.addCleanup(folder.cleanup)
        self.arguments = LONG_RUN + ["--out", f"{folder.name}/run"]

    def test_the_table_is_drawn_in_place_and_taken_away(self):
        code, written, before, after = run_on_terminal(self.arguments)
        self.assertEqual(code, 0, written)
        self.assertGreater(written.count("simulated,"), 3, "drawn again and again")
        self.assertRegex(written, "memory .* MiB  [▁▂▃▄▅▆▇█]+")
        self.assertIn("deliveries / s", written)
        terminal = Terminal()
        terminal.feed(written)
        shown = "\n".join(terminal.lines)
        self.assertNotIn("deliveries / s", shown, "nothing of the table stays")
        self.assertTrue(terminal.lines[0].startswith("every-feature  hash "), "the first line of a run stays where it is")
        self.assertRegex(terminal.lines[-2], "^fingerprint [0-9a-f]{32}$")
        self.assertEqual(before, after)

    def test_ctrl_c_takes_it_away_too(self):
        started = time.monotonic()
        code, written, before, after = run_on_terminal(self.arguments, interrupt_after=2)
        self.assertEqual(code, 6, written)
        terminal = Terminal()
        terminal.feed(written)
        self.assertNotIn("deliveries / s", "\n".join(terminal.lines))
        self.assertIn("interrupted      what follows holds for the part that ran", "\n".join(terminal.lines))
        self.assertEqual(before, after)
        self.assertLess(time.monotonic() - started, 120)

    def test_no_line_is_wider_than_the_terminal_nor_the_table_higher(self):
        _, written, _, _ = run_on_terminal(self.arguments, columns=40, rows=8, interrupt_after=4)
        blocks = re.findall(r"\x1b\[(\d+)A", written)
        self.assertTrue(blocks)
        self.assertLess(max(map(int, blocks)), 8)
        tables = written[written.index("\n"):written.rindex("\x1b[J")]
        for line in ESCAPE.sub("", tables).replace("^C", "").splitlines():
            self.assertLessEqual(len(line.strip("\r")), 40, line)

    def test_a_pipe_gets_nothing_of_it(self):
        done = subprocess.run([ORBSIM, *self.arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, "")
        self.assertNotIn("\x1b", done.stdout)


if __name__ == "__main__":
    if sys.argv[1:]:
        ORBSIM = pathlib.Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1])
