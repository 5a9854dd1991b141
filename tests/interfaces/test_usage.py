"""The command line speaks the language that it is asked in: help, and what is wrong with the words typed; click itself knows English alone."""

from __future__ import annotations

import re

import pytest

from interfaces.typed import typed
from saltloop.errors import BAD_INPUT, SOLVED
from saltloop.interfaces.cli import main
from saltloop.interfaces.help_text import option_help, paragraphs

CHINESE = re.compile("[\u4e00-\u9fff]")
# Four words of English in a row are a sentence that nobody has put into Chinese.
ENGLISH = re.compile(r"\b[a-z]+(?: [a-z]+){3,}")

# Words typed, what is told in Chinese, and a word of what click tells.
CASES = [
    (["rum"], "没有命令“rum”，是否指 run？", "No such command"),
    (["zzzz"], "没有命令“zzzz”", "No such command"),
    (["run", "x.yaml", "--algoritm", "ipm"], "没有选项 --algoritm，是否指 --algorithm？", "No such option"),
    (["run", "x.yaml", "--qq"], "没有选项 --qq", "No such option"),
    (["run"], "缺少参数 SCENARIO", "Missing argument"),
    (["run", "x.yaml", "y.yaml"], "多余的参数：y.yaml", "unexpected extra argument"),
    (["run", "x.yaml", "--algorithm", "ipn"], "--algorithm 的值无效“ipn”，须为 choose、simplex、ipm 之一", "Invalid value"),
    (["run", "x.yaml", "--time-limit", "long"], "--time-limit 的值无效“long”，须为数", "Invalid value"),
    (["run", "x.yaml", "--time-limit", "-3"], "--time-limit 的值无效：“-3.0”不是秒数，须为零或更大", "no number of seconds"),
    (["run", "x.yaml", "--no-report=yes"], "选项 --no-report 不带取值", "does not take a value"),
    (["run", "x.yaml", "--out"], "选项 --out 缺少取值", "requires an argument"),
    (["batch", "x.yaml", "--workers", "0"], "--workers 的值无效“0”，须为不小于 1 的整数", "Invalid value"),
    (["batch", "x.yaml", "--workers", "two"], "--workers 的值无效“two”，须为不小于 1 的整数", "Invalid value"),
    (["batch", "x.yaml", "--task", "4/3"], "--task 的值无效：“4/3”不是整体中的一份，应如 3/10", "no part of a whole"),
    (["alternatives", "x.yaml", "--within", "200%"], "--within 的值无效：“200%”不是 0 到 100 的百分数", "no percentage"),
    (["alternatives", "x.yaml", "--seed", "1.5"], "--seed 的值无效“1.5”，须为整数", "Invalid value"),
    (["risk", "x.yaml", "--objective", "best"], "“best”不是状态的权衡方式", "no way to weigh"),
    (["risk", "x.yaml", "--chance", "calm"], "“calm”不是状态的概率", "no chance of a state"),
    (["cooperate", "x.yaml", "golmud", "ulan"], "“golmud ulan”不属于任何选项，请写 --players golmud ulan", "stands alone"),
]


@pytest.mark.parametrize(("words", "chinese", "english"), CASES)
def test_a_wrong_command_line_is_told_in_both_languages(words: list[str], chinese: str, english: str) -> None:
    for said in (typed(words[0], "--lang=zh", *words[1:]), typed(*words, env={"SALTLOOP_LANG": "zh"})):
        assert said.code == BAD_INPUT
        assert said.lines[-1].startswith("错误：")
        assert chinese in said.lines[-1]
        assert english not in said.text
    said = typed(*words)
    assert said.code == BAD_INPUT
    assert english in said.text


def test_usage_and_where_to_find_help_are_told_in_chinese_too() -> None:
    said = typed("run", "--lang", "zh")
    assert said.lines[:2] == ["用法：main run [OPTIONS] SCENARIO", "帮助：main run --help"]
    assert said.lines[-1] == "错误：缺少参数 SCENARIO"
    assert "Usage" not in said.text


def test_a_wrong_language_is_told_in_english() -> None:
    said = typed("run", "x.yaml", "--lang", "de")
    assert said.code == BAD_INPUT
    assert "Invalid value for '--lang'" in said.text


@pytest.mark.parametrize("name", sorted(main.commands))
def test_the_help_of_a_command_speaks_one_language(name: str) -> None:
    english, chinese = typed(name, "--help"), typed(name, "--help", "--lang", "zh")
    assert (english.code, chinese.code) == (SOLVED, SOLVED)
    assert not CHINESE.search(english.text)
    assert english.text.count("\n\n") == chinese.text.count("\n\n")
    told = [line for line in chinese.lines if line and not line.startswith(("      saltloop", "用法："))]
    assert told[0].startswith("  ")
    for line in told:
        assert not ENGLISH.search(line)
    options = [part for part in re.split(r"\n  (?=-)", chinese.text.partition("选项：")[2]) if part.strip()]
    assert len(options) == len([p for p in main.commands[name].params if p.param_type_name == "option"]) + 1
    assert all(CHINESE.search(part) for part in options)
    assert [line for line in english.lines if line.startswith("      saltloop")] == [line for line in chinese.lines if line.startswith("      saltloop")]


def test_the_list_of_commands_speaks_one_language() -> None:
    english, chinese = typed("--help"), typed("--help", env={"SALTLOOP_LANG": "zh"})
    assert not CHINESE.search(english.text)
    assert "Exit codes: 0 solved" in english.text
    assert "退出码：0 已求解" in chinese.text
    assert not ENGLISH.search(chinese.text)
    for name in main.commands:
        assert re.search(f"^  {name} +[A-Z]", english.text, re.MULTILINE)
        assert re.search(f"^  {name} +[\u4e00-\u9fff]", chinese.text, re.MULTILINE)


def test_the_language_may_stand_before_the_command() -> None:
    chinese = typed("--help", env={"SALTLOOP_LANG": "zh"}).text
    assert [typed("--lang", "zh", "--help").text, typed("--help", "--lang=zh").text] == [chinese, chinese]
    assert typed("--lang", "zh", "run", "--help").text == typed("run", "--help", "--lang", "zh").text
    assert typed("--lang=zh", "explain", "D130").text == typed("explain", "D130", "--lang", "zh").text != typed("explain", "D130").text
    assert typed("--lang", "en", "explain", "D130", env={"SALTLOOP_LANG": "zh"}).text == typed("explain", "D130").text
    assert typed("--lang", "zh", "explain", "D130", "--lang", "en").text == typed("explain", "D130").text
    assert typed("--lang", "de", "explain", "D130").code == BAD_INPUT


def test_a_help_that_nobody_has_put_into_chinese_is_told_in_english() -> None:
    assert paragraphs("Do it.\n\n    \\b\n    Example:\n        saltloop it\n    ", "zh") == ["Do it.", "\b\nExample:\n    saltloop it"]
    assert option_help("How often.  [default: 3]", "zh") == "How often.  [默认：3]"
    assert option_help("How often. 次数（至多 5）。  [default: 3; required]", "en") == "How often.  [default: 3; required]"
    assert option_help("How often. 次数（至多 5）。  [default: 3; required]", "zh") == "次数（至多 5）。  [默认：3；必填]"


def test_no_word_at_all_is_answered_by_the_help() -> None:
    assert "Commands:" in typed().text
    assert "命令：" in typed(env={"SALTLOOP_LANG": "zh"}).text


def test_the_last_language_named_counts() -> None:
    assert "错误" in typed("run", "--lang", "en", "--lang", "zh").text
    assert "错误" not in typed("run", "--lang=zh", "--lang", "en").text
    assert "错误" not in typed("run", "--lang", "zh", "--lang=en").text
