"""saltloop explain."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import click

from saltloop.errors import InputError, Place, message
from saltloop.interfaces.command import LANGUAGE, guarded, main

UNKNOWN = message(
    "R110",
    ("nothing in this run is called '{name}'.{nearest}", "本次运行中没有“{name}”。{nearest}"),
    (
        "name a commodity, process, rule or site as in names.parquet, or process@site; leave it out for an overview",
        "请给出 names.parquet 中的物料、工艺、规则或地点名，或“工艺@地点”；不写则为总览",
    ),
)
_CODE = re.compile(r"[DSMR]\d{3}", re.IGNORECASE)


@main.command()
@click.argument("subject", metavar="RUN|CODE")
@click.argument("what", required=False)
@LANGUAGE
@guarded
def explain(subject: str, what: str | None, language: str) -> int:
    r"""Explain a finished run: what binds and what it is worth, what would enter or leave, why a product is in or out.

    解释一次运行：哪些约束起作用及其价值，哪些活动将进入或退出，某产品为何在或不在规划之中。

    WHAT is a commodity, process, rule or site of the run; add @site to a commodity or process for one park only. With a code
    of a message instead of a run, say what that message means.

    对象（WHAT）可为该次运行中的物料、工艺、规则或地点；物料或工艺后加 @site 只看一个园区。给出消息代码而非运行时，说明该消息的含义。

    \b
    Example:
        saltloop explain results/qaidam-2025
        saltloop explain results/qaidam-2025 soda_ash@delingha_saltchem
        saltloop explain D130
    """
    if _CODE.fullmatch(subject):
        importlib.import_module("saltloop.analysis.plan")  # every module declares its own messages
        from saltloop.data.checks import manual

        click.echo(manual(subject, language))
        return 0
    click.echo(_answer(Path(subject), what, language))
    return 0


def _answer(path: Path, what: str | None, language: str) -> str:
    """The text that answers for a run."""
    from saltloop.data.read import meant
    from saltloop.interfaces import explain_text as text
    from saltloop.results.run import open_run

    run = open_run(path)
    if what is None:
        return text.overview_text(run, language)
    name, _, site = what.partition("@")
    names = run.table("names")
    kinds = set(names[names["id"] == name]["kind"])
    sites = set(names[names["kind"] == "site"]["id"])
    titles = {str(row["id"]): (str(row["title_en"]), str(row["title_zh"])) for row in names.sort_values("id").to_dict("records")}
    for word, known in ((name, titles), (site, {key: title for key, title in titles.items() if key in sites})):
        if word and word not in known:
            raise InputError(UNKNOWN.at(Place(str(path)), name=word, nearest=meant(word, known)))
    if "rule" in kinds:
        return text.rule_text(run, name, language)
    return text.site_text(run, name, language) if "site" in kinds else text.thing_text(run, name, site or None, language)
