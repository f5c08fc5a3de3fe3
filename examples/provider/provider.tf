terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

# Address and key are read from DOCSPACE_BASE_URL and DOCSPACE_API_KEY.
# Whatever these are set to, no other portal is asked or changed.
provider "docspace" {
  allowed_portals = ["yourportal.onlyoffice.com"]
}
