"""A study as text that a planner can read aloud: how the options do, which one is the safe choice, what cannot be had."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from saltloop.analysis.batch.plan import AS_BUILT
from saltloop.analysis.batch.summary import measures_of, statuses
from saltloop.data.read import records
from saltloop.interfaces.voice import aligned, beginning, width
from saltloop.language import number, percent
from saltloop.results.study import StudyRun

_SHOWN = 12
_WIDE = 150
_TEXTS: dict[str, tuple[str, str]] = {
    "cases": (
        "{cases} cases: {options} options in {states} states; {optimal} with a plan",
        "共 {cases} 个算例：{options} 个选项，{states} 个状态；{optimal} 个有可行方案",
    ),
    "others": (", {count} {status}", "，{count} 个{status}"),
    "infeasible": ("infeasible", "不可行"),
    "unbounded": ("unbounded", "无界"),
    "stopped": ("stopped at a limit", "到限停止"),
    "uncertified": ("not certified", "未通过检验"),
    "bad_input": ("with input that cannot be used", "输入有误"),
    "missing": ("not solved yet", "尚未求解"),
    "measure": ("{measure} ({better})", "{measure}（{better}）"),
    "higher": ("higher is better", "越高越好"),
    "lower": ("lower is better", "越低越好"),
    "unknown": ("which way is better is not said", "未指明优劣方向"),
    "option": ("option", "选项"),
    "mean": ("mean", "均值"),
    "worst": ("worst", "最差"),
    "low": ("5 % quantile", "5 % 分位"),
    "high": ("95 % quantile", "95 % 分位"),
    "regret": ("mean regret", "平均遗憾"),
    "largest": ("largest regret", "最大遗憾"),
    "feasible": ("feasible", "可行"),
    "rank": ("rank", "排名"),
    "flips": ("flips", "翻转"),
    "pareto": ("front", "前沿"),
    "on": ("yes", "是"),
    "off": ("no", "否"),
    "more": ("... and more options ({count}); see summary.parquet", "……另有 {count} 个选项，见 summary.parquet"),
    "as_built": (AS_BUILT, "（按已建产能）"),
    "safest": ("Smallest largest regret (minimax): {option}, {value}.", "最大遗憾最小（minimax）的选项：{option}，{value}。"),
    "safest_of_several": (
        "Smallest largest regret (minimax): {option} and {count} more, {value}.",
        "最大遗憾最小（minimax）的选项：{option} 等 {count} 个，{value}。",
    ),
    "no_plan": ("No option has a plan in any state.", "没有任何选项在任何状态下有可行方案。"),
    "no_safest": ("Every option is infeasible in some state that another can meet.", "每个选项都在某些其他选项可行的状态下不可行。"),
    "front": ("On the Pareto front of the means and of feasible states: {count} of {all} options.", "在均值与可行状态数的帕累托前沿上的选项：{count}/{all}。"),
    "failed": ("Without a plan:", "无方案的算例："),
    "objective": ("objective", "目标函数"),
    "legend": (
        "rank: more feasible states first, then the mean; in brackets best to worst over the states. "
        "flips: share of meetings with other options, state by state, that end the other way than in the mean.",
        "排名：先比可行状态数，再比均值；括号内为各状态下最好至最差。翻转：逐状态与其他选项两两比较，结果与均值相反的比例。",
    ),
    "results": ("Results: {folder}", "结果：{folder}"),
    "left": (
        "{left} of {cases} cases are still to be solved; the same command without --task gathers and goes on.",
        "尚有 {left}/{cases} 个算例未求解；去掉 --task 再次运行同一命令即可汇总并继续。",
    ),
    "workers_and_dask": (
        "--workers counts processes of this machine; with --dask the workers are those of the cluster: leave one of the two out",
        "--workers 是本机的进程数；使用 --dask 时由集群的工作进程求解：请只用其一",
    ),
    "infinite": ("none bears it", "不可承受"),
}


def say(key: str, language: str, **values: object) -> str:
    """A text in one language."""
    return _TEXTS[key][language == "zh"].format(**values)


def study_text(study: StudyRun, language: str = "en") -> str:
    """The summary of a study: for each measure how the options do, the minimax choice, the Pareto front, what has no plan."""
    return "\n".join(_Page(study, language).lines())


class _Page:
    """Lines of one study in one language."""

    def __init__(self, study: StudyRun, language: str) -> None:
        self.study, self.language = study, language
        self.manifest, self.summary = study.manifest, study.table("summary")

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def lines(self) -> Iterator[str]:
        title = str(self.manifest["study"]["title"][self.language])
        yield title
        yield "=" * width(title)
        ended = statuses(self.study)
        yield self._counts(ended)
        for measure in measures_of(self.study):
            yield from self._measure(measure)
        yield ""
        yield from self._front()
        yield from self._failed(ended)
        yield self.say("legend")

    def _counts(self, ended: pd.DataFrame) -> str:
        count = ended.groupby("status", observed=True)["cases"].sum().to_dict()
        first = self.say(
            "cases",
            cases=f"{self.manifest['cases']:,}",
            options=self.manifest["options"],
            states=self.manifest["states"],
            optimal=f"{count.pop('optimal', 0):,}",
        )
        return first + "".join(self.say("others", count=f"{n:,}", status=self.say(str(status))) for status, n in count.items())

    def title(self, measure: dict[str, Any]) -> str:
        """A measure by the titles of its accounts."""
        titles = self.manifest["titles"]
        names = [titles[a][self.language] if a in titles else self.say(a) for a in (measure["upper"], measure["lower"]) if a]
        return " / ".join(names)

    def option(self, name: object) -> str:
        """An option as tables call it; that its plan is frozen is said in the language of the page."""
        plain = str(name).removesuffix(AS_BUILT)
        return str(name) if plain == str(name) else plain + self.say("as_built")

    def amount(self, value: float | None, unit: str) -> str:
        """A value with its unit; a share in percent."""
        if value is None or pd.isna(value):
            return "–"
        if math.isinf(value):
            return self.say("infinite")
        return percent(value, self.language) if unit == "1" else number(value, unit, self.language)

    def _measure(self, measure: dict[str, Any]) -> Iterator[str]:
        own = self.summary[self.summary["measure"] == measure["name"]]
        own = own.sort_values("rank", kind="stable")
        yield ""
        yield self.say("measure", measure=self.title(measure), better=self.say(measure["better"] or "unknown"))
        unit, judged = str(measure["unit"]), measure["better"] is not None
        keys = [
            "option",
            "mean",
            "worst" if judged else "low",
            "high" if not judged else "regret",
            *(["largest", "feasible", "rank", "flips"] if judged else ["feasible"]),
        ]
        rows = []
        for r in records(own.head(_SHOWN)):
            middle = ("worst", "regret_mean", "regret_largest") if judged else ("quantile_05", "quantile_95")
            cells = [
                self.option(r["option"]),
                self.amount(r["mean"], unit),
                *(self.amount(r[name], unit) for name in middle),
                percent(float(r["share_feasible"]), self.language),
            ]
            rows.append([*cells, *(self._rank(r) if judged else [])])
        yield from aligned([self.say(key) for key in keys], rows)
        if len(own) > _SHOWN:
            yield "  " + self.say("more", count=len(own) - _SHOWN)
        if judged and len(own) > 1:
            yield "  " + self._safest(own, unit)

    def _safest(self, own: pd.DataFrame, unit: str) -> str:
        """The minimax choice of a measure, or why there is none."""
        safest = own[own["minimax"].fillna(False).astype(bool)]
        if safest.empty:
            return self.say("no_safest" if own["feasible"].any() else "no_plan")
        option, value = self.option(safest["option"].iloc[0]), self.amount(float(safest["regret_largest"].iloc[0]), unit)
        others = len(safest) - (1 if self.language == "en" else 0)
        return self.say("safest" if len(safest) == 1 else "safest_of_several", option=option, value=value, count=others)

    def _rank(self, r: dict[str, Any]) -> list[str]:
        if pd.isna(r["rank"]):
            return ["–", "–"]
        spread = "" if r["rank_best"] == r["rank_worst"] == r["rank"] else f" ({r['rank_best']}–{r['rank_worst']})"
        return [f"{r['rank']}{spread}", "–" if pd.isna(r["flips"]) else percent(float(r["flips"]), self.language)]

    def _front(self) -> Iterator[str]:
        front = self.summary.drop_duplicates("option")
        if len(front) > 1:
            on = front[front["pareto"].fillna(False).astype(bool)]["option"].tolist()
            yield self.say("front", count=len(on), all=len(front))
            for name in on[:_SHOWN]:
                yield f"  - {self.option(name)}"
            if len(on) > _SHOWN:
                yield "  " + self.say("more", count=len(on) - _SHOWN)

    def _failed(self, ended: pd.DataFrame) -> Iterator[str]:
        failed = ended[~ended["status"].isin(["optimal", "missing"])]
        if failed.empty:
            return
        yield self.say("failed")
        for r in records(failed.head(_SHOWN)):
            reason = beginning(str(r[f"reason_{self.language}"] or ""), _WIDE)
            yield f"  - {self.option(r['option'])}: {percent(float(r['share']), self.language)} {self.say(str(r['status']))}; {reason}"
        if len(failed) > _SHOWN:
            yield "  " + self.say("more", count=len(failed) - _SHOWN)
