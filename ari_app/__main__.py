"""``python -m ari_app``: the controller's process (process.py)."""

import gc
import sys

if __name__ == "__main__":
    gc.disable()  # what is loaded stays: to look for garbage in it is a tenth of the start, for which callers wait

    from ari_app.process import main

    sys.exit(main())
