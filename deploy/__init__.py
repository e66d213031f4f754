"""The release tool: `python -m deploy` moves users from one colour to the other, and back (deploy/README.md)."""
