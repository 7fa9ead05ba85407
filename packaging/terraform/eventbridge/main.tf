# Events of AWS services that should page, to a topic that oncall reads (see ../sns; let events.amazonaws.com publish there).

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

variable "topic_arn" {
  description = "The topic of the integration"
  type        = string
}

variable "patterns" {
  description = "Event patterns by the name of their rule. oncall reads the state in each, so ask for recoveries too."
  type        = map(any)
  default = {
    oncall-health    = { source = ["aws.health"] }
    oncall-guardduty = { source = ["aws.guardduty"], detail-type = ["GuardDuty Finding"] }
    oncall-pipelines = {
      source      = ["aws.codepipeline"]
      detail-type = ["CodePipeline Pipeline Execution State Change"]
      detail      = { state = ["FAILED", "SUCCEEDED"] }
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each      = var.patterns
  name          = each.key
  event_pattern = jsonencode(each.value)
}

resource "aws_cloudwatch_event_target" "topic" {
  for_each = aws_cloudwatch_event_rule.this
  rule     = each.value.name
  arn      = var.topic_arn
}
