"""The process as a whole: real gunicorn, real signals, real sockets, a PostgreSQL that is stopped and started."""
