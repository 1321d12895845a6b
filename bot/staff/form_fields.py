"""What a form was filled with."""

from __future__ import annotations

from sanic import Request


def form_field(request: Request, name: str) -> str:
    form = request.get_form()
    return str(form.get(name) or "") if form else ""
