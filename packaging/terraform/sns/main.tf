# A topic whose messages go to an integration of oncall with `topics:`. CloudWatch's alarms, AWS services, Amazon Managed
# Prometheus and Amazon Managed Grafana publish to it. oncall confirms the subscription by itself.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

variable "name" {
  description = "Name of the topic. Amazon Managed Grafana may only publish to topics whose name begins with `grafana`."
  type        = string
}

variable "url" {
  description = "Address of the integration, as `oncall urls` prints it. It may hold a secret."
  type        = string
  sensitive   = true
}

variable "publishers" {
  description = "AWS services that may publish, such as cloudwatch.amazonaws.com, aps.amazonaws.com, events.amazonaws.com"
  type        = list(string)
  default     = ["cloudwatch.amazonaws.com"]
}

data "aws_caller_identity" "this" {}

resource "aws_sns_topic" "this" {
  name = var.name
}

data "aws_iam_policy_document" "publish" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.this.arn]

    principals {
      type        = "Service"
      identifiers = var.publishers
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  arn    = aws_sns_topic.this.arn
  policy = data.aws_iam_policy_document.publish.json
}

resource "aws_sns_topic_subscription" "oncall" {
  topic_arn              = aws_sns_topic.this.arn
  protocol               = "https"
  endpoint               = var.url
  endpoint_auto_confirms = true

  # SNS tries again for about an hour; oncall answers 503 while it cannot write to disk.
  delivery_policy = jsonencode({
    healthyRetryPolicy = {
      minDelayTarget     = 1
      maxDelayTarget     = 60
      numRetries         = 50
      numNoDelayRetries  = 3
      numMinDelayRetries = 2
      numMaxDelayRetries = 35
      backoffFunction    = "exponential"
    }
  })
}

output "topic_arn" {
  description = "For `topics:` of the integration, and for the alarms' actions"
  value       = aws_sns_topic.this.arn
}
