from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from ari_app.settings import Settings

DOC = Path(__file__).resolve().parents[2] / "docs/settings.md"


def test_every_setting_is_documented_with_its_default() -> None:
    text = DOC.read_text(encoding="utf-8")
    for setting in fields(Settings):
        variable = setting.metadata.get("env")
        if variable is None:
            continue
        lines = [line for line in text.splitlines() if f"`{variable}`" in line]
        assert lines, f"{variable} is missing in docs/settings.md"
        if isinstance(setting.default, int | float):
            assert f"`{setting.default}`" in lines[0], f"the default of {variable} is another one"
