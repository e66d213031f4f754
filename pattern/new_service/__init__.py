"""Makes a client's service of this clone, for `make service`."""
