#!/usr/bin/env python3
"""Tests of tools/cluster: words, rules, the proxy over plain sockets, and a whole cluster of five nodes.

Nothing sleeps for a time that was guessed: conditions are awaited, with deadlines far beyond what any step takes.
"""

import asyncio
import contextlib
import io
import json
import pathlib
import random
import socket
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from local_cluster import command, table, words
from local_cluster.nodes import Node
from local_cluster.proxy import Proxy
from local_cluster.rules import DELAY, PARTITION, Rule, Rules

DEADLINE = 60.0


def free_port(count, nodes=5):
    """The first of some ports that nobody uses at 127.0.0.1 and the addresses behind it. Below those that the system gives to
    connections: a node that dials would otherwise take the port at which it is to listen."""
    given = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(min(10_000, given // 2), given - count)
        try:
            for number in range(1, nodes + 1):
                for offset in range(count):
                    with socket.socket() as probe:
                        probe.bind((f"127.0.0.{number}", port + offset))
            return port
        except OSError:
            continue


class WordsTest(unittest.TestCase):
    def test_durations(self):
        self.assertEqual(words.seconds("250ms"), 0.25)
        self.assertEqual(words.seconds("1.5min"), 90.0)
        for wrong in ("10", "s", "-1s", "0s", "1 s", "10 parsecs", ""):
            with self.assertRaisesRegex(words.Mistake, "found the duration"):
                words.seconds(wrong)

    def test_nodes(self):
        self.assertEqual(words.nodes("2-4,6", 7), {2, 3, 4, 6})
        self.assertEqual(words.nodes("all", 3), {1, 2, 3})
        for wrong in ("0", "8", "3-2", "x", "", "1,,2"):
            with self.assertRaisesRegex(words.Mistake, "found the nodes"):
                words.nodes(wrong, 7)
        self.assertEqual(words.node_text({1, 2, 3, 5, 7, 8}), "1-3,5,7-8")


class RulesTest(unittest.TestCase):
    def setUp(self):
        self.now = 0.0
        self.rules = Rules(lambda: self.now)

    def test_a_partition_stops_both_ways_between_the_sides_only(self):
        self.rules.add(Rule(PARTITION, frozenset({1}), frozenset({2, 3})))
        self.assertTrue(self.rules.stopped(1, 3) and self.rules.stopped(3, 1))
        self.assertFalse(self.rules.stopped(2, 3) or self.rules.stopped(1, 4))
        self.assertFalse(self.rules.rejected(1, 2))

    def test_one_way_stops_what_the_first_side_sends(self):
        self.rules.add(Rule(PARTITION, frozenset({1}), frozenset({2}), both_ways=False, reset=True))
        self.assertTrue(self.rules.stopped(1, 2))
        self.assertFalse(self.rules.stopped(2, 1))
        self.assertTrue(self.rules.rejected(2, 1))  # A stream needs both directions.

    def test_delays_add_up_and_rules_end(self):
        self.rules.add(Rule(DELAY, frozenset({1}), frozenset({2}), by=0.1, until=5.0))
        self.rules.add(Rule(DELAY, frozenset({2}), frozenset({1}), by=0.2))
        self.assertAlmostEqual(self.rules.delay(1, 2), 0.3)
        self.assertEqual(self.rules.next_end(), 5.0)
        self.now = 5.0
        self.assertAlmostEqual(self.rules.delay(1, 2), 0.2)
        self.rules.clear()
        self.assertEqual(self.rules.delay(1, 2), 0.0)


class ProxyTest(unittest.IsolatedAsyncioTestCase):
    """Node 2 sends back what it gets; node 1 dials it through the proxy."""

    async def asyncSetUp(self):
        self.rules = Rules(time.monotonic)
        self.port = free_port(2)
        addresses = {number: f"127.0.0.{number}" for number in (1, 2, 3)}
        self.proxy = Proxy(addresses, self.port, self.rules, time.monotonic)
        await self.proxy.listen()
        self.seen = []
        self.writers = []
        self.echo = await asyncio.start_server(self.answer, "127.0.0.2", self.port + 1)

    async def asyncTearDown(self):
        for writer in self.writers:
            writer.close()
        self.echo.close()
        await self.proxy.close()

    async def answer(self, reader, writer):
        self.writers.append(writer)
        self.seen.append(writer.get_extra_info("peername")[0])
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def dial(self, address="127.0.0.1"):
        connection = await asyncio.open_connection("127.0.0.2", self.port, local_addr=(address, 0))
        self.writers.append(connection[1])
        return connection

    def rule(self, *arguments, **more):
        self.rules.add(Rule(*arguments, **more))
        self.proxy.rules_changed()

    async def heal(self):
        self.rules.clear()
        self.proxy.rules_changed()

    async def exchange(self, connection, data):
        connection[1].write(data)
        return await asyncio.wait_for(connection[0].readexactly(len(data)), DEADLINE)

    async def test_everything_arrives_in_order_from_the_address_of_the_dialler(self):
        connection = await self.dial()
        data = bytes(range(256)) * 20_000
        self.assertEqual(await self.exchange(connection, data), data)
        self.assertEqual(self.seen, ["127.0.0.1"])
        self.assertEqual(self.proxy.open_links(1), 1)
        connection[1].close()
        await self.until(lambda: not self.proxy.links)

    async def until(self, condition):
        ends = time.monotonic() + DEADLINE
        while not condition():
            self.assertLess(time.monotonic(), ends)
            await asyncio.sleep(0.01)

    async def test_a_partition_is_silent_and_what_waited_arrives_afterwards(self):
        connection = await self.dial()
        self.assertEqual(await self.exchange(connection, b"before"), b"before")
        self.rule(PARTITION, frozenset({1}), frozenset({2}))
        connection[1].write(b"during")
        answer = asyncio.ensure_future(connection[0].readexactly(6))
        late = await self.dial()
        late_answer = asyncio.ensure_future(late[0].readexactly(4))
        late[1].write(b"late")
        # What others sent later has arrived.
        other = await self.dial("127.0.0.3")
        self.assertEqual(await self.exchange(other, b"other"), b"other")
        self.assertFalse(answer.done() or late_answer.done())
        self.assertEqual(self.seen, ["127.0.0.1", "127.0.0.3"])
        await self.heal()
        self.assertEqual(await asyncio.wait_for(answer, DEADLINE), b"during")
        self.assertEqual(await asyncio.wait_for(late_answer, DEADLINE), b"late")

    async def test_a_side_that_closes_during_a_partition_is_not_told_of(self):
        connection = await self.dial()
        self.assertEqual(await self.exchange(connection, b"x"), b"x")
        self.rule(PARTITION, frozenset({1}), frozenset({2}))
        connection[1].close()
        await self.until(lambda: self.proxy.open_links(1) == 0)
        self.assertEqual(self.proxy.open_links(2), 1)
        self.writers[1].close()  # The echo gives up too.
        await self.until(lambda: not self.proxy.links)

    async def test_one_way_stops_one_direction(self):
        connection = await self.dial()
        self.assertEqual(await self.exchange(connection, b"x"), b"x")
        self.rule(PARTITION, frozenset({2}), frozenset({1}), both_ways=False, until=time.monotonic() + 0.3)
        begun = time.monotonic()
        self.assertEqual(await self.exchange(connection, b"y"), b"y")  # The rule ends by itself.
        self.assertGreaterEqual(time.monotonic() - begun, 0.25)

    async def test_a_reset_ends_connections_and_refuses_new_ones(self):
        connection = await self.dial()
        self.assertEqual(await self.exchange(connection, b"x"), b"x")
        self.rule(PARTITION, frozenset({1}), frozenset({2}), reset=True)
        with self.assertRaises((ConnectionResetError, asyncio.IncompleteReadError)):
            await self.exchange(connection, b"y")
        refused = await self.dial()
        with self.assertRaises((ConnectionError, asyncio.IncompleteReadError)):
            await self.exchange(refused, b"z")
        await self.heal()
        self.assertEqual(await self.exchange(await self.dial(), b"back"), b"back")

    async def test_a_delay_holds_each_direction(self):
        connection = await self.dial()
        self.rule(DELAY, frozenset({1}), frozenset({2}), by=0.2)
        begun = time.monotonic()
        self.assertEqual(await self.exchange(connection, b"x"), b"x")
        self.assertGreaterEqual(time.monotonic() - begun, 0.4)

    async def test_where_nobody_listens_the_connection_is_reset(self):
        self.echo.close()
        connection = await self.dial()
        with self.assertRaises((ConnectionError, asyncio.IncompleteReadError)):
            await self.exchange(connection, b"x")

    async def test_a_stranger_is_turned_away(self):
        reader, writer = await self.dial("127.0.0.77")
        self.assertEqual(await asyncio.wait_for(reader.read(), DEADLINE), b"")
        writer.close()
        self.assertEqual(self.seen, [])


class ControlSocketTest(unittest.TestCase):
    """What a node is asked, answered by a socket of the test."""

    def told(self, *answers):
        with tempfile.TemporaryDirectory() as folder:
            node = Node(1, folder, "orbnode", 7420, [])
            node.data.mkdir(parents=True)
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(str(node.data / "control.sock"))
                server.listen()
                asked = []

                def serve():
                    connection, _ = server.accept()
                    with connection, connection.makefile("rwb") as lines:
                        for answer in answers:
                            lines.write(answer + b"\n")
                            lines.flush()
                            if len(asked) == 0:
                                asked.append(json.loads(lines.readline()))

                thread = threading.Thread(target=serve)
                thread.start()
                found = node.ask()
                thread.join(DEADLINE)
                self.assertEqual(asked[0]["method"], "status")
                return found

    def test_a_node_that_answers(self):
        greeting = b'{"orbweaver_control":1,"authentication":"none"}'
        answer = b'{"id":1,"result":{"phase":"joined","contacts":4}}'
        self.assertEqual(self.told(greeting, answer), {"phase": "joined", "contacts": 4})
        self.assertIsNone(self.told(greeting, b'{"id":1,"error":{"code":"internal","message":"no"}}'))
        self.assertIsNone(self.told(greeting, b"what?"))
        self.assertIsNone(self.told(greeting))

    def test_nobody_answers(self):
        self.assertIsNone(Node(1, "/nowhere", "orbnode", 7420, []).ask())


class ClusterTest(unittest.TestCase):
    """The commands as a user types them, against five nodes."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.port = free_port(command.PORTS)
        cls.run_command("up", "5", "--base-port", str(cls.port))

    @classmethod
    def tearDownClass(cls):
        cls.run_command("down")
        cls.folder.cleanup()

    @classmethod
    def run_command(cls, *arguments, expected=0):
        out, error = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            code = command.main([arguments[0], *arguments[1:], "--dir", cls.folder.name])
        assert code == expected, (arguments, out.getvalue(), error.getvalue())
        return out.getvalue() if expected == 0 else error.getvalue()

    def nodes(self):
        cluster = json.loads(self.run_command("status", "--json"))
        return {node["node"]: node for node in cluster["nodes"]}

    def until(self, condition):
        ends = time.monotonic() + DEADLINE
        while not condition(self.nodes()):
            self.assertLess(time.monotonic(), ends, self.run_command("status"))
            time.sleep(0.05)

    def test_all_have_joined_through_the_proxy(self):
        self.until(lambda nodes: all(n["phase"] == "joined" and n["links"] == 4 for n in nodes.values()))
        self.assertEqual(len({n["id"] for n in self.nodes().values()}), 5)
        text = self.run_command("status")
        self.assertEqual(text.splitlines()[0].split()[:3], ["node", "state", "phase"])
        self.assertIn(f"127.0.0.3:{self.port}", text)

    def test_who_is_cut_off_loses_its_links_and_gets_them_back(self):
        self.until(lambda nodes: nodes[3]["links"] == 4)
        self.run_command("cut", "3", "--reset")
        self.until(lambda nodes: nodes[3]["links"] == 0 and nodes[1]["links"] == 3)
        self.assertIn("rule  partition 3 <-> 1-2,4-5, reset", self.run_command("status"))
        self.run_command("heal")
        self.until(lambda nodes: nodes[3]["links"] > 0)
        self.assertNotIn("rule", self.run_command("status"))

    def test_a_silent_cut_is_noticed_by_the_nodes(self):
        self.until(lambda nodes: nodes[4]["links"] == 4)
        self.run_command("cut", "4", "5")
        self.until(lambda nodes: nodes[4]["links"] == 3)  # Nothing was heard for as long as `timeouts.idle`.
        self.run_command("heal")

    def test_a_small_cluster_can_write(self):
        configuration = json.loads((pathlib.Path(self.folder.name) / "node-2" / "node.json").read_text())
        self.assertEqual(configuration["protocol"], {"cluster_size": 5})
        self.assertEqual([command.small(count) for count in (2, 10)], [[], []])

    def test_who_is_killed_comes_back_as_the_same(self):
        before = self.nodes()[2]
        self.run_command("kill", "2", "-9")
        self.assertEqual(self.nodes()[2]["state"], "killed by SIGKILL")
        self.assertIn("does not run", self.run_command("kill", "2", expected=1))
        self.run_command("start", "2")
        self.until(lambda nodes: nodes[2]["phase"] == "joined" and nodes[2]["links"] > 0)
        after = self.nodes()[2]
        self.assertEqual(after["id"], before["id"])
        self.assertGreater(after["incarnation"], before["incarnation"])
        self.assertNotEqual(after["pid"], before["pid"])
        self.assertIn("the core starts", self.run_logs(2))

    def run_logs(self, node):
        with open(pathlib.Path(self.folder.name) / f"node-{node}" / "data" / "node.log") as log:
            return log.read()

    def test_a_graceful_stop_and_a_pause(self):
        self.run_command("kill", "5")
        self.assertEqual(self.nodes()[5]["state"], "stopped")
        self.run_command("start", "5")
        self.run_command("pause", "5", "--for", "200ms")
        self.until(lambda nodes: nodes[5]["state"] == "running" and nodes[5]["phase"] == "joined")

    def test_mistakes_say_what_is_allowed(self):
        for arguments, message in (
                (("kill", "9"), 'found the nodes "9", allowed 1 to 5'),
                (("cut", "1", "1-2"), "found node 1 on both sides"),
                (("cut", "all"), "found nobody on the second side"),
                (("delay", "1", "2", "fast"), 'found the duration "fast"'),
                (("start", "1"), "node 1 runs already"),
                (("up", "5"), "a cluster runs here already"),
                (("up", "0"), "found 0 nodes, allowed 1 to 200"),
                (("logs", "8"), "does the cluster have a node 8?")):
            self.assertIn(message, self.run_command(*arguments, expected=1))


class NoClusterTest(unittest.TestCase):
    def test_says_how_to_start_one(self):
        error = io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(error):
            self.assertEqual(command.main(["status", "--dir", folder]), 1)
        self.assertIn("no cluster runs here; `tools/cluster up 5` starts one", error.getvalue())

    def test_rules_are_told_in_one_line(self):
        rule = {"do": "delay", "between": ["1", "2-3"], "one_way": True, "by": 0.1, "reset": False, "left": 9.5}
        self.assertEqual(table.lines({"nodes": [], "rules": [rule]})[1], "rule  delay 1 -> 2-3 by 100ms, 9.5s left")


if __name__ == "__main__":
    unittest.main()
