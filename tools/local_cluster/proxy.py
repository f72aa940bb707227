"""The links between nodes: every connection runs through here, where the rules are applied.

Each node has an address of its own, 127.0.0.N. Others dial it at the proxy's port; the proxy dials the node's own port, from the
address of who dialled, so that both ends see whom they talk to. A node dials from its own address (`dial_from`), which is
how the proxy knows the sender.

  connection     event                              what follows
  accepted       from an address of no node         closed
  accepted       a reset rule hits the link         reset
  accepted       a partition stops the link         waits, silently
  accepted       passes, the node listens           open
  accepted       passes, nobody listens             reset
  open           chunk from either side             held for the delay of its direction, then until no partition stops it; in order
  open           a side closes or fails             what is under way arrives, then the other side is closed
  open           both sides have closed             gone
  open, waiting  a reset rule begins to hit it      reset

One asyncio loop; at most HELD_CHUNKS of CHUNK_BYTES wait per direction, then the sender is no longer read.
"""

import asyncio
import struct
import socket

CHUNK_BYTES = 64 << 10
HELD_CHUNKS = 64


class Link:
    """One proxied connection."""

    def __init__(self, dialler, listener, writer):
        self.dialler = dialler
        self.listener = listener
        self.writers = [writer]
        self.task = asyncio.current_task()
        self.ends = set()  # The nodes that have it open.

    def close(self):
        for writer in self.writers:
            writer.close()

    def reset(self):
        for writer in self.writers:
            connection = writer.get_extra_info("socket")
            if connection is not None and not writer.transport.is_closing():
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


class Proxy:
    """`addresses`: number of the node -> its IP address. `clock`: the same as the rules'."""

    def __init__(self, addresses, port, rules, clock):
        self._addresses = addresses
        self._numbers = {address: number for number, address in addresses.items()}
        self._port = port  # The nodes listen at the next one.
        self._rules = rules
        self._clock = clock
        self._changed = asyncio.Event()
        self._servers = []
        self._tasks = set()
        self.links = set()

    async def listen(self):
        for number, address in self._addresses.items():
            def accept(reader, writer, listener=number):
                task = asyncio.ensure_future(self._serve(listener, reader, writer))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            self._servers.append(await asyncio.start_server(accept, address, self._port, limit=CHUNK_BYTES))

    async def close(self):
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def rules_changed(self):
        """To be called after every change of the rules."""
        for link in list(self.links):
            if self._rules.rejected(link.dialler, link.listener):
                link.task.cancel()  # Which resets it.
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def open_links(self, number):
        return sum(number in link.ends for link in self.links)

    async def _until_change(self):
        """Until the rules may say something else."""
        left = self._rules.next_end() - self._clock()
        try:
            await asyncio.wait_for(self._changed.wait(), min(max(left, 0.001), 3600))
        except asyncio.TimeoutError:
            pass

    async def _until_passing(self, sender, receiver):
        while self._rules.stopped(sender, receiver):
            await self._until_change()

    async def _serve(self, listener, reader, writer):
        dialler = self._numbers.get(writer.get_extra_info("peername")[0])
        if dialler is None:
            writer.close()
            return
        link = Link(dialler, listener, writer)
        self.links.add(link)
        done = False
        try:
            if not self._rules.rejected(dialler, listener):
                await self._join(link, reader, writer)
                done = True
        except OSError:
            pass
        finally:
            self.links.discard(link)
            link.close() if done else link.reset()

    async def _join(self, link, reader, writer):
        # A new connection needs both directions before anything passes.
        while self._rules.stopped(link.dialler, link.listener) or self._rules.stopped(link.listener, link.dialler):
            await self._until_change()
        far_reader, far_writer = await asyncio.open_connection(
            self._addresses[link.listener], self._port + 1, limit=CHUNK_BYTES,
            local_addr=(self._addresses[link.dialler], 0))
        link.writers.append(far_writer)
        link.ends = {link.dialler, link.listener}
        for one in link.writers:
            one.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pumps = [asyncio.ensure_future(pump) for pump in (
            self._pump(link, reader, far_writer, link.dialler, link.listener),
            self._pump(link, far_reader, writer, link.listener, link.dialler))]
        try:
            await asyncio.gather(*pumps)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, link, reader, writer, sender, receiver):
        held = asyncio.Queue(HELD_CHUNKS)
        delivery = asyncio.ensure_future(self._deliver(held, writer, sender, receiver))
        try:
            while not delivery.done():
                chunk = await reader.read(CHUNK_BYTES)
                await held.put((self._clock() + self._rules.delay(sender, receiver), chunk))
                if not chunk:
                    link.ends.discard(sender)
                    break
            if not link.ends:
                raise ConnectionAbortedError  # Nobody is left to tell that the other has closed.
            await delivery
        finally:
            delivery.cancel()

    async def _deliver(self, held, writer, sender, receiver):
        while True:
            due, chunk = await held.get()
            wait = due - self._clock()
            if wait > 0:
                await asyncio.sleep(wait)
            await self._until_passing(sender, receiver)
            if not chunk:
                writer.write_eof()
                return
            writer.write(chunk)
            await writer.drain()
