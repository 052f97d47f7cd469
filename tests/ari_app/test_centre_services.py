"""Is services.yaml read as it is meant, is only what it allows ever reachable, and does no mistake tell a secret?"""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from ari_app.centre import Centre, load_centre
from ari_app.centre_services import ServicesFile
from ari_app.services import AgiScript, AgiServer, HttpService
from ari_app.settings import BadSettings
from ivr_flows.located_yaml import read
from ivr_flows.problems import BadFile
from tests.ari_app.fake_centre import DEMO, changed_demo, without_customers_line

SERVICES = """\
hosts: [crm.example.com, "127.0.0.1:9001", "127.0.0.1:4574", "[::1]:9001"]
http:
  clientes:
    url: "http://127.0.0.1:9001/customers/{caller}?kind={kind}"
    headers: {Authorization: {env: CRM_TOKEN}, X-Centre: valdeluna}
    timeout_s: 3
    retries: 2
  crm: {url: https://crm.example.com/find, method: POST, retry_post: true}
  six: {url: "http://[::1]:9001/x"}
agi:
  saldo: {url: "agi://127.0.0.1:4574/saldo"}
  antiguo: {script: agi/antiguo.py, timeout_s: 5}
"""
TOKEN = {"CRM_TOKEN": "Bearer sesame"}


def folder_with(folder: Path, services: str | None, mode: int = 0o755) -> Path:
    """The demo centre with these services (None: without the file), and a script."""
    centre = without_customers_line(changed_demo(folder))
    (centre / "services.yaml").unlink()
    if services is not None:
        (centre / "services.yaml").write_text(services, encoding="utf-8")
    (centre / "agi").mkdir(exist_ok=True)
    (centre / "agi" / "antiguo.py").write_text("#!/bin/sh\n", encoding="utf-8")
    (centre / "agi" / "antiguo.py").chmod(mode)
    return centre


def centre_with(folder: Path, services: str | None, environ: dict[str, str] = TOKEN) -> Centre:
    return load_centre(folder_with(folder, services), lambda: environ)


def told(folder: Path, environ: dict[str, str] = TOKEN) -> list[str]:
    with pytest.raises(BadFile) as bad:
        load_centre(folder, lambda: environ)
    return [str(problem).removeprefix(f"{folder}/") for problem in bad.value.problems]


def test_services_are_what_the_file_says(tmp_path: Path) -> None:
    services = centre_with(tmp_path, SERVICES).services
    headers = {"Authorization": "Bearer sesame", "X-Centre": "valdeluna"}
    url = "http://127.0.0.1:9001/customers/{caller}?kind={kind}"
    assert services.http["clientes"] == HttpService("clientes", url, "GET", headers, 3, 2)
    assert services.http["crm"] == HttpService("crm", "https://crm.example.com/find", "POST", {}, 2, 1, True)
    script = tmp_path / "centre-0" / "agi" / "antiguo.py"
    assert services.agi == {
        "saldo": AgiServer("saldo", "agi://127.0.0.1:4574/saldo", 10),
        "antiguo": AgiScript("antiguo", script.resolve(), 5),
    }


def test_the_json_schema_takes_headers_as_text_and_from_the_environment() -> None:
    schema = ServicesFile.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data, _ = read(SERVICES, "services.yaml")
    jsonschema.Draft202012Validator(schema).validate(data)


def test_no_secret_is_shown(tmp_path: Path) -> None:
    centre = centre_with(tmp_path, SERVICES)
    assert "sesame" not in repr(centre)
    assert "sesame" not in str(centre.services)


def test_a_centre_without_services_has_none(tmp_path: Path) -> None:
    services = centre_with(tmp_path, None).services
    assert (services.http, services.agi) == ({}, {})


def test_the_demo_asks_a_crm_and_a_payment_service() -> None:
    services = load_centre(DEMO).services
    assert {name: (one.method, one.url, one.repeatable) for name, one in services.http.items()} == {
        "clientes": ("GET", "http://127.0.0.1:9010/customers/{caller}", True),
        "pagos": ("POST", "http://127.0.0.1:9010/payments", False),
        "contratos": ("GET", "http://127.0.0.1:9010/contracts/{contract}", True),
    }


def test_the_environment_is_looked_up_only_where_a_file_names_a_variable(tmp_path: Path) -> None:
    def broken() -> dict[str, str]:
        raise BadSettings(".env:3: expected NAME=value")

    assert load_centre(DEMO, broken).services.http
    with pytest.raises(BadFile, match=r"CRM_TOKEN cannot be looked up in \.env; \.env:3: expected NAME=value"):
        load_centre(folder_with(tmp_path, SERVICES), broken)


@pytest.mark.parametrize(
    ("environ", "what"),
    [
        ({}, "the environment variable CRM_TOKEN is not set; add it to .env"),
        ({"CRM_TOKEN": ""}, "the environment variable CRM_TOKEN is not set; add it to .env"),
        (
            {"CRM_TOKEN": "sesame\r\nX-Evil: 1"},
            "the environment variable CRM_TOKEN holds what cannot be sent in a header; give it on one line, in ASCII",
        ),
    ],
)
def test_a_variable_that_cannot_be_used_is_told_where_it_is_named(
    tmp_path: Path, environ: dict[str, str], what: str
) -> None:
    [found] = told(folder_with(tmp_path, SERVICES), environ)
    assert found == f"services.yaml:5: http.clientes.headers.Authorization: {what}"


# The file's third line, and how its problem begins. Hosts: 127.0.0.1:9001, crm.example.com.
HTTP_MISTAKES = r"""
{url: "http://127.0.0.1:9002/x"}            | .url: 127.0.0.1:9002 is not among the hosts; did you mean '127.0.0.1:9001'?
{url: "https://127.0.0.1/x"}                | .url: 127.0.0.1:443 is not among the hosts; did you mean
{url: "http://crm.example.com:8080/x"}      | .url: crm.example.com:8080 is not among the hosts; did you mean 'crm.example.com'?
{url: "http://crm.example.com.evil.net/x"}  | .url: crm.example.com.evil.net:80 is not among the hosts
{url: "http://evil.net?crm.example.com/x"}  | .url: evil.net:80 is not among the hosts
{url: "http://evil.net\\@crm.example.com/"} | .url: a URL here has no user and password
{url: "http://ana:sesame@127.0.0.1:9001/x"} | .url: a URL here has no user and password; give them in a header, from an environment
{url: "http://{caller}:9001/x"}             | .url: a name in braces stands in the host; use names in the path and the query only
{url: "http://127.0.0.1:{port}/x"}          | .url: a name in braces stands in the host; use names in the path and the query only
{url: "ftp://127.0.0.1:9001/x"}             | .url: is not a URL of http or https; write one such as http://127.0.0.1:9001/customers
{url: "file:///etc/passwd"}                 | .url: is not a URL of http or https; write one such as
{url: "127.0.0.1:9001/x"}                   | .url: is not a URL of http or https; write one such as
{url: "http://127.0.0.1:99999/x"}           | .url: is not a URL of http or https; write one such as
{url: "http://127.0.0.1:9001/a b"}          | .url: is not a URL of http or https; write one such as
{url: "http://127.0.0.1:9001/{caller"}      | .url: is not a URL of http or https; write one such as
{url: "http://127.0.0.1:9001/100%"}         | .url: is not a URL of http or https; write one such as
{url: "http://127.0.0.1:9001/{Caller}"}     | .url: {Caller} is not the name of a variable; use a-z, 0-9 and _, a letter first
{url: "http://127.0.0.1:9001/x#{caller}"}   | .url: what follows # is never sent; remove it
{url: "http://127.0.0.1:9001/x/../{a}"}     | .url: the path holds . or ..; write the path that is meant
{url: "http://127.0.0.1:9001/x", method: PUT}                   | .method: 'PUT' is not possible; write 'GET' or 'POST'
{url: "http://127.0.0.1:9001/x", retry_post: true}              | : retry_post belongs to POST; remove it
{url: "http://127.0.0.1:9001/x", timeout_s: 0}                  | .timeout_s: 0 is out of range; give a number above 0
{url: "http://127.0.0.1:9001/x", retries: 9}                    | .retries: 9 is out of range; give a number at most 5
{url: "http://127.0.0.1:9001/x", headers: {Host: x}}            | .headers.Host: the header 'Host' is the engine's own; remove it
{url: "http://127.0.0.1:9001/x", headers: {"A B": x}}           | .headers.A B: 'A B' is not the name of a header
{url: "http://127.0.0.1:9001/x", headers: {A: "sesame\u0007"}} | .headers.A: holds what cannot be sent in a header
{url: "http://127.0.0.1:9001/x", headers: {A: {}}}              | .headers.A: has no value; write the text, or {env: VARIABLE}
{url: "http://127.0.0.1:9001/x", headers: {A: {env: "A-B"}}}    | .headers.A.env: 'A-B' is not the name of an environment variable
{url: "http://127.0.0.1:9001/x", headers: {A: {evn: A}}}        | .headers.A.evn: there is no such field here; did you mean 'env'?
{method: GET}                                                   | .url: is missing; add it
"""


@pytest.mark.parametrize("mistake", HTTP_MISTAKES.strip().splitlines())
def test_each_mistake_in_an_http_service_is_told_with_its_line_and_remedy(tmp_path: Path, mistake: str) -> None:
    entry, problem = (part.strip() for part in mistake.split(" | "))
    services = f'hosts: ["127.0.0.1:9001", crm.example.com]\nhttp:\n  a: {entry}\n'
    found = told(folder_with(tmp_path, services))
    assert found[0].startswith(f"services.yaml:3: http.a{problem}"), found
    assert len(found) == 1
    assert "sesame" not in found[0]


AGI_MISTAKES = """
{script: agi/antigo.py}             | .script: there is no file 'agi/antigo.py' in the centre's folder; put it there
{script: /bin/sh}                   | .script: '/bin/sh' is not a path within the centre's folder; write it as agi/script.py
{script: ../../bin/sh}              | .script: '../../bin/sh' is not a path within the centre's folder; write it as agi/script.py
{script: agi/../agi/antiguo.py}     | .script: 'agi/../agi/antiguo.py' is not a path within the centre's folder
{script: agi}                       | .script: there is no file 'agi' in the centre's folder
{script: out}                       | .script: 'out' leads out of the centre's folder; put the script itself there
{script: centre.yaml}               | .script: 'centre.yaml' is not executable; let it be run: chmod +x centre.yaml
{url: "agi://127.0.0.1/saldo"}      | .url: 127.0.0.1:4573 is not among the hosts
{url: "http://127.0.0.1:4574/x"}    | .url: is not a URL of agi; write one such as agi://127.0.0.1
{url: "agi://127.0.0.1:4574/{a}"}   | .url: an AGI service's URL has no names in braces
{}                                  | : an AGI service is a server or a script; give one of url and script
"""


@pytest.mark.parametrize("mistake", AGI_MISTAKES.strip().splitlines())
def test_each_mistake_in_an_agi_service_is_told_with_its_line_and_remedy(tmp_path: Path, mistake: str) -> None:
    entry, problem = (part.strip() for part in mistake.split(" | "))
    folder = folder_with(tmp_path, f'hosts: ["127.0.0.1:4574"]\nagi:\n  a: {entry}\n')
    (folder / "out").symlink_to("/bin/sh")
    [found] = told(folder)
    assert found.startswith(f"services.yaml:3: agi.a{problem}")


def test_a_script_that_is_not_executable_is_told(tmp_path: Path) -> None:
    [found] = told(folder_with(tmp_path, "agi:\n  a: {script: agi/antiguo.py}\n", mode=0o644))
    assert found.startswith(
        "services.yaml:2: agi.a.script: 'agi/antiguo.py' is not executable; let it be run: chmod +x"
    )


@pytest.mark.parametrize(
    "host", ["http://crm.example.com", "CRM.example.com", "127.0.0.1:0", "crm.example.com/x", "*", "a@b"]
)
def test_what_is_no_host_is_told(tmp_path: Path, host: str) -> None:
    [found] = told(folder_with(tmp_path, f'hosts: ["{host}"]\n'))
    assert found.startswith(f"services.yaml:1: hosts.0: '{host}' is not a host; write one such as crm.example.com")


@pytest.mark.parametrize("url", ["HTTP://crm.example.com/find", "Http://crm.example.com:80/find"])
def test_a_scheme_in_capitals_is_the_same_scheme(tmp_path: Path, url: str) -> None:
    services = f'hosts: [crm.example.com]\nhttp: {{crm: {{url: "{url}"}}}}\n'
    assert centre_with(tmp_path, services).services.http["crm"].url == url


def test_a_scheme_in_capitals_opens_no_other_port(tmp_path: Path) -> None:
    services = 'hosts: [crm.example.com]\nhttp: {crm: {url: "HTTP://crm.example.com:8080/find"}}\n'
    (problem,) = told(folder_with(tmp_path, services))
    assert problem.startswith("services.yaml:2: http.crm.url: crm.example.com:8080 is not among the hosts")
