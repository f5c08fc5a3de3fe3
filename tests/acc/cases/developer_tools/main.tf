terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

variable "limited" {
  type    = bool
  default = true
}

resource "docspace_developer_tools" "portal" {
  limited_to_admins = var.limited
}
