"""An image's name as Kustomize wants it."""

from typing import NamedTuple


class Image(NamedTuple):
    """A reference in its parts; a reference without tag and digest means `latest`, as everywhere."""

    name: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parsed(cls, reference: str) -> "Image":
        """Split `registry:5000/path/name:tag@sha256:…`."""
        rest, _, digest = reference.partition("@")
        path, colon, last = rest.rpartition(":")
        # A colon before the last slash belongs to a port.
        name, tag = (path, last) if colon and "/" not in last else (rest, "")
        return cls(name, "" if digest else tag or "latest", digest)

    def entry(self, of: str) -> dict[str, str]:
        """Return the entry of a kustomization's `images` that puts this image in the place of `of`."""
        version = {"digest": self.digest} if self.digest else {"newTag": self.tag}
        return {"name": of, "newName": self.name, **version}
