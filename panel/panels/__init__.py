"""What people see: the Panel contract, the catalogue, one view, one file a panel."""
