#!/usr/bin/env python3
"""Storage rings on real disks: twelve nodes lend room, blocks are put, two nodes leave, one gets kill -9 and comes back, and
every block keeps three holders. What a node holds is read from its store's file, where it stands from `orbctl ring`.

Conditions are awaited; DEADLINE only ends a test that hangs.
"""

import base64
import contextlib
import hashlib
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from local_cluster import command
from local_cluster.cluster_test import free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ORBCTL = ROOT / "build/release/bin/orbctl"
DEADLINE = 60.0
POLL_SECONDS = 0.2
NODES = 12
FLOOR = 3
LENT = 8 << 20
INDEX_TABLE, ARCHIVE_TABLE = 34, 64  # core/arachnode/ring_rows.h
KEY_BYTES = 32
SETTINGS = ["storage.lend=8MiB", "protocol.ring_overlap_low=4", "protocol.ring_overlap_high=8", "protocol.ring_gossip=500ms",
            "protocol.ring_info_keep=5s", "protocol.ring_monitor=1s", "protocol.ring_dwell=3s", "protocol.ring_release_wait=1s"]


def shares_bits(key, node, bits):
    """Whether the first bits of both are the same."""
    return (int.from_bytes(key, "big") ^ int.from_bytes(node, "big")) >> (8 * KEY_BYTES - bits) == 0


class RingsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        settings = [part for one in SETTINGS for part in ("--set", one)]
        port = free_port(command.PORTS, NODES)
        cls.addClassCleanup(command.main, ["down", "--dir", str(cls.folder)])  # Also of a cluster that does not come up.
        with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
            assert command.main(["up", str(NODES), "--base-port", str(port), "--dir", str(cls.folder), *settings]) == 0

    # ---- what the nodes say and hold ----

    def orbctl(self, node, *arguments, expected=0):
        """Standard output; of a refusal standard error."""
        done = subprocess.run([ORBCTL, "--socket", self.folder / f"node-{node}/data/control.sock", *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, expected, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout if expected == 0 else done.stderr

    def ring(self, node):
        return json.loads(self.orbctl(node, "--json", "ring"))

    def keys_of(self, node):
        """Of the blocks in the node's store: in the index, and with their archive."""
        file = self.folder / f"node-{node}/data/store"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as store:
            index, archives = (
                {bytes(key) for (key,) in store.execute("SELECT key FROM rows WHERE space = ? AND length(key) = ?", (table, KEY_BYTES))}
                for table in (INDEX_TABLE, ARCHIVE_TABLE))
        self.assertEqual(index, archives)  # Written and deleted together.
        return index

    def holders_of(self, blocks, nodes):
        """By block: how many of the running nodes hold it and answer for it."""
        counts = dict.fromkeys(blocks, 0)
        for node in nodes:
            place, held = self.ring(node), self.keys_of(node)
            if not place["lends"] or place["status"] == "joining":
                continue
            for block in blocks:
                counts[block] += block in held and shares_bits(block, bytes.fromhex(place["node"]), place["from"])
        return counts

    def until(self, condition, what):
        ends = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > ends:
                self.fail(f"{what}\n" + "\n".join(self.orbctl(node, "ring") for node in self.running))
            time.sleep(POLL_SECONDS)

    def until_held(self, blocks):
        self.until(lambda: min(self.holders_of(blocks, self.running).values()) >= FLOOR, "a block has too few holders")

    def put(self, node, names):
        """The ring keys of new blocks."""
        keys = []
        for name in names:
            end = json.loads(self.orbctl(node, "--json", "put", name, f"what {name} says"))
            self.assertEqual(end["outcome"], "committed")
            keys.append(hashlib.sha256(bytes.fromhex(end["block"])).digest())
        return keys

    def supervise(self, **request):
        command.ask(self.folder, **request)

    # ---- the story ----

    def test_blocks_outlive_nodes_that_leave_and_die(self):
        self.running = list(range(1, NODES + 1))
        self.until(lambda: all(self.ring(node)["status"] == "active" for node in self.running), "somebody lends nothing")
        self.until(lambda: any(self.ring(node)["ring"] >= 1 for node in self.running), "a crowd of which nobody moves out")
        blocks = self.put(1, [f"first-{i}" for i in range(16)])
        self.until_held(blocks)
        self.what_is_shown(2)
        self.what_is_refused(2)

        # Those with most blocks: theirs are missed most.
        killed, *leaving = sorted(self.running, key=lambda node: -len(self.keys_of(node)))[:3]
        writer = next(node for node in self.running if node not in (killed, *leaving))
        self.supervise(do="kill", nodes=str(killed), at_once=True)
        self.running.remove(killed)
        for node in leaving:
            self.assertIn("leaving", self.orbctl(node, "lend", "0"))
        blocks += self.put(writer, [f"second-{i}" for i in range(8)])
        self.until(lambda: not any(self.ring(node)["lends"] for node in leaving), "a node that leaves cannot hand off")
        self.until_held(blocks)  # Without them: what they hold is not answered for.
        self.until(lambda: not any(self.keys_of(node) for node in leaving), "what was handed off stays on the disk")
        self.assertIn("the node lends nothing", self.orbctl(leaving[0], "lend", "0", expected=4))

        self.supervise(do="start", nodes=str(killed))
        self.running.append(killed)
        self.until(lambda: command.joined(command.ask(self.folder, do="status")), "a killed node does not come back")
        self.assertTrue(self.ring(killed)["lends"])
        self.assertGreater(self.ring(killed)["blocks"], 0)  # From its disk.
        self.until(lambda: self.has_all_that_it_answers_for(killed, blocks), "a killed node does not catch up")

        self.supervise(do="kill", nodes="all", at_once=True)
        self.supervise(do="start", nodes="all")
        self.until(lambda: command.joined(command.ask(self.folder, do="status")), "the cluster does not come back")
        self.until_held(blocks)
        for i in range(0, 16, 5):
            end = json.loads(self.orbctl(writer, "--json", "get", f"first-{i}"))
            self.assertEqual(base64.b64decode(end["value"]).decode(), f"what first-{i} says")

    def has_all_that_it_answers_for(self, node, blocks):
        place, held = self.ring(node), self.keys_of(node)
        mine = [block for block in blocks if shares_bits(block, bytes.fromhex(place["node"]), place["ring"])]
        return place["status"] == "active" and len(mine) > 0 and all(block in held for block in mine)

    def what_is_shown(self, node):
        self.until(lambda: self.ring(node)["status"] == "active", "a move that does not settle")
        told = self.ring(node)
        self.assertEqual(told["capacity_bytes"], LENT)
        self.assertEqual(told["prefix"], format(int(told["node"][:8], 16), "032b")[:told["ring"]])
        self.assertTrue(0 < told["used_bytes"] < LENT)
        self.assertEqual(told["damaged"], 0)
        self.assertTrue(told["neighbours"])
        for one in told["neighbours"]:
            mine, its = (min(place["ring"], place["from"]) for place in (told, one))
            near = shares_bits(bytes.fromhex(told["node"]), bytes.fromhex(one["node"]), min(mine, its))
            side = "beside" if its == mine else "inner" if its < mine else "outer"
            self.assertEqual(one["side"], side if near else "elsewhere", told)
        lines = self.orbctl(node, "ring").splitlines()
        self.assertEqual([line.split()[0] for line in lines[:7]], ["node", "place", "status", "lent", "used", "disk", "moves"])
        self.assertEqual(lines[3].split()[-1], "8.0MiB")
        self.assertEqual(lines[8].split(), ["NEIGHBOUR", "SIDE", "STATUS", "RING", "USED", "LENT", "BLOCKS"])
        self.assertEqual(len(lines) - 9, len(told["neighbours"]))

    def what_is_refused(self, node):
        for size, code, words in (("plenty", 1, 'found "plenty", allowed a size such as "10GiB", or 0 to leave'),
                                  ("10", 1, 'found "10"'),
                                  ("-1GiB", 1, "-1GiB"),
                                  ("1KiB", 4, "allowed 0 to leave, or 1048576 and more"),
                                  ("16TiB", 4, "which the disk of the store has free")):
            self.assertIn(words, self.orbctl(node, "lend", size, expected=code))
        self.assertEqual(self.ring(node)["capacity_bytes"], LENT)


if __name__ == "__main__":
    unittest.main()
