"""The ledger: every account is a variable with one defining row; charges are split into tiers."""

from __future__ import annotations

from typing import Any

from saltloop.formulation.equation import equation


@equation(over=("account", "site", "period"), unit="{account}", title=("Account definition", "账户定义"))
def account_definition(m: Any, a: Any, p: Any, y: Any) -> Any:
    r"""An account of a site is the sum of what its flows add to it.

    .. math::

        account_{apy} = \sum_{j,t} per\_activity_{aj}\, activity_{pjyt} + \sum_{u} per\_capacity_{apu}\, capacity_{puy}
        + \sum_{u,z} \sum_{v \in alive} per\_new\_capacity_{au}\, new\_capacity_{puzv} + \sum_{b,c,t} per\_draw_{abc}\, draw_{pbcyt}
        + \sum_{c,n,k,t} per\_buy_{apcnky}\, buy_{pcnkyt} + \sum_{c,n,k,t} per\_sell_{apcnky}\, sell_{pcnkyt}
        + \sum_{l,c,t} per\_ship_{aplcy}\, ship_{lcyt} + \sum_{c,r,t} per\_dispose_{apcr}\, dispose_{pcryt}
        + \sum_{n,c,t} per\_unmet_{apncy}\, unmet_{pncyt} + \sum_{b} per\_account_{ab}\, account_{bpy}
        + \sum_{i,k} per\_charged_{aiky}\, charged_{ikpy}
        + \sum_{i} (per\_allowance\_buy_{aiy}\, allowance\_buy_{ipy} + per\_allowance\_sell_{aiy}\, allowance\_sell_{ipy})

    Dual: what one unit more of the account, for free, is worth.
    """
    return (
        m.account[a, p, y]
        == sum(m.per_activity[a, j] * m.activity[p, j, y, t] for j, t in m.activities_in[a, p])
        + sum(m.per_capacity[a, p, u] * m.capacity[p, u, y] for u in m.capacities_in[a, p])
        + sum(m.per_new_capacity[a, u] * m.new_capacity[p, u, z, v] for u, z, v in m.new_capacities_in[a, p, y])
        + sum(m.per_draw[a, b, c] * m.draw[p, b, c, y, t] for b, c, t in m.draws_at[a, p])
        + sum(m.per_buy[a, p, c, n, k, y] * m.buy[p, c, n, k, y, t] for c, n, k, t in m.purchases_in[a, p, y])
        + sum(m.per_sell[a, p, c, n, k, y] * m.sell[p, c, n, k, y, t] for c, n, k, t in m.sales_in[a, p, y])
        + sum(m.per_ship[a, p, l, c, y] * m.ship[l, c, y, t] for l, c, t in m.shipments_in[a, p, y])
        + sum(m.per_dispose[a, p, c, r] * m.dispose[p, c, r, y, t] for c, r, t in m.disposals_in[a, p])
        + sum(m.per_unmet[a, p, n, c, y] * m.unmet[p, n, c, y, t] for n, c, t in m.unmet_in[a, p, y])
        + sum(m.per_account[a, b] * m.account[b, p, y] for b in m.accounts_in[a])
        + sum(m.per_charged[a, i, k, y] * m.charged[i, k, p, y] for i, k in m.charges_in[a, p, y])
        + sum(m.per_allowance_buy[a, i, y] * m.allowance_buy[i, p, y] + m.per_allowance_sell[a, i, y] * m.allowance_sell[i, p, y]
              for i in m.allowances_in[a, p, y])
    )


@equation(over=("rule", "site", "period"), unit="{rule}", title=("Charge base", "计费基数"))
def charge_base(m: Any, i: Any, p: Any, y: Any) -> Any:
    r"""All of an account that is charged falls into one tier or another.

    .. math:: \sum_{k} charged_{ikpy} = \sum_{a} account_{apy}

    Dual: what one unit free of charge is worth.
    """
    return sum(m.charged[i, k, p, y] for k in m.tiers_of_charge[i]) == sum(m.account[a, p, y] for a in m.account_charged[i])


@equation(over=("rule", "tier", "site", "period"), unit="{rule}", title=("Grant limit", "资助限额"))
def grant_limit(m: Any, i: Any, k: Any, p: Any, y: Any) -> Any:
    r"""A fund pays for no more of an account than there is.

    .. math:: charged_{ikpy} \le \sum_{a} paid_{iky}\, account_{apy}

    Dual: what one unit more to be paid for is worth.
    """
    return m.charged[i, k, p, y] <= sum(m.paid[i, k, y] * m.account[a, p, y] for a in m.account_paid[i, k])


@equation(over=("rule", "tier", "period"), unit="{rule}", title=("Charge tier", "收费分档"))
def charge_tier(m: Any, i: Any, k: Any, y: Any) -> Any:
    r"""A tier of a charge holds no more than its width, over the area of the rule.

    .. math:: \sum_{p \in area} charged_{ikpy} \le width_{ik}

    Dual: what one unit more at the lower price is worth.
    """
    return sum(m.charged[i, k, p, y] for p in m.sites_of_rule[i]) <= m.width[i, k]
