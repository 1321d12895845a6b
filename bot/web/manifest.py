"""What a phone needs to keep the account page among its apps: a name, icons, and the page to open."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import json

from bot.services import Services
from bot.web.guards import public
from bot.web.json_requests import READ_METHODS

MANIFEST_URL = "/manifest.webmanifest"
MANIFEST_TYPE = "application/manifest+json"
BAR_COLOR, PAGE_COLOR = "#0b5f57", "#f7f5ef"  # --ml-bar and --ml-page of site.css
ICONS = (("icon-192.png", 192, "any"), ("icon-512.png", 512, "any"), ("icon-maskable-512.png", 512, "maskable"))


def blueprint(services: Services) -> Blueprint:
    """GET /manifest.webmanifest."""
    routes = Blueprint("manifest")

    @routes.route(MANIFEST_URL, methods=READ_METHODS)
    @public
    async def manifest(request: Request) -> HTTPResponse:
        coop = services.backend.coop
        body = {
            "id": "/portal",
            "name": f"{coop.name}: My Account",
            "short_name": coop.short_name,
            "start_url": "/portal",
            "scope": "/",
            "display": "standalone",
            "background_color": PAGE_COLOR,
            "theme_color": BAR_COLOR,
            "icons": [
                {"src": f"/static/{name}", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
                for name, size, purpose in ICONS
            ],
        }
        return json(body, headers={"cache-control": "public, max-age=300"}, content_type=MANIFEST_TYPE)

    return routes
