"""The process as a whole: real gunicorn, real signals, real sockets."""
