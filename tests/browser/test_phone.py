"""The phone of development, /dev/phone, as a person uses it: keys, words, silence, texts."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.chat import REPLY_TIMEOUT_MS
from tests.browser.screens import DESKTOP, PHONE, violations

pytestmark = pytest.mark.browser

SMALLEST_TARGET_PX = 24
# what the browser would say, and to whom it would listen
VOICES = """
window.spoken = [];
class Utterance { constructor(text) { this.text = text; } }
window.SpeechSynthesisUtterance = Utterance;
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => ["en-GB", "en-US", "es_US"].map((lang) => ({ lang, name: lang })),
  speak: (one) => window.spoken.push([one.lang, one.voice ? one.voice.name : "", one.text]),
  cancel: () => window.spoken.push(["", "", "(quiet)"]),
} });
window.SpeechRecognition = class {
  start() {
    window.heardIn = this.lang;
    this.onresult({ results: [[{ transcript: "what do I owe" }]] });
    this.onend();
  }
};
"""


class TestPhone:
    """The page's parts."""

    __test__ = False

    def __init__(self, page: Page) -> None:
        self.page = page
        self.status = page.get_by_role("status")
        self.talk = page.get_by_role("log", name="What is said")
        self.texts = page.get_by_role("log", name="Texts")
        self.call = page.get_by_role("button", name="Call", exact=True)
        self.hang_up = page.get_by_role("button", name="Hang up", exact=True)

    async def begin(self) -> None:
        await self.call.click()
        await expect(self.status).to_have_text("The line is listening", timeout=REPLY_TIMEOUT_MS)

    def key(self, key: str) -> Locator:
        return self.page.locator(f'[data-key="{key}"]')

    async def press(self, keys: str) -> None:
        for key in keys:
            await self.key(key).click()

    async def say(self, words: str) -> None:
        await self.page.get_by_label("What you say").fill(words)
        await self.page.keyboard.press("Enter")

    async def text(self, words: str) -> None:
        await self.page.get_by_label("Your text").fill(words)
        await self.page.keyboard.press("Enter")


@pytest.fixture
async def phone(page: Page, base_url: str) -> TestPhone:
    await page.add_init_script(VOICES)
    await page.goto(f"{base_url}/dev/phone")
    return TestPhone(page)


async def test_a_call_by_keys_from_the_greeting_to_the_amount_due(phone: TestPhone) -> None:
    await phone.begin()
    await expect(phone.talk).to_contain_text("automated assistant", timeout=REPLY_TIMEOUT_MS)
    await expect(phone.call).to_be_disabled(timeout=REPLY_TIMEOUT_MS)
    await phone.say("what do I owe")
    await expect(phone.talk).to_contain_text("member number", timeout=REPLY_TIMEOUT_MS)
    await phone.press("99")
    await expect(phone.page.get_by_label("Keys so far")).to_have_text("99", timeout=REPLY_TIMEOUT_MS)
    await phone.press("999001#")
    await expect(phone.talk).to_contain_text("9 9 9, 9 9, 0 0 1", timeout=REPLY_TIMEOUT_MS)
    await phone.press("0142")
    await expect(phone.talk).to_contain_text("112 dollars and 40 cents", timeout=REPLY_TIMEOUT_MS)
    await phone.hang_up.click()
    await expect(phone.status).to_have_text("The call has ended", timeout=REPLY_TIMEOUT_MS)
    await expect(phone.call).to_be_focused(timeout=REPLY_TIMEOUT_MS)
    await phone.begin()
    await expect(phone.talk).not_to_contain_text("112 dollars", timeout=REPLY_TIMEOUT_MS)


async def test_silence_is_asked_about(phone: TestPhone) -> None:
    await phone.begin()
    before = await phone.talk.locator(".line").count()
    await phone.page.get_by_role("button", name="Say nothing").click()
    await expect(phone.talk.locator(".line").nth(before)).to_be_visible(timeout=REPLY_TIMEOUT_MS)
    await expect(phone.talk).to_contain_text("(says nothing)", timeout=REPLY_TIMEOUT_MS)


async def test_the_browser_reads_in_the_language_that_is_spoken_and_can_be_muted(phone: TestPhone) -> None:
    await phone.begin()
    spoken = await phone.page.evaluate("window.spoken")
    assert {(language, voice) for language, voice, _ in spoken if language} >= {("en-US", "en-US"), ("es-US", "es_US")}
    assert any("oprima" in text and language == "es-US" for language, _, text in spoken)
    await phone.page.get_by_role("button", name="Mute the voice").click()
    await phone.page.evaluate("window.spoken.length = 0")
    await phone.say("what are your hours")
    await expect(phone.talk.locator(".caller")).to_have_count(1, timeout=REPLY_TIMEOUT_MS)
    await expect(phone.status).to_have_text("The line is listening", timeout=REPLY_TIMEOUT_MS)
    assert [text for language, _, text in await phone.page.evaluate("window.spoken") if language] == []


async def test_words_are_taken_from_the_browsers_recognizer(phone: TestPhone) -> None:
    await phone.begin()
    await phone.page.get_by_role("button", name="Speak", exact=True).click()
    await expect(phone.talk.locator(".caller")).to_contain_text("what do I owe", timeout=REPLY_TIMEOUT_MS)
    assert await phone.page.evaluate("window.heardIn") == "en-US"


async def test_a_code_for_an_unproven_caller_comes_as_a_text(phone: TestPhone) -> None:
    await phone.page.get_by_label(re.compile("carrier vouches")).uncheck()
    await phone.begin()
    await phone.say("show me my past bills")
    await expect(phone.talk).to_contain_text("member number", timeout=REPLY_TIMEOUT_MS)
    await phone.press("99999001#")
    await expect(phone.talk).to_contain_text("last four", timeout=REPLY_TIMEOUT_MS)
    await phone.press("0142")
    await expect(phone.texts).to_contain_text(re.compile(r"\b\d{6}\b"), timeout=REPLY_TIMEOUT_MS)
    code = re.findall(r"\b\d{6}\b", await phone.texts.inner_text())[-1]
    await expect(phone.status).to_have_text("The line is listening", timeout=REPLY_TIMEOUT_MS)
    await phone.press(code)
    await expect(phone.talk).to_contain_text(re.compile(r"dollars"), timeout=REPLY_TIMEOUT_MS)


async def test_texts_go_out_and_are_answered_beside_the_call(phone: TestPhone) -> None:
    await phone.page.get_by_label("Who calls").select_option("+15555550777")
    await phone.text("what are your hours")
    await expect(phone.texts.locator(".phone").last).to_contain_text("what are your hours", timeout=REPLY_TIMEOUT_MS)
    await expect(phone.texts.locator(".line").last).to_contain_text(re.compile(r"Monday|8"), timeout=REPLY_TIMEOUT_MS)
    await phone.page.get_by_label("Who calls").select_option("")
    await expect(phone.page.get_by_label("Your text")).to_be_disabled()
    await expect(phone.texts.locator("p")).to_have_count(0, timeout=REPLY_TIMEOUT_MS)
    await phone.begin()
    await expect(phone.page.get_by_label("Who calls")).to_be_disabled()


async def test_everything_works_from_the_keyboard(phone: TestPhone) -> None:
    await phone.call.focus()
    await phone.page.keyboard.press("Enter")
    await expect(phone.key("1")).to_be_focused(timeout=REPLY_TIMEOUT_MS)
    await phone.page.keyboard.type("0")
    await expect(phone.key("0")).to_be_focused()
    await expect(phone.talk).to_contain_text("(presses 0)", timeout=REPLY_TIMEOUT_MS)
    await phone.say("0142")  # in a text field digits are words
    await expect(phone.talk.locator(".caller").last).to_contain_text("0142", timeout=REPLY_TIMEOUT_MS)
    await expect(phone.talk.locator(".caller").last).not_to_contain_text("presses", timeout=REPLY_TIMEOUT_MS)


async def test_what_the_app_refuses_is_said(phone: TestPhone) -> None:
    await phone.page.route("**/dev/phone/calls", lambda route: route.fulfill(status=503, json={"error": {}}))
    await phone.call.click()
    await expect(phone.status).to_have_text("The app did not answer.", timeout=REPLY_TIMEOUT_MS)
    await expect(phone.call).to_be_enabled(timeout=REPLY_TIMEOUT_MS)


@pytest.mark.parametrize("context_options", [DESKTOP, PHONE], ids=["desktop", "phone 320"])
async def test_axe_finds_nothing_and_nothing_is_too_wide_or_too_small(phone: TestPhone) -> None:
    assert await violations(phone.page) == []
    await phone.begin()
    await phone.text("hello")
    await expect(phone.texts.locator(".line").last).to_be_visible(timeout=REPLY_TIMEOUT_MS)
    assert await violations(phone.page) == []
    await phone.page.emulate_media(color_scheme="dark")
    assert await violations(phone.page) == []
    width = phone.page.viewport_size["width"] if phone.page.viewport_size else 0
    assert await phone.page.evaluate("document.documentElement.scrollWidth") <= width
    for target in await phone.page.locator("main button:visible, main input:visible, main select:visible").all():
        box = await target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= SMALLEST_TARGET_PX
