#!/usr/bin/env python3
"""That gdb stops a run at a peer and an instant (tools/gdb/orbsim.py).

    tools/gdb/orbsim_test.py [ORBSIM]    default build/release/bin/orbsim
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ORBSIM = str(ROOT / "build/release/bin/orbsim")
SCENARIO = ROOT / "tests/sim/world/planted_block_bugs.json"
STOP = re.compile(r"orb: before an event of peer (\d+) at (\d+\.\d{6})s")


class GdbTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([ORBSIM, "run", SCENARIO, "--until", "6s", "--out", cls.folder.name], capture_output=True)
        cls.capsule = cls.folder.name + "/capsule.json"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def gdb(self, *commands, arguments=("--debugger",)):
        call = ["gdb", "-batch", "-nx", "-iex", "set debuginfod enabled off", "-x", str(ROOT / "tools/gdb/orbsim.py")]
        for command in commands:
            call += ["-ex", command]
        call += ["--args", ORBSIM, "replay", self.capsule, *arguments]
        ended = subprocess.run(call, capture_output=True, text=True, timeout=300)
        return ended.stdout + ended.stderr

    def test_stops_before_each_event_from_then_on(self):
        text = self.gdb("orb-break 3 5.25s", "run", "orb-peer", "continue", "continue")
        stops = [(int(peer), float(at)) for peer, at in STOP.findall(text)]
        self.assertEqual([peer for peer, _ in stops], [3, 3, 3], text)
        times = [at for _, at in stops]
        self.assertGreaterEqual(times[0], 5.25, text)
        self.assertEqual(times, sorted(times), text)
        self.assertRegex(text, r"\npeer 3: up yes, starts so far 1, group members")
        self.assertIn("\n  storage: batches applied", text)

    def test_the_stop_is_the_first_event_from_then_on(self):
        stop = STOP.search(self.gdb("orb-break 3 5.25s", "run"))
        told = subprocess.run([ORBSIM, "travel", self.capsule], input="go 5.249999s\npeer 3\nstep\n", capture_output=True, text=True)
        self.assertIn(f"{stop.group(2)}s #0 peer 3", told.stdout)

    def test_another_stop_can_be_asked_for_on_the_way(self):
        text = self.gdb("orb-break 3 5s", "run", "orb-break 6 5500ms", "continue")
        self.assertEqual([peer for peer, _ in STOP.findall(text)], ["3", "6"], text)
        self.assertGreaterEqual(float(STOP.findall(text)[1][1]), 5.5)

    def test_a_run_that_is_not_stopped_runs_to_its_end(self):
        self.assertIn("exited", self.gdb("orb-break 99 1s", "run"))

    def test_mistakes_are_named(self):
        self.assertIn('found "3", allowed a peer and an instant', self.gdb("orb-break 3"))
        self.assertIn('found "soon", allowed an instant', self.gdb("orb-break 3 soon"))
        self.assertIn("found no run", self.gdb("orb-peer"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ORBSIM = sys.argv.pop(1)
    unittest.main()
