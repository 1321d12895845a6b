"""Pictures of the product for the README, taken from one that runs with the demo members."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.demo.seeding import DEMO_PASSWORD
from backend.staff.demo_clerk import DEMO_CLERK, DEMO_CLERK_PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PHONE = {"width": 390, "height": 800}
DESKTOP = {"width": 1360, "height": 850}
MEMBER, LAST_FOUR, USER_ID = "99999-001", "0142", "ruth.alvarez"
ANSWER_MILLISECONDS = 20_000


def take_pictures(url: str, out: Path) -> list[Path]:
    """A talk on a phone, the account page, and the office's inbox with that talk in it."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise click.ClickException("Chromium is missing (Debian: apt-get install chromium)")
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        taken = [
            _take_talk(browser, url, out / "talk.png"),
            _take_account(browser, url, out / "account.png"),
            _take_inbox(browser, url, out / "inbox.png"),
        ]
        browser.close()
    return taken


def _take_talk(browser: Browser, url: str, path: Path) -> Path:
    page = browser.new_page(viewport=PHONE, device_scale_factor=2)  # type: ignore[arg-type]
    page.goto(url)
    chat = page.locator("memberline-chat")
    chat.locator(".launcher").click()
    for words in ("Pay my bill", MEMBER, LAST_FOUR):
        _say(chat, words)
    page.screenshot(path=path)
    _say(chat, "I want to talk to a person about my bill")
    page.close()
    return path


def _say(chat: Locator, words: str) -> None:
    """Write it, and wait for the answer."""
    answers = chat.locator(".turn:not(.me)")
    before = answers.count()
    chat.locator("textarea").fill(words)
    chat.locator("textarea").press("Enter")
    answers.nth(before).wait_for(timeout=ANSWER_MILLISECONDS)


def _take_account(browser: Browser, url: str, path: Path) -> Path:
    page = browser.new_page(viewport=DESKTOP)  # type: ignore[arg-type]
    page.goto(f"{url}/portal/login")
    page.locator("input[name=user_id]").fill(USER_ID)
    page.locator("input[name=password]").fill(DEMO_PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url("**/portal")
    return _shoot(page, path)


def _take_inbox(browser: Browser, url: str, path: Path) -> Path:
    page = browser.new_page(viewport=DESKTOP)  # type: ignore[arg-type]
    page.goto(f"{url}/staff/sign-in")
    page.locator("input[name=name]").fill(DEMO_CLERK)
    page.locator("input[name=password]").fill(DEMO_CLERK_PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url("**/staff")
    page.locator("main a[href*='/staff/talks/']").first.click()
    page.locator(".lines").wait_for()
    return _shoot(page, path)


def _shoot(page: Page, path: Path) -> Path:
    page.wait_for_load_state("networkidle") if "staff" not in page.url else page.wait_for_timeout(800)
    page.screenshot(path=path)
    page.close()
    return path


@click.command()
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="A memberline with the demo members.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("docs/pictures"), show_default=True
)
def pictures(url: str, out: Path) -> None:
    """Take the README's pictures from a running memberline with its demo members."""
    for path in take_pictures(url.rstrip("/"), out):
        click.echo(path)
