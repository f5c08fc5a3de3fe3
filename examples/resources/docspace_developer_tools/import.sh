# A portal has one such setting, and this is its id:
terraform import docspace_developer_tools.portal developer_tools
