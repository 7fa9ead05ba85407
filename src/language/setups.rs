//! What to do at each monitor, in Japanese: the lines of words in `setup` of [`integration`](crate::integration), which has the English.
//!
//! Lines that are set in are pasted, and the same in every language. Names of menus stay as the monitor shows them.

use super::Language;

const LINES: &[(&str, &str)] = &[
    (
        "Subscribe it to the topic; it confirms itself:",
        "この URL をトピックに登録します。確認は自動で済みます:",
    ),
    (
        "Subscribe it to the topic of the alarms' actions (AlarmActions and OKActions); it confirms itself:",
        "この URL を、アラームのアクション（AlarmActions と OKActions）のトピックに登録します。確認は自動で済みます:",
    ),
    ("or in Terraform:", "Terraform では次のように書きます:"),
    (
        "In alertmanager.yml, with the secret in a header, because older versions log the URLs that fail:",
        "alertmanager.yml に書きます。古いバージョンは失敗した URL をログに残すので、シークレットはヘッダーに入れます:",
    ),
    (
        "and name the receiver in `route:`. Alertmanagers of a pair have one `--web.external-url`, or names that differ by a number; those of",
        "次に `route:` でこの receiver を指定します。冗長化した 2 台は `--web.external-url` をそろえるか、番号だけが違う名前にします。",
    ),
    (
        "other clusters another one. `credentials_file:` takes the secret from a file. Before version 0.22 there is no `authorization`: use the URL above, and no `http_config`.",
        "別のクラスターには別の値を使います。`credentials_file:` ならシークレットをファイルから読めます。0.22 より前には `authorization` がないので、上の URL を使い、`http_config` は書きません。",
    ),
    (
        "In Amazon Managed Prometheus, the alert manager definition:",
        "Amazon Managed Prometheus のアラートマネージャー定義は次のとおりです:",
    ),
    (
        "The default subject and message are understood, and so is its JSON template. The topic's policy must let aps.amazonaws.com publish.",
        "既定の件名と本文も、JSON のテンプレートも読み取れます。トピックのポリシーで aps.amazonaws.com の発行を許可してください。",
    ),
    (
        "Alerting > Contact points > Webhook > URL; or provision it, in provisioning/alerting/oncall.yaml:",
        "Alerting > Contact points > Webhook > URL に貼り付けます。プロビジョニングでは provisioning/alerting/oncall.yaml に書きます:",
    ),
    (
        "Then name it in a notification policy. Each Grafana has a `root_url` of its own: it tells two Grafanas apart.",
        "次に、通知ポリシーで指定します。`root_url` は Grafana ごとに変えてください。これで複数の Grafana を区別します。",
    ),
    (
        "Alerting > Contact points > Amazon SNS, with this topic and the default subject and message; then name it in a notification policy.",
        "Alerting > Contact points > Amazon SNS で、このトピックと既定の件名・本文を使い、通知ポリシーで指定します。",
    ),
    (
        "Amazon Managed Grafana has no webhook: its topic's name must begin with grafana. It can also use a contact point OpsGenie: see the type opsgenie.",
        "Amazon Managed Grafana には Webhook がなく、トピックの名前は grafana で始める必要があります。OpsGenie のコンタクトポイントも使えます（type: opsgenie）。",
    ),
    (
        "Integrations > Webhooks > New: this URL, and as payload:",
        "Integrations > Webhooks > New にこの URL を貼り付け、ペイロードは次のとおりにします:",
    ),
    (
        "Then name it in the monitor's message: @webhook-oncall",
        "次に、モニターのメッセージに @webhook-oncall と書きます",
    ),
    (
        "Alerts > Destinations > Webhook: this URL; then Workflows > Add a workflow > Notify: Webhook. The default payload works; this one also has descriptions, runbooks and acknowledgements:",
        "Alerts > Destinations > Webhook にこの URL を貼り付け、Workflows > Add a workflow > Notify: Webhook で選びます。既定のペイロードでも動きますが、次のものなら説明、手順書、対応状況も届きます:",
    ),
    (
        "The notifier's PagerDuty URL and integration (routing) key; in alertmanager.yml:",
        "通知元の PagerDuty の URL とインテグレーションキー（ルーティングキー）です。alertmanager.yml では次のように書きます:",
    ),
    (
        "and name the receiver in `route:`. Each group is one incident; without `severity`, what has no such label is an error.",
        "次に `route:` でこの receiver を指定します。グループごとに 1 つのインシデントです。`severity` を書かないと、そのラベルのないものは error になります。",
    ),
    (
        "Version 1 is {base}/generic/2010-04-15/create_event.json with the same key as service_key; deploys go to {base}/v2/change/enqueue and never page.",
        "バージョン 1 は {base}/generic/2010-04-15/create_event.json で、同じキーを service_key に入れます。デプロイは {base}/v2/change/enqueue に送ります。呼び出しはしません。",
    ),
    (
        "The notifier's Opsgenie API URL and key; in alertmanager.yml:",
        "通知元の Opsgenie の API の URL とキーです。alertmanager.yml では次のように書きます:",
    ),
    (
        "and name the receiver in `route:`. Each group is one incident.",
        "次に `route:` でこの receiver を指定します。グループごとに 1 つのインシデントです。",
    ),
    (
        "In Grafana, and in Amazon Managed Grafana, which has no webhook: Contact points > OpsGenie, API key {secret}, Alert API URL",
        "Grafana と、Webhook のない Amazon Managed Grafana では、Contact points > OpsGenie の API key を {secret}、Alert API URL を次のとおりにします",
    ),
    (
        "Amazon SES: a receipt rule with an SNS action (encoding Base64), its topic in `topics`, and",
        "Amazon SES では、受信ルールに SNS アクション（エンコードは Base64）を足し、そのトピックを `topics` に書いて、次を実行します",
    ),
    (
        "A mail server of your own pipes each message to",
        "自前のメールサーバーでは、メールを 1 通ずつ次のコマンドに渡します",
    ),
    (
        "Monitor > Alerts > Action groups > Actions > Webhook: this URL, common alert schema on.",
        "Monitor > Alerts > Action groups > Actions > Webhook にこの URL を貼り付け、共通アラートスキーマを有効にします。",
    ),
    (
        "Alerting > Edit notification channels > Webhooks > Add new: this URL. Its severity is the policy's; set one in each policy.",
        "Alerting > Edit notification channels > Webhooks > Add new にこの URL を貼り付けます。重大度はポリシーの値なので、ポリシーごとに設定してください。",
    ),
    (
        "POST JSON or a form to it, or GET it with a query; the secret may be sent as",
        "JSON かフォームを POST するか、クエリーを付けて GET します。シークレットは",
    ),
    (
        "`Authorization: Bearer` instead. `fields` say where the body says what.",
        "`Authorization: Bearer` でも送れます。本文のどこに何があるかは `fields` に書きます。",
    ),
    (
        "Settings > Webhooks > Add webhook: this URL, content type application/json, as secret the integration's `secret`, and the events \"Workflow runs\" and \"Deployment statuses\".",
        "Settings > Webhooks > Add webhook にこの URL を貼り付けます。Content type は application/json、Secret はインテグレーションの `secret`、イベントは \"Workflow runs\" と \"Deployment statuses\" です。",
    ),
    (
        "Integrations > Webhook: for down and for up alike, POST to this URL with the body",
        "Integrations > Webhook で、down と up のどちらも、次の本文をこの URL に POST します",
    ),
    (
        "Channels > Add > Webhook > URL, with the events of alerts; then add the channel to a notification group.",
        "チャンネル設定 > 通知チャンネルを追加 > Webhook の URL に貼り付け、アラートのイベントを選びます。次に、そのチャンネルを通知グループに加えます。",
    ),
    (
        "Copy contrib/nagios/notify-oncall of the repository to /usr/local/bin. Put this URL into /etc/oncall/nagios-url, which only the user that runs Nagios may read. Name contrib/nagios/oncall.cfg as a `cfg_file` in nagios.cfg, with `notification_timeout=180`, so that the script may try again, and add the contact `oncall`, which it defines, to hosts and services.",
        "リポジトリの contrib/nagios/notify-oncall を /usr/local/bin にコピーします。この URL を /etc/oncall/nagios-url に書き、Nagios を動かすユーザーだけが読めるようにします。nagios.cfg の `cfg_file` に contrib/nagios/oncall.cfg を指定し、スクリプトが再試行できるように `notification_timeout=180` にします。そこで定義している連絡先 `oncall` を、ホストとサービスに加えます。",
    ),
    (
        "Copy contrib/nagios/notify-oncall of the repository to /usr/local/bin. Put this URL into /etc/oncall/nagios-url, which only the user that runs Icinga may read. Copy contrib/nagios/oncall-icinga2.conf to /etc/icinga2/conf.d, and set `vars.oncall = true` on the hosts (then their services too) or services that page.",
        "リポジトリの contrib/nagios/notify-oncall を /usr/local/bin にコピーします。この URL を /etc/oncall/nagios-url に書き、Icinga を動かすユーザーだけが読めるようにします。contrib/nagios/oncall-icinga2.conf を /etc/icinga2/conf.d にコピーし、呼び出しの対象にするホスト（そのサービスも対象になります）かサービスに `vars.oncall = true` を設定します。",
    ),
    (
        "Notifications > Channels > Custom webhook > URL, method POST. As the action's message paste samples/opensearch-query-level.mustache (or -bucket-level); the default text is read as well. A query-level monitor never says that it is over: set `stale_after` to 2 or 3 of its intervals.",
        "Notifications > Channels > Custom webhook の URL に貼り付け、メソッドは POST にします。アクションのメッセージには samples/opensearch-query-level.mustache（または -bucket-level）を貼り付けます。既定の文も読み取れます。クエリーレベルのモニターは終わったことを知らせないので、`stale_after` を実行間隔の 2～3 倍にしてください。",
    ),
    (
        "Settings > Integrations > Add integration > Webhook: this URL; then choose it in the checks.",
        "Settings > Integrations > Add integration > Webhook にこの URL を貼り付け、各チェックで選びます。",
    ),
    (
        "Settings > Custom Integrations > Internal Integration: this Webhook URL, Alert Rule Action on, and Webhooks: issue. Its Client Secret is the integration's `secret`. Then choose it as an action in alert rules.",
        "Settings > Custom Integrations > Internal Integration で、Webhook URL にこの URL を貼り付け、Alert Rule Action を有効にし、Webhooks で issue を選びます。Client Secret がインテグレーションの `secret` です。次に、アラートルールのアクションで選びます。",
    ),
    (
        "Settings > Notifications > Webhook: this URL, content type application/json.",
        "Settings > Notifications > Webhook にこの URL を貼り付け、コンテントタイプは application/json にします。",
    ),
    (
        "Alerts > Media types > Import: contrib/zabbix/oncall.yaml of the repository; set its parameter `url` to this URL. Give it to a user as media (send to: oncall), and name that user in a trigger action with operations, recovery operations and update operations. The user must be one who may read the hosts; only a Super admin sees who acknowledges.",
        "Alerts > Media types > Import でリポジトリの contrib/zabbix/oncall.yaml を取り込み、パラメーター `url` をこの URL にします。これをユーザーのメディアに加え（送信先は oncall）、トリガーアクションの実行内容・復旧時・更新時の実行内容でそのユーザーを指定します。ユーザーにはホストを読む権限が必要です。障害を確認した人の名前を読めるのは特権管理者だけです。",
    ),
];

impl Language {
    /// A line of what to do at a monitor.
    pub fn setup(self, line: &str) -> &str {
        match self {
            Language::En => line,
            Language::Ja => LINES.iter().find(|(en, _)| *en == line).map_or(line, |(_, ja)| ja),
        }
    }
}
