"""Makes light traffic while the new colour bakes: reads, and one row that is created and deleted.

The released image describes its resources and so the requests. The pod that is judged signs the token, which lives for
ten minutes and is neither shown nor written anywhere.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from deploy.checkout import Settings
from deploy.kubectl import Kubectl, KubectlError, Object
from deploy.names import CONTAINER, NAMESPACE, TRAFFIC, web

TIMEOUT_SECONDS = 5
PROXY_SECONDS = 3  # ten failures of a colour that hangs, and it is judged: within half a minute
TOKEN_SECONDS = 8 * 60  # of the ten minutes that a token lives
MEMORY_SECONDS = 60
PROXY = f"/api/v1/namespaces/{NAMESPACE}/services/http:{TRAFFIC}:80/proxy"

DESCRIBE = (
    "import glob, json, tomllib; "
    "print(json.dumps([tomllib.load(open(name, 'rb')) for name in sorted(glob.glob('*/resource.toml'))]))"
)
# A missing user is made, with a password that never leaves the pod.
MINT = (
    "python manage.py token {user} || "
    "{{ head -c 32 /dev/urandom | base64 | python manage.py user {user} --password-stdin >&2 && "
    "python manage.py token {user}; }}"
)
# kubectl's words for a 401: the service was there, and wants a token.
UNAUTHORIZED = "You must be logged in to the server"
# A worker without a free thread answers so (todoproject/server/). A stranger's flood is not the new colour's fault.
OVERLOADED = "The service has more requests than it can serve."


class Response(NamedTuple):
    """`status` is 0 when no answer came; the body then says why. `reached`: something took the request."""

    status: int
    body: str = ""
    reached: bool = True

    @property
    def overloaded(self) -> bool:
        return self.status == 503 and OVERLOADED in self.body


Send = Callable[[str, str, "dict[str, str]", str], Response]


def send(method: str, url: str, headers: dict[str, str], body: str) -> Response:
    """Send one request and wait five seconds at most."""
    from urllib.error import HTTPError, URLError  # noqa: PLC0415  a flip back does not wait for it
    from urllib.request import Request, urlopen  # noqa: PLC0415  as above

    request = Request(url, body.encode() or None, headers, method=method)  # noqa: S310  the caller's address
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310  as above
            return Response(response.status, str(response.read(), "utf-8"))
    except HTTPError as error:
        return Response(error.code, str(error.read(), "utf-8", "replace"))
    except OSError as error:
        # A URLError is what went wrong before the request was sent.
        return Response(0, str(error), reached=not isinstance(error, URLError))


class Visitor:
    """Remembers how the requests of the last minute ended.

    Without an address (a local cluster) it asks the API server's proxy, which passes no token on.
    """

    def __init__(self, kubectl: Kubectl, settings: Settings, *, address: str, transport: Send = send) -> None:
        self._kubectl, self._settings, self._clock = kubectl, settings, kubectl.clock
        self.address, self._send = address, transport
        self._descriptions: list[Object] | None = None
        self._token, self._token_at, self._row_made = "", 0.0, False
        self._memory: deque[tuple[float, bool]] = deque()
        self.sent = self.failed = self.refused = self._lists_asked = 0

    def visit(self, colour: str, *, seconds: float) -> None:
        """Send requests at the wanted rate for some time."""
        end = self._clock.now() + seconds
        while (started := self._clock.now()) < end:
            for response in self._through_address(colour) if self.address else self._through_proxy(colour):
                self._remember(started, response)
            pause = 1 / self._settings.requests_per_second - (self._clock.now() - started)
            self._clock.sleep(max(pause, 0.001))

    def unreached(self) -> str:
        """Ask the address once, without a token; return "" if anything answers, else the reason why nothing does."""
        response = self._send("GET", f"{self.address}/readyz", {"X-Synthetic": "1"}, "")
        return "" if response.reached else response.body

    def failed_share(self, *, at_least: int) -> float:
        """Return the share of the last minute's requests that failed; 0 while there are fewer than that."""
        while self._memory and self._memory[0][0] < self._clock.now() - MEMORY_SECONDS:
            self._memory.popleft()
        failures = sum(not fine for _, fine in self._memory)
        return failures / len(self._memory) if len(self._memory) >= at_least else 0.0

    def _remember(self, at: float, response: Response) -> None:
        self.sent += 1
        if response.overloaded:
            self.refused += 1
            return
        fine = 200 <= response.status < 400
        self._memory.append((at, fine))
        self.failed += not fine

    def _through_address(self, colour: str) -> list[Response]:
        headers = {"Authorization": f"Bearer {self._fresh_token(colour)}", "X-Synthetic": "1"}
        resource = next(iter(self._resources(colour)), {})
        if self._row_made or "example" not in resource:
            return [self._send("GET", f"{self.address}{self._next_path(colour)}?limit=20", headers, "")]
        collection, typed = f"{self.address}{resource['path']}", {**headers, "Content-Type": "application/json"}
        created = self._send("POST", collection, typed, json.dumps(resource["example"]))
        self._row_made = not created.overloaded
        if created.status != 201:
            return [created]
        return [created, self._send("DELETE", f"{collection}/{json.loads(created.body)['id']}", headers, "")]

    def _through_proxy(self, colour: str) -> list[Response]:
        """Ask for a page that needs no token, and for a list: a 401 shows that the service looked at the request."""
        return [self._proxied("/schema"), self._proxied(self._next_path(colour))]

    def _proxied(self, path: str) -> Response:
        try:
            self._kubectl.ask(f"{PROXY}{path}", seconds=PROXY_SECONDS)
        except KubectlError as error:
            return Response(200 if UNAUTHORIZED in str(error) else 0, str(error))
        return Response(200)

    def _resources(self, colour: str) -> list[Object]:
        """Return the descriptions of all resources, those with an example of a row first."""
        if self._descriptions is None:
            found: list[Object] = json.loads(self._kubectl.read(*_inside(colour), "python", "-c", DESCRIBE))
            self._descriptions = sorted(found, key=lambda each: "example" not in each)
        return self._descriptions

    def _next_path(self, colour: str) -> str:
        """Return the path of one list after the other; of the API's description where there is no resource."""
        paths = [each["path"] for each in self._resources(colour)] or ["/schema"]
        self._lists_asked += 1
        return str(paths[self._lists_asked % len(paths)])

    def _fresh_token(self, colour: str) -> str:
        if not self._token or self._clock.now() - self._token_at > TOKEN_SECONDS:
            mint = MINT.format(user=self._settings.synthetic_user)
            self._token = self._kubectl.read(*_inside(colour), "sh", "-c", mint).strip()
            self._token_at = self._clock.now()
        return self._token


def _inside(colour: str) -> tuple[str, ...]:
    return ("exec", f"deployment/{web(colour)}", "-c", CONTAINER, "--")
