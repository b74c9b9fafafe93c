"""What the pages of both programs share: addresses, forms, languages, lists, charts."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, render_template_string, request
from hypothesis import given
from hypothesis import strategies as st

from hosting.web.addresses import address_with, local_address, this_address
from hosting.web.charts import COLUMN_AREA, COLUMN_TOP, WIDTH, Bar, lay_bars, lay_columns
from hosting.web.forgery import ForgedFormError, bind_forms, form_token, require_own_form
from hosting.web.frame import Frame, Side, add_frame
from hosting.web.language import Language, Text, choose, switch_language
from hosting.web.listing import Column, Page, Sort, page_of, sort_address, sort_of
from hosting.web.secret_cookie import SecretCookie
from hosting.web.wording import say_count, say_day, say_moment

COLUMNS = (Column(Text("时间", "Time"), "time"), Column(Text("条数", "Count"), "count", is_number=True))
ENGLISH = {"Cookie": "language=en"}


@pytest.fixture
def app() -> Flask:
    return _app(Side.GATEWAY)


def _app(side: Side) -> Flask:
    app = Flask("pages", static_folder=None)
    frame = Frame(
        side=side,
        product=Text("童心", "Tongxin"),
        agency=Text("某某市民政局", "Civil affairs bureau"),
        home="/",
        language_address="/language",
        own_account_address="/password",
        sign_out_address="/sign-out",
        officer=lambda: None,
        navigation=lambda: (),
    )
    add_frame(app, frame, lambda blueprint: blueprint)
    return app


@pytest.mark.parametrize("address", ["/", "/console/", "/console/search?a=b&c=%E5%8D%97", "/a//b"])
def test_addresses_of_our_own(address: str) -> None:
    assert local_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        *("", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"),
        *("/a\nb", "/a b", "/南", "a", "/" + "a" * 4_000, "/a#b", None),
    ],
)
def test_addresses_of_others(address: str | None) -> None:
    assert local_address(address) is None


def test_the_state_of_a_list_stays_in_its_address(app: Flask) -> None:
    with app.test_request_context("/list?purpose=P01&page=3&purpose=P02"):
        assert address_with(page=4) == "/list?purpose=P01&purpose=P02&page=4"
        assert address_with(purpose=None) == "/list"
        assert address_with(decision="deny") == "/list?purpose=P01&purpose=P02&decision=deny"
        assert address_with(purpose=["P03", "P04"]) == "/list?purpose=P03&purpose=P04"
        assert this_address() == "/list?purpose=P01&page=3&purpose=P02"
    with app.test_request_context("/list?x=1", method="POST"):
        assert this_address() == "/list"


@given(total=st.integers(0, 10_000), size=st.integers(1, 200), number=st.integers(-5, 10**12))
def test_any_page_number_leads_to_a_page_that_is_there(total: int, size: int, number: int) -> None:
    with Flask("pages").test_request_context(f"/?page={number}"):
        page = page_of(total, size)
    assert 1 <= page.number <= page.count
    assert 0 <= page.last - page.offset <= size
    shown = page.shown()
    numbers = [one for one in shown if one is not None]
    assert numbers[0] == 1
    assert numbers[-1] == page.count
    assert page.number in numbers
    assert len(shown) <= 9


def test_pages_in_the_middle_leave_some_out() -> None:
    assert Page(7, 50, 1_000).shown() == [1, None, 5, 6, 7, 8, 9, None, 20]
    assert (Page(7, 50, 1_000).first, Page(20, 50, 999).last, Page(1, 50, 0).first) == (301, 999, 0)


def test_sorting_is_by_known_columns_alone(app: Flask) -> None:
    default = Sort("time", is_descending=True)
    for query, sort in (("count", Sort("count")), ("-count", Sort("count", is_descending=True)), ("id;drop", default)):
        with app.test_request_context(f"/?sort={query}"):
            assert sort_of(COLUMNS, default) == sort
    with app.test_request_context("/?sort=count&page=2"):
        assert sort_address(COLUMNS[1], Sort("count")) == "/?sort=-count"
        assert sort_address(COLUMNS[1], Sort("count", is_descending=True)) == "/?sort=count"
        assert sort_address(COLUMNS[0], Sort("count")) == "/?sort=time"


def test_dates_in_both_languages(app: Flask) -> None:
    late = 1772697780  # 2026-03-05T08:03:00Z
    with app.test_request_context("/"):
        assert say_moment(late) == "2026年3月5日 16:03"
        assert say_moment("2026-03-05T17:03:00.000Z") == "2026年3月6日 01:03"
        assert say_count(12345) == "12,345"
        with pytest.raises(ValueError, match="without zone"):
            say_moment("2026-03-05T17:03:00")
    with app.test_request_context("/", headers=ENGLISH):
        assert say_day(late) == "5 March 2026"
        assert say_moment(late) == "5 March 2026, 16:03"
        assert choose(Text("检索", "Search")) == "Search"


@pytest.mark.parametrize("cookie", ["", "language=fr", "language=<script>"])
def test_chinese_unless_english_was_chosen(app: Flask, cookie: str) -> None:
    with app.test_request_context("/", headers={"Cookie": cookie}):
        assert choose(Text("检索", "Search")) == "检索"


def test_switching_leads_back_and_nowhere_else(app: Flask) -> None:
    for address, expected in (("/list?page=2", "/list?page=2"), ("//evil.example", "/")):
        with app.test_request_context("/language/en", query_string={"next": address}):
            response = switch_language(Language.EN, "/", secure=True)
        assert response.location == expected
        assert "language=en" in response.headers["Set-Cookie"]
        assert "Secure" in response.headers["Set-Cookie"]


def _sent(app: Flask, token: str | None, **headers: str) -> None:
    data = {} if token is None else {"form_token": token}
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with app.test_request_context("/", method="POST", data=data, headers=sent):
        bind_forms("secret of this browser")
        require_own_form()


@pytest.fixture
def token(app: Flask) -> Iterator[str]:
    with app.test_request_context("/"):
        bind_forms("secret of this browser")
        yield form_token()


def test_our_own_form_is_accepted(app: Flask, token: str) -> None:
    _sent(app, token)
    _sent(app, token, Origin="http://localhost", Sec_Fetch_Site="same-origin")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused_even_with_the_token(app: Flask, token: str, headers: dict[str, str]) -> None:
    with pytest.raises(ForgedFormError):
        _sent(app, token, **headers)


@pytest.mark.parametrize("wrong", [None, "", "x", "é"])
def test_a_form_without_this_browsers_token_is_refused(app: Flask, wrong: str | None) -> None:
    with pytest.raises(ForgedFormError):
        _sent(app, wrong)
    with app.test_request_context("/"):
        bind_forms("secret of another browser")
        other = form_token()
    with pytest.raises(ForgedFormError):
        _sent(app, other)


def test_cookies_are_bound_to_the_host_where_there_is_https(app: Flask) -> None:
    for is_secure, name in ((True, "__Host-console_session"), (False, "console_session")):
        cookie = SecretCookie("console_session", is_secure)
        for value, found in (("a" * 43, "a" * 43), ("a" * 42, None), ("a" * 42 + "*", None)):
            with app.test_request_context("/", headers={"Cookie": f"{name}={value}"}):
                assert request.cookies
                assert cookie.find() == found


@given(values=st.lists(st.none() | st.integers(0, 10**9), max_size=40))
def test_charts_stay_within_their_frame(values: list[int | None]) -> None:
    bars = [Bar(str(place), value) for place, value in enumerate(values)]
    for layout in (lay_bars(bars), lay_columns(bars)):
        assert len(layout.bars) == len(bars)
        for placed in layout.bars:
            assert placed.x >= 0
            assert placed.x + placed.width <= WIDTH
            assert 0 <= placed.y <= placed.y + placed.height <= layout.height
    tallest = [placed for placed in lay_columns(bars).bars if placed.bar.value == max(filter(None, values), default=-1)]
    assert all(placed.y == COLUMN_TOP and placed.height == COLUMN_AREA for placed in tallest)


@pytest.mark.parametrize("side", list(Side))
def test_every_page_says_on_which_side_one_stands(side: Side, render: Callable[[Flask, str], str]) -> None:
    zh = render(_app(side), "{% extends 'base.html' %}{% block title %}x{% endblock %}")
    assert {Side.GATEWAY: "网关 · 不含姓名和身份号码", Side.AGENCY: "本单位内部 · 可见本单位儿童姓名"}[side] in zh
    assert f'class="side-{side}"' in zh
    assert "style=" not in zh
    assert "<script" not in zh


def test_macros_escape_what_they_are_given(app: Flask, render: Callable[[Flask, str], str]) -> None:
    page = render(
        app,
        """{% from "forms.html" import field, error_summary, choices %}{% from "tables.html" import table %}
        {% from "charts.html" import bars %}{% from "tags.html" import tag %}
        {{ field(evil, evil, evil, evil, evil) }}{{ error_summary({"a": evil}) }}{{ tag(evil) }}
        {{ choices("a", evil, [(evil, evil, evil)], [evil], evil, evil) }}
        {{ table((), [], evil) }}{{ bars(evil, (), evil, evil) }}""",
    )
    assert "<img" not in page
    assert page.count("&lt;img") >= 10


@pytest.fixture
def render() -> Callable[[Flask, str], str]:
    def draw(app: Flask, template: str) -> str:
        with app.test_request_context("/"):
            bind_forms("secret of this browser")
            return render_template_string(template, evil='"><img src=x>')

    return draw


def test_stylesheets_are_ours_and_named_by_their_content(app: Flask) -> None:
    client = app.test_client()
    page = "{{ stylesheet_address('frame.css') }}"
    with app.test_request_context("/"):
        address = render_template_string(page)
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert client.get("/static/frame.css").headers["Cache-Control"] == "no-cache"
    assert client.get("/static/../frame.py").status_code == 404
    assert b"bootstrap" in client.get("/static/bootstrap.css").data.lower()
