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
AGAIN_SECONDS = 0.05  # Before another try.
PERCENT = (("put", 40), ("transact", 50), ("get", 72), ("rev", 85), ("old", 93), ("delete", 100))  # Drawn below this.
SECOND = 1000  # The second write of a transaction is a call of a process of its own, this much above the client's number.


class History:
    """The file's lines, and how many calls ended in which way."""

    def __init__(self):
        self.lines = []
        self.ends = {}

    def write(self, kind, call, **members):
        self.lines.append({"process": call["process"], "type": kind, "f": call["f"], "key": call["key"], **members})

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
        elif what == "transact":
            await self._transact(self._random.sample(self._blocks, 2))
        elif what == "old" and known > 0:
            await self._read("get", block, self._random.randint(1, known))
        else:
            await self._read("rev" if what == "rev" else "get", block)

    def _call_of(self, f, block, process=0, **value):
        return {"process": self._number + process, "f": f, "key": block} | ({"value": value} if value else {})

    def _put_of(self, block, base, process=0):
        """The call, and what is asked of the node for it."""
        self._writes += 1
        content = f"{self._number}-{self._writes}"
        asked = {"block": block, "base": base, "value": base64.b64encode(content.encode()).decode()}
        return self._call_of("put", block, process, revision=base, content=content), asked

    async def _write(self, method, block, base):
        call, asked = self._call_of(method, block, revision=base), {"block": block, "base": base}
        if method == "put":
            call, asked = self._put_of(block, base)
        result = await self._ask([call], method, asked)
        if result is not None:
            self._end_write(call, result)

    async def _transact(self, blocks):
        """Each write is a call on its block; of one that was refused only the block that was found stale is known."""
        puts = [self._put_of(block, self._known.get(block, 0), process) for block, process in zip(blocks, (0, SECOND))]
        result = await self._ask([call for call, _ in puts], "transact", {"writes": [asked for _, asked in puts]})
        if result is None:
            return
        for call, asked in puts:
            if result["outcome"] == "committed":
                self._known[call["key"]] = asked["base"] + 1
                self._end(call, "ok", result={"revision": asked["base"] + 1})
            else:
                self._end_write(call, {"outcome": "conflict" if result["outcome"] == "stale" else result["outcome"]})

    def _end_write(self, call, result):
        outcome = result["outcome"]
        if outcome == "committed":
            self._end(call, "ok", result={"revision": result["revision"]})
        elif outcome == "stale":
            self._end(call, "ok", result={"latest": result["revision"]})
        else:
            self._end(call, "info" if outcome == "in_doubt" else "fail", error=outcome)

    async def _read(self, method, block, revision=None):
        params = {"block": block} | ({} if revision is None else {"revision": revision})
        asked_for = {} if revision is None else {"revision": revision}
        call = self._call_of("get_revision" if method == "rev" else "get", block, **asked_for)
        result = await self._ask([call], method, params)
        if result is None:
            return
        claim = read_result(method, result)
        if claim is None:
            self._end(call, "fail", error=result["outcome"])
        else:
            self._end(call, "ok", result=claim)

    async def _ask(self, calls, method, params):
        """The result; None when there is none, and the calls have ended in the history."""
        for call in calls:
            self._history.write("invoke", call, **({"value": call["value"]} if "value" in call else {}))
        try:
            answer = await self._connection.ask(method, **params)
        except Lost:
            self._history.count("lost")
            for call in calls:
                self._end(call, "info", error="the node went away")
            self._hang_up()
            return None
        if "error" in answer:  # Nothing was submitted: the node looks for others, or has no room.
            self._history.count(answer["error"]["code"])
            for call in calls:
                self._end(call, "fail", error=answer["error"]["code"])
            self._hang_up()
            await asyncio.sleep(AGAIN_SECONDS)
            return None
        result = answer["result"]
        self._history.count(result["outcome"])
        if result["outcome"] == "unavailable":  # Said at once by a node that knows too few others yet.
            await asyncio.sleep(AGAIN_SECONDS)
        if len(calls) == 1 and result["revision"] is not None and "revision" not in params:
            block = calls[0]["key"]
            self._known[block] = max(self._known.get(block, 0), result["revision"])
        return result

    def _end(self, call, kind, **members):
        self._history.write(kind, call, **members)
