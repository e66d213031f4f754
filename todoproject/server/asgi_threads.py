"""Serves as many requests at a time as there are threads, each in one of them from its begin to its end.

Django gives every request under ASGI a thread of its own, which ends with it: any number at once, and each opens a
database connection. Few threads that stay keep their connections, as under gunicorn's gthread (docs/adr/0004).
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import ThreadSensitiveContext

from todoproject.metrics import pool
from todoproject.server.asgi_bodies import Application, Receive, Scope, Send


class Threads:
    """An ASGI application in front of Django's, which has its synchronous code run in one of `count` threads.

    The one that was used last is taken first: few requests at a time keep few connections.
    """

    def __init__(self, application: Application, count: int) -> None:
        self.application = application
        self.free: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
        for number in range(count):
            self.free.put_nowait(ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"request-{number}"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with pool.waiting.track_inprogress():
            thread = await self.free.get()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.application(scope, receive, send)
        finally:
            self.free.put_nowait(thread)
