"""The todos of the peers on Django."""
