"""Resources that no service has: every kind of field and every scope, so that each promise is tested for all of them.

`tests.settings` installs them; no image has this folder.
"""
