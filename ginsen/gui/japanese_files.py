"""What is wrong in a file somebody wrote, in Japanese, by its English."""

from __future__ import annotations

from collections.abc import Mapping

FILES: Mapping[str, str] = {
    # -- station files and plans ------------------------------------------------------------------
    "{file} is not a TOML file: {why}": "{file} は TOML ファイルではありません: {why}",
    "{file} has no [station] table; it says name, visa and safe_state.":
        "{file} に [station] の表がありません。name、visa、safe_state を書くところです。",
    "{where} is {value}; it must be a text with a number and a unit, e.g. {example}.":
        "{where} が {value} です。数と単位の文字列が必要です。例: {example}",
    "{where} is {value}; it must be above zero.":
        "{where} が {value} です。0 より大きい値が必要です。",
    "{where} is {value}; it must be finite and not negative.":
        "{where} が {value} です。0 以上の有限の値が必要です。",
    "{where} is not a table; an instrument is a table with driver and address.":
        "{where} は表ではありません。装置は driver と address を持つ表です。",
    "{file} names {n} probe stations, {names}; there can be one.":
        "{file} にプローバが {n} 台({names})あります。一台だけにしてください。",
    "{file} names no source meter; add a table such as [smu] with driver, address and limits.":
        "{file} にソースメータがありません。"
        "driver、address、limits を持つ [smu] のような表を加えてください。",
    "{file}, [station]: safe_state is 'open'; a DAQ card has no relay, so it must be zero or ramp.":
        "{file}、[station]: safe_state が 'open' です。"
        "DAQ カードにはリレーがないので zero か ramp にしてください。",
    "{file}, [station]: safe_state is {value}; it must be one of {names}.":
        "{file}、[station]: safe_state が {value} です。{names} のどれかにしてください。",
    "{where}: {key} is {value}; it must be a text in quotes.":
        "{where}: {key} が {value} です。引用符で囲んだ文字列が必要です。",
    "{where}: {key} is missing.": "{where}: {key} がありません。",
    "{where}: {key} is not known here; known are {names}.":
        "{where}: {key} はここでは使えません。使えるのは {names} です。",
    "{where}: {key} is {value}; it must be one of {names}.":
        "{where}: {key} が {value} です。{names} のどれかにしてください。",
    "{file}: [{one}] and [{other}] are both at {address}; of a {model} one channel can be used.":
        "{file}: [{one}] と [{other}] の address が同じ {address} です。"
        "{model} は一つのチャンネルだけ使えます。",
    "{where}: contact_limit is {value} Ω; contact can be judged from {least} Ω up to "
    "{most} Ω.":
        "{where}: contact_limit が {value} Ω です。"
        "接触を判定できるのは {least} Ω から {most} Ω までです。",
    "{where}: contact_limit is {value} Ω; contact can be judged up to {most} Ω.":
        "{where}: contact_limit が {value} Ω です。接触を判定できるのは {most} Ω までです。",
    "{where}: inputs are missing. Say what is before each input that is read, e.g. inputs = "
    "[{example}].":
        "{where}: inputs がありません。読む入力の前に何があるか書いてください。"
        "例: inputs = [{example}]",
    "{where}: limits are missing. Say how far this sample may be driven, e.g. limits = {example}.":
        "{where}: limits がありません。試料をどこまで駆動してよいか書いてください。"
        "例: limits = {example}",
    "{where}: limits has no {key}. Say how much this sample may bear, e.g. limits = {example}.":
        "{where}: limits に {key} がありません。試料がどこまで耐えるか書いてください。"
        "例: limits = {example}",
    "{where}: limits must say how far it may go: {example}.":
        "{where}: limits にどこまで動かしてよいか書いてください: {example}",
    "{where}: limits.{key} is zero, so nothing could be measured.":
        "{where}: limits.{key} が 0 なので何も測定できません。",
    "{where}: offset is {value}; it must be within ± {most} V.":
        "{where}: offset が {value} です。± {most} V の範囲にしてください。",
    "{where}: series_resistance is missing. A DAQ card does not limit the current; say what does, "
    "e.g. series_resistance = {example}.":
        "{where}: series_resistance がありません。DAQ カードは電流を制限しません。"
        "何が制限するか書いてください。例: series_resistance = {example}",
    "{where}: there is no driver {driver}; there is {names}.":
        "{where}: driver {driver} はありません。あるのは {names} です。",
    "{where}: two inputs have the same channel.": "{where}: 二つの入力のチャンネルが同じです。",
    "the station {station} has no source meter {name}; it has {names}.":
        "ステーション {station} にソースメータ {name} はありません。あるのは {names} です。",
    "the station file {path} cannot be read: {why}.":
        "ステーションファイル {path} を読めません: {why}",
    "the plan {path} cannot be read: {why}.": "計画 {path} を読めません: {why}",
    "{file} asks for {n} runs; a plan has at most {most}.":
        "{file} は {n} 回の測定を求めています。計画は {most} 回までです。",
    "{file} has no [[run]]; each names a protocol, e.g. protocol = {example}.":
        "{file} に [[run]] がありません。それぞれにプロトコルを書きます。例: protocol = {example}",
    "{where}: {protocol} has no read_duty, so there is nothing to read sparsely.":
        "{where}: {protocol} に read_duty がないので、間引いて読むものがありません。",
    "{where}: {name} is the campaign's to set.": "{where}: {name} は計画全体で決めるものです。",
    "{where}: a sparse read has a read_duty of at most {most} and rests 'open' or 'zero', not "
    "{duty} and {rest}.":
        "{where}: 間引いた読みの read_duty は {most} 以下、休止は 'open' か 'zero' です"
        "({duty} と {rest} でした)。",
    "{where}: the name {name} stands twice; every one needs its own.":
        "{where}: 名前 {name} が二つあります。それぞれ別の名前にしてください。",
    "a campaign needs a plan: name a TOML file, e.g. --set plan=campaign.toml.":
        "campaign には計画が必要です。TOML ファイルを指定してください。",
    "{where}: {key} is {value}; it must be a list of {what}.":
        "{where}: {key} が {value} です。{what}のリストが必要です。",
    "numbers": "数",
    "{where}: {key} is {value}; it must be a table.":
        "{where}: {key} が {value} です。表が必要です。",
    "{where}: {key} is {value}; it must be a number.":
        "{where}: {key} が {value} です。数が必要です。",
    "{where}: {key} is {value}; it must be a number of at least {least}.":
        "{where}: {key} が {value} です。{least} 以上の数が必要です。",
    "{where}: {key} is {value}; it must be a whole number of at least {least}.":
        "{where}: {key} が {value} です。{least} 以上の整数が必要です。",
    "{where}: {key} must be tables, each headed {heading}.":
        "{where}: {key} は {heading} を見出しとする表です。",
    # -- laboratory text --------------------------------------------------------------------------
    "{file} has no line of numbers; a record has lines of time, voltage and current":
        "{file} に数の行がありません。記録は時間、電圧、電流の行です",
    "{file} is empty; a record has lines of time, voltage and current":
        "{file} は空です。記録は時間、電圧、電流の行です",
    "{file} is larger than {most} MB; hand it on in parts":
        "{file} は {most} MB より大きいファイルです。分けてください",
    "{file} is neither text nor a Ginsen run file":
        "{file} は文字ファイルでも Ginsen の記録でもありません",
    "{file}, line {line} has {n} fields where the first line of numbers has {usual}":
        "{file}、{line} 行目の項目が {n} 個です(最初の数の行は {usual} 個)",
    "{file}, line {line}: {text} cannot be split into numbers; delimit them by tab, semicolon, "
    "comma or spaces":
        "{file}、{line} 行目: {text} を数に分けられません。"
        "タブ、セミコロン、コンマ、空白で区切ってください",
    "{file}, line {line}: {text} is not {n} numbers delimited by {what}":
        "{file}、{line} 行目: {text} は {what} で区切った {n} 個の数ではありません",
    "{file}: {text} is no delimiter; take tab, semicolon, comma or space":
        "{file}: {text} は区切りになりません。タブ、セミコロン、コンマ、空白のどれかです",
    "the decimal mark was read as a comma, the delimiter as a {what}":
        "小数点をコンマ、区切りを{what}として読みました",
    "tab": "タブ", "semicolon": "セミコロン", "comma": "コンマ", "space": "空白",
    "{n} lines above the numbers were passed over": "数より上の {n} 行を読み飛ばしました",
    "{file} has {n} columns; a record has at least time, voltage and current":
        "{file} は {n} 列です。記録には少なくとも時間、電圧、電流があります",
    "{file} has no column {column} for the {what}; take a number from 1 to {most}":
        "{file} に{what}の列 {column} がありません。1 から {most} の番号を選んでください",
    "{file} has no column {column} for the {what}; take a number from 1 to {most} or one of "
    "{names}":
        "{file} に{what}の列 {column} がありません。"
        "1 から {most} の番号か {names} のどれかを選んでください",
    "{file} has no header and its first column does not rise from line to line, so it is not the "
    "time; {more}":
        "{file} には見出しがなく、最初の列が行ごとに増えないので時間ではありません。{more}",
    "{file} has no header, and both its first column (a count) and its second could be the time; "
    "{more}":
        "{file} には見出しがなく、最初の列(番号)も二番目の列も時間でありえます。{more}",
    "{file} has no header, and columns 2 and 3 as voltage and current make a sample of {R} Ω, "
    "which is too little to be sure; {more}":
        "{file} には見出しがなく、2 列目と 3 列目を電圧と電流とすると試料が {R} Ω になり、"
        "小さすぎて確かではありません。{more}",
    "{file}: {where} named as a {what} in the header {names}; {more}":
        "{file}: 見出し {names} で{what}とされる列: {where}。{more}",
    "{file}: column {column} gives the {what} in {unit}; known are {names}":
        "{file}: 列 {column} の{what}の単位が {unit} です。使えるのは {names} です",
    "{file}: no column of the header {names} is known as time, voltage or current; {more}":
        "{file}: 見出し {names} に時間、電圧、電流と分かる列がありません。{more}",
    "{file}: several columns are named {column}; give the number of the one that is the {what}":
        "{file}: {column} という列がいくつもあります。{what}の列の番号を指定してください",
    "{file}: two of time, voltage and current would come from one column ({columns}); {more}":
        "{file}: 時間、電圧、電流の二つが同じ列({columns})になります。{more}",
    "say which is which: --time, --voltage and --current take a column's name or number":
        "コマンドラインの --time、--voltage、--current に列の名前か番号を指定してください",
    "no column is": "なし",
    "more than one column is": "二つ以上",
    "columns: time is {where_t}, voltage is {where_V}, current is {where_I}":
        "列: 時間は {where_t}、電圧は {where_V}、電流は {where_I}",
    "{name} taken in {unit}": "{name}(単位 {unit})",
    "column {n} in {unit}": "{n} 列目(単位 {unit})",
    "column {n} in V (column {other} agrees: it holds their ratio)":
        "{n} 列目(単位 V、{other} 列目の比と一致)",
    "time": "時間", "voltage": "電圧", "current": "電流",
    "{file} has one line of numbers; a record has at least two":
        "{file} の数の行は一つだけです。記録には少なくとも二つ必要です",
    "{file}, line {line}: the time {time} s does not come after the {before} s before it; times "
    "rise from line to line":
        "{file}、{line} 行目: 時刻 {time} s が前の {before} s より後ではありません。"
        "時刻は行ごとに増えます",
    "{file}, line {line}: the time is missing; every line has one":
        "{file}、{line} 行目: 時刻がありません。どの行にも必要です",
}
