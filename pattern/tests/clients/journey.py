"""Uses a client that openapi-generator made, as a program would that knows nothing else of the service.

Run with the client on PYTHONPATH and one argument, JSON: see `tests.clients.test_generated.Journey`.
"""

import json
import re
import sys
from typing import Any

import generated  # type: ignore[import-not-found]  # made of the document
from generated.exceptions import ApiException  # type: ignore[import-not-found]

given = json.loads(sys.argv[1])
model, one, many = given["model"], given["one"], given["many"]


def refused(status: int, call: Any, *arguments: Any, **options: Any) -> None:
    try:
        call(*arguments, **options)
    except ApiException as error:
        answered = error.status
    else:
        answered = 200
    assert answered == status, call


configuration = generated.Configuration(host=given["url"])
client = generated.ApiClient(configuration)
logins = generated.AuthApi(client)
pair = logins.log_in(generated.CredentialsRequest(username=given["username"], password=given["password"]))
configuration.access_token = logins.refresh_tokens(generated.RefreshTokenRequest(refresh=pair.refresh)).access

api = getattr(generated, f"{given['plural']}Api")(client)
call = {
    name: getattr(api, f"{name}_{many if name == 'list' else one}_with_http_info")
    for name in ("create", "list", "get", "replace", "change", "delete")
}
body = getattr(generated, f"{model}Request").from_dict(given["body"])
change = getattr(generated, f"Patched{model}Request").from_dict(given["change"])

first = call["create"](body, idempotency_key="journey-python")
again = call["create"](body, idempotency_key="journey-python")
assert (again.status_code, again.data.id) == (201, first.data.id)
assert again.headers["Idempotency-Replayed"] == "true"

row, keyword = first.data.id, f"patched_{one}_request"
changed = call["change"](row, if_match=first.headers["ETag"], **{keyword: change})
before, after = first.data.to_dict(), changed.data.to_dict()
differing = {name for name in before if before[name] != after[name]}
assert differing == set(given["change"]), differing

refused(412, call["replace"], row, body, if_match=first.headers["ETag"])
replaced = call["replace"](row, body, if_match=changed.headers["ETag"])
assert replaced.data.to_dict() == before

rows = {row, call["create"](body).data.id, call["create"](body).data.id}
seen, cursor = [], None
while True:
    page = call["list"](limit=1, ordering="created_at", cursor=cursor)
    seen += [each.id for each in page.data]
    following = re.search(r'[?&]cursor=([^&>]+)[^>]*>; rel="next"', page.headers.get("Link", ""))
    if not following:
        break
    cursor = following[1]
assert [each for each in seen if each in rows] == sorted(rows)

for each in rows:
    assert call["delete"](each).status_code == 204
refused(404, call["get"], row)
refused(401, logins.log_in, generated.CredentialsRequest(username=given["username"], password="wrong"))
