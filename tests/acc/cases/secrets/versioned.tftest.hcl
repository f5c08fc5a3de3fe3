# The practitioner raises the version when the secret is to be sent.

variables {
  secret         = "correct-horse-battery"
  secret_version = 1
}

run "nothing_is_stored" {
  assert {
    condition     = docspace_webhook.signed.secret_key == null && docspace_webhook.signed.secret_key_wo == null
    error_message = "A write-only secret is not in the state."
  }

  assert {
    condition     = docspace_webhook.signed.secret_key_wo_version == 1
    error_message = "The version is in the state."
  }
}

run "the_version_rotates" {
  variables {
    secret         = "battery-horse-correct"
    secret_version = 2
  }

  assert {
    condition     = docspace_webhook.signed.secret_key_wo_version == 2
    error_message = "The version follows the configuration."
  }

  assert {
    condition     = docspace_webhook.signed.secret_key == null
    error_message = "A rotated secret is not in the state either."
  }
}
