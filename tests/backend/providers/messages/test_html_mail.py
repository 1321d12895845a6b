"""The HTML part of an email."""

from __future__ import annotations

from backend.providers.messages.html_mail import Sender, render_html

FROM = Sender("Prairie <Rivers>", "Prairie Rivers, 555-555-0100")


def test_the_first_link_is_a_button_and_the_others_are_links() -> None:
    body = "Hello Ruth,\n\nYour link: https://coop.example/reset/abc\n\nQuestions? https://coop.example/help."
    html = render_html("Set a new password", body, FROM)
    assert html.count("display:inline-block") == 1
    assert ">Set a new password</a>" in html
    assert html.count('href="https://coop.example/reset/abc"') == 1
    assert 'href="https://coop.example/help"' in html, "the full stop is not of the address"


def test_nothing_of_the_text_becomes_markup_or_is_loaded_from_elsewhere() -> None:
    html = render_html("<b>", 'Dear <script>alert(1)</script>\n\nA "quote" & more', FROM)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "Prairie &lt;Rivers&gt;" in html
    assert "src=" not in html


def test_lines_of_a_paragraph_stay_lines() -> None:
    html = render_html("Receipt", "Amount: $112.40\nFee: none\n\nThank you.", FROM)
    assert "Amount: $112.40<br>Fee: none</p>" in html
