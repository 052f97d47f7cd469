"""Do secrets come in by a file as well, and does every mistake about one name the variable and never the secret?"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from ari_app.settings import SECRETS, BadSettings, Settings, load_settings
from ari_app.stack.env_secrets import add_missing_secrets
from ari_app.stack.instance import settings_environment

VALUE = "a-secret-of-forty-characters-in-a-file-00"
SECRET_SETTINGS = [(one.name, one.metadata["env"]) for one in fields(Settings) if one.metadata.get("secret")]


def written(path: Path, text: str = VALUE + "\n", mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_every_setting_that_is_hidden_in_repr_is_a_secret_or_public_keys() -> None:
    hidden = {one.metadata["env"] for one in fields(Settings) if not one.repr and one.metadata}
    assert hidden - {"CENTRALITA_RECORDINGS_RECIPIENTS"} == {env for _, env in SECRET_SETTINGS}
    assert set(SECRETS) <= hidden


@pytest.mark.parametrize(("setting", "env"), SECRET_SETTINGS)
def test_a_secret_is_read_from_the_file_that_its_variable_names(tmp_path: Path, setting: str, env: str) -> None:
    file = written(tmp_path / "secret")
    found = load_settings(tmp_path, {f"{env}_FILE": str(file)})
    assert getattr(found, setting) == VALUE
    assert VALUE not in repr(found)
    assert (
        settings_environment(found)[env] == VALUE
    )  # handed to the engine's process in its environment, not by its arguments


@pytest.mark.parametrize(("setting", "env"), SECRET_SETTINGS)
@pytest.mark.parametrize("where", ["environment", ".env"])
def test_both_at_once_is_an_error_that_names_both(tmp_path: Path, setting: str, env: str, where: str) -> None:
    both = {env: VALUE, f"{env}_FILE": str(written(tmp_path / "secret"))}
    if where == ".env":
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in both.items()))
        both = {}
    with pytest.raises(BadSettings, match=f"{env} and {env}_FILE are both given") as bad:
        load_settings(tmp_path, both)
    assert VALUE not in str(bad.value)


def test_what_the_environment_says_of_a_secret_wins_over_all_that_env_says(tmp_path: Path) -> None:
    file = written(tmp_path / "secret")
    (tmp_path / ".env").write_text(f"DEMO_SIP_SECRET=old\nDEMO_WEB_SECRET_FILE={tmp_path / 'nowhere'}\n")
    found = load_settings(tmp_path, {"DEMO_SIP_SECRET_FILE": str(file), "DEMO_WEB_SECRET": "given"})
    assert (found.demo_sip_secret, found.demo_web_secret) == (VALUE, "given")


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o666, 0o777])
def test_a_file_that_everybody_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    file = written(tmp_path / "secret", mode=mode)
    with pytest.raises(BadSettings, match=rf"DEMO_SIP_SECRET_FILE={file}: everybody may .* chmod 600") as bad:
        load_settings(tmp_path, {"DEMO_SIP_SECRET_FILE": str(file)})
    assert VALUE not in str(bad.value)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440, 0o640])
def test_a_file_of_the_owner_and_the_group_is_read(tmp_path: Path, mode: int) -> None:
    file = written(tmp_path / "secret", mode=mode)
    assert load_settings(tmp_path, {"DEMO_SIP_SECRET_FILE": str(file)}).demo_sip_secret == VALUE


@pytest.mark.parametrize("what", ["missing", "folder", "bytes", "empty", "lines", "control"])
def test_a_file_that_holds_no_secret_is_refused_with_its_variable(tmp_path: Path, what: str) -> None:
    file = tmp_path / "secret"
    texts: dict[str, Any] = {"empty": "\n", "lines": "one\ntwo\n", "control": "a\x00b"}
    if what == "folder":
        file.mkdir(mode=0o700)
    elif what == "bytes":
        file.write_bytes(b"\xff\xfe")
        file.chmod(0o600)
    elif what in texts:
        written(file, texts[what])
    with pytest.raises(BadSettings, match=rf"CENTRALITA_ARI_SECRET_FILE={file}"):
        load_settings(tmp_path, {"CENTRALITA_ARI_SECRET_FILE": str(file)})


def test_no_secret_is_made_anew_that_stands_in_a_file(tmp_path: Path) -> None:
    given = {f"{name}_FILE": "/run/secrets/one" for name in SECRETS}
    assert add_missing_secrets(tmp_path / ".env", given, lambda: VALUE) == []
    assert not (tmp_path / ".env").exists()


# -- the key of SIP over TLS ---------------------------------------------------------------------------------------------


def test_certificate_and_key_belong_together_and_the_key_must_be_private(tmp_path: Path) -> None:
    cert, key = written(tmp_path / "cert.pem", mode=0o644), written(tmp_path / "key.pem", mode=0o644)
    with pytest.raises(BadSettings, match="belong together"):
        load_settings(tmp_path, {"CENTRALITA_SIP_TLS_CERT": str(cert)})
    both = {"CENTRALITA_SIP_TLS_CERT": str(cert), "CENTRALITA_SIP_TLS_KEY": str(key)}
    with pytest.raises(BadSettings, match=r"CENTRALITA_SIP_TLS_KEY=.*everybody may read"):
        load_settings(tmp_path, both)
    key.chmod(0o600)
    assert load_settings(tmp_path, both).sip_tls
    cert.unlink()
    with pytest.raises(BadSettings, match=r"CENTRALITA_SIP_TLS_CERT=.* cannot be read"):
        load_settings(tmp_path, both)
    assert not load_settings(tmp_path, {}).sip_tls


@pytest.mark.parametrize("origin", ["desk.example", "https://desk.example/path", "*", "https://"])
def test_a_site_that_is_none_is_refused(tmp_path: Path, origin: str) -> None:
    with pytest.raises(BadSettings, match="CENTRALITA_ALLOWED_ORIGINS"):
        load_settings(tmp_path, {"CENTRALITA_ALLOWED_ORIGINS": f"https://fine.example, {origin}"})
