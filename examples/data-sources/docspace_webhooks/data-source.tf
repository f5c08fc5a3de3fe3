# All webhooks that deliver uploads to one receiver, those that subscribe to every event included.
data "docspace_webhooks" "uploads" {
  enabled    = true
  uri_prefix = "https://hooks.example.com/"
  trigger    = "FileUploaded"
}

output "upload_receivers" {
  value = { for webhook in data.docspace_webhooks.uploads.webhooks : webhook.id => webhook.uri }
}

# Webhooks that were switched off, by hand or by the portal.
data "docspace_webhooks" "off" {
  enabled = false
}

output "switched_off" {
  value = [
    for webhook in data.docspace_webhooks.off.webhooks :
    "${webhook.name} (${webhook.id}): ${coalesce(webhook.last_failure_content, "no failure recorded")}"
  ]
}
