# Finds a webhook by the name that the portal shows. Add the uri if several have the same name, or
# give the portal's number instead: id = "17".
data "docspace_webhook" "uploads" {
  name = "My file upload webhook"
}

output "upload_triggers" {
  value = data.docspace_webhook.uploads.triggers
}

# Warns in every plan and apply, and stops none, while deliveries fail or the webhook is disabled. healthy
# is null before the first delivery. The data source stands outside of the check on purpose: inside, a
# webhook that is gone would be a warning too, but no plan would ever be empty again.
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
