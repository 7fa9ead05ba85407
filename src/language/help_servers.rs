//! What the arguments of commands are that ask a server, or run one, in Japanese. [`help`](super::help) finds it by the English.

pub(super) const LINES: &[(&str, &str)] = &[
    ("The address of the server [default: ONCALL_URL]", "サーバーの URL [既定値: ONCALL_URL]"),
    ("The address of the server", "サーバーの URL"),
    ("Do it although something warns of it", "警告があっても実行する"),
    (
        "Ask again every 2 seconds until Ctrl-C; where this is no terminal, print what changes",
        "Ctrl-C まで 2 秒ごとに更新（端末でなければ、変化だけを出力）",
    ),
    // incidents, incident, page.
    (
        "`open`, `triggered`, `acknowledged` or `resolved`",
        "`open`（未解決）、`triggered`（未対応）、`acknowledged`（対応中）、`resolved`（解決済み）",
    ),
    (
        "The same as `--status resolved`: what closed, as far back as history is kept",
        "`--status resolved` と同じ（解決済みのもの。履歴の残る限り）",
    ),
    (
        "With these words in the summary, the service or an alert's key",
        "概要、サービス、アラートのキーにこの語を含むもの",
    ),
    ("Somebody who was paged, has it or closed it", "この人が呼び出された、対応した、または解決したもの"),
    (
        "Opened at this time or later: `2026-11-01`, `2026-11-30 18:00`",
        "この時刻以降に発生したもの（`2026-11-01`、`2026-11-30 18:00`）",
    ),
    ("Opened before this time", "この時刻より前に発生したもの"),
    ("Of this service", "このサービスのもの"),
    ("`critical`, `error`, `warning` or `info`", "`critical`、`error`、`warning`、`info` のいずれか"),
    ("`high`, `low` or `none`", "`high`、`low`、`none` のいずれか"),
    ("At most so many, up to 100", "件数の上限（100 まで）"),
    ("Those before this one, as the page before said", "これより前のもの（前のページの案内どおり）"),
    ("The incident; separate several with commas", "インシデント（複数ならカンマ区切り）"),
    (
        "snooze: until when (`2h`, `18:00`, `tomorrow 10:00`); resolve, silence: a reason; escalate: a step; reassign, page-also: a user; move: a service; note: the text; merge: into which",
        "snooze: いつまで（`2時間`、`18:00`、`明日 10:00`）、resolve と silence: 理由、escalate: ステップ、reassign と page-also: ユーザー、move: サービス、note: 本文、merge: 統合先",
    ),
    ("To this user (reassign, page-also)", "このユーザーに（reassign、page-also）"),
    ("To whoever is on call on this schedule", "このスケジュールの当番に"),
    ("To this escalation policy", "このエスカレーションポリシーに"),
    ("The service that is in trouble", "問題が起きているサービス"),
    ("What is wrong, in one line", "何が起きているかを 1 行で"),
    ("More about it", "詳しい説明"),
    // override, silence, take, away, back, offer, test-me.
    (
        "Its number, as `list` shows it, or its place in git: `overrides/2026.yaml:3`",
        "`list` に出る番号、または Git 上の場所（`overrides/2026.yaml:3`）",
    ),
    (
        "Its number, as `list` shows it, or its place in git, as in overrides/2026.yaml:3",
        "`list` に出る番号、または Git 上の場所（例: overrides/2026.yaml:3）",
    ),
    ("Its number, as `list` shows it", "`list` に出る番号"),
    ("Who cannot", "当番に入れない人"),
    ("The schedule; separate several with commas", "スケジュール（複数ならカンマ区切り）"),
    ("The same, as an option", "同じものをオプションで指定"),
    ("Only this layer, by its name, in its own hours", "この名前のレイヤーだけ（そのレイヤーの時間帯）"),
    (
        "From then, in the schedule's time zone [default: now]",
        "開始時刻（スケジュールのタイムゾーン）[既定値: 現在]",
    ),
    (
        "Until then (excluded); `handoff` is when the next person's turn begins",
        "終了時刻（この時刻は含まない）。`交代まで` は、次の人の番が始まるまで",
    ),
    ("For so long: `2h`, `30m`", "長さ（`2時間`、`30分`）"),
    ("For so long: `2h`, `3d`", "長さ（`2時間`、`3日`）"),
    ("For so long: `2h`, `1d`", "長さ（`2時間`、`1日`）"),
    (
        "Replace only this person by `--with`, if they are on call",
        "この人が当番の時間だけ、`--with` の人と入れ替える",
    ),
    (
        "Who is on call instead; separate several with commas; `nobody`, or `me` for the user in ONCALL_USER",
        "代わりに当番に入る人（複数ならカンマ区切り）。`nobody` は当番なし、`me` は ONCALL_USER のユーザー",
    ),
    (
        "Who is on call in addition; separate several with commas",
        "加えて当番に入る人（複数ならカンマ区切り）",
    ),
    ("The reason, for readers of the file", "理由（ファイルを読む人向け）"),
    ("Make it at this running server, at once", "動作中のこのサーバーに、すぐ登録する"),
    ("With --url: do it although something warns of it", "--url と併用: 警告があっても実行する"),
    ("With --url: what is printed", "--url と併用: 出力の形式"),
    ("Only show what would be written", "書く内容を表示するだけ"),
    ("Of these services; separate several with commas", "これらのサービス（複数ならカンマ区切り）"),
    (
        "Of alerts that match, as in labels.env=staging; all that are given must",
        "条件に合うアラート（例: labels.env=staging）。複数なら、すべてに合うもの",
    ),
    ("Everything, at a running server", "すべて（動作中のサーバーのみ）"),
    (
        "From then: `18:00`, `mon 10:00`, or RFC 3339 [default: now]",
        "開始時刻（`18:00`、`月曜 10時`、または RFC 3339）[既定値: 現在]",
    ),
    ("From then: `18:00`, `sat 10:00`, or RFC 3339", "開始時刻（`18:00`、`土曜 10時`、または RFC 3339）"),
    ("From then [default: now]", "開始時刻 [既定値: 現在]"),
    (
        "Until then: `2h`, `18:00`, `tomorrow 10:00`, or RFC 3339",
        "終了時刻（`2時間`、`18:00`、`明日 10:00`、または RFC 3339）",
    ),
    (
        "Until then: `2h`, `18:00`, `tomorrow 10:00`, RFC 3339, or `handoff`",
        "終了時刻（`2時間`、`18:00`、`明日 10:00`、RFC 3339、または `交代まで`）",
    ),
    ("Until then", "終了時刻"),
    ("Why", "理由"),
    ("At a server: do it although something warns of it", "サーバーに対して: 警告があっても実行する"),
    ("Who takes over", "引き継ぐ人"),
    ("Relieve only this person", "この人とだけ交代する"),
    ("Who is away", "外れる人"),
    ("Who stands in", "代わりの人"),
    ("Who is back", "戻る人"),
    ("Whose shift it is", "誰の当番か"),
    (
        "To whom; separate several with commas [default: everybody who takes turns on the schedule]",
        "募集先（複数ならカンマ区切り）[既定値: そのスケジュールの当番に入る全員]",
    ),
    ("Why, for those who are asked", "理由（募集先に伝えます）"),
    ("Who accepts", "引き受ける人"),
    (
        "Who you are; the token must be allowed to `act_for` people",
        "あなた自身（トークンに `act_for` の許可が必要）",
    ),
    (
        "The way, as in your rules: `call`, `sms`, `email` … [default: what rings first by them]",
        "連絡手段（`call`、`sms`、`email` など、自分の通知ルールにあるもの）[既定値: 最初に鳴るもの]",
    ),
    // serve.
    (
        "Take the config from a directory [default: this one, or the root of the git repository around it]",
        "設定をディレクトリから読む [既定値: いまのディレクトリ、またはその Git リポジトリのルート]",
    ),
    (
        "Take the config from a git repository: file://, https://, ssh:// or git@host:path",
        "設定を Git リポジトリから読む（file://、https://、ssh://、git@host:path）",
    ),
    (
        "The branch to follow [default: the repository's default branch]",
        "追従するブランチ [既定値: リポジトリの既定のブランチ]",
    ),
    (
        "The folder of oncall.yaml in the repository [default: its root]",
        "リポジトリ内で oncall.yaml のあるフォルダ [既定値: ルート]",
    ),
    (
        "A file with a token for https, read again for each fetch",
        "https 用のトークンのファイル（取得のたびに読み直す）",
    ),
    (
        "A private key for ssh, without a passphrase; may be repeated [default: the ssh agent's]",
        "ssh 用の秘密鍵（パスフレーズなし）。繰り返し可 [既定値: ssh エージェントの鍵]",
    ),
    (
        "How long a fetch may take before the remote counts as unreachable",
        "取得がこの時間で終わらなければ、接続できないものとみなす",
    ),
    ("How often to look for config changes", "設定の変更を調べる間隔"),
    (
        "Where to keep the journal and the clone; only one server at a time",
        "ジャーナルとクローンの置き場所（同時に使えるサーバーは 1 台だけ）",
    ),
    ("The address to listen on; port 0 takes a free one", "待ち受けるアドレス（ポート 0 は空いているもの）"),
    (
        "The address on which those who watch are told how the server is: /metrics and the details of /readyz, which are then told nowhere else; port 0 takes a free one",
        "監視用に別に待ち受けるアドレス（/metrics と /readyz の詳細。ほかのアドレスでは返さなくなる）。ポート 0 は空いているもの",
    ),
    (
        "A reverse proxy, or a network of them, whose X-Forwarded-For (or Forwarded) names the client; may be repeated",
        "X-Forwarded-For（または Forwarded）を信頼するリバースプロキシ、またはそのネットワーク。繰り返し可",
    ),
    ("Write every delivery to the terminal instead of sending it", "すべての通知を、送る代わりに端末へ表示"),
    (
        "Start although a newer release wrote the journal: what this one can read goes on, the rest is paged; no file is deleted",
        "新しいリリースが書いたジャーナルでも起動する（読めるものは続行し、残りは呼び出す。ファイルは消さない）",
    ),
    ("The format of logs, written to standard error", "ログの形式（標準エラーに出力）"),
    // doctor, send, sign-in-link, demo.
    ("Place one test call to this person", "この人にテスト通話を 1 回かける"),
    ("In groups, with how to fix what is wrong", "項目ごとに、異常の直し方付き"),
    ("An object with what is left to do, and a list of checks", "残りの作業と、確認項目の一覧"),
    (
        "The integration to send it to; its secret must be set here too",
        "送信先のインテグレーション（シークレットをここでも設定しておく）",
    ),
    ("The state that the monitor reports", "監視ツールが知らせる状態"),
    (
        "The address of the server [default: public_url of oncall.yaml]",
        "サーバーの URL [既定値: oncall.yaml の public_url]",
    ),
    ("Send it even if somebody will be called", "誰かに電話がかかる場合でも送る"),
    (
        "Their id: the name of their file in users/; or the e-mail address of somebody who may only look (`access.view`)",
        "その人の id（users/ のファイル名）。閲覧だけの人（`access.view`）はメールアドレス",
    ),
    ("The state directory of the server", "サーバーの状態ディレクトリ"),
    ("The address of the server, as a browser reaches it", "ブラウザから見たサーバーの URL"),
    (
        "Leave the server running at the end, with the address of its pages, until Ctrl-C",
        "終わったあとも Ctrl-C までサーバーを動かし、画面の URL を表示",
    ),
];
