"""Are all of the console's pages photographed, and to be seen in one place?"""

from __future__ import annotations

import re

from tests.browser.screenshots import FOLDER, gallery


def test_the_gallery_shows_every_picture_and_every_picture_is_there() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == gallery()
    assert set(re.findall(r'src="([^"]+)"', gallery())) == {path.name for path in FOLDER.glob("*.jpg")}
