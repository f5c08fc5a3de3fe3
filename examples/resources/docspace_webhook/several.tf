variable "webhooks" {
  description = "The webhooks by key. The keys must not change."
  type = map(object({
    uri            = string
    triggers       = set(string)
    secret_version = optional(number, 1)
  }))
  default = {
    uploads = {
      uri      = "https://hooks.example.com/docspace/uploads"
      triggers = ["FileUploaded"]
    }
    rooms = {
      uri      = "https://hooks.example.com/docspace/rooms"
      triggers = ["RoomCreated", "RoomArchived", "RoomDeleted"]
    }
  }
}

variable "webhook_secrets" {
  description = "The secrets of the webhooks, by the same keys."
  type        = map(string)
  ephemeral   = true
}

resource "docspace_webhook" "all" {
  for_each = var.webhooks

  name     = each.key
  uri      = each.value.uri
  triggers = each.value.triggers

  secret_key_wo         = var.webhook_secrets[each.key]
  secret_key_wo_version = each.value.secret_version
}
