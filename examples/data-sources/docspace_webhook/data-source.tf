# Finds a webhook by the name that the portal shows. Add the uri if several have the same name, or
# give the portal's number instead: id = "17".
data "docspace_webhook" "uploads" {
  name = "My file upload webhook"
}

output "upload_triggers" {
  value = data.docspace_webhook.uploads.triggers
}

# Warns in every plan and apply, and stops none, when the webhook was switched off or a delivery has
# failed since yesterday. The data source stands outside of the check on purpose: inside, a webhook
# that is gone would be a warning too, but no plan would ever be empty again.
check "uploads_are_delivered" {
  assert {
    condition     = data.docspace_webhook.uploads.enabled
    error_message = "The webhook is switched off, by hand or by the portal."
  }

  assert {
    condition = (
      data.docspace_webhook.uploads.last_failure_on == null ? true :
      timecmp(data.docspace_webhook.uploads.last_failure_on, timeadd(plantimestamp(), "-24h")) < 0
    )
    error_message = "A delivery has failed: ${coalesce(data.docspace_webhook.uploads.last_failure_content, "no reason recorded")}"
  }
}
