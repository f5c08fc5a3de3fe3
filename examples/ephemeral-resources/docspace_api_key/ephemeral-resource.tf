# A key for this run only, for a script or another provider that must not use this provider's key.
ephemeral "docspace_api_key" "job" {
  permissions = ["rooms:read"]
  purpose     = "nightly job"
}

# Terraform creates a key in the plan and another in the apply, and deletes each at the end.
resource "terraform_data" "job" {
  provisioner "local-exec" {
    command = "test -n \"$DOCSPACE_KEY\""
    environment = {
      DOCSPACE_KEY = ephemeral.docspace_api_key.job.key
    }
  }
}
