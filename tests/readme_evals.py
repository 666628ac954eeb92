"""The README's evaluations: ``python -m tests.readme_evals [--home DIR]`` puts in what `make evals` printed.

The table stands between two markers; everything else of the README stays as it is.
"""

import argparse
import re
from pathlib import Path
from typing import Final

README: Final = Path(__file__).parents[1] / "README.md"
BEGIN: Final = "<!-- evals: made by `make evals`, then `python -m tests.readme_evals` -->"
END: Final = "<!-- /evals -->"


def with_table(readme: str, table: str) -> str:
    """The text with the table between its markers; SystemExit names a missing marker."""
    if BEGIN not in readme or END not in readme:
        raise SystemExit(f"the README needs the lines\n{BEGIN}\n{END}\nwhere the table is to stand")
    between = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: f"{BEGIN}\n\n{table.strip()}\n\n{END}", readme)


def main(arguments: list[str] | None = None) -> None:
    """Rewrite the README; SystemExit says what is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.readme_evals", description=__doc__)
    parser.add_argument(
        "--home", type=Path, default=Path(".shophand"), help="where `make evals` left its table"
    )
    table = parser.parse_args(arguments).home / "evaluations" / "table.md"
    if not table.is_file():
        raise SystemExit(f"{table} is not there: run `make evals` first")
    README.write_text(with_table(README.read_text("utf-8"), table.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
