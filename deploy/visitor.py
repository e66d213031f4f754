"""The tool's own light traffic while the new colour bakes: reads, and one row that is created and deleted.

What it asks for stands in the service's own description of its resource. The token comes from the pod that is being
judged and lives ten minutes; it is neither shown nor written anywhere.
"""

import json
import tomllib
from collections import deque
from functools import cached_property
from pathlib import Path
from typing import Any

from deploy.kubectl import Kubectl, KubectlError
from deploy.release_file import ReleaseFile
from deploy.sending import Response, Send, send
from deploy.waiting import Clock

RESOURCE = Path(__file__).resolve().parent.parent / "todos" / "resource.toml"
PROXY_SECONDS = 3  # ten failures of a colour that hangs, and it is judged: within half a minute
TOKEN_SECONDS = 8 * 60  # of the ten minutes that a token lives
MEMORY_SECONDS = 60

# A new user's password is made in the pod and known to nobody.
MAKE_USER = "head -c 32 /dev/urandom | base64 | python manage.py user {user} --password-stdin"


class Visitor:
    """Remembers how the requests of the last minute ended.

    Without an address (a local cluster) it asks the API server's proxy for the one page that needs no token.
    """

    def __init__(
        self, kubectl: Kubectl, clock: Clock, *, address: str, file: ReleaseFile, transport: Send = send
    ) -> None:
        self._kubectl, self._clock, self._send = kubectl, clock, transport
        self.address, self._user, self._rate = address, file.synthetic_user, file.requests_per_second
        self._token, self._token_at = "", 0.0
        self._row_made = False
        self._memory: deque[tuple[float, bool]] = deque()
        self.sent = self.failed = 0

    def visit(self, colour: str, *, seconds: float) -> None:
        """Send requests at the wished rate for so long."""
        end = self._clock.now() + seconds
        while (started := self._clock.now()) < end:
            for response in self._requests(colour):
                fine = 200 <= response.status < 400
                self._memory.append((started, fine))
                self.sent, self.failed = self.sent + 1, self.failed + (not fine)
            pause = 1 / self._rate - (self._clock.now() - started)
            self._clock.sleep(max(pause, 0.001))

    def unreached(self) -> str:
        """Ask the address once, without a token; return "" when somebody is there, well or not, else why nobody is."""
        response = self._send("GET", f"{self.address}/readyz", {"X-Synthetic": "1"}, "")
        return "" if response.reached else response.body

    def failed_share(self, *, at_least: int) -> float:
        """Return the share of the last minute's requests that failed; 0 while there are fewer than that."""
        while self._memory and self._memory[0][0] < self._clock.now() - MEMORY_SECONDS:
            self._memory.popleft()
        failures = sum(not fine for _, fine in self._memory)
        return failures / len(self._memory) if len(self._memory) >= at_least else 0.0

    def _requests(self, colour: str) -> list[Response]:
        if not self.address:
            return [self._through_api_server()]
        headers = {"Authorization": f"Bearer {self._fresh_token(colour)}", "X-Synthetic": "1"}
        collection = f"{self.address}{self._resource['path']}"
        if self._row_made:
            return [self._send("GET", f"{collection}?limit=20", headers, "")]
        self._row_made = True
        typed = headers | {"Content-Type": "application/json"}
        created = self._send("POST", collection, typed, json.dumps(self._resource["example"]))
        if created.status != 201:
            return [created]
        row = json.loads(created.body)["id"]
        return [created, self._send("DELETE", f"{collection}/{row}", headers, "")]

    @cached_property
    def _resource(self) -> dict[str, Any]:
        # Read by who visits, not at the start: a rollback must not wait for it, let alone fail with it.
        return tomllib.loads(RESOURCE.read_text(encoding="utf-8"))

    def _through_api_server(self) -> Response:
        try:
            self._kubectl.ask("/api/v1/namespaces/todo/services/http:todo:80/proxy/schema", seconds=PROXY_SECONDS)
        except KubectlError:
            return Response(0)
        return Response(200)

    def _fresh_token(self, colour: str) -> str:
        if not self._token or self._clock.now() - self._token_at > TOKEN_SECONDS:
            inside = ("exec", f"deployment/todo-{colour}", "-c", "web", "--")
            mint = (*inside, "python", "manage.py", "token", self._user)
            try:
                self._token = self._kubectl.read(*mint).strip()
            except KubectlError:
                self._kubectl.change(*inside, "sh", "-c", MAKE_USER.format(user=self._user))
                self._token = self._kubectl.read(*mint).strip()
            self._token_at = self._clock.now()
        return self._token
