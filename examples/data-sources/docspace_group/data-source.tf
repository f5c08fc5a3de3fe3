# Finds a group by its name. If several have that name, use the id instead.
data "docspace_group" "design" {
  name = "Design"
}

# The members of the group.
data "docspace_users" "designers" {
  group_id = data.docspace_group.design.id
}

output "designers" {
  value = [for user in data.docspace_users.designers.users : user.email]
}
