terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

variable "domains" {
  type    = set(string)
  default = ["https://intranet.example.com", "*.apps.example.com"]
}

resource "docspace_embedding" "apps" {
  domains = var.domains
}
