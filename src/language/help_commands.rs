//! What each command is for, and what stands below its options, in Japanese. [`help`](super::help) finds it by the English.

pub(super) const LINES: &[(&str, &str)] = &[
    (
        "On-call schedules, escalation and paging from a git repository of YAML",
        "Git リポジトリの YAML で、当番、エスカレーション、呼び出しを動かします",
    ),
    (
        "Exit status: 0 fine, 1 the config (or something `doctor` checks) is wrong, 2 the command line is wrong, 3 the server failed.",
        "終了ステータス: 0 正常、1 設定（または `doctor` の確認項目）に異常あり、2 コマンドラインの誤り、3 サーバーの異常",
    ),
    (
        "Print this message or the help of the given subcommand(s)",
        "このヘルプ、または指定したコマンドのヘルプを表示",
    ),
    (
        "Create a config repository: one team, valid from the start, with CI and editor settings",
        "設定リポジトリを作成（1 チーム分。CI とエディタの設定付きで、そのままで有効）",
    ),
    (
        "On a terminal it asks for what is about the team, unless something of it is given. People are written as in an address, `Emma Smith <emma@example.com>`, and a phone number and a Slack member id may follow: `Emma Smith <emma@example.com> +1 202 555 0101 U012AB3CD`. What is not known of them is a sample, which `oncall doctor` lists.",
        "チームについて何も指定しなければ、端末で順に質問します。人はメールの宛先の形（`田中 太郎 <tanaka@example.com>`）で書き、その後ろに電話番号と Slack のメンバー ID を続けられます。書かなかったものは見本の値になり、`oncall doctor` で一覧できます。",
    ),
    (
        "Check the config: shape, references, rules and expectations, all in one pass",
        "設定を検査（書式、参照、ルール、約束をまとめて）",
    ),
    (
        "Explain a finding's code: what it means, why it matters, and what is right",
        "指摘のコードの意味、理由、正しい書き方を説明",
    ),
    (
        "Show who is on call, from which layer or override, until when, and who is next",
        "当番と、その根拠（レイヤーやオーバーライド）、終了時刻、次の当番を表示",
    ),
    (
        "List the shifts of a schedule or a person in a range",
        "期間内の当番を、スケジュールまたは人ごとに一覧",
    ),
    (
        "Preview a change (whose shifts move, whom alerts reach), or who would be told about an alert",
        "設定の変更で変わること（当番、アラートの連絡先）、またはアラートで誰に連絡するかを事前に表示",
    ),
    (
        "Without --alert, compares the config with another version of itself. With --alert, plays the alert as if nobody (or somebody) acknowledged. Sends nothing.",
        "--alert がなければ、設定を別の版と比べます。--alert があれば、誰も対応しない場合（または誰かが対応した場合）の流れをたどります。実際には何も送りません。",
    ),
    (
        "Run the expectations one by one, or record one from an alert",
        "設定が守る約束（expectations）を 1 つずつ実行、またはアラートから記録",
    ),
    (
        "It records what happens today if nobody acknowledges. Read it, and keep only what you promise.",
        "いま誰も対応しなければどうなるかを記録します。内容を読み、約束するものだけを残してください。",
    ),
    (
        "Show how a webhook's body is understood, without sending it",
        "Webhook の本文がどう解釈されるかを、送らずに表示",
    ),
    (
        "Change who takes turns, by appending a line-up; everybody else keeps their turn",
        "当番の順番を変更（ほかの人の順番は変わりません）",
    ),
    ("Somebody joins a rotation", "ローテーションに人を加える"),
    ("Somebody stops taking turns", "ローテーションから人を外す"),
    ("Somebody takes over another person's turns", "ある人の番を、別の人が引き継ぐ"),
    (
        "Comments in the file stay. The new line-up begins at a handoff, so no shift is cut short.",
        "ファイルのコメントは残ります。新しい順番は交代の時刻から始まるので、途中で切れる当番はありません。",
    ),
    (
        "Add a team: schedules, policy, service and runbook",
        "チームを追加（スケジュール、ポリシー、サービス、手順書）",
    ),
    (
        "Write the files of another team: two schedules, a policy, a service and its runbook",
        "別のチームのファイルを作成（スケジュール 2 つ、ポリシー、サービスとその手順書）",
    ),
    (
        "Turns last a week, from Monday 10:00. One person alone has no secondary schedule. Review CODEOWNERS yourself.",
        "当番は月曜 10:00 から 1 週間です。1 人だけの場合、二次当番のスケジュールは作りません。CODEOWNERS は自分で見直してください。",
    ),
    (
        "Add somebody new, or remove somebody who leaves from every rotation",
        "新しい人を追加、または離れる人をすべてのローテーションから外す",
    ),
    (
        "Write the file of somebody new, and let them join a rotation",
        "新しい人のファイルを作成し、ローテーションに加える",
    ),
    (
        "Written as people write an address: `Emma Smith <emma@example.com>`. The id is the part before the @; another one stands in front, as in `smith=Emma Smith <emma@example.com>`. A phone number with the country code and a Slack member id may follow: `Emma Smith <emma@example.com> +1 202 555 0101 U012AB3CD`.",
        "メールの宛先の形（`林 真央 <hayashi@example.com>`）で書きます。id は @ より前の部分です。別の id にする場合は、`hayashi=林 真央 <mao@example.com>` のように前に書きます。後ろに、国番号付きの電話番号と Slack のメンバー ID を続けられます。",
    ),
    (
        "Set `left` in their file, and append line-ups without them",
        "本人のファイルに `left` を書き、その人を除いた順番を追加",
    ),
    (
        "Other places that name them (steps, overrides, covers) are listed for you to change.",
        "ほかにその人を指定している箇所（ステップ、オーバーライド、代理）を一覧するので、自分で書き換えてください。",
    ),
    ("Add a service", "サービスを追加"),
    (
        "Write the file of another service, and begin its runbook",
        "サービスのファイルを作成し、手順書のひな形を用意",
    ),
    ("Change who is on call for a while", "一時的に当番を変更（オーバーライド）"),
    (
        "Append an override to the right file, or make it at a running server",
        "オーバーライドを適切なファイルに追記、または動作中のサーバーに登録",
    ),
    (
        "It goes into the file of an override it overlaps, or into overrides/<YYYY-MM>.yaml. With --url, it is made at the running server instead, with the token in ONCALL_TOKEN.",
        "期間の重なるオーバーライドがあればそのファイルに、なければ overrides/<YYYY-MM>.yaml に書きます。--url を付けると、ファイルではなく動作中のサーバーに登録します（トークンは ONCALL_TOKEN）。",
    ),
    (
        "Write those that run at a server, or are to come, into overrides/run-time.yaml",
        "サーバーで有効なもの、これから始まるものを overrides/run-time.yaml に書き出す",
    ),
    (
        "Each is written with its id. When that is in force, the server's own copy ends, and nobody is told again. Entries that have been over for 90 days are dropped. The file lies on top of the other files and may overlap them.",
        "それぞれ id 付きで書きます。ファイルが反映されると、サーバー側の登録は終わり、通知は繰り返しません。終わって 90 日が過ぎたものは消します。このファイルはほかのファイルより優先され、期間が重なってもかまいません。",
    ),
    ("List those that were made at a running server", "動作中のサーバーに登録したものを一覧"),
    ("End one now, at a running server", "動作中のサーバーに登録したものを、いま終了"),
    (
        "Say that somebody cannot: its maker and the room are told",
        "当番に入れないことを伝える（作成者とチャンネルに通知）",
    ),
    (
        "List the incidents of a running server, the newest first",
        "動作中のサーバーのインシデントを、新しい順に一覧",
    ),
    (
        "Show an incident of a running server, or act on it",
        "動作中のサーバーのインシデントを表示、または操作",
    ),
    (
        "Examples:\n  oncall incident 3-17\n  oncall incident 3-17,3-18 acknowledge\n  oncall incident 3-17 snooze 2h\n  oncall incident 3-17 note looking at the disk\n  oncall incident 3-17 silence known, mended tonight\n  oncall incident 3-17 reassign --schedule web-secondary\n  oncall incident 3-17 merge 3-12",
        "例:\n  oncall incident 3-17\n  oncall incident 3-17,3-18 acknowledge\n  oncall incident 3-17 snooze 2時間\n  oncall incident 3-17 note ディスクを調べています\n  oncall incident 3-17 silence 既知の問題。今夜修正\n  oncall incident 3-17 reassign --schedule web-secondary\n  oncall incident 3-17 merge 3-12",
    ),
    (
        "Declare an incident at a running server: people are really paged",
        "動作中のサーバーにインシデントを登録（実際に呼び出します）",
    ),
    ("Mute pages for a while", "一定期間、通知を止める（サイレンス）"),
    (
        "Begin a silence: in silences/<YYYY-MM>.yaml, or at a running server",
        "サイレンスを開始（silences/<YYYY-MM>.yaml、または動作中のサーバー）",
    ),
    (
        "With --url, or ONCALL_URL and none of --write, --dry-run and DIR, it begins at the running server at once; otherwise it is written into the repository.",
        "--url がある場合、または ONCALL_URL があり --write・--dry-run・DIR のどれもない場合は、動作中のサーバーですぐに始まります。それ以外はリポジトリに書きます。",
    ),
    ("List those that run or are to come", "有効なもの、これから始まるものを一覧"),
    ("End one now", "いま終了"),
    (
        "Be on call on a schedule instead of whoever is, at a running server",
        "動作中のサーバーで、いまの当番と交代する",
    ),
    (
        "Offer a shift to others, and accept what is offered, at a running server",
        "動作中のサーバーで、当番の代わりを募る・引き受ける",
    ),
    ("Offer a shift: whoever accepts first has it", "代わりを募る（最初に引き受けた人に決まります）"),
    (
        "Accept one: you are on call instead of whoever offered it",
        "引き受ける（募った人の代わりに当番に入ります）",
    ),
    ("List those that nobody has accepted yet", "まだ誰も引き受けていない募集を一覧"),
    ("Take one back", "募集を取り下げる"),
    (
        "Be off call for a while everywhere, at a running server",
        "動作中のサーバーで、しばらくすべての当番から外れる",
    ),
    ("Be on call again, after `oncall away`", "`oncall away` のあと、当番に戻る"),
    (
        "Send yourself a test by one of your own ways, at a running server",
        "動作中のサーバーから、自分の連絡手段の 1 つでテストを受け取る",
    ),
    (
        "The numbers that call and text people, for their address books",
        "電話と SMS の発信元番号（アドレス帳への登録用）",
    ),
    (
        "Print a contact card (vCard) with every number that calls or texts",
        "すべての発信元番号を連絡先カード（vCard）として出力",
    ),
    (
        "On an iPhone, Emergency Bypass of that contact lets them through Do Not Disturb; on Android, a star.",
        "iPhone ではその連絡先を「緊急時は鳴らす」に、Android ではお気に入り（★）にすると、おやすみモード中も鳴ります。",
    ),
    ("Run the server", "サーバーを起動"),
    (
        "Environment:\n  ONCALL_GIT_TOKEN  a token for https:// repositories\n  SSH_AUTH_SOCK     an agent for ssh repositories (~/.ssh/known_hosts names the hosts)\n  SSL_CERT_FILE     other certificate authorities than the system's\n  ONCALL_LOG        what is logged, as in `oncall=debug` [default: info]",
        "環境変数:\n  ONCALL_GIT_TOKEN  https:// のリポジトリ用のトークン\n  SSH_AUTH_SOCK     ssh エージェント（接続先の鍵は ~/.ssh/known_hosts）\n  SSL_CERT_FILE     システム以外の認証局の証明書\n  ONCALL_LOG        ログに出す範囲（例: `oncall=debug`）[既定値: info]",
    ),
    (
        "The webhook URL of each integration, and what to paste where; or the URL of each calendar",
        "各インテグレーションの Webhook URL と貼り付け先、または各カレンダーの URL を表示",
    ),
    ("What the Slack app must have", "Slack アプリに必要な設定"),
    (
        "The app's manifest, to paste at api.slack.com/apps, and a link that makes an app of it",
        "api.slack.com/apps に貼り付けるマニフェストと、アプリを作成するリンクを表示",
    ),
    (
        "List what is left to do; check every secret, and whether each provider would accept what we send",
        "残りの作業を一覧し、すべてのシークレットと、各プロバイダーが送信を受け付けるかを確認",
    ),
    (
        "Run it where the server runs, with the server's environment. It only reads, and sends nothing except the test call of --call.",
        "サーバーを動かす環境で、同じ環境変数を設定して実行します。読み取るだけで、--call のテスト通話のほかは何も送りません。",
    ),
    (
        "Ask the server on this machine whether its engine takes turns",
        "このマシンのサーバーが正常に処理を続けているかを確認",
    ),
    (
        "For the health check of a container, and for scripts. It asks for /healthz, which needs no token.",
        "コンテナのヘルスチェックやスクリプト用です。トークンの要らない /healthz に問い合わせます。",
    ),
    ("Exit status: 0 healthy, 3 not.", "終了ステータス: 0 正常、3 異常"),
    (
        "Send a test alert to the running server: people are really told",
        "動作中のサーバーにテストのアラートを送信（実際に連絡します）",
    ),
    (
        "Environment:\n  ONCALL_TOKEN  one of the api_tokens, to show the incident it opened\n                [default: one of those of oncall.yaml, if it is set here]",
        "環境変数:\n  ONCALL_TOKEN  api_tokens のいずれか。開いたインシデントの表示に使います\n                [既定値: oncall.yaml にあり、ここで設定されているもの]",
    ),
    (
        "The alert's summary is \"test alert from oncall send\"; its severity is info or\nwarning, if the monitor sends one. An integration with `fields` sends its\n`sample` unchanged. Send it again with --sample resolved when you have seen it.",
        "アラートの概要は `test alert from oncall send` です。深刻度は、監視ツールが送る場合は info か warning です。`fields` を持つインテグレーションは、`sample` をそのまま送ります。届いたら、--sample resolved を付けてもう一度送ってください。",
    ),
    (
        "Print a link that signs somebody in to the web pages, for ten minutes and once",
        "Web の画面にサインインするリンクを発行（10 分間、1 回だけ有効）",
    ),
    (
        "For a first look, for small teams, and for the night when the identity provider is down. It reads the key in the server's state directory, so it runs on that machine, as the user that runs the server.",
        "試用、少人数のチーム、認証基盤が止まった夜のためのものです。サーバーの状態ディレクトリの鍵を読むので、そのマシンで、サーバーと同じユーザーとして実行します。",
    ),
    (
        "Write the JSON Schemas that editors use to complete and check files",
        "エディタの補完と検査に使う JSON Schema を書き出す",
    ),
    (
        "Watch a Tuesday night in Tokyo, sixty times as fast: an alert, a call, an escalation",
        "東京の火曜の夜を 60 倍速で再現（アラート、電話、エスカレーション）",
    ),
    (
        "Print completions for a shell: commands, options, and the ids of the config you stand in",
        "シェルの補完スクリプトを出力（コマンド、オプション、設定の id）",
    ),
    (
        "For example:\n  bash  echo 'source <(oncall completions bash)' >> ~/.bashrc\n  zsh   echo 'source <(oncall completions zsh)' >> ~/.zshrc\n  fish  oncall completions fish > ~/.config/fish/completions/oncall.fish",
        "例:\n  bash  echo 'source <(oncall completions bash)' >> ~/.bashrc\n  zsh   echo 'source <(oncall completions zsh)' >> ~/.zshrc\n  fish  oncall completions fish > ~/.config/fish/completions/oncall.fish",
    ),
    (
        "Ids are those of the nearest folder with an oncall.yaml, from where the shell stands upwards.",
        "id は、いまいるフォルダから上へたどって最初に見つかる oncall.yaml のものです。",
    ),
    (
        "Write the manual pages into a directory that exists",
        "マニュアルページ（英語）を既存のディレクトリに書き出す",
    ),
    (
        "For example: oncall man /usr/local/share/man/man1 && man oncall-serve",
        "例: oncall man /usr/local/share/man/man1 && man oncall-serve",
    ),
    (
        "A time is one of now, 18:00, 2h, tomorrow 10:00, mon 10:00, 12/24 18:00, 2026-12-05 10:00, 2026-12-05T10:00:00+09:00. A time of day means the next one; what may mean two things is asked back.\nIn Japanese: 明日 10:00, 月曜 10時, 2時間, 交代まで",
        "時刻の書き方: now、18:00、2時間、明日 10:00、月曜 10時、交代まで、12/24 18:00、2026-12-05 10:00、2026-12-05T10:00:00+09:00。\n時刻だけなら、次に来るその時刻です。2 通りに読めるものは聞き返します。",
    ),
    (
        "Environment:\n  ONCALL_URL    the address of the server, unless --url gives it\n  ONCALL_TOKEN  the value of one of the server's api_tokens",
        "環境変数:\n  ONCALL_URL    サーバーの URL（--url がない場合）\n  ONCALL_TOKEN  サーバーの api_tokens のいずれかの値",
    ),
];
