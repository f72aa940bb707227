"""Clients that write and read blocks through the nodes' control sockets, and the history of what they were told.

  a call's end                      its line in the history (docs/history_format.md, model block)
  committed, found, absent, ...     ok, with what was said
  stale                             ok: refused, the latest revision is the one that was said
  conflict, rejected, unavailable   fail
  in_doubt, the node went away      info: the write may take effect at any time, or never

Lines are written by one loop in the order in which things happened: an invoke before the request leaves, an end after its
answer came. What a client does next is drawn from its own seed; when it does it is not.
"""

import asyncio
import base64
import json
import random

LINE_MAX = 4 << 20  # An answer with the largest content.
AGAIN_SECONDS = 0.05  # Before another node is tried.
PERCENT = (("put", 45), ("get", 70), ("rev", 85), ("old", 92), ("delete", 100))  # Drawn below this.


class History:
    """The file's lines, and how many calls ended in which way."""

    def __init__(self):
        self.lines = []
        self.ends = {}

    def write(self, process, kind, call, **members):
        self.lines.append({"process": process, "type": kind, "f": call["f"], "key": call["key"], **members})

    def count(self, outcome):
        self.ends[outcome] = self.ends.get(outcome, 0) + 1

    def calls(self):
        return sum(self.ends.values())

    def text(self):
        return "".join(json.dumps(line) + "\n" for line in self.lines)


class Lost(Exception):
    """The connection ended before the answer came."""


class Connection:
    """One control connection; one request at a time."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer
        self._id = 0

    @classmethod
    async def open(cls, path):
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LINE_MAX)
        await reader.readline()  # The greeting.
        return cls(reader, writer)

    async def ask(self, method, **params):
        self._id += 1
        request = {"id": self._id, "method": method, "params": params}
        try:
            self._writer.write(json.dumps(request).encode() + b"\n")
            await self._writer.drain()
            line = await self._reader.readline()
        except OSError:
            raise Lost from None
        if not line.endswith(b"\n"):
            raise Lost
        return json.loads(line)

    def close(self):
        self._writer.close()


def content_of(result):
    """As the history has it: the text that was written, or null for a deleted block."""
    return base64.b64decode(result["value"]).decode() if "value" in result else None


def read_result(method, result):
    """What an answered read claims; None when it claims nothing."""
    outcome = result["outcome"]
    if outcome in ("absent", "expired"):
        return {"revision": 0, "content": None} if method == "rev" else outcome
    if outcome in ("found", "deleted"):
        claim = {"revision": result["revision"]}
        return claim if method == "rev" else claim | {"content": content_of(result)}
    return None


class Client:
    """`sockets`: the nodes' control sockets. Goes to another node after every call that is lost, and now and then."""

    def __init__(self, number, sockets, blocks, history, seed):
        self._number, self._sockets, self._blocks, self._history = number, sockets, blocks, history
        self._random = random.Random(seed * 1000 + number)
        self._writes = 0
        self._known = {}  # Block: the latest revision that this client heard of.
        self._connection = None

    async def work(self, enough):
        """Until enough() says so."""
        while not enough():
            if self._connection is None or self._random.random() < 0.1:
                await self._connect()
            if self._connection is not None:
                await self._step()
        self._hang_up()

    def _hang_up(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    async def _connect(self):
        self._hang_up()
        try:
            self._connection = await Connection.open(self._random.choice(self._sockets))
        except OSError:
            await asyncio.sleep(AGAIN_SECONDS)

    async def _step(self):
        block = self._random.choice(self._blocks)
        drawn = self._random.randrange(100)
        what = next(name for name, below in PERCENT if drawn < below)
        known = self._known.get(block, 0)
        if what in ("put", "delete"):
            await self._write(what, block, known)
        elif what == "old" and known > 0:
            await self._read("get", block, self._random.randint(1, known))
        else:
            await self._read("rev" if what == "rev" else "get", block)

    async def _write(self, method, block, base):
        params = {"block": block, "base": base}
        value = {"revision": base}
        if method == "put":
            self._writes += 1
            value["content"] = f"{self._number}-{self._writes}"
            params["value"] = base64.b64encode(value["content"].encode()).decode()
        call = {"f": method, "key": block}
        result = await self._call(call, method, params, value)
        if result is None:
            return
        outcome = result["outcome"]
        if outcome == "committed":
            self._end(call, "ok", result={"revision": result["revision"]})
        elif outcome == "stale":
            self._end(call, "ok", result={"latest": result["revision"]})
        else:
            self._end(call, "info" if outcome == "in_doubt" else "fail", error=outcome)

    async def _read(self, method, block, revision=None):
        params = {"block": block} | ({} if revision is None else {"revision": revision})
        call = {"f": "get_revision" if method == "rev" else "get", "key": block}
        result = await self._call(call, method, params, None if revision is None else {"revision": revision})
        if result is None:
            return
        claim = read_result(method, result)
        if claim is None:
            self._end(call, "fail", error=result["outcome"])
        else:
            self._end(call, "ok", result=claim)

    async def _call(self, call, method, params, value):
        """The result; None when there is none, and the call has ended in the history."""
        self._history.write(self._number, "invoke", call, **({} if value is None else {"value": value}))
        try:
            answer = await self._connection.ask(method, **params)
        except Lost:
            self._history.count("lost")
            self._end(call, "info", error="the node went away")
            self._hang_up()
            return None
        if "error" in answer:  # Nothing was submitted: the node looks for others, or has no room.
            self._history.count(answer["error"]["code"])
            self._end(call, "fail", error=answer["error"]["code"])
            self._hang_up()
            await asyncio.sleep(AGAIN_SECONDS)
            return None
        result = answer["result"]
        self._history.count(result["outcome"])
        if result["revision"] is not None and "revision" not in params:
            self._known[call["key"]] = max(self._known.get(call["key"], 0), result["revision"])
        return result

    def _end(self, call, kind, **members):
        self._history.write(self._number, kind, call, **members)
