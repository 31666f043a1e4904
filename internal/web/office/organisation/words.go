package organisation

// legalKind is how long a legal text may be.
func legalKind(name string) string {
	switch name {
	case "publisher_address", "host_address", "retention", "moderation", "accessibility_state":
		return "textarea"
	}
	return "text"
}
