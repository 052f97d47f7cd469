"""Does each column become what it is, and is every line that cannot be taken told with its cell?"""

from __future__ import annotations

import pytest

from console.contacts.column_names import NAMES
from console.contacts.contact import ContactNumber, Details, folded
from console.contacts.csv_file import Record
from console.contacts.mapping import TARGETS, BadLine, BadMapping, demand_mapping, details_of, proposed

COLUMNS = ["external_id", "name", "name", "mobile", "other", "email", "language", "field:tarifa"]


def _details(*cells: str, open_quote: bool = False) -> Details:
    return details_of(Record(7, cells, open_quote), COLUMNS, "ES", "clientes.csv")


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("NOMBRE", "name"),
        ("Apellidos", "name"),
        ("Teléfono móvil", "mobile"),
        ("Teléfono", "other"),
        ("Correo electrónico", "email"),
        ("Nº cliente", "external_id"),
        ("Código de cliente", "external_id"),
        ("Mobile phone", "mobile"),
        ("E-mail", "email"),
        ("Customer ID", "external_id"),
        ("Razón social", "name"),
        ("Tarifa 2.0TD", "field:tarifa_2_0td"),
        ("2ª residencia", "field:f_2a_residencia"),
        ("", ""),
        ("línea", ""),
        ("Qué corregir", ""),
    ],
)
def test_a_columns_name_says_what_it_is(header: str, target: str) -> None:
    assert proposed([header]) == [target]


def test_the_known_names_are_written_as_they_are_compared() -> None:
    words = [word for words in NAMES.values() for word in words]
    assert [word for word in words if folded(word) != word] == []
    assert NAMES.keys() <= set(TARGETS)


def test_two_columns_are_not_proposed_to_be_the_same_thing() -> None:
    assert proposed(["Correo", "E-mail", "Zona", "ZONA"]) == ["email", "", "field:zona", ""]


def test_a_line_becomes_a_contact() -> None:
    assert _details("C-7", "Ana", "García", "611 222 333", "", "ana@example.com", "Español", "2.0TD") == Details(
        "Ana García",
        (ContactNumber("+34611222333", "mobile"),),
        "ana@example.com",
        "es",
        fields={"tarifa": "2.0TD"},
        external_id="C-7",
        source="clientes.csv",
    )


def test_a_cell_may_hold_several_numbers_and_a_number_twice_is_one() -> None:
    found = _details("", "Ana", "", "611222333 / 911234567", "0034611222333").numbers
    assert found == (ContactNumber("+34611222333", "mobile"), ContactNumber("+34911234567", "mobile"))


def test_a_short_line_lacks_what_it_does_not_have() -> None:
    assert _details("", "Ana") == Details("Ana", source="clientes.csv")


def test_the_apostrophe_of_our_own_report_is_taken_off() -> None:
    found = _details("", "'-Ana-", "", "'+34611222333")
    assert (found.name, found.numbers[0].number) == ("-Ana-", "+34611222333")


@pytest.mark.parametrize(
    ("cells", "fault", "column", "value"),
    [
        (("", "Ana", "", "61122233"), "number_not_in_plan", 3, "61122233"),
        (("", "Ana", "", "611222333 / nada", ""), "number_not_readable", 3, "nada"),
        (("", "Ana", "", "", "911234567 ext. 4"), "number_extension", 4, "911234567 ext. 4"),
        (("", "Ana", "", "", "", "ana@"), "email", 5, "ana@"),
        (("", "Ana", "", "", "", "", "klingon"), "language", 6, "klingon"),
        (("", "A" * 201, "", ""), "too_long", 1, "A" * 201),
        (("", "Ana\x07", "", ""), "bad_letters", 1, "Ana\x07"),
        (("C-7", "", "", ""), "nothing_known", 1, ""),
        (("", "Ana", "", "", "", "", "", "", "x"), "too_many_cells", None, ""),
    ],
)
def test_a_line_that_cannot_be_taken_names_its_cell(
    cells: tuple[str, ...], fault: str, column: int | None, value: str
) -> None:
    with pytest.raises(BadLine) as bad:
        _details(*cells)
    assert (bad.value.fault, bad.value.column, bad.value.value) == (fault, column, value)


def test_a_quotation_mark_that_is_open_is_told() -> None:
    with pytest.raises(BadLine) as bad:
        _details("", '"Ana', open_quote=True)
    assert bad.value.fault == "open_quote"


@pytest.mark.parametrize(
    ("targets", "column"),
    [
        (["name"], None),
        (["email", "note"], None),
        (["name", "telephone"], 1),
        (["email", "email"], 1),
        (["field:a", "field:a"], 1),
        (["name", "field:Ñ"], 1),
        (["name", "field:"], 1),
    ],
)
def test_columns_that_cannot_be_taken_so_are_refused(targets: list[str], column: int | None) -> None:
    with pytest.raises(BadMapping) as bad:
        demand_mapping(targets, ["a", "b"])
    assert bad.value.column == column
