//! What the arguments of commands are that read, play and edit a config, in Japanese. [`help`](super::help) finds it by the English.

pub(super) const LINES: &[(&str, &str)] = &[
    ("Print help", "ヘルプを表示"),
    ("Print help (see a summary with '-h')", "ヘルプを表示"),
    ("Print help (see more with '--help')", "ヘルプを表示"),
    ("Print version", "バージョンを表示"),
    ("The config directory: the one with oncall.yaml", "設定ディレクトリ（oncall.yaml のある場所）"),
    (
        "The config directory: the one with oncall.yaml [default: .]",
        "設定ディレクトリ（oncall.yaml のある場所）[既定値: .]",
    ),
    ("The language of the answer [default: the repository's]", "表示する言語 [既定値: リポジトリの言語]"),
    (
        "Write the files; without it, show the change, and ask where there is a terminal",
        "ファイルに書く（なければ変更内容を表示し、端末では書くかどうかを尋ねる）",
    ),
    (
        "Write the file; without it, show the change, and ask where there is a terminal",
        "ファイルに書く（なければ変更内容を表示し、端末では書くかどうかを尋ねる）",
    ),
    ("Only show the change, and ask nothing", "変更内容を表示するだけで、何も尋ねない"),
    ("The schedule", "スケジュール"),
    // init.
    ("The directory to write to; created if missing", "作成先のディレクトリ（なければ作ります）"),
    (
        "The language of the files, and of messages to people [default: the terminal's]",
        "ファイルと通知の言語 [既定値: 端末の言語]",
    ),
    (
        "The team's id: lower-case letters, digits and `-` [default: web]",
        "チームの id（英小文字、数字、`-`）[既定値: web]",
    ),
    ("The team's id: lower-case letters, digits and `-`", "チームの id（英小文字、数字、`-`）"),
    (
        "Who takes turns, in their order, with commas or repeated [default: people that are made up]",
        "当番に入る人を順番に（カンマ区切り、または繰り返し）[既定値: 架空の人]",
    ),
    (
        "Where alerts come from, with commas or repeated [default: alertmanager]",
        "アラートの送信元（カンマ区切り、または繰り返し）[既定値: alertmanager]",
    ),
    (
        "How people are told, with commas or repeated; calls are always set up [default: slack,call]",
        "連絡手段（カンマ区切り、または繰り返し）。電話は必ず設定します [既定値: slack,call]",
    ),
    ("Messages with buttons", "ボタン付きのメッセージ"),
    ("Notifications that ring, by Pushover", "音の鳴る通知（Pushover）"),
    ("Notifications by ntfy", "ntfy の通知"),
    ("Text messages, by Twilio", "SMS（Twilio）"),
    ("Phone calls, by Twilio", "電話（Twilio）"),
    (
        "The team's time zone, such as Europe/London [default: Asia/Tokyo with `ja`, else this machine's]",
        "チームのタイムゾーン（例: Asia/Tokyo）[既定値: `ja` なら Asia/Tokyo、ほかはこのマシンのもの]",
    ),
    ("The kind of CI files to write", "作成する CI ファイルの種類"),
    ("Anywhere else: no files for CI", "それ以外（CI ファイルは作らない）"),
    ("The git URL from which CI builds oncall", "CI がビルドに使う oncall の Git URL"),
    ("Only list the files, and ask nothing", "ファイルの一覧を表示するだけで、何も尋ねない"),
    // validate, explain, urls, who, shifts, parse.
    ("With the lines they point to", "該当する行付き"),
    ("An array of findings", "指摘の配列"),
    (
        "Annotations on a pull request, in a GitHub workflow",
        "GitHub のワークフローでプルリクエストに付ける注釈",
    ),
    ("For code scanning (SARIF 2.1.0)", "コードスキャン用（SARIF 2.1.0）"),
    ("Exit with 1 at warnings, too", "警告だけでも 1 で終了"),
    (
        "The code, such as OC124 or 124; without it, list all codes",
        "コード（OC124 または 124）。省略すると、すべてのコードを一覧",
    ),
    (
        "The config directory, in whose language it is explained",
        "設定ディレクトリ（この設定の言語で説明します）",
    ),
    (
        "Show the secrets; without it, their places are named instead",
        "シークレットの値を表示（なければ、その場所の名前を表示）",
    ),
    (
        "The calendars to subscribe to instead, one URL a line",
        "代わりに、購読できるカレンダーの URL を 1 行に 1 つ表示",
    ),
    ("Of this integration only", "このインテグレーションだけ"),
    ("Only this schedule [default: all]", "このスケジュールだけ [既定値: すべて]"),
    (
        "At this instant: `2026-12-05 10:00` in the organisation's time zone, or RFC 3339 [default: now]",
        "この時刻（組織のタイムゾーンで `2026-12-05 10:00`、または RFC 3339）[既定値: 現在]",
    ),
    (
        "Ask this running server instead, which knows what was changed at run time; needs ONCALL_TOKEN",
        "動作中のサーバーに問い合わせる（実行中の変更も反映。ONCALL_TOKEN が必要）",
    ),
    (
        "All shifts of this person on all schedules, instead of one schedule",
        "1 つのスケジュールではなく、この人のすべての当番",
    ),
    (
        "From this instant: `2026-12-05 10:00` in the organisation's time zone, or RFC 3339",
        "この時刻から（組織のタイムゾーンで `2026-12-05 10:00`、または RFC 3339）",
    ),
    ("Until this instant (excluded)", "この時刻まで（この時刻は含まない）"),
    ("The integration that would receive it", "受け取るインテグレーション"),
    (
        "When it arrives: `2026-12-05 02:00` in the organisation's time zone, or RFC 3339 [default: now]",
        "届く時刻（組織のタイムゾーンで `2026-12-05 02:00`、または RFC 3339）[既定値: 現在]",
    ),
    (
        "A file with the body as the monitor posts it (for a GET, its query); `-` reads standard input",
        "監視ツールが送る本文のファイル（GET ならクエリ）。`-` は標準入力",
    ),
    ("For a terminal", "端末向け"),
    ("For programs", "プログラム向け"),
    ("An array of events, each with the decisions on it", "イベントの配列（それぞれの判定付き）"),
    // dry-run, expect.
    (
        "Compare with this revision of the repository around DIR, or with this directory [default: where the branch left origin's]",
        "比較する相手（DIR のリポジトリのリビジョン、またはディレクトリ）[既定値: origin からの分岐点]",
    ),
    ("The number of days to compare", "比較する日数"),
    ("Exit with 1 if the change does this", "変更が次に当てはまれば 1 で終了"),
    ("The people on call change, now or at the next handoff", "いま、または次の交代で当番が変わる"),
    (
        "A gap opens in a schedule that is kept, unless an override asks for it",
        "残るスケジュールに、当番のいない時間ができる（オーバーライドで指定したものを除く）",
    ),
    ("An alert that paged somebody now pages nobody", "呼び出しのあったアラートで、誰も呼び出されなくなる"),
    (
        "Play an alert: a file with the webhook's body as the monitor posts it; `-` reads standard input",
        "アラートの流れをたどる（監視ツールが送る本文のファイル。`-` は標準入力）",
    ),
    ("The integration that receives it", "受け取るインテグレーション"),
    (
        "What is open already: a server's address (with ONCALL_TOKEN), a file that `/v1/incidents` wrote, or a state directory. Or other alerts that fire and that somebody has taken: a file with a webhook's body, `ID=FILE` where another integration receives it; may be repeated",
        "すでに未解決のもの: サーバーの URL（ONCALL_TOKEN が必要）、`/v1/incidents` の出力ファイル、または状態ディレクトリ。発生中で誰かが対応しているアラートなら、Webhook の本文のファイル（別のインテグレーションが受け取る場合は `ID=FILE`）。繰り返し可",
    ),
    (
        "Somebody acknowledges after this long, such as `7m` [default: nobody does]",
        "誰かが対応を始めるまでの時間（例: `7m`）[既定値: 誰も対応しない]",
    ),
    (
        "For a comment on a pull request; not with --alert",
        "プルリクエストのコメント向け（--alert とは併用不可）",
    ),
    (
        "Write an expectation from an alert: play it, and record who is told, how and when",
        "アラートの流れをたどり、誰に、どう、いつ連絡するかを約束として記録",
    ),
    ("The promise, in one sentence", "約束を 1 文で"),
    (
        "A file with the webhook's body as the monitor posts it; `-` reads standard input",
        "監視ツールが送る本文のファイル。`-` は標準入力",
    ),
    ("How far to play the alert", "どこまで流れをたどるか"),
    ("The file to append to", "追記するファイル"),
    // line-up, user, team, service.
    ("Who joins", "加わる人"),
    ("Who stops taking turns", "外れる人"),
    (
        "Only this layer, if the schedule has several rotations",
        "このレイヤーだけ（ローテーションが複数ある場合）",
    ),
    (
        "Begin at the first handoff on or after this day [default: the next handoff]",
        "この日以降の最初の交代から [既定値: 次の交代]",
    ),
    (
        "The member after whom their turn comes [default: at the end of the list]",
        "この人の次の順番 [既定値: 最後]",
    ),
    ("Put them first in the list", "先頭に入れる"),
    ("The name that people read [default: the id]", "表示名 [既定値: id]"),
    ("Who takes turns, in their order; separate several with commas", "当番に入る人を順番に（カンマ区切り）"),
    (
        "Who is new, as in `Emma Smith <emma@example.com>`, and takes turns after them; with commas or repeated",
        "新しい人（`林 真央 <hayashi@example.com>` の形）。上の人たちの後ろの順番に入ります（カンマ区切り、または繰り返し）",
    ),
    (
        "The time zone of the team's schedules [default: the organisation's]",
        "チームのスケジュールのタイムゾーン [既定値: 組織のもの]",
    ),
    (
        "The name and the e-mail address, as in `Emma Smith <emma@example.com>`",
        "氏名とメールアドレス（例: `林 真央 <hayashi@example.com>`）",
    ),
    ("How a call says the name", "電話で読み上げる氏名（ふりがな）"),
    ("The phone number, with the country code", "国番号付きの電話番号"),
    (
        "The Slack member id, from the profile (\"Copy member ID\")",
        "Slack のメンバー ID（プロフィールの「メンバー ID をコピー」）",
    ),
    ("They take turns on this schedule", "このスケジュールの当番に入る"),
    (
        "Only in this layer, if the schedule has several rotations",
        "このレイヤーだけ（ローテーションが複数ある場合）",
    ),
    (
        "Their turn comes after this member's [default: at the end of the list]",
        "この人の次の順番 [既定値: 最後]",
    ),
    (
        "From the first handoff on or after this day [default: the next handoff]",
        "この日以降の最初の交代から [既定値: 次の交代]",
    ),
    ("Who leaves", "離れる人"),
    ("The first day without them", "その人がいなくなる最初の日"),
    ("The service's id: lower-case letters, digits and `-`", "サービスの id（英小文字、数字、`-`）"),
    (
        "The escalation policy that decides who is told [default: the only one beside the fallback]",
        "連絡先を決めるエスカレーションポリシー [既定値: 最終連絡先用を除いて 1 つだけなら、それ]",
    ),
    (
        "The runbook: a URL, or a file in runbooks/ [default: a new one]",
        "手順書（URL、または runbooks/ のファイル）[既定値: 新しく作る]",
    ),
    // slack, contacts, schema.
    (
        "For Socket Mode, which needs no way in from the internet; so by default if oncall.yaml has an `app_token`",
        "Socket Mode 用（インターネットからの受信が不要）。oncall.yaml に `app_token` があれば、指定しなくてもこうなります",
    ),
    ("Only the link", "リンクだけ"),
    ("What the contact is called", "連絡先の名前"),
    ("The folder to write to", "書き出し先のフォルダ"),
];
