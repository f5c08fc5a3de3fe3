# A check block watches a webhook, and what was applied is what is read.

run "a_new_webhook_satisfies_the_check" {
  assert {
    condition     = docspace_webhook.backups.enabled
    error_message = "The webhook is switched on."
  }
}

run "the_check_speaks_up_when_the_webhook_is_switched_off" {
  variables {
    enabled = false
  }

  expect_failures = [check.backups_are_delivered]
}

run "the_check_goes_on_while_nothing_changes" {
  command = plan

  plan_options {
    mode = refresh-only
  }

  variables {
    enabled = false
  }

  assert {
    condition     = !docspace_webhook.backups.enabled
    error_message = "The portal has the webhook switched off."
  }

  expect_failures = [check.backups_are_delivered]
}

run "the_webhook_is_switched_on_again_in_place" {
  assert {
    condition     = docspace_webhook.backups.id == run.a_new_webhook_satisfies_the_check.id
    error_message = "Switching keeps the webhook."
  }

  assert {
    condition     = docspace_webhook.backups.triggers == toset(["FileUploaded", "FileTrashed"])
    error_message = "Switching keeps the triggers."
  }
}

run "a_forced_replacement_is_another_webhook" {
  plan_options {
    replace = [docspace_webhook.backups]
  }

  assert {
    condition     = docspace_webhook.backups.id != run.a_new_webhook_satisfies_the_check.id
    error_message = "A replacement has a number of its own."
  }
}
