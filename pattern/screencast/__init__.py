"""Records what a terminal shows, for `make screencast`."""
