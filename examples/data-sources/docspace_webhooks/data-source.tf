# Every webhook that is told about uploads and sends to hosts of ours.
data "docspace_webhooks" "ours" {
  trigger    = "FileUploaded"
  uri_prefix = "https://hooks.example.com/"
}

output "webhooks_by_name" {
  value = { for webhook in data.docspace_webhooks.ours.webhooks : webhook.name => webhook.id... }
}
