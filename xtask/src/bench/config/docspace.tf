terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

resource "docspace_webhook" "many" {
  count                 = COUNT
  name                  = "Webhook ${count.index}"
  uri                   = "https://HOST/webhooks/${count.index}"
  triggers              = ["FileUploaded"]
  secret_key_wo         = "S3cret-Key-${count.index}"
  secret_key_wo_version = VERSION
}
