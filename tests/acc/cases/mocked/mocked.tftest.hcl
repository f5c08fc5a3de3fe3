# A module is tested without a portal: the provider's schema is real, its answers are not.

mock_provider "docspace" {
  mock_resource "docspace_webhook" {
    defaults = {
      id = "17"
    }
  }
}

variables {
  receiver = "https://example.com/docspace"

  events = {
    files = ["FileUploaded", "FileDeleted"]
    rooms = ["RoomCreated"]
  }
}

run "each_kind_has_a_webhook" {
  assert {
    condition     = output.ids == { files = "17", rooms = "17" }
    error_message = "Each kind of events has its webhook."
  }

  assert {
    condition     = docspace_webhook.by_kind["rooms"].uri == "https://example.com/docspace/rooms"
    error_message = "The kind is part of the address."
  }
}
