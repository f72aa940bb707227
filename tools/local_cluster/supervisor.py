"""The process behind a cluster: starts the nodes, carries their links, obeys the commands that come over DIR/cluster.sock.

One JSON object per line each way: {"do": "cut", ...} and {"ok": ...} or {"error": "what was found, what is allowed"}.
Nodes end when this process ends. One asyncio loop; whatever waits for a node runs in a thread.
"""

import asyncio
import json
import os
import pathlib
import signal
import time

from local_cluster import words
from local_cluster.nodes import STOP_SECONDS, Node, address_of
from local_cluster.proxy import Proxy
from local_cluster.rules import DELAY, PARTITION, Rule, Rules

SOCKET = "cluster.sock"
POLL_SECONDS = 0.05


class Supervisor:
    def __init__(self, folder, count, port, program, settings):
        self._folder = pathlib.Path(folder)
        self._rules = Rules(time.monotonic)
        self._proxy = Proxy({n: address_of(n) for n in range(1, count + 1)}, port, self._rules, time.monotonic)
        self._nodes = {n: Node(n, folder, program, port, settings) for n in range(1, count + 1)}
        self._ended = asyncio.Event()
        self._timers = set()

    async def run(self):
        await self._proxy.listen()
        path = self._folder / SOCKET
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, str(path))
        os.chmod(path, 0o600)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._ended.set)
        for node in self._nodes.values():
            node.start()
        await self._ended.wait()
        server.close()
        path.unlink(missing_ok=True)
        for timer in list(self._timers):
            timer.cancel()
        await asyncio.gather(*(self._stop(node, signal.SIGTERM) for node in self._nodes.values()))
        await self._proxy.close()

    async def _serve(self, reader, writer):
        try:
            async for line in reader:
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def _answer(self, line):
        try:
            request = json.loads(line)
            return {"ok": await getattr(self, "_do_" + request.pop("do"))(**request)}
        except words.Mistake as mistake:
            return {"error": str(mistake)}
        except Exception as error:  # A defect must not take the cluster down.
            return {"error": f"internal error: {error!r}"}

    # ---- nodes ----

    def _chosen(self, text):
        return [self._nodes[number] for number in sorted(words.nodes(text, len(self._nodes)))]

    async def _stop(self, node, number):
        if not node.running():
            return
        if node.paused:
            node.pause(False)
        node.send(number)
        ends = time.monotonic() + STOP_SECONDS
        while node.running():
            if time.monotonic() > ends:
                node.send(signal.SIGKILL)
                ends = float("inf")
            await asyncio.sleep(POLL_SECONDS)

    async def _do_status(self):
        loop = asyncio.get_running_loop()
        told = await asyncio.gather(*(loop.run_in_executor(None, node.status) for node in self._nodes.values()))
        for status in told:
            status["links"] = self._proxy.open_links(status["node"])
        return {"nodes": told, "rules": [self._rule_json(rule) for rule in self._rules.in_force()]}

    def _rule_json(self, rule):
        left = rule.until - time.monotonic()
        return {"do": rule.kind, "between": [words.node_text(rule.senders), words.node_text(rule.receivers)],
                "one_way": not rule.both_ways, "by": rule.by or None, "reset": rule.reset,
                "left": None if rule.until == float("inf") else max(left, 0.0)}

    async def _do_kill(self, nodes, at_once):
        chosen = self._chosen(nodes)
        for node in chosen:
            if not node.running():
                raise words.Mistake(f"node {node.number} does not run")
        await asyncio.gather(*(self._stop(n, signal.SIGKILL if at_once else signal.SIGTERM) for n in chosen))

    async def _do_start(self, nodes):
        chosen = self._chosen(nodes)
        for node in chosen:
            if node.running():
                raise words.Mistake(f"node {node.number} runs already")
        for node in chosen:
            node.start()

    async def _do_wipe(self, nodes):
        for node in self._chosen(nodes):
            await self._stop(node, signal.SIGKILL)
            node.wipe()
            node.start()

    async def _do_pause(self, nodes, span):
        chosen = self._chosen(nodes)
        for node in chosen:
            if not node.running():
                raise words.Mistake(f"node {node.number} does not run")
        for node in chosen:
            node.pause(True)
        if span is not None:
            self._later(words.seconds(span), lambda: self._resume(chosen))

    async def _do_resume(self, nodes):
        self._resume(self._chosen(nodes))

    def _resume(self, chosen):
        for node in chosen:
            if node.running() and node.paused:
                node.pause(False)

    async def _do_down(self):
        # After the answer has left.
        self._later(0.1, self._ended.set)

    def _later(self, span, action):
        timer = asyncio.get_running_loop().call_later(span, action)
        self._timers.add(timer)

    # ---- links ----

    def _sides(self, a, b):
        count = len(self._nodes)
        first = words.nodes(a, count)
        others = b is None or b == "others"
        second = words.nodes("all", count) - first if others else words.nodes(b, count)
        if first & second:
            raise words.Mistake(f"found node {min(first & second)} on both sides, allowed on one")
        if not second:
            raise words.Mistake("found nobody on the second side")
        return frozenset(first), frozenset(second)

    async def _do_rule(self, kind, a, b, one_way=False, by=None, reset=False, span=None):
        first, second = self._sides(a, b)
        if kind not in (PARTITION, DELAY):
            raise words.Mistake(f'found the rule "{kind}", allowed {PARTITION} and {DELAY}')
        until = float("inf") if span is None else time.monotonic() + words.seconds(span)
        self._rules.add(Rule(kind, first, second, not one_way, words.seconds(by) if by else 0.0, reset, until))
        self._proxy.rules_changed()

    async def _do_heal(self):
        self._rules.clear()
        self._proxy.rules_changed()
        self._resume(self._nodes.values())


def serve(options):
    """The whole life of a cluster. `options`: what `up` was told."""
    async def life():
        await Supervisor(**options).run()
    asyncio.run(life())
