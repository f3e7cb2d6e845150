"""``python -m voicesim``."""

import sys

from voicesim.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
