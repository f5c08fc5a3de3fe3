# Every run generates a new secret that satisfies the portal's password policy, and stores it nowhere.
# The portal gets it only when you raise the version.
ephemeral "docspace_webhook_secret" "uploads" {}

resource "docspace_webhook" "uploads" {
  name     = "My file upload webhook"
  uri      = "https://hooks.example.com/docspace/uploads"
  triggers = ["FileUploaded"]

  secret_key_wo         = ephemeral.docspace_webhook_secret.uploads.secret_key
  secret_key_wo_version = 1
}
