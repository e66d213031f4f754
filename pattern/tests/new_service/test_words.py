"""Which letters are the example's word, and which are another word that has the same letters."""

import pytest

from pattern.new_service.words import in_columns, plural_of, replacing

invoices = replacing("invoice", "invoices")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("todo todos Todo Todos TODO TODOS", "invoice invoices Invoice Invoices INVOICE INVOICES"),
        ("a small to-do REST API, the caller's to-dos", "a small invoice REST API, the caller's invoices"),
        ("todos_todo TodosConfig listTodos TODO_ID", "invoices_invoice InvoicesConfig listInvoices INVOICE_ID"),
        (r"b'1\ntodo_threads 4'", r"b'1\ninvoice_threads 4'"),
        ("X-Todo-Colour: green; todo:deployers", "X-Invoice-Colour: green; invoice:deployers"),
        (
            "todos/templates/admin/todos/todo/change_list.html",
            "invoices/templates/admin/invoices/invoice/change_list.html",
        ),
    ],
)
def test_every_spelling_of_the_word_is_replaced_in_its_own_case(text: str, wanted: str) -> None:
    assert invoices(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "todoproject.settings",
        "pycryptodome sphinx-autodoc-typehints",
        "https://todobackend.com https://github.com/TodoBackend/todo-backend-js-spec",
        "the Todo-Backend specification, tests/api/test_todo_backend.py",
    ],
)
def test_another_word_of_the_same_letters_stays(text: str) -> None:
    assert invoices(text) == text


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("invoice", "an invoice, An invoice, test_an_invoice, data invoice"),
        ("ledger", "a ledger, A ledger, test_a_ledger, data ledger"),
        ("unit", "a unit, A unit, test_a_unit, data unit"),
        ("upload", "an upload, An upload, test_an_upload, data upload"),
    ],
)
def test_the_article_follows_the_sound_of_the_name(name: str, wanted: str) -> None:
    assert replacing(name, plural_of(name))("a todo, A todo, test_a_todo, data todo") == wanted


@pytest.mark.parametrize(
    ("name", "plural"),
    [
        ("invoice", "invoices"),
        ("delivery", "deliveries"),
        ("survey", "surveys"),
        ("address", "addresses"),
        ("branch", "branches"),
        ("tax", "taxes"),
    ],
)
def test_the_regular_plural(name: str, plural: str) -> None:
    assert plural_of(name) == plural


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("    todos/             what a clone replaces", "    invoices/          what a clone replaces"),
        ("todo = 1  # reason", "invoice = 1  # reason"),
        ("    todos_of(todo)", "    invoices_of(invoice)"),
        ("todo-green   2/2   todo-blue   1/1", "invoice-green  2/2  invoice-blue  1/1"),
        ("ends in two spaces, a todo  ", "ends in two spaces, an invoice  "),
    ],
)
def test_what_stands_in_columns_stays_there_while_there_is_room(line: str, wanted: str) -> None:
    assert in_columns(line, invoices) == wanted
