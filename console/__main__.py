"""``python -m console``: the console's process (process.py)."""

import sys

from console.process import main

if __name__ == "__main__":
    sys.exit(main())
