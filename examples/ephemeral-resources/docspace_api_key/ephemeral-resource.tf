# A key for this run only, for a provider or script that cannot use the one of this provider.
ephemeral "docspace_api_key" "job" {
  permissions = ["rooms:read"]
  purpose     = "nightly job"
}

# Terraform makes it for the plan and again for the apply, and deletes it each time.
resource "terraform_data" "job" {
  provisioner "local-exec" {
    command = "test -n \"$DOCSPACE_KEY\""
    environment = {
      DOCSPACE_KEY = ephemeral.docspace_api_key.job.key
    }
  }
}
