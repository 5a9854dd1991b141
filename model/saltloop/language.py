"""Everything that is said in two languages: texts by key, numbers with units, lists.

A key is declared once in TEXTS with its English and its Chinese; fields stand in braces. `text` gives one language,
`both` gives the pair, for pages that carry the two side by side.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache, lru_cache

LANGUAGES = ("en", "zh")
Both = tuple[str, str]
NOTHING = "–"

TEXTS: dict[str, Both] = {
    # the page
    "switch_language": ("中文", "English"),
    "report_title": ("{title}: report", "{title}：报告"),
    "contents": ("Contents", "目录"),
    "status": ("Status", "状态"),
    "status_optimal": ("optimal", "最优"),
    "created": ("Solved", "求解时间"),
    "pack": ("Data", "数据包"),
    "scenario": ("Scenario", "情景"),
    "area": ("Area", "区域"),
    "period": ("Year", "年份"),
    "objective": ("Objective", "目标函数"),
    "maximise": ("maximise {what}", "{what}最大"),
    "minimise": ("minimise {what}", "{what}最小"),
    "then": ("; then ", "；其次"),
    "several_periods": (
        "The plan covers {years}. Unless said otherwise, the figures of this page are those of {year}.",
        "规划覆盖 {years}。除另有说明外，本页数字为 {year} 年。",
    ),
    "save_picture": ("Save picture", "保存图片"),
    "no_script": ("The diagrams need JavaScript; every number is also in the tables.", "图形需要 JavaScript；所有数字亦见各表。"),
    "show_all": ("Show the other {count}", "显示其余 {count} 项"),
    "rows_cut": ("{count} more rows are in the files of the run.", "其余 {count} 行见结果文件。"),
    "none_here": ("None.", "无。"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "not_checked": ("not checked", "未检验"),
    "other": ("Other", "其他"),
    "of": ("{share} of {whole}", "占{whole}的 {share}"),
    # headings
    "heading_plan": ("The plan", "规划概要"),
    "heading_periods": ("From year to year", "逐年变化"),
    "heading_indicators": ("Official indicators", "官方指标"),
    "heading_flows": ("Main flows", "主要物流"),
    "heading_map": ("Parks and links", "园区与运输"),
    "heading_binding": ("What binds, and what it is worth", "约束及其价值"),
    "heading_products": ("Products", "产品"),
    "heading_wastes": ("Wastes and residues", "废弃物与副产残液"),
    "heading_by_products": ("What by-products are worth, park by park", "各园区副产物的价值"),
    "heading_capacity": ("Use of capacity", "产能利用"),
    "heading_entry": ("At the edge of the plan", "规划边缘的活动"),
    "heading_accounts": ("All accounts", "全部账户"),
    "heading_notes": ("Notes and warnings", "说明与警告"),
    "heading_provenance": ("Where the numbers come from", "数据与计算来源"),
    # explain
    "explain_title": ("Why: {title}", "解释：{title}"),
    "explain_binding": ("What binds, weightiest first", "起作用的约束（按权重排序）"),
    "explain_nothing_binds": ("Nothing binds at a price.", "没有带边际价值的约束。"),
    "explain_binding_note": (
        "The marginal value is what one more unit of the bound adds to the objective while the bound lies in the range; where it is not unique, "
        "one more unit may be worth less.",
        "边际价值指界限增加一个单位时目标值的变化，在所列范围内有效；不唯一时，再增加一个单位的价值可能更低。",
    ),
    "explain_entering": ("What would enter the plan, nearest first", "接近进入规划的活动（按距离排序）"),
    "explain_leaving": ("What would leave the plan, nearest first", "接近退出规划的活动（按距离排序）"),
    "explain_by_products": ("By-products and wastes by park: the dearest, and the most unwelcome", "各园区副产物与废弃物：最有价值者与最受累者"),
    "explain_by_product_note": (
        "A negative value is what one would pay to be rid of one more unit there.",
        "负值表示为处理当地多产生的一个单位愿意支付的费用。",
    ),
    "explain_unique": ("The plan is the only one with this objective.", "该目标值下规划方案唯一。"),
    "explain_not_unique": (
        "The plan is not the only one with this objective; these flows can vary without changing it:",
        "该目标值下规划方案不唯一；下列流量可变而目标不变：",
    ),
    "explain_build_up": ("{process} at {site}: {state}", "{site}的{process}：{state}"),
    "explain_running": ("in the plan with {amount} a year", "在规划中，年产 {amount}"),
    "explain_idle": ("not in the plan; it lacks {gap}", "不在规划中；尚差 {gap}"),
    "explain_idle_equal": ("not in the plan, but as good as what is", "不在规划中，但与规划内的活动同样好"),
    "explain_per": ("What one unit brings and takes, {unit} per unit", "每单位的收入与支出（{unit}/单位）"),
    "explain_entry_line": ("enters above {price}", "高于 {price} 时进入规划"),
    "explain_exit_line": ("leaves below {price}", "低于 {price} 时退出规划"),
    "explain_traded": ("Purchases and sales", "采购与销售"),
    "explain_nobody": ("Nothing in this run makes, buys or sells it.", "本次运行中没有任何活动生产、采购或销售它。"),
    "explain_sum": ("in all", "合计"),
    "part_made": ("brings", "收入"),
    "part_burden": ("burden", "负担"),
    "part_used": ("takes", "消耗"),
    "part_account": ("cost", "成本"),
    "part_rent": ("scarcity", "稀缺租金"),
    "part_rule": ("rule", "规则"),
    "price_now": ("Now", "现值"),
    "price_then": ("Changes at", "变化点"),
    "apart": ("Distance", "距离"),
    "part": ("Part", "构成"),
    "amount_each": ("Amount", "数量"),
    "price_each": ("Price", "单价"),
    "trade_words": ("{commodity}: {market}, tier {tier}", "{commodity}：{market}，第 {tier} 档"),
    "value_each": ("Value", "金额"),
    "least": ("Least", "最小"),
    "most": ("Most", "最大"),
    # lint
    "lint_impossible": (
        "rule '{rule}' ({period}): {now} is beyond what any plan reaches, {least} to {most} without the other rules",
        "规则“{rule}”（{period} 年）：{now} 超出任何方案所能达到的范围（无其他规则时 {least} 至 {most}）",
    ),
    "lint_idle": (
        "rule '{rule}' ({period}): {now} can never bind; without the other rules every plan lies between {least} and {most}",
        "规则“{rule}”（{period} 年）：{now} 不可能起作用；无其他规则时所有方案都在 {least} 至 {most} 之间",
    ),
    "lint_met": (
        "rule '{rule}' ({period}): {now} is already met by the best plan without any rule",
        "规则“{rule}”（{period} 年）：不设任何规则时的最优方案已满足 {now}",
    ),
    "lint_clash": (
        "rules '{rule}' and '{other}' ({period}) can each hold, but never together",
        "规则“{rule}”与“{other}”（{period} 年）可分别满足，但不能同时满足",
    ),
    "lint_unknown": ("rule '{rule}' ({period}): no answer within the time limit", "规则“{rule}”（{period} 年）：限时内没有答案"),
    "lint_quiet": ("Rules with a bound: {all} looked at, nothing to say of {count}.", "共检查 {all} 条有界限的规则，其中 {count} 条未发现问题。"),
    # the plan in a paragraph
    "plan_opening": (
        "In {year} the plan for {area} yields a value added of {value_added}, of which {profit} is profit.",
        "{year} 年，{area}的规划方案实现增加值 {value_added}，其中利润 {profit}。",
    ),
    "plan_opening_plain": ("In {year} the plan for {area} reaches {what} of {value}.", "{year} 年，{area}的规划方案{what}为 {value}。"),
    "plan_products": ("It sells {count} products for {total} in all; the largest are {products}.", "共销售 {count} 种产品，合计 {total}；居前的是{products}。"),
    "plan_products_plain": ("It supplies {count} products; the largest are {products}.", "共供应 {count} 种产品，居前的是{products}。"),
    "plan_product": ("{product} ({amount}, {money})", "{product}（{amount}，{money}）"),
    "plan_waste": ("Of the {made} of solid waste that arises, {share} is used.", "固体废物产生量 {made}，综合利用率 {share}。"),
    "plan_binds": ("What binds most is {rule}; its marginal value is {dual}.", "约束最强的是{rule}，其边际价值为 {dual}。"),
    "plan_binds_next": ("Next come {rules}.", "其次是{rules}。"),
    "plan_bind_item": ("{rule} with {dual}", "{rule}，{dual}"),
    "plan_binds_none": ("No rule and no resource limit binds.", "没有起作用的规则或资源约束。"),
    "plan_targets_met": ("All {count} official targets that can be judged are met.", "可判断的 {count} 项官方目标全部达到。"),
    "plan_target_met": ("The one official target that can be judged is met.", "唯一可判断的官方目标已达到。"),
    "plan_targets_mixed": (
        "Of {count} official targets that can be judged {met} are met and {missed} missed: {which}.",
        "可判断的 {count} 项官方目标中，{met} 项达到，{missed} 项未达到：{which}。",
    ),
    "plan_in_place": ("{what} ({area})", "{what}（{area}）"),
    # key figures
    "card_waste_use": ("Solid waste used", "固体废物综合利用率"),
    "card_targets": ("Official targets met", "达到的官方目标"),
    "card_targets_value": ("{met} of {count}", "{met} / {count}"),
    "card_with_background": ("with the rest of the area: {total}", "含区域其余部分：{total}"),
    # indicators
    "indicator": ("Indicator", "指标"),
    "actual": ("Plan", "规划值"),
    "target": ("Target", "目标"),
    "target_of_year": ("{target} ({year})", "{target}（{year} 年）"),
    "published": ("Published", "公布值"),
    "gap": ("Gap", "差距"),
    "met": ("met", "达到"),
    "missed": ("missed", "未达到"),
    "not_judged": ("not judged", "未判定"),
    "no_target": ("no target", "无目标"),
    "to_target": ("Plan against target", "规划值与目标之比"),
    "at_least": ("at least {value}", "不低于 {value}"),
    "at_most": ("at most {value}", "不高于 {value}"),
    "indicators_note": (
        "The bar is the plan as a share of the target; the upright line is the target. For targets of at most, a shorter bar is "
        "better. The gap is signed so that + is better than the target.",
        "横条为规划值与目标之比，竖线为目标；“不高于”类目标，横条越短越好。差距以优于目标为正。",
    ),
    # flows
    "flows_view": ("Show", "显示"),
    "view_overview": ("Industries and parks (mass)", "产业与园区（质量）"),
    "view_bulk": ("Industries and parks, bulk streams too (mass)", "产业与园区，含大宗流（质量）"),
    "view_industry": ("Inside {industry} (mass)", "{industry}内部（质量）"),
    "view_power": ("Industries and parks (electricity)", "产业与园区（电力）"),
    "node_nature": ("From nature", "自然资源"),
    "node_bought": ("Bought outside", "外购"),
    "node_sold": ("Sold", "销售"),
    "node_disposed": ("Disposed of", "处置"),
    "node_stored": ("Stored", "库存"),
    "node_lost": ("Lost on the way", "运输损耗"),
    "node_other": ("Other processes", "其他工艺"),
    "node_at": ("{industry}, {area}", "{industry}·{area}"),
    "node_hover": ("in {into} · out {out}", "进 {into} · 出 {out}"),
    "link_hover": ("{source} → {sink}", "{source} → {sink}"),
    "link_other": ("{count} other materials", "其他 {count} 种物料"),
    "kind_of_flow": ("Kind", "类别"),
    "flow_plain": ("material or product", "物料或产品"),
    "flow_recycled": ("waste or residue put to use", "废弃物利用"),
    "flow_disposed": ("disposed of", "处置"),
    "flow_loop": ("on a loop", "处于循环"),
    "flow_from": ("From", "来自"),
    "flow_to": ("To", "去往"),
    "flow_commodity": ("Material", "物料"),
    "flow_amount": ("Amount a year", "年流量"),
    "into": ("In", "流入"),
    "out": ("Out", "流出"),
    "node": ("Place in the diagram", "节点"),
    "flows_table": ("Largest flows of the diagram", "图中最大的流"),
    "nodes_table": ("In and out of each place in the diagram", "各节点的流入与流出"),
    "flows_note": (
        "Widths show {unit} per year. Materials counted in other units, and what goes into the air, are not in it, so what goes into "
        "an industry need not equal what comes out of it. Where several suppliers and users of a material meet in one place, each user "
        "is taken to receive the same mixture.",
        "线宽为每年{unit}数。以其他单位计量的物料和排入空气的部分不在图中，因此产业的流入与流出不必相等。同一地点某物料有多个来源和用户时，按各用户得到相同混合物计。",
    ),
    "flows_bulk": ("Left out, because they would hide everything else: {which}.", "为免掩盖其他流，图中未画：{which}。"),
    "flows_lumped": (
        "{drawn} flows are drawn one by one; {lumped} smaller ones, together {amount}, are lumped together.",
        "逐条画出 {drawn} 条流；其余 {lumped} 条较小的流合计 {amount}，并为“其他”。",
    ),
    "flows_dropped": ("{count} very small ones, together {amount}, are not drawn.", "极小的 {count} 条合计 {amount}，未画。"),
    "flows_inside": (
        "Flows inside one place of the diagram ({amount}) are not drawn; choose an industry to see them.",
        "节点内部的流（{amount}）未画；选择某一产业可查看。",
    ),
    "flows_inside_plain": ("Flows inside one place of the diagram ({amount}) are not drawn.", "节点内部的流（{amount}）未画。"),
    "flows_loops": ("{count} of the flows drawn lie on a recycling loop.", "图中 {count} 条流处于循环之中。"),
    "amount_of": ("{what} {amount}", "{what} {amount}"),
    # map
    "map_note": (
        "The area of a disc follows the sales of the park (grey: none). The wider a link, the more it carries in a year (width follows "
        "the square root; solid: tonnes; dashed: other units). Positions are those of the data pack; the curves do not follow roads.",
        "圆面积表示园区销售额（灰色：无销售）；线越宽，年运量越大（按平方根；实线为吨，虚线为其他单位）。位置取自数据包；曲线不代表实际线路走向。",
    ),
    "map_left": ("{count} smaller links are only in the table and in the files.", "另有 {count} 条较小线路仅见表和结果文件。"),
    "map_missing": ("Without a place, and so not on the map: {which}.", "无坐标、未上图：{which}。"),
    "map_mass": ("materials", "物料"),
    "map_energy": ("energy and other", "能源及其他"),
    "sales": ("Sales", "销售额"),
    "links_table": ("Links by amount", "各线路运量"),
    "link": ("Link", "线路"),
    "mode": ("Mode", "方式"),
    "carried": ("Carried", "运送物料"),
    # what binds
    "rule": ("Rule", "规则"),
    "resource": ("Resource, equipment or link", "资源、设备或线路"),
    "kind": ("Kind", "类型"),
    "bound": ("Bound", "界限"),
    "reached": ("Reached", "实际"),
    "marginal_value": ("Marginal value", "边际价值"),
    "valid": ("Valid from – to", "有效区间"),
    "unique": ("Unique", "是否唯一"),
    "slack": ("Room left", "余量"),
    "weight": ("Value × bound", "价值×界限"),
    "rules_binding": ("Rules that bind", "起作用的规则"),
    "limits_binding": ("Resources, equipment and links that bind", "起作用的资源、设备与线路"),
    "rules_slack": ("Rules that do not bind", "未起作用的规则"),
    "binding_note": (
        "The marginal value is the change of the objective ({objective}) for one more unit of the bound. It holds while the bound "
        "stays in the range given. Rows are in order of marginal value times bound.",
        "边际价值指界限增加一个单位时目标函数（{objective}）的变化量，在所给区间内有效。按边际价值×界限排序。",
    ),
    "in_slices": ("in {count} parts of the year", "{count} 个时段"),
    "charges_table": ("Charges and allowances", "收费与配额交易"),
    "charged_amount": ("Amount", "数量"),
    "charged_money": ("Money", "金额"),
    "charges_note": (
        "A charge moves money between those who pay and the treasury; it is a cost for profit, not for value added.",
        "收费是付费者与财政之间的转移支付；影响利润，不影响增加值。",
    ),
    "flow_charged": ("charged", "收费"),
    "flow_allowance_buy": ("allowances bought", "购入配额"),
    "flow_allowance_sell": ("allowances sold", "售出配额"),
    "kind_limit": ("limit", "限额"),
    "kind_target": ("target", "目标"),
    "kind_charge": ("charge", "收费"),
    "kind_allowance": ("allowance", "配额"),
    "kind_ban": ("ban", "禁止"),
    "kind_ceiling": ("ceiling", "上限"),
    "kind_minimum": ("minimum", "下限"),
    "kind_phase_out": ("phase-out", "淘汰"),
    "kind_build_rate": ("build rate", "建设速度"),
    "kind_net_zero": ("net zero", "净零"),
    "kind_capacity": ("capacity", "产能"),
    "kind_capacity_limit": ("capacity", "产能"),
    "kind_draw_limit": ("resource", "资源"),
    "kind_land_limit": ("land", "土地"),
    "kind_land": ("land", "土地"),
    "kind_link_limit": ("link", "线路"),
    "kind_market_tier": ("market", "市场"),
    "kind_market_limit": ("market", "市场"),
    "kind_demand": ("demand", "需求"),
    "kind_disposal_limit": ("disposal", "处置"),
    "kind_storage_limit": ("storage", "储存"),
    # products and wastes
    "product": ("Product", "产品"),
    "sold_amount": ("Sold", "销售量"),
    "share_of_sales": ("Share", "占比"),
    "sold_from": ("From", "产地"),
    "products_note": (
        "What a product contributes to the objective ({objective}) is its sale less the costs of all that went into it, traced through the network.",
        "产品对目标函数（{objective}）的贡献，为其销售额减去沿网络追溯的全部投入成本。",
    ),
    "and_more": ("{which} and {count} more", "{which}等，另有 {count} 处"),
    "waste": ("Waste or residue", "废弃物或残液"),
    "made": ("Made", "产生"),
    "used": ("Used", "利用"),
    "sold": ("Sold", "销售"),
    "disposed": ("Disposed of", "处置"),
    "share_used": ("Used or sold", "利用率"),
    "worth": ("One more unit is worth", "多一单位的价值"),
    "from_low": ("from {low}", "{low} 以上"),
    "up_to": ("up to {high}", "{high} 以下"),
    "wastes_note": (
        "The share used or sold is of what is made. A negative worth is what one more unit costs to get rid of.",
        "利用率为利用与销售量占产生量之比。价值为负，表示多产生一单位所需的处置代价。",
    ),
    "by_product": ("By-product", "副产物"),
    "by_products_table": ("By-products and wastes by park, weightiest first", "各园区副产物与废弃物（按权重排序）"),
    "by_products_map_note": (
        "The area of a disc follows what the park makes in a year; the number is what one more unit is worth there. Brown: one would pay to be rid of it.",
        "圆面积表示园区年产生量，数字为当地多一个单位的价值；棕色表示须付费处理。",
    ),
    "shipped": ("Sent away", "运出"),
    # capacity and entry
    "equipment": ("Equipment", "设备或工艺"),
    "site": ("Site", "地点"),
    "total": ("Capacity", "产能"),
    "new": ("New", "新增"),
    "capacity_use": ("Use", "利用率"),
    "capacity_note": (
        "In order of new capital, then of use. Of {count} pieces of equipment, fully used: {full}; idle: {idle}.",
        "按新增投资、再按利用率排序。{count} 项设备中，满负荷 {full} 项，闲置 {idle} 项。",
    ),
    "item": ("Activity", "活动"),
    "family": ("What", "类别"),
    "level": ("Level", "水平"),
    "enters_at": ("Enters at", "进入价"),
    "leaves_at": ("Leaves at", "退出价"),
    "reduced_cost": ("Short of it by", "差额"),
    "entry_note": (
        "Not in the plan now: the price at which each would enter, and how far the present price is from it. Those nearest come first.",
        "目前不在规划之中的活动：进入规划的价格及其与现价的差额，差额小者在前。",
    ),
    "leave_note": ("In the plan now: the price at which each would leave it.", "目前在规划之中的活动：退出规划的价格。"),
    "entry_table": ("What would enter", "可能进入的活动"),
    "leave_table": ("What would leave", "可能退出的活动"),
    "family_process": ("process", "工艺"),
    "family_activity": ("process", "工艺"),
    "tier": ("tier {number}", "第 {number} 档"),
    "family_sell": ("sale", "销售"),
    "family_buy": ("purchase", "采购"),
    "family_ship": ("transport", "运输"),
    "family_draw": ("extraction", "开采"),
    "family_dispose": ("disposal", "处置"),
    "family_new_capacity": ("new capacity", "新增产能"),
    # industries and headings of accounts
    "industry_salt_lake": ("Salt-lake chemistry", "盐湖化工"),
    "industry_oil_gas": ("Oil and gas", "油气"),
    "industry_coal": ("Coal", "煤炭"),
    "industry_metallurgy": ("Metallurgy", "冶金"),
    "industry_building_material": ("Building materials", "建材"),
    "industry_clean_power": ("Clean power", "清洁能源"),
    "industry_new_material": ("New materials", "新材料"),
    "industry_recycling": ("Recycling", "资源再生"),
    "industry_agriculture": ("Agriculture", "农业"),
    "industry_utility": ("Utilities", "公用工程"),
    # the plan as text
    "objective_maximise": ("the largest possible {what}: {value}", "{what}最大，为 {value}"),
    "objective_minimise": ("the smallest possible {what}: {value}", "{what}最小，为 {value}"),
    "text_objective": ("Plan of {area} for {year}, made for {stages}.", "{area} {year} 年规划。目标：{stages}。"),
    "text_fact": ("{what} {value}", "{what} {value}"),
    "text_join": ("; ", "；"),
    "text_facts": ("In sum: {facts}.", "合计：{facts}。"),
    "text_products": (
        "The {count} products that contribute most, of {total} sold (inputs traced to the products they end in)",
        "贡献最大的 {count} 种产品（共销售 {total} 种；投入按去向分摊）",
    ),
    "text_contribution": ("Contributes", "贡献"),
    "text_resources": ("Use of resources against their limits", "资源使用与限额"),
    "text_where": ("Where", "所在"),
    "text_sales": ("Sales in objective", "计入目标的销售"),
    "text_share": ("Used", "利用率"),
    "text_more": ("  ... and {count} more in {file}", "  ……另有 {count} 项见 {file}"),
    "text_indicators": ("Official indicators", "官方指标"),
    "text_boundary": ("Boundary", "口径"),
    "text_boundary_model": ("modelled plants alone", "仅模型内企业"),
    "text_boundary_official": ("with the rest of the area", "含区域其余部分"),
    "text_boundary_none": ("not computable, published only", "无法计算，仅有公布值"),
    "text_boundary_lacking": ("{boundary}, background lacking", "{boundary}，缺背景值"),
    "text_boundary_needs": ("{boundary}; the official boundary needs background of: {needs}", "{boundary}；官方口径尚缺背景值：{needs}"),
    # scores
    "text_score": ("{score}, points of 0 to 100", "{score}（0 至 100 分）"),
    "score_by_area": ("{score}, points of 0 to 100, by area", "{score}（0 至 100 分），按区域"),
    "score_parts": ("{score}: what makes the points", "{score}：得分构成"),
    "score_note": (
        "Weights and levels stand in score_terms of the pack and can be changed by a scenario. Indicators that cannot be computed carry no weight; "
        "the column says how much of the weight is left.",
        "权重与分值界限见数据包 score_terms，情景可以修改。无法计算的指标不计权重；“可计算权重”为其余部分所占比例。",
    ),
    "points": ("Points", "得分"),
    "at_zero": ("0 points at", "零分值"),
    "at_hundred": ("100 points at", "满分值"),
    "weight_share": ("Weight", "权重"),
    "contribution_points": ("Contribution", "贡献分"),
    "text_computable": ("Weight computable", "可计算权重"),
    "text_not_computable": ("not computable", "无法计算"),
    "indicators_by_park": ("Indicators by park", "各园区指标"),
    "indicators_park_note": (
        "Of the modelled plants of each park alone; a gap is told where the park has a target of its own.",
        "仅计各园区模型内企业；园区另有目标时给出差距。",
    ),
    "text_no_rules": ("No rule of the scenario binds.", "情景中没有起作用的规则。"),
    "text_rules": (
        "The rules that matter most (marginal value: change of the objective per unit more of the bound)",
        "最重要的规则（边际价值：界限增加一个单位时目标值的变化）",
    ),
    "text_tightest": ("What else binds, largest worth first", "其他起作用的限制（按价值排序）"),
    "text_certificate": (
        "Certified optimal: largest relative violation {worst}; {columns} columns, {rows} rows; solved in {seconds} s by {algorithm}.",
        "已验证最优：最大相对偏差 {worst}；{columns} 列、{rows} 行；以{algorithm}求解 {seconds} 秒。",
    ),
    "algorithm_simplex": ("dual simplex", "对偶单纯形法"),
    "algorithm_ipm": ("interior point with crossover", "内点法加交叉"),
    "text_warning": ("Note: {text}", "提示：{text}"),
    "text_holds": ("holds", "成立"),
    "text_fails": ("FAILS", "不成立"),
    "kind_capacity_stock": ("capacity", "产能"),
    "kind_stock_limit": ("reserve", "储量"),
    "kind_build_limit": ("permission to build", "新建许可"),
    "kind_retirement_limit": ("retirement", "退役"),
    "kind_evaporation_limit": ("evaporation", "蒸发"),
    "kind_minimum_load": ("minimum load", "最低负荷"),
    "kind_sales_tier": ("sales tier", "销售分档"),
    "kind_purchase_tier": ("purchase tier", "采购分档"),
    "kind_demand_served": ("demand", "需求"),
    "kind_storage_size": ("storage", "储存"),
    "kind_storage_rate": ("storage rate", "储放速率"),
    "kind_exchange": ("exchange", "交换"),
    "kind_price": ("price", "价格"),
    "group_money": ("Money", "经济"),
    "group_water": ("Water", "水"),
    "group_land": ("Land", "土地"),
    "group_energy": ("Energy", "能源"),
    "group_power": ("Power", "电力"),
    "group_material": ("Materials", "物料"),
    "group_materials": ("Materials", "物料"),
    "group_waste": ("Waste", "废弃物"),
    "group_emissions": ("Emissions", "排放"),
    "group_people": ("People", "就业"),
    "group_elements": ("Elements", "元素"),
    "group_economy": ("Economy", "经济"),
    "group_cost": ("Cost", "成本"),
    "group_raw material": ("Raw materials", "原料"),
    "group_waste by kind": ("Waste by kind", "分类废弃物"),
    "group_farming": ("Farming", "农业"),
    "group_transport": ("Transport", "运输"),
    "group_ledger": ("Ledger", "账目"),
    # accounts
    "account": ("Account", "账户"),
    "modelled": ("Plan", "规划值"),
    "background": ("Rest of the area", "区域其余部分"),
    "with_background": ("Together", "合计"),
    # notes and provenance
    "no_warnings": ("The run gave no warnings.", "本次运行没有警告。"),
    "evidence": ("Evidence behind the data, share of the numbers by grade", "数据依据：各等级数字所占份额"),
    "grade_A": ("A measured or official", "A 实测或官方"),
    "grade_B": ("B literature", "B 文献"),
    "grade_C": ("C calculated", "C 计算"),
    "grade_D": ("D judgement with a range", "D 有范围的判断"),
    "certificate": ("Certificate of optimality, computed from the arrays", "最优性证明（由数组直接计算）"),
    "absolute": ("Absolute", "绝对"),
    "relative": ("Relative", "相对"),
    "check": ("Check", "检验项"),
    "primal_infeasibility": ("Primal infeasibility", "原始不可行度"),
    "dual_infeasibility": ("Dual infeasibility", "对偶不可行度"),
    "complementarity": ("Complementarity", "互补松弛"),
    "objective_gap": ("Objective gap", "目标间隙"),
    "provenance": ("Provenance", "出处"),
    "inputs_hashed": ("Input files, each with its sha256 in manifest.json", "输入文件数（sha256 见 manifest.json）"),
    "versions": ("Versions", "版本"),
    "sizes": ("Size of the programme", "规划问题规模"),
    "size_columns": ("columns", "列"),
    "size_rows": ("rows", "行"),
    "size_nonzeros": ("nonzeros", "非零元"),
    "size_sites": ("sites", "地点"),
    "size_processes": ("processes", "工艺"),
    "seconds": ("Seconds", "用时（秒）"),
    "seconds_read": ("read", "读取"),
    "seconds_case": ("case", "整理数据"),
    "seconds_build": ("build", "建立模型"),
    "seconds_numerics": ("numbers checked", "检查数值"),
    "seconds_solve": ("solve", "求解"),
    "seconds_tables": ("tables", "结果表"),
    "seconds_solver_hand_over": ("solver: hand-over", "求解器：接收模型"),
    "seconds_solver_solve": ("solver: first objective", "求解器：首个目标"),
    "seconds_solver_ranging": ("solver: ranging", "求解器：灵敏度区间"),
    "seconds_solver_later_stages": ("solver: later objectives", "求解器：其后目标"),
    "scenario_file": ("Scenario file", "情景文件"),
    "result_files": ("Every number here is in the files of the run: {files}.", "本页所有数字均见结果文件：{files}。"),
    "generated": ("Written by saltloop from the files of the run; opens without a network.", "由 saltloop 根据结果文件生成；无需联网。"),
}

_UNITS_ZH = {
    "t": "吨",
    "kg": "千克",
    "g": "克",
    "kt": "千吨",
    "Mt": "百万吨",
    "km": "公里",
    "m": "米",
    "mm": "毫米",
    "m2": "平方米",
    "km2": "平方公里",
    "ha": "公顷",
    "mu": "亩",
    "m3": "立方米",
    "hm3": "百万立方米",
    "km3": "十亿立方米",
    "L": "升",
    "h": "小时",
    "d": "天",
    "a": "年",
    "month": "月",
    "GJ": "吉焦",
    "MJ": "兆焦",
    "TJ": "太焦",
    "PJ": "拍焦",
    "kWh": "千瓦时",
    "MWh": "兆瓦时",
    "GWh": "吉瓦时",
    "TWh": "太瓦时",
    "kW": "千瓦",
    "MW": "兆瓦",
    "GW": "吉瓦",
    "tce": "吨标准煤",
    "kgce": "千克标准煤",
    "ktce": "千吨标准煤",
    "CNY": "元",
    "person": "人",
    "piece": "件",
    "head": "头",
}
_UNITS_EN = {
    "m2": "m²",
    "m3": "m³",
    "km2": "km²",
    "hm3": "hm³",
    "km3": "km³",
    "万元": "10⁴ CNY",
    "亿元": "10⁸ CNY",
    "元": "CNY",
    "公顷": "ha",
    "立方米": "m³",
    "吨标煤": "tce",
    "吨标准煤": "tce",
    "吨": "t",
    "person": "persons",
    "piece": "pieces",
}
_RETOLD = {
    "en": {"万元": (1e4, "CNY"), "亿元": (1e8, "CNY"), "km3": (1e9, "m3")},
    "zh": {
        "MWh": (1e3, "kWh"),
        "GWh": (1e6, "kWh"),
        "TWh": (1e9, "kWh"),
        "MW": (1e3, "kW"),
        "GW": (1e6, "kW"),
        "kt": (1e3, "t"),
        "Mt": (1e6, "t"),
        "hm3": (1e6, "m3"),
        "km3": (1e9, "m3"),
        "ktce": (1e3, "tce"),
        "Mtce": (1e6, "tce"),
    },
}
_SCALES = {"en": ((1e12, " trillion"), (1e9, " bn"), (1e6, " million")), "zh": ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))}
# Digits that a double is sure to have after some arithmetic.
_EXACT = 12
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def text(key: str, language: str, **values: object) -> str:
    """The text of a key in a language, its fields filled in.

    Raises:
        KeyError: the key is not in TEXTS.
    """
    return TEXTS[key][_index(language)].format(**values)


def both(key: str, **values: object) -> Both:
    """The text of a key in English and in Chinese; a value that is itself a pair is taken in each language."""
    return (text(key, "en", **_side(values, 0)), text(key, "zh", **_side(values, 1)))


# A page says most of its numbers in several places.
@lru_cache(maxsize=1 << 14)
def number(value: float | None, unit: str, language: str, digits: int = 3) -> str:
    """A number with its unit, in three or four significant digits, as each language writes large ones.

    Args:
        value: the number; None and NaN give a dash.
        unit: unit of the registry, or empty or 1 for a bare number.
        language: en (1.2 million t, 3.4 bn CNY) or zh (120万吨、34亿元).
        digits: significant digits that are not rounded away.
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    value, unit = _retold(value, unit, language)
    name = unit_name(unit, language)
    shown, scale = _digits(value, "" if _is_share(unit) or unit.startswith(("万", "亿")) else language, digits)
    if language == "zh":
        gap = "" if name and (scale or name == "%" or not name[0].isascii()) else " "
        return f"{shown}{scale}{gap}{name}".strip()
    return f"{shown}{scale} {name}".strip()


def span(low: float | None, high: float | None, unit: str, language: str) -> str:
    """A range of numbers, with the unit that both share told once: 900 million – 1.2 bn CNY; 3万 – 5万千瓦.

    There are as many digits as tell the two ends apart, from three to seven.
    """
    pairs = [(number(low, unit, language, digits), number(high, unit, language, digits)) for digits in range(3, 8)]
    below, above = next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])
    name = unit_name(_retold(0.0, unit, language)[1], language)
    return f"{below.removesuffix(name).rstrip() if above.endswith(name) else below} – {above}"


def number_both(value: float | None, unit: str, digits: int = 3) -> Both:
    """A number with its unit, in English and in Chinese; so many significant digits are not rounded away."""
    return (number(value, unit, "en", digits), number(value, unit, "zh", digits))


def span_both(low: float, high: float, unit: str) -> Both:
    """A range of numbers, in English and in Chinese."""
    return (span(low, high, unit, "en"), span(low, high, unit, "zh"))


def beyond(limit: float, other: float) -> tuple[float, int]:
    """A limit rounded away from another number, so that it still does what it is a limit for, and its significant digits.

    There are three of them, or as many more as it takes to come no farther than half the way between the two.
    """
    if limit in (0.0, other) or not math.isfinite(limit):
        return limit, 3
    whole = math.ceil if limit > other else math.floor
    for digits in range(3, _EXACT):
        place = 10.0 ** (digits - 1 - math.floor(math.log10(abs(limit))))
        near = round(limit * place)
        # What a solver leaves behind the comma is not rounded away from.
        rounded = (near if math.isclose(near, limit * place, rel_tol=1e-8) else whole(limit * place)) / place
        if abs(rounded - limit) <= abs(limit - other) / 2:
            return rounded, digits
    return limit, _EXACT


def exact_digits(value: float, most: int = 7) -> int:
    """Significant digits of a number as somebody has written it; `most` if nobody has."""
    return next((digits for digits in range(3, most) if math.isclose(_significant(value, digits), value, rel_tol=1e-9)), most)


def percent(share: float | None, language: str = "en") -> str:
    """A share of one as a percentage with at most one decimal."""
    if share is None or math.isnan(share):
        return NOTHING
    if 0 < abs(share) < 0.0005:
        return "<0.1%" if language == "zh" else "< 0.1 %"
    return number(round(share * 100, 1), "%", language)


def percent_both(share: float | None) -> Both:
    """A share of one as a percentage, in English and in Chinese."""
    return (percent(share, "en"), percent(share, "zh"))


@cache
def unit_name(unit: str, language: str) -> str:
    """A unit as it is printed: m³ for m3 in English, 元/吨 for CNY/t in Chinese."""
    if unit in ("", "1"):
        return ""
    names = _UNITS_ZH if language == "zh" else _UNITS_EN
    plain = re.sub(r"\(([^()/*]+)\)", r"\1", unit.replace(" per ", "/"))
    parts = re.split(r"(\s*[/*·()]\s*)", plain)
    below = {"person": "person", "piece": "piece"} if language == "en" else {}
    return "".join((below if i else {}).get(part) or names.get(part, part) for i, part in enumerate(parts))


def weighted(items: Sequence[tuple[str, float]]) -> str:
    """Names with their weights as a sum: value added − capital charge, 2 × a + b."""
    said = []
    for n, (name, weight) in enumerate(items):
        sign = "" if n == 0 and weight >= 0 else "− " if weight < 0 else "+ "
        size = "" if abs(weight) == 1 else f"{_plain(abs(weight), 3)} × "
        said.append(f"{sign}{size}{name}")
    return " ".join(said)


def listed(items: Sequence[str], language: str) -> str:
    """A list in words: a, b and c; 甲、乙和丙."""
    if len(items) < 2:
        return "".join(items)
    comma, last = ("、", "和") if language == "zh" else (", ", " and ")
    return comma.join(items[:-1]) + last + items[-1]


def listed_both(items: Sequence[Both]) -> Both:
    """A list of pairs in words, in English and in Chinese."""
    return (listed([item[0] for item in items], "en"), listed([item[1] for item in items], "zh"))


def inline(title: Both) -> Both:
    """A title as it stands within a sentence: the English one without its capital, unless that is part of a name like CO2."""
    english = title[0]
    return (english[:1].lower() + english[1:] if english[1:2].islower() else english, title[1])


def _index(language: str) -> int:
    return LANGUAGES.index(language)


def _side(values: dict[str, object], index: int) -> dict[str, object]:
    return {name: value[index] if isinstance(value, tuple) else value for name, value in values.items()}


def _is_share(unit: str) -> bool:
    return unit in ("%", "‰")


def _retold(value: float, unit: str, language: str) -> tuple[float, str]:
    """The value in the unit that texts of the language count in: MWh as 千瓦时, which then takes 万 or 亿; 万元 as CNY."""
    first, slash, rest = unit.partition("/")
    factor, name = _RETOLD[language].get(first, (1.0, first))
    return value * factor, name + slash + rest


def _digits(value: float, language: str, least: int) -> tuple[str, str]:
    """Digits and the word of scale; no word where language is empty. Only the choice of scale sees a rounded number: nothing is rounded twice."""
    size = abs(_significant(value, 4))
    if 0 < size < 1e-4:
        mantissa, exponent = f"{value:.{least - 1}e}".split("e")
        return f"{_plain(float(mantissa), least)}×10{str(int(exponent)).translate(_SUPERSCRIPT)}", ""
    for scale, word in _SCALES.get(language, ()):
        if size >= scale:
            return _plain(value / scale, max(least, 4 if size / scale >= 100 else 3)), word
    return _plain(value, max(least, 4 if size >= 100 else 3)), ""


def _significant(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def _plain(value: float, digits: int) -> str:
    """Digits without exponent, thousands apart, a true minus sign, no trailing zeros."""
    value = _significant(value, digits)
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    shown = f"{abs(value):,.{decimals}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return ("−" if value < 0 else "") + shown


def axis_scale(largest: float, unit: str, language: str) -> tuple[float, str]:
    """What the numbers of a chart are divided by, and the unit then: 1e9 and bn CNY for some 4e10 CNY.

    Args:
        largest: magnitude of the largest of them.
        unit: of all.
        language: en or zh.
    """
    value, retold = _retold(1.0, unit, language)
    scale, word = next(((s, w) for s, w in _SCALES[language] if largest * value >= s), (1.0, ""))
    return scale / value, f"{word.strip()}{'' if language == 'zh' else ' '}{unit_name(retold, language)}".strip()
