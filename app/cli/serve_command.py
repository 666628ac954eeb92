"""`shophand serve`: the operator's desk in the browser, and the JSON API."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import screen
from app.cli.options import house

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="Address to listen on; behind a proxy keep 127.0.0.1.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any.")] = 8321,
) -> None:
    """Serve the pages and the API until you press Ctrl-C; requests under way are finished first."""
    from uvicorn import Config  # noqa: PLC0415 - only this command needs a server

    from app.web import logs  # noqa: PLC0415 - only this command needs a server
    from app.web.ending import DeskServer, listening  # noqa: PLC0415 - only this command needs a server
    from app.web.server import create_app  # noqa: PLC0415 - only this command needs a server

    opened = house(context, recover=True)
    listener = listening(host, port)
    address = f"{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    screen.talk(f"Shophand at http://{address} - sign in with a token, or with: shophand sign-in")
    logs.install()
    config = Config(
        create_app(opened, warmed=True),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    DeskServer(config).until_asked_to_end(listener)
