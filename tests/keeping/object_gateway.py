"""A real S3 server of a test: Ceph's radosgw, alone and with its data in SQLite, from an unpacked root of Debian testing."""

from __future__ import annotations

import http.client
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ari_app.stack.forky_root import ForkyRoot, Recipe

RADOSGW: Final = Recipe(
    "radosgw",
    ("radosgw",),
    # Installation tools, the system's own service manager, and what only Ceph's Python tools need.
    assumed=(
        *("adduser", "ca-certificates", "debconf", "login.defs", "passwd", "systemd"),
        *("python3-prettytable", "python3-requests", "python3-yaml"),
    ),
    also_libraries=("ceph",),
)
ACCESS_KEY, SECRET_KEY, REGION = "test-access", "test-secret", "default"
_STARTS_WITHIN_S: Final = 30.0


@dataclass
class ObjectGateway:
    """One server with its files in ``folder``, on 127.0.0.1."""

    root: ForkyRoot
    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, the first time with one user, and wait until it answers."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        first = not self._conf.exists()
        self._conf.write_text(self._configuration(), encoding="utf-8")
        if first:
            who = ("--uid=test", "--display-name=test", f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}")
            command = self._command("radosgw-admin", "user", "create", *who)
            subprocess.run(command, check=True, capture_output=True)
        output = (self.folder / "radosgw.out").open("ab")
        self._process = subprocess.Popen(self._command("radosgw", "-f"), stdout=output, stderr=output)
        output.close()
        until = time.monotonic() + _STARTS_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise AssertionError((self.folder / "radosgw.out").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """End it; its data stay."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def _conf(self) -> Path:
        return self.folder / "ceph.conf"

    def _command(self, program: str, *arguments: str) -> list[str]:
        told = ("-c", str(self._conf), "--no-mon-config", "-n", "client.rgw")
        return [*self.root.command(f"usr/bin/{program}"), *told, *arguments]

    def _configuration(self) -> str:
        return f"""[global]
[client.rgw]
rgw_backend_store = dbstore
rgw_config_store = dbstore
rgw_frontends = beast endpoint=127.0.0.1:{self.port}
dbstore_db_dir = {self.folder}/data
dbstore_config_uri = file:{self.folder}/data/config.db
rgw_data = {self.folder}/data
log_file = {self.folder}/radosgw.log
admin_socket =
run_dir = {self.folder}
"""

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
