"""The release tool: brings an image to all users of a cluster, and takes it back. Needs kubectl, and no package."""
