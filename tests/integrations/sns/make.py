#!/usr/bin/env python3
"""Makes the certificates in this folder and signs the messages in ../cloudwatch/sns-*.json.

Run it in this folder: ./make.py (needs the openssl command). Keys live in a temporary folder and are thrown away, so
each run renews every certificate and signature; the snapshots stay the same. The string to sign is built here from the
AWS documentation, not by the code under test.
"""
import base64, json, pathlib, subprocess, tempfile

HERE = pathlib.Path(__file__).parent
OUT = HERE.parent / "cloudwatch"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
TOPIC_CN = "arn:aws-cn:sns:cn-north-1:123456789012:alarms"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
CERTIFICATE_CN = "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0123456789abcdef.pem"
TOKEN = "2336412f37fb687f5d51e6e241da92fd72d769c5"


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, **options).stdout


def certificate(work, name, dns, start, end):
    """A leaf for `dns`, signed by the CA in `work`."""
    key, request, leaf = work / f"{name}.key", work / f"{name}.csr", work / f"{name}.pem"
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={dns}")
    (work / "leaf.cnf").write_text(f"""[ca]
default_ca=own
[own]
database={work}/index
serial={work}/serial
new_certs_dir={work}
default_md=sha256
policy=any
unique_subject=no
x509_extensions=leaf
[any]
commonName=supplied
[leaf]
basicConstraints=critical,CA:FALSE
subjectAltName=DNS:{dns}
extendedKeyUsage=serverAuth
keyUsage=digitalSignature
""")
    openssl("ca", "-batch", "-notext", "-config", work / "leaf.cnf", "-cert", work / "ca.pem", "-keyfile",
            work / "ca.key", "-in", request, "-out", leaf, "-startdate", start, "-enddate", end)
    return key, leaf.read_text()


def string_to_sign(message):
    keys = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if message["Type"] != "Notification":
        keys = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    return "".join(f"{key}\n{message[key]}\n" for key in keys if message.get(key) is not None)


def sign(key, message):
    digest = "-sha1" if message["SignatureVersion"] == "1" else "-sha256"
    signature = openssl("dgst", digest, "-sign", key, input=string_to_sign(message).encode())
    return {**message, "Signature": base64.b64encode(signature).decode()}


def notification(version, message, number, subject=None, topic=TOPIC, url=CERTIFICATE, url_key="SigningCertURL"):
    body = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"), ensure_ascii=False)
    envelope = {"Type": "Notification", "MessageId": f"00000000-0000-4000-8000-{number:012d}", "TopicArn": topic}
    if subject:
        envelope["Subject"] = subject
    return {**envelope, "Message": body, "Timestamp": "2026-12-01T02:53:45.134Z", "SignatureVersion": version,
            url_key: url}


def subscription(kind, version, number, url="https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
                                             f"&TopicArn={TOPIC}&Token={TOKEN}"):
    return {"Type": kind, "MessageId": f"00000000-0000-4000-8000-{number:012d}", "Token": TOKEN, "TopicArn": TOPIC,
            "Message": f"You have chosen to change the subscription to the topic {TOPIC}.\nVisit the SubscribeURL.",
            "SubscribeURL": url, "Timestamp": "2026-12-01T02:53:45.134Z", "SignatureVersion": version, "SigningCertURL": CERTIFICATE}


def alarm(state, **more):
    return {"AlarmName": "checkout 5xx", "AlarmDescription": "More than 100 errors a minute.\nSee the dashboard.",
            "AWSAccountId": "123456789012", "AlarmConfigurationUpdatedTimestamp": "2026-11-01T00:00:00.000+0000",
            "NewStateValue": state, "NewStateReason": "Threshold Crossed: 1 datapoint [120.0] was greater than 100.0.",
            "StateChangeTime": "2026-12-01T02:53:45.093+0000", "Region": "EU (Ireland)",
            "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout 5xx", "OldStateValue": "OK",
            "OKActions": [], "AlarmActions": [TOPIC], "InsufficientDataActions": [],
            "Trigger": {"MetricName": "HTTPCode_Target_5XX_Count", "Namespace": "AWS/ApplicationELB",
                        "StatisticType": "Statistic", "Statistic": "SUM", "Unit": None,
                        "Dimensions": [{"value": "app/checkout/50dc6c495c0c9188", "name": "LoadBalancer"}],
                        "Period": 60, "EvaluationPeriods": 1, "Threshold": 100.0,
                        "TreatMissingData": "- TreatMissingData:                    missing"}, **more}


def messages():
    metric = {"Id": "m1", "MetricStat": {"Metric": {"Dimensions": [{"value": "orders", "name": "QueueName"}],
              "MetricName": "NumberOfMessagesSent", "Namespace": "AWS/SQS"}, "Period": 60, "Stat": "Sum"}}
    math = alarm("ALARM", AlarmName="orders band", AlarmDescription=None, Trigger={"Period": 60, "Metrics": [
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "Label": "band", "ReturnData": True}, metric]})
    math["AlarmArn"] = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders band"
    composite = alarm("ALARM", AlarmName="shop", AlarmRule='ALARM("checkout 5xx") OR ALARM("orders band")',
                      AlarmDescription="", TriggeringChildren=[
        {"Arn": "arn:aws-cn:cloudwatch:cn-north-1:123456789012:alarm:checkout",
         "State": {"Value": "ALARM", "Timestamp": "2026-12-01T02:53:00.000+0000"}}])
    composite["AlarmArn"] = "arn:aws-cn:cloudwatch:cn-north-1:123456789012:alarm:shop"
    del composite["Trigger"]
    old = alarm("ALARM")
    del old["AlarmArn"]
    event = json.loads((OUT / "eventbridge-alarm.json").read_text())
    return {
        "alarm": notification("1", alarm("ALARM"), 1, 'ALARM: "checkout 5xx" in EU (Ireland)'),
        "ok": notification("2", alarm("OK", OldStateValue="ALARM"), 2),
        "insufficient-data": notification("1", alarm("INSUFFICIENT_DATA"), 3, "INSUFFICIENT_DATA"),
        "metric-math": notification("2", math, 4, 'ALARM: "orders band"'),
        "composite-china": notification("2", composite, 5, "ALARM", TOPIC_CN, CERTIFICATE_CN),
        "alarm-without-arn": notification("1", old, 6, "ALARM"),
        "notice": notification("1", "\nThe budget is used up.\n\nDear customer,\n停止します。", 7),
        "notice-with-subject": notification("1", "Dear customer,\nall of it.", 8, "AWS Budgets: shop"),
        "eventbridge": notification("2", event, 9),
        "lambda-casing": lambda_casing(),
        "subscription-confirmation": subscription("SubscriptionConfirmation", "1", 12),
        "unsubscribe-confirmation": subscription("UnsubscribeConfirmation", "2", 13),
    }


def lambda_casing():
    """As a Lambda function is given it: a null Subject is not signed."""
    message = notification("2", alarm("ALARM"), 10, url_key="SigningCertUrl")
    return {**message, "Subject": None, "MessageAttributes": {},
            "UnsubscribeUrl": f"https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={TOPIC}:1"}


# Signed by SNS, as it were, and yet not to be visited.
HOSTILE = [
    "http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1",
    "https://169.254.169.254/?Action=ConfirmSubscription&Token=1",
    "https://sns.eu-west-1.amazonaws.com.evil.example/?Action=ConfirmSubscription&Token=1",
    "https://sns.eu-west-1.amazonaws.com@evil.example/?Action=ConfirmSubscription&Token=1",
    "https://sns.eu-west-1.amazonaws.com:8443/?Action=ConfirmSubscription&Token=1",
    "https://sns.eu-west-1.amazonaws.com\\@evil.example/?Action=ConfirmSubscription&Token=1",
    "https://sns.eu-west-1.amazonaws.com/?Action=DeleteTopic&Action=ConfirmSubscription&Token=1",
    "https://sns.eu-west-1.amazonaws.com/other?Action=ConfirmSubscription&Token=1",
    "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1\r\nHost: evil.example",
    "file:///etc/passwd",
    "",
]


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        (work / "index").write_text("")
        (work / "serial").write_text("01\n")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", work / "ca.key", "-out", work / "ca.pem",
                "-days", "3650", "-subj", "/CN=A test CA of oncall")
        key, leaf = certificate(work, "signing", "sns.amazonaws.com", "20260101000000Z", "20361231235959Z")
        _, expired = certificate(work, "expired", "sns.amazonaws.com", "20250101000000Z", "20261130235959Z")
        _, other = certificate(work, "other", "sns.shop.example", "20260101000000Z", "20361231235959Z")
        _, stranger = certificate(work, "stranger", "sns.amazonaws.com", "20260101000000Z", "20361231235959Z")
        (HERE / "other-key.pem").write_text(stranger)
        (HERE / "signing.pem").write_text(leaf)
        (HERE / "with-private-ca.pem").write_text(leaf + (work / "ca.pem").read_text())
        (HERE / "expired.pem").write_text(expired)
        (HERE / "other-name.pem").write_text(other)
        for name, message in messages().items():
            text = json.dumps(sign(key, message), indent=2, ensure_ascii=False)
            (OUT / f"sns-{name}.json").write_text(text + "\n")
        hostile = [sign(key, subscription("SubscriptionConfirmation", "2", 20, url)) for url in HOSTILE]
        (HERE / "hostile-confirmations.jsonl").write_text("".join(json.dumps(it) + "\n" for it in hostile))


main()
