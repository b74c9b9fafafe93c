"""A TCP proxy on loopback that holds back what passes, or cuts connections in the middle of a message."""

import asyncio
import threading
from contextlib import suppress
from types import TracebackType

CHUNK_BYTES = 4_096
HOST = "127.0.0.1"


class FaultyProxy:
    """Passes every connection to `listen` on to `target`, both ports of this machine.

    Attributes:
        delay_seconds: how long each piece of an answer is held back.
        cut_after_bytes: a connection is reset when so much has passed; None never.
    """

    def __init__(self, listen: int, target: int) -> None:
        self.delay_seconds = 0.0
        self.cut_after_bytes: int | None = None
        self._listen = listen
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "FaultyProxy":
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._pass_on, HOST, self._listen), self._loop)
        self._server = started.result(10)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        asyncio.run_coroutine_threadsafe(self._end_connections(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end_connections(self) -> None:
        others = [task for task in asyncio.all_tasks(self._loop) if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _pass_on(self, caller: asyncio.StreamReader, to_caller: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_connection(HOST, self._target)
        except OSError:
            to_caller.transport.abort()
            return
        passed = [0]
        ways = (self._pump(caller, to_server, passed, 0.0), self._pump(server, to_caller, passed, None))
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for writer in (to_caller, to_server):
                writer.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passed: list[int], delay: float | None
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                await asyncio.sleep(self.delay_seconds if delay is None else delay)
                passed[0] += len(data)
                if self.cut_after_bytes is not None and passed[0] > self.cut_after_bytes:
                    writer.transport.abort()
                    return
                writer.write(data)
                await writer.drain()
