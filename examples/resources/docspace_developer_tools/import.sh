# A portal has one such setting, with this id:
terraform import docspace_developer_tools.portal developer_tools
