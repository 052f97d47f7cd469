"""``make vendor``: JsSIP and what it needs, in one ES module, from npm's packages as package-lock.json pins them.

Nothing of the packages is run but esbuild's own program. The same pins give the same bytes, whose hash stands in the README.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
INTO: Final = HERE.parent / "pages" / "vendor" / "jssip.js"
OPTIONS: Final = (
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--legal-comments=none",
    "--define:global=globalThis",
    "--log-level=warning",
)


def main() -> int:
    """Write the module and say its hash. 1, with the reason on stderr, where npm or the packages are not there."""
    if shutil.which("npm") is None:
        print("npm is needed: apt-get install npm (as root)", file=sys.stderr)  # noqa: T201 - the person who starts it
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder]
        subprocess.run(npm, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
        (esbuild,) = Path(folder).glob("node_modules/@esbuild/*/bin/esbuild")
        source = Path(folder) / "node_modules/jssip/lib/JsSIP.js"
        bundling = [str(esbuild), str(source), *OPTIONS, f"--outfile={INTO}"]
        subprocess.run(bundling, check=True, cwd=folder)  # noqa: S603 - our own words
    print(f"{INTO.name}  sha256 {hashlib.sha256(INTO.read_bytes()).hexdigest()}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
