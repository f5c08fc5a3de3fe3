# What could not be delivered since yesterday, to any receiver. With plantimestamp() the journal is
# read while planning.
data "docspace_webhook_deliveries" "failed" {
  from          = timeadd(plantimestamp(), "-24h")
  status_groups = ["not_sent", "3xx", "4xx", "5xx"]
}

output "failed_deliveries" {
  value = [
    for delivery in data.docspace_webhook_deliveries.failed.deliveries :
    "${delivery.webhook_name}: ${delivery.trigger}, ${coalesce(delivery.failure_reason, "waiting")}"
  ]
}

# The last upload that was announced, with what was sent. Payloads are sensitive and stored in the
# state.
data "docspace_webhook_deliveries" "last_upload" {
  trigger          = "FileUploaded"
  limit            = 1
  include_payloads = true
}

output "last_upload" {
  value = [
    for delivery in data.docspace_webhook_deliveries.last_upload.deliveries :
    jsondecode(delivery.request_payload).payload.title
  ]
  sensitive = true
}
