"""Is every file read that programs call CSV, record by record, with the line each begins on?"""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from console.contacts.csv_file import NotCsv, records, sniffed


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "clientes.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encoding_and_delimiter_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"Nombre{delimiter}Teléfono\nMaría Núñez{delimiter}611222333\n"
    file = _file(tmp_path, text.encode(encoding))
    dialect = sniffed(file)
    assert (dialect.delimiter, dialect.headers) == (delimiter, ("Nombre", "Teléfono"))
    assert [record.cells for record in records(file, dialect)] == [("María Núñez", "611222333")]


def test_a_comma_within_a_name_does_not_make_it_the_delimiter(tmp_path: Path) -> None:
    file = _file(tmp_path, b"Nombre;Tel\n" + b"Garcia, Ana;611222333\n" * 3)
    assert sniffed(file).delimiter == ";"


def test_a_file_of_one_column_is_one(tmp_path: Path) -> None:
    file = _file(tmp_path, b"telefono\n611222333\n611222334\n")
    assert [record.cells for record in records(file, sniffed(file))] == [("611222333",), ("611222334",)]


def test_records_over_several_lines_keep_the_line_they_begin_on(tmp_path: Path) -> None:
    file = _file(tmp_path, b'nombre;nota\r\nAna;"una\r\ncosa; ""otra"""\r\n\r\nLuis;nada\r\n')
    found = [(record.line, record.cells) for record in records(file, sniffed(file))]
    assert found == [(2, ("Ana", 'una\r\ncosa; "otra"')), (5, ("Luis", "nada"))]


def test_a_quotation_mark_that_is_never_closed_costs_its_line_only(tmp_path: Path) -> None:
    file = _file(tmp_path, b'nombre;tel\nAna;1\n"Eva;2\n' + b"Luis;3\n" * 60 + b'Sol;"4"\n"Ivo;5\n')
    found = list(records(file, sniffed(file)))
    assert [(record.line, record.open_quote) for record in found if record.open_quote] == [(3, True), (65, True)]
    assert [record.cells for record in found if not record.open_quote] == [
        ("Ana", "1"),
        *[("Luis", "3")] * 60,
        ("Sol", "4"),
    ]


def test_a_quotation_mark_in_the_middle_of_a_cell_is_a_letter(tmp_path: Path) -> None:
    file = _file(tmp_path, b'nombre;nota\nAna;tubo de 5" largo\n"Bar ""El 7""";x\n"Pepe" Ruiz;y\n')
    found = [record.cells for record in records(file, sniffed(file))]
    assert found == [("Ana", 'tubo de 5" largo'), ('Bar "El 7"', "x"), ("Pepe Ruiz", "y")]


def test_what_is_done_is_passed_over(tmp_path: Path) -> None:
    file = _file(tmp_path, b"tel\n" + b"".join(b"%d\n\n" % number for number in range(6)))
    assert [record.cells for record in records(file, sniffed(file), after=4)] == [("4",), ("5",)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n\n;;\n", "empty"),
        (b"PK\x03\x04\x00\x00zip", "not text"),
        (b"nombre;tel\n\x81\x8d;1\n", "neither UTF-8 nor Windows-1252"),
        (codecs.BOM_UTF8 + b"nombre\n\xff", "begins as utf-8-sig"),
        (b";".join(b"c%d" % number for number in range(300)), "300 columns"),
        (b"nombre\n" + b"x" * 300_000, "Line 2 is longer"),
    ],
)
def test_what_is_no_csv_is_refused_with_what_to_do(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(NotCsv, match=why):
        sniffed(_file(tmp_path, content))
