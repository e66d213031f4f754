"""Prints where everything is once the service is ready, and a line to paste."""

import textwrap

from local.resource import FIRST_PATH


def banner(*, port: int, password: str, token: str, metrics: str, seconds: float) -> str:
    """Return the text; `metrics` is an address, or empty when nothing serves metrics."""
    # Not `localhost`: that may mean ::1, where something else may listen.
    url = f"http://127.0.0.1:{port}"
    metrics_line = f"\n  Metrics  {metrics}" if metrics else ""
    return textwrap.dedent(f"""
      Ready after {seconds:.1f} s: {url}

      API      {url}{FIRST_PATH}
      Docs     {url}/docs
      Admin    {url}/admin/    user admin, password {password}
      Health   {url}/readyz@METRICS@
      Users    ada, grace, linus (with data), the same password; your own: make user NAME=… PASSWORD=…

      Paste this; the token lives ten minutes, and `make token NAME=ada` prints another:

    curl -H 'Authorization: Bearer {token}' '{url}{FIRST_PATH}?limit=3'

      Ctrl-C stops everything. The log of the service:
    """).replace("@METRICS@", metrics_line)
