# What this portal can tell about, and what this key may subscribe to.
data "docspace_webhook_triggers" "all" {}

output "available_triggers" {
  value = [
    for trigger in data.docspace_webhook_triggers.all.triggers : trigger.name if trigger.available
  ]
}
