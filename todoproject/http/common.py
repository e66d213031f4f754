"""Django's CommonMiddleware, which gives a length even to answers that can have none."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware import common

WITHOUT_BODY = frozenset({204, 304})


class CommonMiddleware(common.CommonMiddleware):
    """Leaves Content-Length away where it would be wrong: a 304 may say the length of the 200 only, a 204 none.

    https://www.rfc-editor.org/rfc/rfc9110#section-8.6
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        answer = super().process_response(request, response)
        if answer.status_code in WITHOUT_BODY:
            del answer["Content-Length"]
        return answer
