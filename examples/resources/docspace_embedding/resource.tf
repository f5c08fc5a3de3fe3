# The intranet and all apps below one domain may embed the portal.
resource "docspace_embedding" "apps" {
  domains = [
    "https://intranet.example.com",
    "*.apps.example.com",
  ]
}
