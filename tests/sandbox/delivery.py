"""Brings queued messages to applications (documentation: automation/webhook, notification).

Success is HTTP 200. A webhook's event gets three attempts: the second 1 second after the first, the third 4 seconds
after that; then it is discarded. Three discarded events in a row (nine attempts) and HTTP 410 at once turn the webhook
to ``TooManyErrors``; one success forgets the row. Time is the sandbox's clock. While a tenant does not run, its
webhooks wait. A change of a tenant's state is sent once; how often SuperOffice tries is not documented.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .events import announce
from .post import Reply, post
from .state import RUNNING
from .webhooks import state_event
from .world import Delivery, Row, World

PAUSES = (1.0, 4.0)
"""Seconds before the second and the third attempt."""
TOO_MANY = 3
"""Discarded events in a row that end a webhook."""
GONE = 410
IDLE = 0.5
"""Longest sleep, for whoever changes the world without a request."""


class Postman:
    """Sends what is due, each message on its own; ``wake`` him after anything that may have queued one.

    ``changed`` is called after each attempt: what it counted is to be remembered, too.
    """

    def __init__(self, world: World, changed: Callable[[], None] = lambda: None) -> None:
        self.world, self.changed = world, changed
        self.wake = asyncio.Event()
        self.under_way: dict[asyncio.Task[None], Delivery] = {}

    async def run(self) -> None:
        """Until cancelled; what then is under way is not waited for."""
        try:
            while True:
                for message in self.due():
                    task = asyncio.create_task(self.deliver(message))
                    self.under_way[task] = message
                    task.add_done_callback(self.came_back)
                await self.sleep()
        finally:
            for task in self.under_way:
                task.cancel()

    def came_back(self, task: asyncio.Task[None]) -> None:
        """One message is no longer carried. A mistake of ours with it costs that message, not all that follow."""
        message = self.under_way.pop(task)
        self.wake.set()
        self.changed()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.note(message, Reply(0, f"The sandbox could not send this: {error!r}"))
            self.finish(message, "discarded")

    async def sleep(self) -> None:
        self.wake.clear()
        now = self.world.now().timestamp()
        pauses = [message.due - now for message in self.waiting()]
        try:
            async with asyncio.timeout(max(0.0, min([IDLE, *pauses]))):
                await self.wake.wait()
        except TimeoutError:
            return

    def waiting(self) -> list[Delivery]:
        """Messages that nobody carries now and whose tenant can send."""
        carried = self.under_way.values()
        return [m for m in self.world.deliveries if m not in carried and self.can_send(m)]

    def due(self) -> list[Delivery]:
        now = self.world.now().timestamp()
        return [message for message in self.waiting() if message.due <= now]

    def can_send(self, message: Delivery) -> bool:
        tenant = self.world.tenants.get(message.ctx)
        return message.webhook_id == 0 or tenant is None or tenant.state in RUNNING

    async def deliver(self, message: Delivery) -> None:
        """One attempt, and what follows from it."""
        webhook = self.webhook(message)
        if message.webhook_id and (webhook is None or webhook["state"] != "Active"):
            self.finish(message, "stopped")
            return
        retries = {"X-SuperOffice-Retry": str(len(message.attempts))} if message.attempts else {}
        reply = await post(message.url, message.headers | retries, message.body)
        self.note(message, reply)
        if webhook is None:
            self.finish(message, "delivered" if 200 <= reply.status < 300 else "discarded")
        else:
            self.judge(message, webhook, reply)

    def webhook(self, message: Delivery) -> Row | None:
        tenant = self.world.tenants.get(message.ctx)
        return tenant.table("webhook").get(message.webhook_id) if tenant else None

    def note(self, message: Delivery, reply: Reply) -> None:
        attempt: dict[str, Any] = {"at": self.world.now().timestamp(), "status": reply.status, "error": reply.error}
        message.attempts.append(attempt)

    def judge(self, message: Delivery, webhook: Row, reply: Reply) -> None:
        """Count, and decide whether to try again."""
        webhook["total_calls"] += 1
        if not reply.trouble:
            webhook["consecutive_errors"] = 0
            self.finish(message, "delivered")
            return
        webhook["total_errors"] += 1
        webhook["last_error"] = reply.trouble
        if reply.status != GONE and len(message.attempts) <= len(PAUSES):
            message.due = self.world.now().timestamp() + PAUSES[len(message.attempts) - 1]
            return
        webhook["consecutive_errors"] += 1
        self.finish(message, "discarded")
        if webhook["consecutive_errors"] >= TOO_MANY or reply.status == GONE:
            self.disable(message, webhook)

    def disable(self, message: Delivery, webhook: Row) -> None:
        """Stop a webhook for good; another one may have been set to watch it."""
        if webhook["state"] != "Active":
            return
        webhook["state"], webhook["updated"] = "TooManyErrors", self.world.stamp()
        happening = state_event(message.webhook_id, webhook, "errors", 0)
        announce(self.world, self.world.tenants[message.ctx], happening)

    def finish(self, message: Delivery, outcome: str) -> None:
        """Take it off the queue; after a reset it is on none."""
        message.outcome = outcome
        self.world.deliveries[:] = [one for one in self.world.deliveries if one is not message]
        self.world.delivered.append(message)
