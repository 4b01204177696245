"""The look in a real browser: accessible in every theme, usable at 320 px and by keyboard, with and without script."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Page, expect, sync_playwright

from .shopwindow import ShopWindow, photo

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parents[2] / "vendor" / "axe" / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES = ["theme=light", "theme=dark", "theme=light&contrast=more", "theme=dark&contrast=more"]

LIVE_PAGE = """{% extends "layout.html" %}{% block title %}Live{% endblock %}{% block topics %}person:me{% endblock %}{% block main %}
<p id="one" data-live="listing:1">Shown {{ renewed }} times.</p>
<ul id="all" data-live-list="listing" data-bar="{n} new – show"><li>First</li></ul>
{% endblock %}"""
PASSKEY_PAGE = """{% extends "bare.html" %}{% block title %}Passkeys{% endblock %}
{% block scripts %}<script nonce="{{ nonce }}" src="{{ static_url("passkey.js") }}" type="module"></script>{% endblock %}
{% block main %}{% for way in ("create", "get") %}
<form id="{{ way }}" method="post" action="/{{ way }}" data-passkey="{{ way }}" data-options="/options"
 data-failed="That did not work." hidden><input type="hidden" name="credential"><button>{{ way }}</button></form>
{% endfor %}{% endblock %}"""


@pytest.fixture(scope="module")
def window() -> Iterator[ShopWindow]:
    with ShopWindow() as shown:
        # The templates above hold their own extends, so they are rendered as they stand.
        yield shown


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose console must stay silent: every message there is a fault or a blocked script."""
    context = browser.new_context(viewport={"width": 360, "height": 780})
    shown = context.new_page()
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if not message.text.startswith("[DOM]"):
            said.append(message.text)

    shown.on("console", hear)
    shown.on("pageerror", lambda error: said.append(str(error)))
    yield shown
    context.close()
    assert not said


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(page: Page, window: ShopWindow, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{window.address}/?{theme}")
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    assert [_told(one) for one in found["violations"]] == []
    assert [_told(one) for one in found["incomplete"] if one["id"] != "color-contrast"] == []


def _told(finding: dict[str, Any]) -> str:
    nodes = "; ".join(f"{node['html'][:120]} ({node['failureSummary']})" for node in finding["nodes"][:3])
    return f"{finding['id']}: {nodes}"


@pytest.mark.parametrize(
    "query", ["theme=light", "dir=rtl", "text=larger", "density=large", "density=compact"]
)
def test_nothing_is_wider_than_320_pixels(page: Page, window: ShopWindow, query: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{window.address}/?{query}")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_keyboard_reaches_every_control_in_order_and_sees_where_it_is(
    page: Page, window: ShopWindow
) -> None:
    page.goto(window.address)
    page.locator(".skip").focus()
    reached: list[str] = []
    for _ in range(300):
        page.keyboard.press("Tab")
        facts = page.evaluate(SEEN)
        if facts is None:
            break
        reached.append(facts["name"])
        assert facts["name"], facts
        assert facts["outline"] >= 2, facts
        assert facts["covered"] is False, facts
        assert facts["inside"], facts
        assert min(facts["size"]) >= 24 or facts["in_a_sentence"], facts
    assert len(reached) > 60
    order = page.evaluate(ORDER)
    assert order == sorted(order)


SEEN = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  window.walked = [...(window.walked ?? []), it];
  const ringed = it.closest('.choice') ?? it;
  const style = getComputedStyle(it, it.matches('.card-link') ? '::after' : null);
  const ring = parseFloat(it.closest('.choice') ? getComputedStyle(ringed).outlineWidth : style.outlineWidth);
  const box = (it.matches('.card-link') ? it.closest('.card') : ringed).getBoundingClientRect();
  const bar = document.querySelector('.places').getBoundingClientRect();
  const own = it.getBoundingClientRect();
  const covered = !it.closest('.places') && own.top >= bar.top && own.bottom > bar.top;
  const labels = [...(it.labels ?? [])].map((one) => one.textContent).join(' ');
  const sentence = it.matches('p a, p.small a, .words a') && getComputedStyle(it).display === 'inline';
  const name = (it.getAttribute('aria-label') ?? labels) || it.textContent || it.value;
  return {name: name.trim(), outline: ring, covered, in_a_sentence: sentence, size: [box.width, box.height],
    inside: own.bottom > 0 && own.top < innerHeight, html: it.outerHTML.slice(0, 160)};
}"""
ORDER = "() => { const all = [...document.querySelectorAll('*')]; return window.walked.map((one) => all.indexOf(one)); }"


def test_a_part_is_exchanged_in_place_and_the_notice_is_said(page: Page, window: ShopWindow) -> None:
    page.goto(window.address)
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Later").click()
    expect(page.locator("#said")).to_have_text("It is done.")
    expect(page.get_by_role("status").filter(has_text="It is done.")).to_have_id("spoken")
    assert page.evaluate("window.stayed")
    assert page.url == f"{window.address}/"
    path, fields = window.posted[-1]
    assert path == "/later"
    assert fields["_form"] == ["token"]
    assert len(fields["form_id"][0]) == 32
    expect(page.locator("#needs")).to_have_count(1)


def test_an_answer_that_is_another_page_takes_the_place_of_this_one(page: Page, window: ShopWindow) -> None:
    window.pages["/away"] = (
        '{% extends "layout.html" %}{% import "ui/all.html" as ui %}{% block title %}Away{% endblock %}'
        '{% block main %}<div id="here">{{ ui.act("/away", "Go", part="here") }}</div>{% endblock %}'
    )
    window.pages["/elsewhere"] = '{% extends "layout.html" %}{% block title %}Elsewhere{% endblock %}'
    page.goto(f"{window.address}/away")
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Elsewhere")
    expect(page.locator("#said")).to_have_text("It is done.")
    assert "/elsewhere" in page.url
    assert page.evaluate("window.stayed")
    assert page.evaluate("document.activeElement.id") == "main"
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Away")


def test_a_wide_table_is_a_stop_for_the_keyboard_and_a_narrow_one_is_not(
    page: Page, window: ShopWindow
) -> None:
    window.pages["/table"] = (
        '{% extends "layout.html" %}{% import "ui/all.html" as ui %}{% block title %}Table{% endblock %}'
        '{% block main %}{{ ui.table("Years", range(2000, 2030)|map("string")|list, [range(30)|list]) }}'
        '{{ ui.table("One", ["Name"], [["Ana"]]) }}{% endblock %}'
    )
    page.goto(f"{window.address}/table")
    expect(page.get_by_role("region", name="Years")).to_have_attribute("tabindex", "0")
    expect(page.get_by_role("region", name="One")).to_have_count(0)


def test_the_same_without_script(browser: Browser, window: ShopWindow) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(window.address)
    page.get_by_role("button", name="Later").click()
    expect(page.locator("#said")).to_have_text("It is done.")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.locator(".switcher > summary").click()
    expect(page.get_by_role("link", name="Find communities")).to_be_visible()
    page.locator(".confirm > summary").click()
    expect(page.get_by_text("Nobody can join with this link any more.")).to_be_visible()
    context.close()


def test_escape_closes_the_menu_and_gives_the_focus_back(page: Page, window: ShopWindow) -> None:
    page.goto(window.address)
    page.locator(".switcher > summary").click()
    expect(page.get_by_role("link", name="Find communities")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Find communities")).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('.switcher') !== null")


def test_a_draft_outlives_a_reload_and_ends_with_sending(page: Page, window: ShopWindow) -> None:
    window.pages["/draft"] = (
        '{% extends "layout.html" %}{% import "ui/all.html" as ui %}{% block title %}Draft{% endblock %}'
        '{% block main %}{% call ui.form("/kept", draft="a") %}{{ ui.area("text", "Words") }}'
        '{{ ui.field("secret", "Password", type="password", autocomplete="new-password") }}{{ ui.check("yes", "Yes") }}{{ ui.button("Send") }}'
        "{% endcall %}{% endblock %}"
    )
    page.goto(f"{window.address}/draft")
    page.get_by_label("Words").fill("half a sentence")
    page.get_by_label("Yes").check()
    page.get_by_label("Password").fill("not for the shelf")
    page.reload()
    expect(page.get_by_label("Words")).to_have_value("half a sentence")
    expect(page.get_by_label("Yes")).to_be_checked()
    expect(page.get_by_label("Password")).to_have_value("")
    page.get_by_role("button", name="Send").click()
    page.goto(f"{window.address}/draft")
    expect(page.get_by_label("Words")).to_have_value("")


def test_a_photo_is_made_smaller_before_it_is_sent(page: Page, window: ShopWindow) -> None:
    from PIL import Image

    page.goto(window.address)
    big = FilePayload(name="big.png", mimeType="image/jpeg", buffer=photo(2400, 1200))
    page.locator("#f-photos").set_input_files([big])
    expect(page.locator(".previews img")).to_have_count(1)
    sent = bytes(
        page.evaluate(
            "async () => [...new Uint8Array(await document.querySelector('#f-photos').files[0].arrayBuffer())]"
        )
    )
    assert Image.open(io.BytesIO(sent)).size == (1600, 800)


def test_a_hint_renews_the_part_in_view_and_a_list_never_shifts_by_itself(
    page: Page, window: ShopWindow
) -> None:
    window.pages["/live-page"] = LIVE_PAGE
    before = window.listeners
    page.goto(f"{window.address}/live-page")
    shown = page.locator("#one").inner_text()
    page.wait_for_function("() => true")
    for _ in range(100):
        if window.listeners > before:
            break
        page.wait_for_timeout(20)
    window.hint("listing:1")
    expect(page.locator("#one")).not_to_have_text(shown)
    window.hint("listing:2")
    window.hint("listing:3")
    expect(page.get_by_role("button", name="2 new – show")).to_be_visible()
    page.get_by_role("button", name="2 new – show").click()
    expect(page.locator(".fresh")).to_have_count(0)


def test_a_passkey_is_made_and_used(page: Page, window: ShopWindow) -> None:
    window.pages["/passkeys"] = PASSKEY_PAGE
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    options = {**device, "isUserVerified": True, "automaticPresenceSimulation": True}
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    for way, part in (("create", "attestationObject"), ("get", "signature")):
        page.goto(f"{window.address}/passkeys")
        page.get_by_role("button", name=way).click()
        expect(page.locator("#said")).to_have_text("It is done.")
        path, fields = window.posted[-1]
        assert path == f"/{way}"
        assert f'"{part}"' in fields["credential"][0]


def test_a_code_is_drawn_whole_at_every_size(page: Page, window: ShopWindow) -> None:
    window.pages["/code"] = (
        '{% extends "layout.html" %}{% import "ui/all.html" as ui %}{% block title %}Code{% endblock %}'
        '{% block main %}{{ ui.qr("https://valley.example/join/" ~ "7Q4K" * 20, "Link") }}{% endblock %}'
    )
    page.goto(f"{window.address}/code")
    box, drawn = page.evaluate(
        "['.qr-code svg', '.qr-code path'].map((one) => document.querySelector(one).getBoundingClientRect().width)"
    )
    assert drawn == pytest.approx(box, abs=3)


def test_paper_shows_no_frame_and_ten_cards_fill_one_page(page: Page, window: ShopWindow) -> None:
    window.pages["/cards"] = (
        '{% extends "layout.html" %}{% import "ui/all.html" as ui %}{% block title %}Cards{% endblock %}'
        '{% block tail %}<div class="sheet-cards">{% for n in range(10) %}<div class="sheet-card"><div class="words">'
        "<strong>Join Valley</strong><span>Ana invites you.</span></div>{{ ui.qr('valley.example/join/7Q4K', 'Link', '') }}</div>{% endfor %}</div>{% endblock %}"
    )
    page.goto(f"{window.address}/cards?theme=dark")
    page.emulate_media(media="print")
    for gone in (".head", ".places", ".foot", ".skip"):
        assert page.locator(gone).evaluate("one => getComputedStyle(one).display") == "none"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(34, 32, 28)"
    for size in ("A4", "Letter"):
        assert page.pdf(format=size, prefer_css_page_size=False).count(b"/Type /Page\n") == 1, size
