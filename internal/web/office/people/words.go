package people

import (
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// rolesOf lists the roles, one of them chosen.
func rolesOf(p *office.Page, role embraye.Role) []office.Option {
	return p.Form.Options("office.role", string(role), office.Roles())
}
