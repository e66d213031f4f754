"""Removes the configuration of releases that nobody returns to: each made an immutable ConfigMap of its own."""

from deploy.run import Run


def delete(run: Run) -> None:
    """Delete the colours' ConfigMaps that neither Deployment names."""
    picture = run.look()
    used = {name for colour in picture.colours.values() for name in colour.configuration}
    for name in sorted(picture.configurations.keys() - used):
        run.kubectl.change("delete", "configmap", name)
