"""Answers for an asset of the other release: while users move, a page of one asks the pods of both for its assets.

WhiteNoise serves what this release has. What it does not have is answered by the asset of the same name, which no cache
keeps under the other's address; the former release's files need not be in the image, and no client is tied to a colour.
"""

import re

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import FileResponse, Http404, HttpRequest

# Twelve digits of a digest before the suffix: Django's ManifestFilesMixin.
DIGEST = re.compile(r"\.[0-9a-f]{12}(?=\.[a-z0-9]+$)")


def of_another_release(request: HttpRequest, path: str) -> FileResponse:  # noqa: ARG001
    """Serve this release's version of an asset; 404 when it has none of that name."""
    name, found = DIGEST.subn("", path)
    try:
        # By the manifest: no other file is reached.
        here = staticfiles_storage.stored_name(name) if found else ""  # type: ignore[attr-defined]
    except ValueError:
        here = ""
    if not here:
        raise Http404
    return FileResponse(staticfiles_storage.open(here), headers={"Cache-Control": "no-store"})
