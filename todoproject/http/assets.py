"""Serves assets of the other release: while a release moves users, both colours are asked for the assets of a page.

WhiteNoise serves this release's assets. For another digest this view serves our asset of the same name, with no-store
(docs/adr/0008). So the image needs no files of the former release, and no client is tied to a colour.
"""

import re

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import FileResponse, Http404, HttpRequest

# Django's ManifestFilesMixin puts twelve digits of a digest before the suffix.
DIGEST = re.compile(r"\.[0-9a-f]{12}(?=\.[a-z0-9]+$)")


def of_another_release(request: HttpRequest, path: str) -> FileResponse:  # noqa: ARG001
    """Serve this release's version of an asset, or 404 if it has none of that name."""
    name, found = DIGEST.subn("", path)
    try:
        # The manifest has only assets: no other file can be reached.
        here = staticfiles_storage.stored_name(name) if found else ""  # type: ignore[attr-defined]
    except ValueError:
        here = ""
    if not here:
        raise Http404
    return FileResponse(staticfiles_storage.open(here), headers={"Cache-Control": "no-store"})
