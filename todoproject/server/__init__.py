"""What it takes to serve the same synchronous application by an event loop (SERVER=asgi), as fast and as safely."""
