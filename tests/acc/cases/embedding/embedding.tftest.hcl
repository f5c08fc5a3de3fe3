# The list from its creation through a change. Terraform destroys it at the end.

run "is_created" {
  assert {
    condition     = docspace_embedding.apps.id == "embedding"
    error_message = "A portal has one list."
  }

  assert {
    condition     = docspace_embedding.apps.domains == toset(["*.apps.example.com", "https://intranet.example.com"])
    error_message = "The list is the configured one."
  }
}

run "changes_in_place" {
  variables {
    domains = ["https://intranet.example.com", "portal.example.org"]
  }

  assert {
    condition     = docspace_embedding.apps.domains == toset(["https://intranet.example.com", "portal.example.org"])
    error_message = "The list is the configured one."
  }
}

run "is_read_back_as_it_was_applied" {
  command = plan

  plan_options {
    mode = refresh-only
  }

  variables {
    domains = ["https://intranet.example.com", "portal.example.org"]
  }

  assert {
    condition     = length(docspace_embedding.apps.domains) == 2
    error_message = "The portal holds what was applied."
  }
}

run "can_be_empty" {
  variables {
    domains = []
  }

  assert {
    condition     = length(docspace_embedding.apps.domains) == 0
    error_message = "An empty set keeps the list empty."
  }
}
