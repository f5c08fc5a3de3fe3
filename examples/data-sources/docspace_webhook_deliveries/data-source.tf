# What was not delivered during the last day, read anew in every plan.
data "docspace_webhook_deliveries" "failed" {
  from          = timeadd(plantimestamp(), "-24h")
  status_groups = ["4xx", "5xx"]
}

check "everything_was_delivered" {
  assert {
    condition     = length(data.docspace_webhook_deliveries.failed.deliveries) == 0
    error_message = "Some deliveries of the last 24 hours have failed."
  }
}
