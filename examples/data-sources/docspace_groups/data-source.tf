# All groups that are kept in the portal and not in a directory service.
data "docspace_groups" "all" {}

output "groups" {
  value = {
    for group in data.docspace_groups.all.groups : group.id => group.name
    if !group.is_ldap
  }
}
