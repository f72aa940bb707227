#!/usr/bin/env python3
"""A real cluster under faults: clients write and read blocks through five nodes while some get kill -9 and links are cut. What
the clients were told must be linearizable, as `orbsim check-history` judges it.

Faults come after numbers of calls, not of seconds, and every phase ends with a number of calls. DEADLINE only ends a test
that hangs.
"""

import asyncio
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from local_cluster import command
from local_cluster.clients import Client, Connection, History
from local_cluster.cluster_test import free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEADLINE = 150.0
NODES = 5
CLIENTS = 6
BLOCKS = ["entry", "tally", "ballot"]
CALLS_PER_PHASE = 50
POLL_SECONDS = 0.02
AT_LEAST = 100  # Committed writes, and reads that found something.
SETTINGS = ["protocol.transaction_lifetime=3s", "protocol.member_wait=400ms"]
# What is asked of the supervisor before the next phase.
PHASES = [
    [],
    [{"do": "kill", "nodes": "2", "at_once": True}],
    [{"do": "start", "nodes": "2"}],
    [{"do": "rule", "kind": "partition", "a": "3", "b": None, "reset": True}],
    [{"do": "heal"}],
    [{"do": "rule", "kind": "partition", "a": "1", "b": "2-3"}, {"do": "kill", "nodes": "4", "at_once": True}],
    [{"do": "heal"}, {"do": "start", "nodes": "4"}],
    [{"do": "kill", "nodes": "all", "at_once": True}, {"do": "start", "nodes": "all"}],
]


def orbsim(*arguments):
    """Exit code and output."""
    done = subprocess.run([ROOT / "build/release/bin/orbsim", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    return done.returncode, done.stdout


def check(history, folder):
    file = pathlib.Path(folder) / "history.jsonl"
    file.write_text(history)
    return orbsim("check-history", file, "--model", "block")


class BlocksTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        settings = [part for one in SETTINGS for part in ("--set", one)]
        port = free_port(command.PORTS)
        self.assertEqual(command.main(["up", str(NODES), "--base-port", str(port), "--dir", str(self.folder), *settings]), 0)
        self.addCleanup(command.main, ["down", "--dir", str(self.folder)])
        self.sockets = [self.folder / f"node-{n}" / "data" / "control.sock" for n in range(1, NODES + 1)]

    async def supervise(self, request):
        await asyncio.to_thread(command.ask, self.folder, **request)

    async def until(self, condition):
        ends = time.monotonic() + DEADLINE
        while not await condition():
            self.assertLess(time.monotonic(), ends)
            await asyncio.sleep(POLL_SECONDS)

    async def play(self, history):
        """The clients never pause: faults meet calls that are open."""
        ended = asyncio.Event()
        clients = [Client(n, self.sockets, BLOCKS, history, seed=1).work(ended.is_set) for n in range(1, CLIENTS + 1)]
        await asyncio.wait_for(asyncio.gather(self.direct(history, ended), *clients), DEADLINE)

    async def direct(self, history, ended):
        try:
            for requests in PHASES:
                for request in requests:
                    await self.supervise(request)
                await self.work_goes_on(history)
            await self.until(self.all_joined)
            await self.work_goes_on(history)
            await self.until(lambda: self.enough(history))
        finally:
            ended.set()

    async def work_goes_on(self, history):
        goal = history.calls() + CALLS_PER_PHASE

        async def reached():
            return history.calls() >= goal
        await self.until(reached)

    @staticmethod
    async def enough(history):
        return all(history.ends.get(end, 0) >= AT_LEAST for end in ("committed", "found"))

    async def all_joined(self):
        return command.joined(await asyncio.to_thread(command.ask, self.folder, do="status"))

    async def answers_of_every_node(self):
        """What each node says of each block, when none is overtaken any more."""
        told = []
        for socket in self.sockets:
            connection = await Connection.open(socket)
            answers = [(await connection.ask("get", block=block)).get("result", {}) for block in BLOCKS]
            connection.close()
            told.append([(answer.get("outcome"), answer.get("revision"), answer.get("value")) for answer in answers])
        return told

    async def test_clients_of_a_cluster_under_faults_see_one_object_per_block(self):
        history = History()
        await self.play(history)

        async def all_agree():
            told = await self.answers_of_every_node()
            return all(one == told[0] for one in told) and all(end in ("found", "deleted") for end, _, _ in told[0])
        await self.until(all_agree)
        code, output = check(history.text(), self.folder)
        self.assertEqual(code, 0, output)
        self.assertEqual(output.splitlines()[-1], "linearizable", output)
        self.assertGreaterEqual(history.ends["committed"], AT_LEAST, history.ends)
        self.assertGreaterEqual(history.ends["found"], AT_LEAST, history.ends)
        self.assertGreater(history.ends.get("lost", 0), 0, history.ends)  # The kills were felt.
        print(f"ends: {json.dumps(history.ends)}", file=sys.stderr)
        self.a_lie_is_found(history)
        await self.every_recording_replays()

    async def every_recording_replays(self):
        """What the nodes' flight recorders kept since the last crash: calls, completions of batches, frames of transactions."""
        for socket in self.sockets:
            connection = await Connection.open(socket)
            saved = (await connection.ask("record", path=f"{socket}.rec"))["result"]
            connection.close()
            self.assertEqual(saved["dropped"], 0)
            code, output = orbsim("replay", saved["path"])
            self.assertEqual(code, 0, output)
            self.assertIn(f"{saved['inputs']} inputs read  {saved['inputs']} fed", output)
            self.assertRegex(output, "fed  [1-9][0-9]* states equal")

    def a_lie_is_found(self, history):
        """The newest content that was read, told to have been another client's."""
        lines = [json.loads(line) for line in history.text().splitlines()]
        for line in reversed(lines):
            result = line.get("result")
            if line["f"] == "get" and isinstance(result, dict) and result["content"] is not None:
                result["content"] = "0-0"
                break
        code, output = check("".join(json.dumps(line) + "\n" for line in lines), self.folder)
        self.assertEqual(code, 3, output)


if __name__ == "__main__":
    unittest.main()
