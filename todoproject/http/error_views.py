"""Answers what nothing else has caught; Django has logged it, once, with its traceback."""

import sys

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase

from todoproject.http.plain_errors import shaped
from todoproject.http.unavailable import RETRY_AFTER_SECONDS, is_unavailable


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer 503 for a database that is away, 400 for a client that left in the middle of its body, else 500.

    Set as ``handler500``, which Django calls while the exception is being handled.
    """
    exception = sys.exception()
    if is_unavailable(exception):
        response = HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    elif isinstance(exception, UnreadablePostError):
        response = HttpResponse(status=400)
    else:
        response = HttpResponse(status=500)
    return shaped(request, response)
