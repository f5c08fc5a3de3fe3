# Every event that the portal knows and that this API key may subscribe to.
data "docspace_webhook_triggers" "portal" {}

output "file_triggers" {
  value = [
    for trigger in data.docspace_webhook_triggers.portal.triggers :
    trigger.name if trigger.available && startswith(trigger.dotted_name, "file.")
  ]
}
