"""Entry point of the command line."""


def main() -> int:
    """Run ``voicesim``."""
    return 0
