terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

variable "name" {
  type    = string
  default = "Backups"
}

variable "enabled" {
  type    = bool
  default = true
}

resource "docspace_webhook" "backups" {
  name     = var.name
  uri      = "https://example.com/backups"
  triggers = ["FileUploaded", "FileTrashed"]
  enabled  = var.enabled
}

output "id" {
  value = docspace_webhook.backups.id
}

# Every plan and apply says so while nothing is delivered.
check "backups_are_delivered" {
  assert {
    condition     = docspace_webhook.backups.enabled
    error_message = "The webhook ${docspace_webhook.backups.name} is switched off."
  }
}
