"""`make stop`: stops a `make run` in the background, or the processes of one that was killed."""

import signal

from local import gunicorn, processes
from local.refusal import Refusal
from local.state import State

STOP_SECONDS = 90  # gunicorn's 40 and PostgreSQL's 40, with room


def stop(state: State) -> list[str]:
    """Stop the run of this clone, or the processes that it left; return a line for each."""
    with state.lock as lock:
        if lock.acquire("stop"):
            return stop_left_over(state) or ["nothing of this clone was running"]
        pid, purpose = lock.holder()
        # The lock is held, so its holder lives. Its command line says whether the pid in the file is the holder's.
        if purpose != "run" or "local" not in processes.command(pid):
            raise Refusal(f"`make {purpose}` is at work (pid {pid}) and ends by itself: try again in a moment.")
        processes.send(pid, signal.SIGTERM)
        if not processes.gone(pid, seconds=STOP_SECONDS):
            raise Refusal(f"`make run` (pid {pid}) did not stop within {STOP_SECONDS} s: look at what it prints.")
        return [f"stopped `make run` (pid {pid}), the service and PostgreSQL with it"]


def stop_left_over(state: State) -> list[str]:
    """Stop the processes of a killed run, and return a line for each; the caller holds the lock."""
    done = []
    if pid := gunicorn.stop_left_over(state.gunicorn_pid):
        done.append(f"stopped the service that a killed run had left (pid {pid})")
    server_pid = state.server.pid()
    if server_pid and state.server.stop():
        done.append(f"stopped the PostgreSQL that a killed run had left (pid {server_pid})")
    return done
