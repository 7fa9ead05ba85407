# oncall as one task on ECS Fargate. Fargate has no EBS volume that outlives a task, so the journal is on EFS: each page waits
# for an fsync over the network (some milliseconds), and survives the loss of a task and of a zone.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

variable "name" {
  type    = string
  default = "oncall"
}

variable "image" {
  description = "The image of a release, with its tag"
  type        = string
}

variable "git" {
  description = "The config repository"
  type        = string
}

variable "cluster_arn" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  description = "Private subnets with a way out (NAT), in two zones or more"
  type        = list(string)
}

variable "load_balancer_security_group_id" {
  description = "What may reach the server: that of the load balancer that ends TLS"
  type        = string
}

variable "target_group_arn" {
  description = "A target group of type ip, health check /healthz"
  type        = string
}

variable "trusted_proxies" {
  description = "The load balancer's networks, for --trusted-proxy"
  type        = list(string)
}

variable "secrets" {
  description = "ARNs of Secrets Manager or SSM parameters, by the name of the environment variable that the config names"
  type        = map(string)
}

data "aws_region" "this" {}

resource "aws_efs_file_system" "this" {
  encrypted       = true
  throughput_mode = "elastic"
  tags            = { Name = var.name }
}

resource "aws_efs_backup_policy" "this" {
  file_system_id = aws_efs_file_system.this.id
  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_security_group" "task" {
  name   = "${var.name}-task"
  vpc_id = var.vpc_id

  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [var.load_balancer_security_group_id]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "efs" {
  name   = "${var.name}-efs"
  vpc_id = var.vpc_id

  ingress {
    from_port       = 2049
    to_port         = 2049
    protocol        = "tcp"
    security_groups = [aws_security_group.task.id]
  }
}

resource "aws_efs_mount_target" "this" {
  for_each        = toset(var.subnet_ids)
  file_system_id  = aws_efs_file_system.this.id
  subnet_id       = each.value
  security_groups = [aws_security_group.efs.id]
}

resource "aws_efs_access_point" "state" {
  file_system_id = aws_efs_file_system.this.id

  posix_user {
    uid = 65532
    gid = 65532
  }

  root_directory {
    path = "/oncall"
    creation_info {
      owner_uid   = 65532
      owner_gid   = 65532
      permissions = "0700"
    }
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

data "aws_iam_policy_document" "secrets" {
  statement {
    actions   = ["secretsmanager:GetSecretValue", "ssm:GetParameters"]
    resources = values(var.secrets)
  }
}

resource "aws_iam_role_policy" "secrets" {
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.secrets.json
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${var.name}"
  retention_in_days = 400
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 1024
  execution_role_arn       = aws_iam_role.execution.arn

  volume {
    name = "state"
    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.this.id
      transit_encryption = "ENABLED"
      authorization_config {
        access_point_id = aws_efs_access_point.state.id
      }
    }
  }

  container_definitions = jsonencode([{
    name  = "oncall"
    image = var.image
    command = concat(
      ["serve", "--git=${var.git}", "--listen=0.0.0.0:8080", "--state=/var/lib/oncall", "--log=json"],
      [for network in var.trusted_proxies : "--trusted-proxy=${network}"],
    )
    readonlyRootFilesystem = true
    user                   = "65532:65532"
    stopTimeout            = 15
    portMappings           = [{ containerPort = 8080 }]
    mountPoints            = [{ sourceVolume = "state", containerPath = "/var/lib/oncall" }]
    secrets                = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    healthCheck = {
      command     = ["CMD", "/usr/bin/oncall", "healthcheck"]
      interval    = 10
      timeout     = 6
      retries     = 3
      startPeriod = 60
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = data.aws_region.this.name
        awslogs-stream-prefix = "oncall"
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = var.cluster_arn
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = 1
  launch_type     = "FARGATE"

  # Never two tasks on one state: the old one ends before the new one starts.
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100

  network_configuration {
    subnets         = var.subnet_ids
    security_groups = [aws_security_group.task.id]
  }

  load_balancer {
    target_group_arn = var.target_group_arn
    container_name   = "oncall"
    container_port   = 8080
  }

  depends_on = [aws_efs_mount_target.this]
}
