# Finds a webhook by the name that the portal shows. If several have that name, add the uri, or use
# the id instead: id = "17".
data "docspace_webhook" "uploads" {
  name = "My file upload webhook"
}

output "upload_triggers" {
  value = data.docspace_webhook.uploads.triggers
}

# While deliveries fail or the webhook is disabled, every plan and apply warns but goes on. healthy is
# null before the first delivery. Keep the data source outside the check: inside it, a missing webhook
# would be only a warning, but no plan would ever be empty again.
check "uploads_are_delivered" {
  assert {
    condition     = data.docspace_webhook.uploads.healthy != false
    error_message = "Deliveries fail: ${coalesce(data.docspace_webhook.uploads.failure_reason, "no reason known")}"
  }

  assert {
    condition     = data.docspace_webhook.uploads.enabled
    error_message = "The webhook is disabled, by hand or by the portal."
  }
}
