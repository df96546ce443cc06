"""What is said of a run, of its instruments and of what was typed, in Japanese, by its English."""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, str] = {
    # -- how a run ended --------------------------------------------------------------------------
    "failed: {why}": "失敗: {why}",
    "aborted: {why}": "中止: {why}",
    "interrupted: {why}": "中断: {why}",
    "stopped by the user": "使用者が止めた",
    "stopped before it began": "始まる前に止められた",
    "no station is open": "開いているステーションがない",
    "the recording could not be closed: {why}": "記録を閉じられませんでした: {why}",
    "another input could not be recorded": "別の入力を記録できませんでした",
    "{before} can no longer be written; the recording goes on in {after}.":
        "{before} に書き込めなくなりました。記録は {after} に続きます。",
    "{folder}: {free} MB are free, {rows} samples need {needed} MB; make room or choose another "
    "folder":
        "{folder}: 空き {free} MB、{rows} 点には {needed} MB 必要です。"
        "空きを作るか別のフォルダを選んでください",
    "{path} cannot be written: {why}": "{path} に書き込めません: {why}",
    # -- a person's wishes ------------------------------------------------------------------------
    "paused {where}, output off": "{where}で一時停止、出力オフ",
    "before {phase}": "{phase} の前",
    "going on with {phase}": "{phase} から再開",
    "no pause {where}, since one could not go on after it: {why}":
        "{where}では一時停止できません。その後に再開できないためです: {why}",
    "{phase} stays as it is: {why}": "{phase} はそのまま: {why}",
    "a pulse is a stimulus; only reads are changed while they last.":
        "パルスは刺激です。途中で変えられるのは読みだけです。",
    "{phase}: from now on a read every {interval} s, rest {rest}, for {duration} s":
        "{phase}: 今から {interval} s ごとに読む、休止は{rest}、あと {duration} s",
    "{phase}: lasts {longer} s in place of {planned} s":
        "{phase}: {planned} s を {longer} s に延長",
    "{phase}: the source is limited": "{phase}: ソースが電流制限中",
    "{time} s is no time to read for, or to wait: above 0 and finite.":
        "{time} s は読む時間や待つ時間になりません。0 より大きい有限の値にしてください。",
    # -- series -----------------------------------------------------------------------------------
    "stopped after {n} of {all} runs: {why}": "{all} 回のうち {n} 回で停止: {why}",
    "{failed} failed, max_failures is {most}": "失敗 {failed} 回(max_failures は {most})",
    "{elapsed} s have passed, max_duration_s is {most}":
        "{elapsed} s 経過(max_duration_s は {most})",
    "{key} is {value}, above {most}": "{key} が {value} で、{most} を上回る",
    "{key} is {value}, below {least}": "{key} が {value} で、{least} を下回る",
    "{failed} of {all} runs failed, the first of them number {number}: {why}":
        "{all} 回のうち {failed} 回が失敗。最初は {number} 番: {why}",
    "failed: no contact with {die}: {why}": "失敗: {die} に接触なし: {why}",
    "run {number} could not begin, and neither could another: {why}":
        "{number} 番の測定が始められず、次も始められませんでした: {why}",
    "{folder} was begun with other runs, or on other dies; they can't be continued with these.":
        "{folder} は別の測定または別のダイで始められたもので、これらでは続けられません。",
    "no die is selected for probing in the wafer map of the probe station.":
        "プローバのウェーハマップで測定対象のダイが選ばれていません。",
    "dies: {name} is none; write 'all', or names such as C1R0 or C1R0S2.":
        "ダイ: {name} はダイではありません。'all' または C1R0、C1R0S2 のように書いてください。",
    "dies: one of {text} stands there twice.": "ダイ: {text} に同じものが二つあります。",
    "dies: {die} is not selected for probing; the wafer map has {dies}.":
        "ダイ: {die} は測定対象に選ばれていません。ウェーハマップには {dies} があります。",
    # -- notes in a recording ---------------------------------------------------------------------
    "{before} could no longer be written ({why}): from sample {n} on the run is recorded in "
    "{after}":
        "{before} に書き込めなくなり({why})、{n} 点目から {after} に記録",
    "takes up {path}: {why}": "{path} の続き: {why}",
    "input {name} is recorded in {path}": "入力 {name} の記録: {path}",
    "input {name} of the run in {path}": "{path} の測定の入力 {name}",
    "kept as the noise over {what}: {density} A²/Hz, to {share} %":
        "{what}の雑音として保存: {density} A²/Hz(± {share} %)",
    "an open": "開放",
    "nothing is kept: {why}": "保存するものなし: {why}",
    "{path} is closed; nothing can be added to it": "{path} は閉じられていて書き足せません",
    "{path} is of an earlier Ginsen; no recording can follow it":
        "{path} は以前の Ginsen の記録で、続きを記録できません",
    # -- protocols --------------------------------------------------------------------------------
    "{protocol}: {name} = {value} is not allowed; it takes {allowed}.":
        "{protocol}: {name} = {value} は使えません。{allowed}が必要です。",
    "{protocol} has no parameter {name}; it has {names}.":
        "{protocol} にパラメータ {name} はありません。あるのは {names} です。",
    "forming needs a series resistor, and the station {station} has none: put one between source "
    "meter and sample and say so, e.g. series_resistance = {example}.":
        "forming には直列抵抗が必要ですが、ステーション {station} にはありません。"
        "ソースメータと試料の間に入れ、series_resistance = {example} のように書いてください。",
    "forming: the pair conducts more than {G} S already. Forming is once per pair; nothing but the "
    "read was applied.":
        "forming: この対はすでに {G} S より多く導通しています。"
        "形成は対ごとに一度だけです。読み以外は加えていません。",
    "steps of {step} V make {n} up to {maximum} V; a staircase has 1 to {most}.":
        "{step} V の段では {maximum} V まで {n} 段になります。階段は 1 から {most} 段です。",
    "noise-floor: voltage = 0 is not allowed; a floor is that of a current over its level.":
        "noise-floor: 電圧 0 は使えません。雑音床は電流をレベルで割ったものです。",
    "noise-floor: standard = {value} is not allowed; it takes {open} or a resistance in Ω above 0.":
        "noise-floor: 標準 {value} は使えません。{open} または 0 より大きい抵抗(Ω)です。",
    "the standard is said to be an open, but it conducts {G} S; nothing is kept.":
        "標準は開放のはずですが {G} S の導通があります。何も保存しません。",
    "the standard is said to be {R} Ω, but it conducts {G} S, which is {found} Ω; nothing is kept.":
        "標準は {R} Ω のはずですが {G} S、つまり {found} Ω です。何も保存しません。",
    "{protocol} has no phase to apply with these parameters.":
        "このパラメータでは {protocol} に加えるフェーズがありません。",
    # -- the stimulus, held against what it may be ------------------------------------------------
    "refused: {why}": "不可: {why}",
    "phase {phase}": "フェーズ {phase}",
    "phase {phase}: {why}": "フェーズ {phase}: {why}",
    "{level} V is beyond the station's limit of ± {limit} V":
        "{level} V はステーションの制限 ± {limit} V を超えます",
    "{what}: {current} A is beyond the station's limit of ± {limit} A":
        "{what}: {current} A はステーションの制限 ± {limit} A を超えます",
    "{level} V at a compliance of {compliance} A is beyond the station's limit of {limit} W":
        "{level} V、電流制限 {compliance} A はステーションの制限 {limit} W を超えます",
    "a compliance of {compliance} A is not between 0 and the station's current limit, {limit} A":
        "電流制限 {compliance} A は 0 からステーションの電流の上限 {limit} A の間にありません",
    "at its compliance it could reach {most} {unit}; the station's limit of {what} is {limit} "
    "{limit_unit}":
        "電流制限まで流れると {most} {unit} になります。"
        "ステーションの{what}の上限は {limit} {limit_unit} です",
    "power": "電力",
    "charge": "電荷",
    "energy": "エネルギー",
    "the step from {before} V to {level} V is as fast as {slew} V/s; the station's limit is "
    "{limit} V/s":
        "{before} V から {level} V への変化は {slew} V/s になります。"
        "ステーションの上限は {limit} V/s です",
    "a rest {rest} with a duty of {duty}; a duty is above 0, 1 with 'hold' and below 1 with 'zero' "
    "or 'open'":
        "休止 {rest} とデューティ {duty}: デューティは 0 より大きく、"
        "'hold' では 1、'zero' と 'open' では 1 未満です",
    "needs an interval above 0 s and a duration of at least 0 s, got {interval} s and {duration} s":
        "間隔は 0 s より大きく、長さは 0 s 以上が必要です({interval} s と {duration} s でした)",
    "alternating levels need a level other than 0 V and a duty of 1":
        "交互極性には 0 V 以外のレベルとデューティ 1 が必要です",
    "{duration} s is no whole number of intervals of {interval} s":
        "{duration} s は間隔 {interval} s の整数倍ではありません",
    "{level} V is less than the source can set": "{level} V はソースの設定できる最小値より小さい",
    "NPLC {nplc} is not between {low} and {high}":
        "NPLC {nplc} は {low} から {high} の間にありません",
    "a reading at NPLC {nplc} takes {needed} ms; it does not fit into the {room} ms that interval "
    "and duty leave":
        "NPLC {nplc} の読みには {needed} ms かかり、間隔とデューティの残す {room} ms に入りません",
    "a rest {rest} of {time} ms is shorter than the {switching} ms that switching takes":
        "休止 {rest} の {time} ms は切り替えにかかる {switching} ms より短い",
    "a level of {level} V lies beyond the source range, {range} V":
        "レベル {level} V はソースレンジ {range} V を超えます",
    "{n} samples are more than the buffer's {most}; lengthen the interval or split it":
        "{n} 点はバッファの {most} 点を超えます。間隔を長くするか分けてください",
    "a compliance of {compliance} A needs a smaller measure range; on this one it is above {least} "
    "A":
        "電流制限 {compliance} A にはより小さい測定レンジが必要です"
        "(このレンジでは {least} A より上)",
    "a reading takes {needed} ms of {room} ms": "読みに {room} ms のうち {needed} ms かかります",
    "too short for β: σ(β) above {widest}": "β には短すぎる: σ(β) が {widest} を超える",
    "{expected} S is not resolved: below {least} S (3u) there is only a bound":
        "{expected} S は分解できない: {least} S(3u)より下は上限だけ",
    "{expected} S would be in compliance": "{expected} S では電流制限にかかる",
    "{phase}: every other reading at {level}": "{phase}: 一回おきに {level} で読む",
    "{phase}: applied {share} of the time, else {rest}":
        "{phase}: 時間の {share} だけ加え、ほかは{rest}",
    "zero": "0 V",
    "hold": "レベル保持",
    "{phase} and {n} more: {why}": "{phase} ほか {n}: {why}",
    "and {n} more": "ほか {n}",
    # -- stations and their instruments -----------------------------------------------------------
    "{where}: the output could not be read back as off ({state}). Look at the bench.":
        "{where}: 出力のオフを読み戻して確認できませんでした({state})。測定台を見てください。",
    "no answer": "応答なし",
    "the output could not be read back as off. Look at the bench.":
        "出力のオフを読み戻して確認できませんでした。測定台を見てください。",
    "{found}. Nothing was applied.": "{found}。何も加えていません。",
    "the chuck could not be lowered: {why}": "チャックを下げられませんでした: {why}",
    "the station {station} has no probe station; add a table such as [prober] with driver and "
    "address.":
        "ステーション {station} にプローバがありません。"
        "driver と address を持つ [prober] のような表を加えてください。",
    "the station {station} has no {what}; add a table with driver = {driver} and an address.":
        "ステーション {station} に{what}がありません。"
        "driver = {driver} と address を持つ表を加えてください。",
    "temperature controller": "温度調節器",
    "magnet supply": "磁石電源",
    "switch matrix": "スイッチマトリクス",
    "{path}: the VISA library {library} cannot be opened: {why}":
        "{path}: VISA ライブラリ {library} を開けません: {why}",
    "{where}: nothing answers at {address}: {why}":
        "{where}: {address} から応答がありません: {why}",
    "{where}: {why} Nothing was set or switched.":
        "{where}: {why} 何も設定せず、切り替えていません。",
    "{where}: {address} opens but does not answer *IDN?: {why}":
        "{where}: {address} は開けましたが *IDN? に応答しません: {why}",
    "{where}: a limit of {limit} {unit} is more than a {model} can do, {reach} {reach_unit}.":
        "{where}: 制限 {limit} {unit} は {model} の能力 {reach} {reach_unit} を超えます。",
    "there is no station file {path}; give a path to a TOML file, or a bundled station: {names}.":
        "ステーションファイル {path} がありません。"
        "TOML ファイルのパスか付属のステーション({names})を指定してください。",
    "the {model} answered {answer} to {query}; {expected} expected.":
        "{model} が {query} に {answer} と答えました({expected})。",
    "{where} kept losing answers ({doing}); nothing was started.":
        "{where} の応答が失われ続けました({doing})。何も始めていません。",
    "{where} keeps losing answers.": "{where} の応答が失われ続けています。",
    "{where} does not answer, nor after {n} attempts to open it anew.":
        "{where} が応答しません。{n} 回開き直しても応答がありません。",
    "{where} gave no answer to {command}: {why}": "{where} が {command} に応答しません: {why}",
    "{where}: {command} could not be sent: {why}": "{where}: {command} を送れませんでした: {why}",
    "{where}: {answer} does not end with a line feed": "{where}: {answer} が改行で終わりません",
    "numbers were": "数のはず",
    "one number was": "一つの数のはず",
    "{n} numbers were": "{n} 個の数のはず",
    "a whole number was": "整数のはず",
    "0 or 1 was": "0 か 1 のはず",
    "50 or 60 was": "50 か 60 のはず",
    "the number of readings and the output were": "読みの数と出力のはず",
    "the {model} reports {error} ({doing}).": "{model} がエラーを報告: {error}({doing})。",
    "phase {phase}: asked for a {what} of {wanted}, the {model} holds {got}. The phase was not "
    "started.":
        "フェーズ {phase}: {what} に {wanted} を設定しましたが、{model} は {got} です。"
        "フェーズは始めていません。",
    "the output went off before reading {n}: front panel, interlock or protection.":
        "{n} 回目の読みの前に出力がオフになりました。"
        "前面パネル、インターロック、または保護動作です。",
    "the output went off during the last {n} readings, which are left out: front panel, interlock "
    "or protection.":
        "最後の {n} 回の読みの間に出力がオフになりました(これらは除きます)。"
        "前面パネル、インターロック、または保護動作です。",
    "{resource} answered {identity}: the station expects a Keithley 2450.":
        "{resource} は {identity} と答えました。ステーションは Keithley 2450 を想定しています。",
    "the 2450 at {resource} speaks {language}; set its command set to SCPI (*LANG SCPI) and "
    "restart it. Its output is {state}.":
        "{resource} の 2450 は {language} を使っています。コマンド体系を SCPI にして(*LANG SCPI)"
        "再起動してください。出力は {state} です。",
    "asked for an overvoltage protection of {wanted}, the 2450 holds {held}. Nothing was started.":
        "過電圧保護に {wanted} を設定しましたが、2450 は {held} です。何も始めていません。",
    "the 2450's trigger model ended after {ready} of {all} readings; was it reset or used by "
    "another program?":
        "2450 のトリガモデルが {all} 回のうち {ready} 回で終わりました。"
        "リセットされたか、別のプログラムが使いませんでしたか。",
    "the 2450's buffer fell from {before} to {after} readings; did another program clear it?":
        "2450 のバッファが {before} から {after} に減りました。"
        "別のプログラムが消しませんでしたか。",
    "the 2400 ended after {ready} of {all} readings; was it reset, switched off or used by another "
    "program?":
        "2400 が {all} 回のうち {ready} 回で終わりました。"
        "リセットされたか、電源が切れたか、別のプログラムが使いませんでしたか。",
    "{where}: the buffer could not be read: {why}": "{where}: バッファを読めませんでした: {why}",
    "{where}: the output stays on where it should rest.":
        "{where}: 休止のはずが出力がオンのままです。",
    "the 2400 did not send its buffer within {n} s.":
        "2400 が {n} s 以内にバッファを送りませんでした。",
    # -- what a simulated sample is not -----------------------------------------------------------
    "The simulated junctions have no noise of their own: every beta of this record is the "
    "instrument's, or that of a transient.":
        "模擬接合に固有の雑音はありません。この記録の β はすべて装置か過渡現象によるものです。",
    "The simulated resistor has no noise of its own: every beta of this record is the "
    "instrument's.":
        "模擬抵抗に固有の雑音はありません。この記録の β はすべて装置によるものです。",
    "The sample is simulated: its fluctuations, and every beta of this record, are those of a "
    "model of silver filaments, not of a measured network.":
        "試料は模擬です。そのゆらぎとこの記録の β はすべて銀フィラメントのモデルによるもので、"
        "測定したネットワークのものではありません。",
    "The sample is a replayed record: its conductance goes by the time of that record, whatever is "
    "applied, and carries the noise of the instrument that measured it.":
        "試料は再生された記録です。コンダクタンスは加えたものによらずその記録の時刻に従い、"
        "測定した装置の雑音を含みます。",
    # -- what was typed, and what was opened ------------------------------------------------------
    "{text} is no number in {unit}, e.g. {example} or {plain}.":
        "{text} は {unit} の数ではありません。例: {example}、{plain}",
    "{text} is no number, e.g. {example}.": "{text} は数ではありません。例: {example}",
    "{label} takes {allowed}.": "{label}: {allowed}が必要です。",
    "a number from {low} to {high}": "{low} から {high} の数",
    "a whole number from {low} to {high}": "{low} から {high} の整数",
    "a text": "文字列",
    "Write values with commas between them, or first : last : count.":
        "値をコンマで区切るか、最初 : 最後 : 個数 と書いてください。",
    "{text}: the number of values is from 2 to {most}.": "{text}: 値の個数は 2 から {most} です。",
    "a band from {low} to {high} is none: its lower end is above 0 Hz and below its upper one.":
        "{low} から {high} は帯域になりません。下端は 0 Hz より上、上端より下です。",
    "windows are {text}: write lengths in samples from 16 to {most}, e.g. 256, 1024.":
        "窓 {text}: 16 から {most} までの点数を書いてください。例: 256, 1024",
    "{phase}: {n} samples at {level} V; avalanches are looked for in {least} or more, at a level.":
        "{phase}: {level} V で {n} 点。なだれはレベルのある {least} 点以上の中に探します。",
    "{path} is no floor: it has no phase.": "{path} は雑音床ではありません。フェーズがありません。",
    "{path} is no floor: it takes a phase of {n} samples or more, each a number.":
        "{path} は雑音床ではありません。{n} 点以上の、すべて数であるフェーズが必要です。",
    "{path} is larger than {n} bytes; no series' table is.":
        "{path} は {n} バイトより大きく、連続測定の表ではありません。",
    "{path} is no table of a series: it needs the columns die and outcome.":
        "{path} は連続測定の表ではありません。die と outcome の列が必要です。",
    "{path} holds no presets: {why}; move it away to begin anew":
        "{path} にプリセットがありません: {why}。移動すれば新しく始められます",
    "{path} is no Ginsen run file; name a recording (.h5)":
        "{path} は Ginsen の記録ではありません。記録(.h5)を指定してください",
    "{path} is a folder; name a run file (.h5) or a text file in it":
        "{path} はフォルダです。中の記録(.h5)か文字ファイルを指定してください",
    "{path} does not exist; name a run file (.h5) or a text file":
        "{path} がありません。記録(.h5)か文字ファイルを指定してください",
    "{path} cannot be read: {why}": "{path} を読めません: {why}",
    "{path} holds no sample; its outcome is {what}": "{path} に測定点がありません。結果: {what}",
    "the recording was interrupted, or is still running: it ends after {n} samples at {time} s "
    "without an outcome":
        "記録は中断されたか、まだ測定中です: {n} 点、{time} s で結果のないまま終わっています",
    # -- several in a row -------------------------------------------------------------------------
    "{why}; {more}": "{why}。{more}",
    "{label}: {why}": "{label}: {why}",
}
