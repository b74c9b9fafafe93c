"""What looks pages over finds texts that can't be read wherever they stand, though it measures a look only once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.faults_of_pages import Faults

ROWS = "<tr><td>已答复</td><td>Permit</td></tr>" * 5
PAGE = (
    "<!doctype html><html lang='zh'><head><title>页</title>"
    "<style>body {{ color: #222; background: #fff }} {style}</style></head><body>"
    "<main><h1>题</h1>{body}<table>" + ROWS + "</table></main></body></html>"
)
FAINT = "color: #ccc"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def shown(page: Page, body: str = "", style: str = "") -> Page:
    page.set_content(PAGE.format(body=body, style=style))
    return page


def rules(faults: list[str]) -> set[str]:
    return {fault.split(":")[0] for fault in faults}


def test_a_page_without_faults_makes_its_looks_known(page: Page) -> None:
    faults = Faults()
    assert faults.of(shown(page)) == []
    known = set(faults.legible)
    assert len(known) == 2  # a heading's and a cell's
    assert faults.of(shown(page)) == []
    assert faults.legible == known


@pytest.mark.parametrize(
    ("body", "style"),
    [
        (f"<p style='{FAINT}'>看不清</p>", ""),
        ("<div><p>看不清</p></div>", "div { background: #333 }"),
        ("<div><p>看不清</p></div>", "p { opacity: 0.2 }"),
        ("", "tr:nth-child(4) td:last-child { color: #bbb }"),
        ("<input aria-label='名' value='看不清'>", "input { color: #ddd; background: #fff }"),
    ],
    ids=["its colour", "its ground", "its opacity", "one cell of ten", "what is typed in"],
)
def test_what_can_not_be_read_is_found_on_a_page_of_known_looks_and_again(page: Page, body: str, style: str) -> None:
    faults = Faults()
    assert faults.of(shown(page)) == []
    for _ in range(2):
        assert rules(faults.of(shown(page, body, style))) == {"color-contrast"}


def test_what_was_hidden_when_its_look_was_met_is_measured_when_it_shows(page: Page) -> None:
    faults = Faults()
    assert faults.of(shown(page, f"<p hidden style='{FAINT}'>看不清</p>")) == []
    assert rules(faults.of(shown(page, f"<p style='{FAINT}'>看不清</p>"))) == {"color-contrast"}


def test_other_serious_faults_are_found_each_time(page: Page) -> None:
    faults = Faults()
    for _ in range(2):
        assert rules(faults.of(shown(page, "<input><button></button>"))) == {"label", "button-name"}
