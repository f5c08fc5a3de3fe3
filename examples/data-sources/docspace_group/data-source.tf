# Finds a group by its name. Give the id instead if several groups have the name.
data "docspace_group" "design" {
  name = "Design"
}

# Who is in it.
data "docspace_users" "designers" {
  group_id = data.docspace_group.design.id
}

output "designers" {
  value = [for user in data.docspace_users.designers.users : user.email]
}
