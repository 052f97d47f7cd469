from __future__ import annotations

import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from ari_app.centre import Centre, load_centre
from ari_app.settings import Settings
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.conf import context_for, render_all
from ari_app.stack.faults import SetupFailed
from ari_app.stack.folders import Folders

NOWHERE = AsteriskInstall(("asterisk",), Path("/m"), Path("/d"), Path("/d/moh"), (22, 10, 1))


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    folder = tmp_path / "etc"
    folder.mkdir()
    return folder


@pytest.fixture
def centre(settings: Settings) -> Centre:
    return load_centre(settings.centre)


def test_template_becomes_a_file_that_only_this_user_reads(templates: Path, etc: Path) -> None:
    (templates / "a.conf.j2").write_text("[general]\n{% if on %}\nport = {{ port }}\n{% endif %}\n", encoding="utf-8")
    assert render_all(templates, etc, {"on": True, "port": 5060}) == [etc / "a.conf"]
    assert (etc / "a.conf").read_text(encoding="utf-8") == "[general]\nport = 5060\n"
    assert stat.S_IMODE((etc / "a.conf").stat().st_mode) == 0o600


def test_undefined_name_is_refused_with_the_template(templates: Path, etc: Path) -> None:
    (templates / "a.conf.j2").write_text("port = {{ sip_prot }}\n", encoding="utf-8")
    with pytest.raises(SetupFailed, match=r"a\.conf\.j2.*sip_prot"):
        render_all(templates, etc, {"sip_port": 5060})
    assert not (etc / "a.conf").exists()


@pytest.mark.parametrize("name", ["Ana\nexten => 1,1,System(id)", "Ana ; the rest is a comment", "Ana\x00"])
def test_value_that_would_change_the_files_structure_is_refused(templates: Path, etc: Path, name: str) -> None:
    (templates / "a.conf.j2").write_text("callerid = {{ name }}\n", encoding="utf-8")
    with pytest.raises(SetupFailed, match="cannot carry"):
        render_all(templates, etc, {"name": name})


def test_file_whose_template_is_gone_is_removed(templates: Path, etc: Path) -> None:
    (etc / "old.conf").touch()
    (templates / "a.conf.j2").touch()
    render_all(templates, etc, {})
    assert [file.name for file in etc.iterdir()] == ["a.conf"]


def test_every_template_of_the_product_renders_for_the_demo(settings: Settings, centre: Centre, etc: Path) -> None:
    folders = Folders.below(settings.state)
    templates = settings.project / "asterisk_conf"
    written = render_all(templates, etc, context_for(settings, centre, NOWHERE, folders))
    assert [file.name for file in written] == sorted(path.stem for path in templates.glob("*.j2"))
    pjsip = (etc / "pjsip.conf").read_text(encoding="utf-8")
    assert pjsip.count(f"password = {settings.demo_sip_secret}\n") == len(centre.people)


def test_prompt_in_a_folder_that_a_dialplan_cannot_name_is_refused(
    settings: Settings, tmp_path: Path, etc: Path
) -> None:
    odd = tmp_path / "a&b"
    shutil.copytree(settings.centre, odd)
    context = context_for(settings, load_centre(odd), NOWHERE, Folders.below(settings.state))
    with pytest.raises(SetupFailed, match="plain name"):
        render_all(settings.project / "asterisk_conf", etc, context)


def test_phones_without_a_secret_are_refused(settings: Settings, centre: Centre, etc: Path) -> None:
    without = replace(settings, demo_sip_secret="")
    with pytest.raises(SetupFailed, match="DEMO_SIP_SECRET"):
        render_all(
            settings.project / "asterisk_conf",
            etc,
            context_for(without, centre, NOWHERE, Folders.below(settings.state)),
        )


def test_run_folder_moves_when_a_socket_there_would_have_too_long_a_name(tmp_path: Path) -> None:
    short, long = Folders.below(Path("/s")), Folders.below(tmp_path / ("x" * 100))
    assert short.run == Path("/s/run")
    assert len(str(long.run)) < 90
    long.make()
    (long.run / "asterisk.ctl").touch()
    long.end_run()
    assert not long.run.exists()
