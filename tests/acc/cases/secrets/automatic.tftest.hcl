# The provider counts the changes of the secret.

variables {
  secret = "correct-horse-battery"
}

run "counting_begins_at_one" {
  assert {
    condition     = docspace_webhook.signed.secret_key_wo_version == 1
    error_message = "The first secret is version 1."
  }
}

run "the_same_secret_is_the_same_version" {
  assert {
    condition     = docspace_webhook.signed.secret_key_wo_version == 1
    error_message = "Nothing has changed."
  }
}

run "another_secret_is_the_next_version" {
  variables {
    secret = "battery-horse-correct"
  }

  assert {
    condition     = docspace_webhook.signed.secret_key_wo_version == 2
    error_message = "The second secret is version 2."
  }

  assert {
    condition     = docspace_webhook.signed.secret_key == null && docspace_webhook.signed.secret_key_wo == null
    error_message = "A write-only secret is not in the state."
  }
}
