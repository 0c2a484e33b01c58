"""Entry point of ``python -m pipeline``."""

from pipeline.cli import cli


def main() -> None:
    """Run the command line."""
    cli(prog_name="python -m pipeline")


if __name__ == "__main__":
    main()
