"""Events and their programmes as iCalendar files (RFC 5545): what stands in them, and their bytes. Pure."""
