"""inspect's own viewer on the logs of a run."""

from pathlib import Path

from inspect_ai import view as inspect_view


def view(logs: Path, port: int) -> None:
    """Serve the logs on this machine until it is stopped."""
    inspect_view(log_dir=str(logs), host="127.0.0.1", port=port)
