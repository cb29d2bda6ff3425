"""What people see and type: views as plain objects, painted by one canvas."""
