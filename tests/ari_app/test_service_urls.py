"""Can a caller's value change what is asked? Never the host, never the shape of the path."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.service_urls import CannotBeSent, filled, names_in, with_query
from ivr_flows.expressions import Value

URL = "http://127.0.0.1:9001/customers/{caller}/open?kind={kind}&fixed=1"


@given(caller=st.text(min_size=1), kind=st.text())
def test_whatever_a_value_holds_host_path_and_query_keep_their_shape(caller: str, kind: str) -> None:
    try:
        url = filled(URL, {"caller": caller, "kind": kind})
    except CannotBeSent:
        assert {".", ".."} & set(caller.replace("\\", "/").split("/"))
        return
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("http", "127.0.0.1:9001", "")
    _, first, middle, last = parts.path.split("/")
    assert (first, last) == ("customers", "open")
    assert unquote(middle) == caller.encode(errors="replace").decode()
    query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True))
    assert query == {"kind": kind.encode(errors="replace").decode(), "fixed": "1"}
    assert url.isascii()
    assert url.isprintable()


def test_a_full_stop_in_a_path_is_encoded_too() -> None:
    assert filled("http://h/{a}", {"a": "x.y/?#%"}) == "http://h/x%2Ey%2F%3F%23%25"


@pytest.mark.parametrize("value", ["..", ".", "../admin", "a/../b", "..\\admin", "a/."])
def test_a_value_that_servers_could_take_for_a_way_up_is_not_sent(value: str) -> None:
    with pytest.raises(CannotBeSent, match=r"a value \(a\) would change the path"):
        filled("http://h/x/{a}/y", {"a": value})


@pytest.mark.parametrize(("path", "sent"), [("/x/{a}.", {"a": "."}), ("/{a}{b}", {"a": ".", "b": "."})])
def test_values_that_make_a_way_up_only_together_are_not_sent_either(path: str, sent: dict[str, Value]) -> None:
    with pytest.raises(CannotBeSent):
        filled(f"http://h{path}", sent)


@pytest.mark.parametrize("sent", [{}, {"caller": None}, {"caller": ""}])
def test_a_caller_who_withholds_the_number_is_not_all_customers(sent: dict[str, Value]) -> None:
    with pytest.raises(CannotBeSent, match="caller has no value"):
        filled(URL, sent)


def test_what_is_not_in_the_url_follows_as_its_query_and_nothing_is_left_out_but_nothing() -> None:
    sent: dict[str, Value] = {"a": "x&y=1", "n": 7, "f": 1.5, "yes": True, "nothing": None}
    assert with_query("http://h/p", sent) == "http://h/p?a=x%26y%3D1&n=7&f=1.5&yes=true"
    assert with_query("http://h/p?q=1", {"a": "ñ"}) == "http://h/p?q=1&a=%C3%B1"
    assert with_query("http://h/p", {"nothing": None}) == "http://h/p"


def test_the_names_are_those_in_braces_each_once() -> None:
    assert names_in("http://h/{a}/{b}?c={a}") == ("a", "b")
