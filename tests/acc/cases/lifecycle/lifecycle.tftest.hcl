# One webhook from its plan through several updates. Terraform destroys it at the end.

run "is_planned_with_defaults" {
  command = plan

  assert {
    condition     = docspace_webhook.deployments.enabled && docspace_webhook.deployments.ssl
    error_message = "enabled and ssl default to true."
  }

  assert {
    condition     = docspace_webhook.deployments.target_id == null
    error_message = "No target is planned unless it is configured."
  }
}

run "is_created" {
  assert {
    condition     = can(regex("^[1-9][0-9]*$", output.id))
    error_message = "The id is the portal's number."
  }

  assert {
    condition     = length(docspace_webhook.deployments.secret_key) == 30
    error_message = "A secret is generated when none is configured."
  }
}

run "changes_in_place" {
  variables {
    name      = "Deployments, renamed"
    uri       = "https://example.net/deployments"
    triggers  = ["RoomCreated", "RoomArchived"]
    target_id = "1234"
  }

  assert {
    condition     = docspace_webhook.deployments.id == run.is_created.id
    error_message = "Every change is made in place."
  }

  assert {
    condition     = docspace_webhook.deployments.triggers == toset(["RoomArchived", "RoomCreated"])
    error_message = "Triggers are a set of names."
  }

  assert {
    condition     = docspace_webhook.deployments.target_id == "1234"
    error_message = "The target is set."
  }
}

run "listens_to_everything_and_is_switched_off" {
  variables {
    triggers = ["All"]
    enabled  = false
  }

  assert {
    condition     = docspace_webhook.deployments.id == run.is_created.id
    error_message = "Every change is made in place."
  }

  assert {
    condition     = !docspace_webhook.deployments.enabled
    error_message = "The webhook is switched off."
  }

  assert {
    condition     = docspace_webhook.deployments.target_id == null
    error_message = "A target that is no longer configured is removed."
  }
}

run "is_read_back_as_it_was_applied" {
  command = plan

  plan_options {
    mode = refresh-only
  }

  variables {
    triggers = ["All"]
    enabled  = false
  }

  assert {
    condition     = docspace_webhook.deployments.triggers == toset(["All"]) && !docspace_webhook.deployments.enabled
    error_message = "The portal holds what was applied."
  }
}
