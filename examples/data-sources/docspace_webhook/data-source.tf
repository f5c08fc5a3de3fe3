# By name; uri tells webhooks of one name apart, and id is the shortest way when it is known.
data "docspace_webhook" "uploads" {
  name = "My file upload webhook"
}

locals {
  never = "1970-01-01T00:00:00Z"
}

# A warning in every plan and apply for as long as the receiver does not get what it should.
check "uploads_are_delivered" {
  assert {
    condition     = data.docspace_webhook.uploads.enabled
    error_message = "The webhook ${data.docspace_webhook.uploads.id} is switched off."
  }

  assert {
    condition = timecmp(
      coalesce(data.docspace_webhook.uploads.last_success_on, local.never),
      coalesce(data.docspace_webhook.uploads.last_failure_on, local.never)
    ) >= 0
    error_message = "The last delivery of webhook ${data.docspace_webhook.uploads.id} has failed."
  }
}
