"""Do webhooks hear of every change of a contact, once and with the change, and is nothing of an erased ticket told any more?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from console.contacts.book import ContactBook
from console.contacts.contact import Act, Contact, Details
from console.contacts.merging import Merging, Read
from console.webhooks.outbox import forget
from tests.console.webhooks.post import COORDINATOR, Post


def book_of(post: Post) -> ContactBook:
    def tell(connection: Connection, contact: Contact, act: Act) -> None:
        told = {"contact": contact.id, "version": contact.version, "what": act}
        post.outbox.put(connection, "contact.changed", told, contact.id)

    return ContactBook(post.database, lambda: "ES", post.clock.now, tell)


def told(post: Post, webhook: str) -> list[tuple[Any, ...]]:
    bodies = [json.loads(one.body)["data"] for one in reversed(post.book.messages(webhook))]
    return [(one["contact"], one["what"], one["version"]) for one in bodies]


def test_each_change_of_a_contact_is_told_and_what_changes_nothing_is_not(post: Post) -> None:
    webhook, _ = post.book.make("https://crm.example.com/", ["contact.changed"], "", COORDINATOR)
    book = book_of(post)
    ana = book.create(Details("Ana"), "1005")
    same = book.edit(ana.id, lambda old: old, ana.version, "1005")
    rosa, made = book.put_external("C-1", lambda old: replace(old, name="Rosa"), "crm")
    assert made
    kept = Merging(book).merge(Read(ana.id, same.version), Read(rosa.id, rosa.version), (), "2001")
    assert told(post, webhook) == [
        (ana.id, "created", ana.version),
        (rosa.id, "integrated", rosa.version),
        (ana.id, "merged", kept.version),
    ]


def test_what_has_been_erased_is_told_no_more(post: Post) -> None:
    webhook, _ = post.book.make("https://crm.example.com/", ["ticket.opened"], "", COORDINATOR)
    post.put(1)
    post.put(2)
    with post.database.writing() as connection:
        forget(connection, "S-1")
    assert [one.about for one in post.book.messages(webhook)] == ["S-2"]
