import typer

from app.cli import screen
from app.cli.exits import Code
from app.cli.options import AsJson, shared
from app.doctor import Health, examine

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check Python, settings, disk, model, store, policy, people, data, clock and record.

    Each line is ok, warn or fail, with the exact repair; exit code 4 if anything fails.
    """
    checks = list(examine(shared(context).settings()))
    if as_json:
        screen.answer("doctor/1", {"checks": [check.as_json() for check in checks]})
    else:
        screen.table(
            ("check", "health", "what", "repair"),
            [(check.name, check.health.value, check.detail, check.repair) for check in checks],
        )
    if any(check.health is Health.FAIL for check in checks):
        raise typer.Exit(Code.ACCESS)
