"""The report of a run: what its page says must be what the files of the run say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from interfaces.made_up_run import frame, tables, write_run
from saltloop.interfaces.report import write_report
from saltloop.interfaces.report.diagram import View, views
from saltloop.interfaces.report.folder import MASS, POWER, read_folder
from saltloop.interfaces.report.streams import SINKS, SOURCES, trace
from saltloop.language import number

CHROMIUM = Path("/usr/bin/chromium")


class _Rows(HTMLParser):
    """The cells of one table: printed words by language, exact numbers."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key, self.inside, self.language = key, False, ""
        self.rows: list[list[dict[str, Any]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "table":
            self.inside = found.get("id") == f"table-{self.key}"
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.inside:
            value = found.get("data-value")
            self.rows[-1].append({"value": None if value is None else float(value), "en": "", "zh": ""})
        elif tag == "span" and found.get("class") in ("en", "zh"):
            self.language = str(found["class"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self.language = ""
        elif tag == "table":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside and self.rows and self.rows[-1]:
            for language in (self.language,) if self.language else ("en", "zh"):
                self.rows[-1][-1][language] += data.strip()


def rows_of(page: Path, key: str) -> list[list[dict[str, Any]]]:
    """The rows of a table of the page below its heading."""
    parser = _Rows(key)
    parser.feed(page.read_text(encoding="utf-8").partition("<script")[0])
    return [row for row in parser.rows if row][1:]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("results") / "run")


@pytest.fixture(scope="module")
def page(run: Path) -> Path:
    target = run / "report.html"
    write_report(run, target)
    return target


# --- the file -------------------------------------------------------------------------------------------------------
def test_page_forbids_itself_the_network_and_refers_to_nothing_outside(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    own = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert "default-src 'none'" in own
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#)""", own)
    assert "url(" not in own
    assert "@import" not in own


def test_plotting_library_is_embedded_once(page: Path) -> None:
    assert page.read_text(encoding="utf-8").count("plotly.js v") == 1


def test_titles_of_the_pack_cannot_end_a_script_or_add_a_tag(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    assert html.count("</script>") == 3
    assert "Cement </script>" not in html
    assert "Cement &lt;/script&gt;&lt;b&gt;" in html


def test_page_opens_in_the_language_asked_for(run: Path, tmp_path: Path) -> None:
    english, chinese = "Basin 2030 &lt;/script&gt; &amp; targets: report", "盆地2030年“达标”情景：报告"
    for language, code, title in (("en", "en", english), ("zh", "zh-CN", chinese)):
        write_report(run, tmp_path / "page.html", language)
        html = (tmp_path / "page.html").read_text(encoding="utf-8")
        assert f'<html lang="{code}">' in html
        assert f"<title>{title}</title>" in html


def test_shuffled_rows_give_the_same_page(run: Path, tmp_path: Path) -> None:
    shuffled = {name: tables()[name].sample(frac=1, random_state=7) for name in ("flows", "trades", "values", "limits")}
    write_report(run, tmp_path / "one.html")
    write_report(write_run(tmp_path / "run", **shuffled), tmp_path / "two.html")
    digits = re.compile(r"\d+\.\d{6,}(e[+-]?\d+)?")
    one, two = (digits.sub("#", (tmp_path / name).read_text(encoding="utf-8")) for name in ("one.html", "two.html"))
    assert one == two


def test_parts_of_the_year_are_added_up(run: Path, tmp_path: Path) -> None:
    def halved(name: str, *numbers: str) -> pd.DataFrame:
        whole = tables()[name]
        return pd.concat([whole.assign(slice=part, **{column: whole[column] / 2 for column in numbers}) for part in ("m01", "m02")])

    parts = {"flows": halved("flows", "value"), "trades": halved("trades", "value", "money")}
    whole = [row[1]["value"] for row in rows_of_run(run, tmp_path / "whole.html", "products")]
    halves = [row[1]["value"] for row in rows_of_run(write_run(tmp_path / "run", **parts), tmp_path / "halves.html", "products")]
    assert whole == pytest.approx(halves)


def rows_of_run(run: Path, target: Path, key: str) -> list[list[dict[str, Any]]]:
    write_report(run, target)
    return rows_of(target, key)


# --- numbers --------------------------------------------------------------------------------------------------------
def test_products_are_those_of_the_trades(page: Path) -> None:
    trades = tables()["trades"]
    sold = trades[trades["side"] == "sell"].groupby("commodity")[["value", "money"]].sum().sort_values(["money", "value"], ascending=False)
    found = [(row[1]["value"], row[2]["value"]) for row in rows_of(page, "products")]
    assert found == [pytest.approx(pair) for pair in sold.itertuples(index=False, name=None)]


def test_printed_numbers_are_the_exact_ones_rounded(page: Path) -> None:
    for row in rows_of(page, "products"):
        assert row[2]["en"] == number(row[2]["value"], "CNY", "en")
        assert row[2]["zh"] == number(row[2]["value"], "CNY", "zh")


def test_wastes_made_are_used_sold_or_disposed_of(page: Path) -> None:
    rows = rows_of(page, "wastes")
    assert {row[0]["en"] for row in rows} == {"Salt tailings", "Carbide slag", "Fly ash", "Decomposition liquor", "Old brine"}
    for row in rows:
        made, used, sold, disposed = (cell["value"] for cell in row[1:5])
        assert made == pytest.approx(used + sold + disposed)


def test_indicators_show_met_and_missed_targets(page: Path) -> None:
    status = {row[0]["en"].split("The basin")[0]: row[1]["en"] for row in rows_of(page, "indicators")}
    assert status == {
        "Use of industrial solid waste": "✗ missed",
        "Value added per water": "✓ met",
        "Value added per land": "not judged",
        "CO2 per value added": "✓ met",
        "Employment": "",
    }


def test_gap_is_positive_on_the_better_side_of_the_target(page: Path) -> None:
    gaps = {row[0]["en"].split("The basin")[0]: row[4]["value"] for row in rows_of(page, "indicators")}
    assert gaps["CO2 per value added"] == pytest.approx(0.5)
    assert gaps["Use of industrial solid waste"] == pytest.approx(-58.3)


def test_indicators_say_which_background_they_lack_and_stand_by_park(page: Path) -> None:
    told = {row[0]["en"].split("The basin")[0]: row[0] for row in rows_of(page, "indicators")}
    assert "needs background of: Value added" in told["Value added per land"]["en"]
    assert "尚缺背景值：增加值" in told["Value added per land"]["zh"]
    assert "Employment" in told
    assert "Great lake" not in str(told)
    assert [row[1]["value"] for row in rows_of(page, "indicators-parks")] == [2.5]


def test_scores_stand_by_area_with_what_makes_them(page: Path) -> None:
    assert [[cell["value"] for cell in row[1:]] for row in rows_of(page, "score-green")] == [[51.7, 0.75], [2.5, 0.25]]
    parts = rows_of(page, "score-parts-green")
    assert [row[6]["value"] for row in parts] == pytest.approx([0.5667, 51.1333, 0.0])
    assert parts[2][4]["en"] == "not computable"


def test_binding_limits_stand_in_order_of_their_weight_and_once(page: Path) -> None:
    rows = rows_of(page, "limits")
    assert [row[1]["value"] for row in rows] == [3.7, 850.0, 35.0]
    assert "in 2 parts of the year" in rows[2][0]["en"]


def test_paragraph_names_products_targets_and_what_binds(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    lead = re.search(r'<p class="lead">(.*?)</p>', html, flags=re.DOTALL)
    assert lead
    for words in (
        "8.12 bn CNY",
        "Potassium chloride (5 million t, 11.5 bn CNY)",
        "carbon cap (The basin); its marginal value is 312.4 CNY/t",
        "Of 3 official targets that can be judged 2 are met and 1 missed: Use of industrial solid waste",
        "81.2亿元",
        "氯化钾（500万吨，115亿元）",
        "可判断的 3 项官方目标中，2 项达到，1 项未达到",
    ):
        assert words in lead[1]


# --- flows ----------------------------------------------------------------------------------------------------------
def test_streams_add_up_to_what_each_source_gives_and_each_user_takes(run: Path) -> None:
    folder = read_folder(run)
    given: defaultdict[tuple[str, ...], float] = defaultdict(float)
    taken: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for stream in trace(folder.yearly, folder.units, MASS):
        given[stream.source.kind, stream.source.id, stream.source.site, stream.commodity] += stream.value
        taken[stream.sink.kind, stream.sink.id, stream.sink.site, stream.commodity] += stream.value
    lost = sum(value for (kind, *_), value in taken.items() if kind == "lost")
    assert lost == pytest.approx(1500.0)
    for row in folder.yearly.itertuples():
        if folder.units[row.commodity] == MASS:
            for role, sums in ((SOURCES, given), (SINKS, taken)):
                if row.role in role:
                    assert sums[role[row.role], row.agent, row.site, row.commodity] == pytest.approx(row.value, rel=1e-6)


def test_what_passes_a_site_keeps_its_source() -> None:
    flows = frame(
        "site commodity role agent value",
        ("a", "salt", "made", "pan", 8.0),
        ("b", "salt", "made", "mine", 2.0),
        ("a", "salt", "shipped_out", "ab", 8.0),
        ("b", "salt", "shipped_in", "ab", 6.0),
        ("b", "salt", "shipped_out", "bc", 4.0),
        ("c", "salt", "shipped_in", "bc", 4.0),
        ("b", "salt", "sold", "home", 4.0),
        ("c", "salt", "used", "mill", 4.0),
    )
    found = {(s.source.id, s.sink.id): s.value for s in trace(flows, {"salt": "t"}, "t")}
    assert found == pytest.approx({("pan", "ab"): 2.0, ("pan", "home"): 3.0, ("mine", "home"): 1.0, ("pan", "mill"): 3.0, ("mine", "mill"): 1.0})


def test_what_a_diagram_leaves_out_is_said(run: Path) -> None:
    folder = read_folder(run)
    for key, unit in (("overview", MASS), ("bulk", MASS), ("power", POWER)):
        view = view_of(folder, key)
        total = sum(stream.value for stream in trace(folder.yearly, folder.units, unit))
        assert sum(link.value for link in view.links) + view.left_out == pytest.approx(total)
    notes = " ".join(note[0] for note in view_of(folder, "overview").notes)
    assert "Left out, because they would hide everything else: Return to the lake 141.6 million t, Brine 496 million t" in notes
    assert "Flows inside one place of the diagram" in notes


def test_each_place_shows_sum_in_and_sum_out(run: Path, page: Path) -> None:
    for view in views(read_folder(run)):
        found = {row[0]["en"]: (row[1]["value"], row[2]["value"]) for row in rows_of(page, f"places-{view.key}")}
        assert found == {title[0]: pytest.approx(view.through(place)) for place, (title, _) in enumerate(view.places)}


def test_recycling_is_a_loop_of_the_diagram(run: Path) -> None:
    folder = read_folder(run)
    inner = view_of(folder, "industry-salt_lake")
    named = {(inner.places[link.source][0][0], inner.places[link.sink][0][0], link.kind, link.is_loop) for link in inner.links}
    assert ("Potash plant", "Ponds on liquor", "recycled", True) in named
    assert ("Ponds on liquor", "Potash plant", "plain", True) in named
    assert any(link.is_loop and link.kind == "recycled" for link in view_of(folder, "overview").links)


def view_of(folder: Any, key: str) -> View:
    return next(view for view in views(folder) if view.key == key)


# --- runs that lack something ---------------------------------------------------------------------------------------
def test_run_without_rules_indicators_places_and_wastes_has_a_page(tmp_path: Path) -> None:
    bare = tables()
    flows = bare["flows"]
    keep = flows["commodity"].isin(["limestone", "lime"]) & flows["role"].isin(["made", "used", "drawn"])
    empty = ("rules", "limits", "indicators", "scores", "entry", "charges", "values", "trades", "products", "capacity")
    changed = {name: bare[name].iloc[:0] for name in empty}
    changed |= {"flows": flows[keep], "names": bare["names"].assign(latitude=float("nan"), longitude=float("nan"))}
    write_report(write_run(tmp_path / "run", **changed), tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "No rule and no resource limit binds." in html
    assert 'id="atlas"' not in html


def test_plan_of_several_years_shows_the_last_and_tells_them_all(tmp_path: Path) -> None:
    both_years = {name: pd.concat([each.assign(period=2025), each]) for name, each in tables().items() if "period" in each}
    write_report(write_run(tmp_path / "run", **both_years), tmp_path / "page.html")
    rows = rows_of(tmp_path / "page.html", "periods")
    assert [cell["value"] for cell in rows[0][1:]] == [8.12e9, 8.12e9]
    assert "The plan covers 2025, 2030." in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert len(rows_of(tmp_path / "page.html", "rules")) == 2


# --- in a browser ---------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.is_file():
        pytest.skip(f"{CHROMIUM} is not installed: apt-get install chromium fonts-noto-cjk")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        )
        yield started
        started.close()


@pytest.fixture
def shown(browser: Any, page: Path) -> Iterator[tuple[Any, list[str]]]:
    """The page in the browser, and what it should not have done: console messages, errors, requests."""
    complaints: list[str] = []
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.on("console", lambda message: complaints.append(f"console: {message.text}"))
    tab.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    tab.on("request", lambda request: complaints.append(f"request: {request.url}") if request.url != page.as_uri() else None)
    tab.goto(page.as_uri())
    until(tab, "document.documentElement.dataset.drawn === 'yes'")
    yield tab, complaints
    tab.close()


def until(tab: Any, condition: str) -> None:
    """Wait for a condition of the page; the page forbids the evaluation that the driver's own waiting needs."""
    for _ in range(200):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(50)
    raise AssertionError(f"never true: {condition}")


def is_within(tab: Any) -> bool:
    """Whether the page needs no scrolling to the side."""
    return bool(tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_page_in_both_languages_fits_and_stays_silent(shown: tuple[Any, list[str]], width: int) -> None:
    tab, complaints = shown
    tab.set_viewport_size({"width": width, "height": 800})
    until(tab, f"Math.abs(document.querySelector('#sankey svg').clientWidth - {width}) < 200")
    english, chinese = ("Basin 2030 </script> & targets: report", "Main flows", "Sold"), ("盆地2030年“达标”情景：报告", "主要物流", "销售")
    for title, heading, node in (english, chinese):
        assert tab.title() == title
        assert heading in tab.inner_text("#flows")
        until(tab, f"[...document.querySelectorAll('#sankey .node-label')].some(e => e.textContent.startsWith('{node}'))")
        assert is_within(tab)
        tab.click("#language")
    assert tab.title().startswith("Basin 2030")
    assert complaints == []


@pytest.mark.browser
def test_loop_is_drawn_and_every_flow_of_each_view(shown: tuple[Any, list[str]], run: Path) -> None:
    tab, complaints = shown
    drawn = "[...document.querySelectorAll('#sankey .sankey-link')]"
    for view in views(read_folder(run)):
        tab.select_option("#view", view.key)
        until(tab, f"{drawn}.length === {len(view.links)}")
        circular = tab.evaluate(f"{drawn}.filter(e => e.__data__.link.circular).length")
        assert (circular > 0) == any(link.is_loop for link in view.links)
        assert tab.locator(f"[data-view='{view.key}']").is_visible()
        assert tab.locator("[data-view]:visible").count() == 1
    assert complaints == []


@pytest.mark.browser
def test_numbers_to_be_seen_are_those_of_the_files(shown: tuple[Any, list[str]]) -> None:
    tab, _ = shown
    trades = tables()["trades"]
    sold = trades[trades["side"] == "sell"].groupby("commodity")["money"].sum()
    seen = tab.locator("#table-products tbody tr").first.inner_text()
    assert number(float(sold.max()), "CNY", "en") in seen
    assert "亿" not in seen
    assert tab.locator("#atlas .scatterlayer .point").count() > 0


@pytest.mark.browser
def test_chinese_letters_have_a_font(shown: tuple[Any, list[str]]) -> None:
    tab, _ = shown
    tab.click("#language")
    widths = tab.evaluate("""() => ['盐湖', '\\u{10FFFD}\\u{10FFFD}'].map(text => {
        const pen = document.createElement('canvas').getContext('2d');
        pen.font = '20px ' + getComputedStyle(document.body).fontFamily;
        return pen.measureText(text).width; })""")
    assert widths[0] == pytest.approx(40, abs=2)


@pytest.mark.browser
def test_picture_can_be_saved_without_a_network(shown: tuple[Any, list[str]], tmp_path: Path) -> None:
    tab, complaints = shown
    for chart in ("sankey", "atlas"):
        with tab.expect_download() as download:
            tab.click(f".save[data-chart={chart}]")
        download.value.save_as(tmp_path / f"{chart}.png")
        assert (tmp_path / f"{chart}.png").read_bytes()[:4] == b"\x89PNG"
    assert [each for each in complaints if not each.startswith(("request: data:", "request: blob:"))] == []
