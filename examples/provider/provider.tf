terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

# The API key is read from DOCSPACE_API_KEY. DOCSPACE_BASE_URL can stand in for base_url too.
provider "docspace" {
  base_url = "https://yourportal.onlyoffice.com"
}
