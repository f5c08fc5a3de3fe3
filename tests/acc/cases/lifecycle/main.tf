terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

variable "name" {
  type    = string
  default = "Deployments"
}

variable "uri" {
  type    = string
  default = "https://example.com/deployments"
}

variable "triggers" {
  type    = set(string)
  default = ["FileUploaded"]
}

variable "enabled" {
  type    = bool
  default = null
}

variable "target_id" {
  type    = string
  default = null
}

resource "docspace_webhook" "deployments" {
  name      = var.name
  uri       = var.uri
  triggers  = var.triggers
  enabled   = var.enabled
  target_id = var.target_id
}

output "id" {
  value = docspace_webhook.deployments.id
}
