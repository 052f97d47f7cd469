"""What do people and programs call the columns of their files? The names that are understood, in Spanish and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        *(
            "nombre",
            "nombres",
            "apellido",
            "apellidos",
            "apellido 1",
            "apellido 2",
            "primer apellido",
            "segundo apellido",
        ),
        *("nombre completo", "nombre y apellidos", "razon social", "titular", "cliente", "contacto", "empresa"),
        *("name", "first name", "firstname", "last name", "lastname", "surname", "full name", "customer", "contact"),
        *("company", "company name"),
    ),
    "mobile": (
        *("movil", "telefono movil", "tel movil", "celular", "whatsapp"),
        *("mobile", "mobile phone", "cell", "cell phone", "cellphone"),
    ),
    "home": ("fijo", "telefono fijo", "telefono particular", "casa", "telefono casa", "home", "home phone", "landline"),
    "work": (
        *("trabajo", "telefono trabajo", "oficina", "telefono empresa"),
        *("work", "work phone", "office", "business phone"),
    ),
    "other": (
        *("telefono", "telefonos", "tel", "tfno", "numero", "numero de telefono", "telefono de contacto"),
        *("telefono 1", "telefono 2", "telefono 3", "telefono1", "telefono2", "telefono3"),
        *("phone", "phones", "phone number", "telephone", "number", "phone 1", "phone 2", "phone1", "phone2", "msisdn"),
    ),
    "email": (
        *("correo", "correo electronico", "direccion de correo"),
        *("email", "e-mail", "e mail", "mail", "email address"),
    ),
    "language": ("idioma", "lengua", "language", "lang"),
    "note": ("nota", "notas", "observaciones", "comentario", "comentarios", "note", "notes", "remarks", "comments"),
    "external_id": (
        *("id cliente", "id de cliente", "codigo", "codigo cliente", "codigo de cliente", "numero de cliente"),
        *("n cliente", "no cliente", "num cliente", "referencia"),
        *("id", "customer id", "client id", "external id", "external_id", "crm id", "customer number"),
    ),
    "source": ("origen", "fuente", "source", "lead source"),
}
"""By target; written as ``folded`` leaves them."""

LANGUAGES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("espanol", "castellano", "spanish", "esp"), "es"),
    **dict.fromkeys(("ingles", "english", "eng"), "en"),
}
"""What is written for a language besides its two letters."""

OURS: Final = frozenset({"linea", "line", "que corregir", "what to correct"})
"""Columns of our own report, which people correct and bring again."""
