# All webhooks that deliver uploads to one host, including those that subscribe to every event.
data "docspace_webhooks" "uploads" {
  enabled    = true
  uri_prefix = "https://hooks.example.com/"
  trigger    = "FileUploaded"
}

output "upload_receivers" {
  value = { for webhook in data.docspace_webhooks.uploads.webhooks : webhook.id => webhook.uri }
}

# All webhooks, to warn of those whose deliveries fail.
data "docspace_webhooks" "all" {}

check "everything_is_delivered" {
  assert {
    condition = alltrue([for webhook in data.docspace_webhooks.all.webhooks : webhook.healthy != false])
    error_message = join("\n", [
      for webhook in data.docspace_webhooks.all.webhooks :
      "${webhook.name} (${webhook.id}): ${webhook.failure_reason}" if webhook.healthy == false
    ])
  }
}
