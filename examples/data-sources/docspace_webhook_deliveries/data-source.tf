# All deliveries that failed or are still waiting since yesterday. With plantimestamp(), unlike
# timestamp(), the plan already reads the journal.
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

# The last delivery about an upload, with its payload. Payloads are sensitive, and stored in the state.
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
