# The setting from its creation through a change. Terraform destroys it at the end.

run "is_limited" {
  assert {
    condition     = docspace_developer_tools.portal.id == "developer_tools"
    error_message = "A portal has one such setting."
  }

  assert {
    condition     = docspace_developer_tools.portal.limited_to_admins
    error_message = "The setting is the configured one."
  }
}

run "is_opened" {
  variables {
    limited = false
  }

  assert {
    condition     = !docspace_developer_tools.portal.limited_to_admins
    error_message = "The setting is the configured one."
  }
}

run "is_read_back_as_it_was_applied" {
  command = plan

  plan_options {
    mode = refresh-only
  }

  variables {
    limited = false
  }

  assert {
    condition     = !docspace_developer_tools.portal.limited_to_admins
    error_message = "The portal holds what was applied."
  }
}

run "is_limited_again" {
  assert {
    condition     = docspace_developer_tools.portal.limited_to_admins
    error_message = "The setting is the configured one."
  }
}
