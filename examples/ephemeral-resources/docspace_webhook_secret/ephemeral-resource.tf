# A new secret in every run, made to satisfy the portal's password policy and stored nowhere. Only
# when the version is raised does the portal get the current one.
ephemeral "docspace_webhook_secret" "uploads" {}

resource "docspace_webhook" "uploads" {
  name     = "My file upload webhook"
  uri      = "https://hooks.example.com/docspace/uploads"
  triggers = ["FileUploaded"]

  secret_key_wo         = ephemeral.docspace_webhook_secret.uploads.secret_key
  secret_key_wo_version = 1
}
