terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

variable "secret" {
  type      = string
  ephemeral = true
}

variable "secret_version" {
  type    = number
  default = null
}

resource "docspace_webhook" "signed" {
  name                  = "Signed"
  uri                   = "https://example.com/signed"
  triggers              = ["FormSubmit"]
  secret_key_wo         = var.secret
  secret_key_wo_version = var.secret_version
}
