# What a team may wrap around the webhook: one receiver for many kinds of events.

terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

variable "receiver" {
  type = string
}

variable "events" {
  type = map(set(string))
}

resource "docspace_webhook" "by_kind" {
  for_each = var.events

  name     = "Events of ${each.key}"
  uri      = "${var.receiver}/${each.key}"
  triggers = each.value
}

output "ids" {
  value = { for kind, webhook in docspace_webhook.by_kind : kind => webhook.id }
}
