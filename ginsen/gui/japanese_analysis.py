"""What the analysis says of a record, in Japanese, by its English; `{gap}` is what differs."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    # -- samples and their times ------------------------------------------------------------------
    "{lost} of {n} values are not finite": "{n} 個の値のうち {lost} 個が有限でない",
    "too short: {n} samples": "短すぎる: {n} 点",
    "too short: {n} samples leave {count} frequencies in the band, σ(β) ≥ {least} where {widest} "
    "is allowed":
        "短すぎる: {n} 点では帯域内の周波数が {count} 個で σ(β) ≥ {least}(許容 {widest})",
    "too short: {n} samples tell nothing of the band": "短すぎる: {n} 点では帯域のことが分からない",
    "too short: {n} samples at uneven times, where {least} are needed":
        "短すぎる: 不等間隔の {n} 点({least} 点以上が必要)",
    "constant: all {n} values are {value}": "一定: {n} 個の値がすべて {value}",
    "quantised: {n} samples take only {levels} different values":
        "量子化: {n} 点の値が {levels} 種類しかない",
    "unevenly sampled: some times are not finite": "不等間隔: 有限でない時刻がある",
    "unevenly sampled: time stands still or runs back after {time} s":
        "不等間隔: {time} s の後で時刻が止まるか戻る",
    "unevenly sampled: a gap of {gap} s after {time} s, where {usual} s is usual":
        "不等間隔: {time} s の後に {gap} s の欠落(通常 {usual} s)",
    "unevenly sampled: a gap of {gap} s after {time} s is longer than all the rest":
        "不等間隔: {time} s の後の {gap} s の欠落が残りの全体より長い",
    "unevenly sampled: intervals of {mean} s jitter by {jitter} % (rms)":
        "不等間隔: {mean} s の間隔が {jitter} %(rms)ゆらぐ",
    "unevenly sampled: {step} s after {time} s, where {usual} s is usual, and how long the meter "
    "integrates is not known":
        "不等間隔: {time} s の後が {step} s(通常 {usual} s)で、積分時間が不明",
    # -- spectra ----------------------------------------------------------------------------------
    "smoother than noise: nothing is left beside a straight line":
        "雑音より滑らか: 直線のほかに何も残らない",
    "smoother than noise: a part of its spectrum is empty":
        "雑音より滑らか: スペクトルの一部が空",
    "smoother than noise: a straight line to rounding": "雑音より滑らか: 丸め誤差の範囲で直線",
    "not told from the floor: σ(β) = {sigma} where {widest} is allowed, with a floor of {share} % "
    "of the spectrum":
        "雑音の底と区別できず: σ(β) = {sigma}(許容 {widest})、底がスペクトルの {share} %",
    "not told from the floor: σ(β) = {sigma} where {widest} is allowed, with a floor of {share} % "
    "of the highest part of the spectrum":
        "雑音の底と区別できず: σ(β) = {sigma}(許容 {widest})、"
        "底がスペクトルの最も高い部分の {share} %",
    "not told from the floor: β is {high} or less, down to where the search ends":
        "雑音の底と区別できず: β は {high} 以下で、探索範囲の下端まで続く",
    "{label}: β runs to {edge}, the end of the range that is searched":
        "{label}: β が探索範囲の端 {edge} に達する",
    "no power law: the spectrum scatters {times} times what noise would (p = {p})":
        "べき乗則でない: スペクトルのばらつきが雑音の {times} 倍(p = {p})",
    "drift: β = {beta} would be smoother than noise that can be told from one":
        "ドリフト: β = {beta} は、ドリフトと区別できる雑音より滑らか",
    "drift: noise alone would look so smooth with p = {p}":
        "ドリフト: 雑音だけでこれほど滑らかになる確率は p = {p}",
    "state change: from the first half to the second the power differs by {power} standard "
    "deviations, β by {beta}":
        "状態変化: 前半と後半で、パワーが標準偏差の {power} 倍、β が {beta} 倍異なる",
    "a step at sample {n} (p = {p}): without it β moves by {moved} standard deviations":
        "段差: {n} 点目(p = {p})。除くと β が標準偏差の {moved} 倍動く",
    "a single fluctuator: a Lorentzian with its corner at {corner} Hz describes the spectrum, no "
    "power law":
        "単一のゆらぎ源: 折れ点 {corner} Hz のローレンツ形で、べき乗則でない",
    "in compliance: {limited} of {n} samples": "電流制限中: {n} 点のうち {limited} 点",
    "β = {beta} ({low} to {high})": "β = {beta}({low} から {high})",
    # -- what stands before a colon, by itself ----------------------------------------------------
    "unevenly sampled": "不等間隔",
    "a step at sample {n} (p = {p})": "段差: {n} 点目(p = {p})",
    "a single fluctuator": "単一のゆらぎ源",
    "no decay is told from the noise": "減衰が雑音と区別できない",
    "half of the first read was never reached": "最初の読みの半分に達しなかった",
    # -- states -----------------------------------------------------------------------------------
    "no state is likelier than all others": "他のすべてより確からしい状態がない",
    "two states: the {what} at {time} s lies in the window":
        "二つの状態: 窓の中、{time} s に{what}がある",
    "step": "段差",
    "change of the noise": "雑音の変化",
    # -- what is kept -----------------------------------------------------------------------------
    "too short: {n} reads, where a law needs {least}": "短すぎる: 読み {n} 回(法則には {least} 回)",
    "constant: all {n} reads are the same": "一定: {n} 回の読みがすべて同じ",
    "half of the first read was never reached: {share} of it is the least in {time} s":
        "最初の読みの半分には達しなかった({time} s の間の最小は {share})",
    "no decay is told from the noise: a constant explains as much as any law":
        "減衰が雑音と区別できない: 定数でも法則と同じだけ説明できる",
    # -- avalanches -------------------------------------------------------------------------------
    "too few: {n} avalanches, where exponents take {least}":
        "少なすぎる: なだれ {n} 個(指数には {least} 個)",
    "not consistent with scale-free avalanches: no power law describes the {what}":
        "スケールフリーのなだれとは合わない: {what}がべき乗則で表せない",
    "not consistent with scale-free avalanches: {what} describes them better":
        "スケールフリーのなだれとは合わない: {what}の方がよく合う",
    "power laws of sizes and lifetimes; too few avalanches to tell γ three ways, so nothing of the "
    "crackling relation":
        "大きさと寿命はべき乗則。なだれが少なく γ を三通りに求められないので、"
        "クラックリングの関係については何も言えない",
    "power laws, but not consistent with the crackling relation (it holds {where})":
        "べき乗則だが、クラックリングの関係とは合わない({where}で成立)",
    "consistent with the crackling relation {where}, and so is the {what} record":
        "{where}でクラックリングの関係に合うが、{what}の記録も同様",
    "consistent with the crackling relation {where}; its surrogates are not":
        "{where}でクラックリングの関係に合い、代理データは合わない",
    "at {n} of the {all} thresholds and bins that tell γ three ways":
        "γ を三通りに求められるしきい値とビン {all} 組のうち {n} 組",
    "sizes": "大きさ",
    "lifetimes": "寿命",
    "exponential": "指数関数",
    "log-normal": "対数正規分布",
    "power law with exponential cut-off": "指数的カットオフ付きべき乗則",
    "G has shape {shape}: avalanches are looked for in finite conductances, shape (n,)":
        "G の形が {shape}: なだれは有限のコンダクタンス(n 個)の中に探す",
    "threshold is {threshold} S: an event is a change above a finite one larger than 0":
        "しきい値 {threshold} S: 0 より大きい有限の値が必要",
    "{n} events have no interval between them": "{n} 個の事象では間隔がない",
    "no event: nothing exceeds the threshold": "事象なし: しきい値を超えるものがない",
    # -- floors, and phases of a text -------------------------------------------------------------
    "{where} has {n} readings; a noise floor takes {least}.":
        "{where} の読みは {n} 個です。雑音床には {least} 個必要です。",
    "{where}: the current does not move by one digit; a noise floor takes a smaller range.":
        "{where}: 電流が一桁も動きません。雑音床にはより小さいレンジが必要です。",
    "{where} has readings in compliance or beyond the range; a noise floor takes a level and a "
    "range that hold the standard.":
        "{where} に制限中またはレンジ外の読みがあります。"
        "雑音床には標準に合うレベルとレンジが必要です。",
    "{what} {where}: {voltage} V at {time} s, part of no phase":
        "{where}の{what}: {time} s で {voltage} V、どのフェーズにも属さない",
    "a lone point": "孤立した点",
    "{n} points": "{n} 点",
    "before the first level": "最初のレベルの前",
    "after the last level": "最後のレベルの後",
    "between two levels": "二つのレベルの間",
    # -- the sentences of a summary ---------------------------------------------------------------
    "{phase}: no β: {why}": "{phase}: β なし: {why}",
    "no β: {why}": "β なし: {why}",
    "First read: {first}": "最初の読み: {first}",
    "First read: {first}; of it {kept_list}": "最初の読み: {first}。残り: {kept_list}",
    "First read {time} s after the pulse: {first}": "パルスの {time} s 後の最初の読み: {first}",
    "First read {time} s after the pulse: {first}; of it {kept_list}":
        "パルスの {time} s 後の最初の読み: {first}。残り: {kept_list}",
    "{share} at {age} s": "{age} s で {share}",
    "{share} at {age} s (law {low} to {high})": "{age} s で {share}(法則では {low} から {high})",
    "Half-life {time} s": "半減期 {time} s",
    "No half-life: {why}": "半減期なし: {why}",
    "Half-life {time} s; by the law {law}": "半減期 {time} s。法則では {law}",
    "No half-life: {why}; by the law {law}": "半減期なし: {why}。法則では {law}",
    "{value} s ({low} to {high})": "{value} s({low} から {high})",
    "No law: {why}": "法則なし: {why}",
    "Law: {law}, {parameters}": "法則: {law}、{parameters}",
}

FINDINGS: Mapping[str, str] = {
    "activated": "活性化した",
    "not activated": "活性化しなかった",
    "formed": "形成された",
    "not formed": "形成されなかった",
    "latency": "潜時",
    "rise": "立ち上がり",
    "waited": "待ち時間",
    "plateau": "平坦部",
    "level": "レベル",
    "before": "前",
    "after": "後",
    "highest ratio": "最大の比",
    "positive area": "正側の面積",
    "negative area": "負側の面積",
    "savings": "節約率",
    "slowing": "忘却の遅れ",
    "density": "密度",
    "rms": "実効値",
    "drift": "ドリフト",
    "beta up": "上りの β",
    "beta down": "下りの β",
    "count": "実効数",
    "corner": "折れ点",
    "conductance": "コンダクタンス",
}
"""What a protocol's own numbers are called in the sentence that tells them."""
