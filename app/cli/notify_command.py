"""`shophand notify`: tell what is due now, for a timer where no server runs."""

from __future__ import annotations

import typer

from app.cli import screen
from app.cli.options import house
from shop.errors import SetupError

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def notify(context: typer.Context) -> None:
    """Send notices of approvals that expire soon, of runs that ended, and the digest; each is told once."""
    from app.notices.channels import channels_of  # noqa: PLC0415 - only this command sends mail
    from app.notices.sending import Notifier  # noqa: PLC0415 - only this command sends mail

    opened = house(context)
    channels = channels_of(opened.settings, opened.clock)
    if not channels:
        raise SetupError(
            "no channel is set up: set SHOPHAND_SMTP_URL, SHOPHAND_SLACK_WEBHOOK or SHOPHAND_WEBHOOK_URL"
        )
    sent, failed = Notifier(opened, channels).once()
    screen.data(f"{sent} sent, {failed} not delivered; what failed is tried again")
    if failed:
        raise typer.Exit(1)
