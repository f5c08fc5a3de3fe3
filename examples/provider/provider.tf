terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

# The address and the key come from DOCSPACE_BASE_URL and DOCSPACE_API_KEY.
# If these point to any other portal, every command fails before it sends a request.
provider "docspace" {
  allowed_portals = ["yourportal.onlyoffice.com"]
}
