package office

import (
	"html/template"
	"io/fs"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// A Wing has the pages on one subject: their addresses, their templates, and the
// functions that only these templates use.
type Wing struct {
	Routes func(Plan)
	Files  fs.FS // templates/NAME.html, and templates/parts.html for what they share
	Funcs  template.FuncMap
}

// A Plan puts pages of the office at their addresses, each with the least role
// that may enter; POSTs change something, GETs only show.
type Plan struct {
	office *Office
	routes answer.Routes
}

// See is a page.
func (p Plan) See(role embraye.Role, pattern string, act Action) {
	p.routes.Get(pattern, p.office.room(role, act))
}

// Do takes a form.
func (p Plan) Do(role embraye.Role, pattern string, act Action) {
	p.routes.Post(pattern, p.office.room(role, act))
}

// SeeFirst is a page that is open also to an admin who owes a second factor.
func (p Plan) SeeFirst(role embraye.Role, pattern string, act Action) {
	p.routes.Get(pattern, p.office.anteroom(role, act))
}

// DoFirst takes a form of such a page.
func (p Plan) DoFirst(role embraye.Role, pattern string, act Action) {
	p.routes.Post(pattern, p.office.anteroom(role, act))
}

// Send takes a form with files.
func (p Plan) Send(role embraye.Role, pattern string, act Action) {
	p.routes.Post(pattern, p.office.roomWithFiles(role, act))
}

// Door is a page for people who are not signed in.
func (p Plan) Door(pattern string, act Action) { p.routes.Get(pattern, p.office.door(act)) }

// Knock takes a form at a door.
func (p Plan) Knock(pattern string, act Action) { p.routes.Post(pattern, p.office.door(act)) }

// KnockWithFiles takes a form with files at a door.
func (p Plan) KnockWithFiles(pattern string, act Action) {
	p.routes.Post(pattern, p.office.doorWithFiles(act))
}

// Routes are the doors and pages of the office.
func (o *Office) Routes(r answer.Routes) {
	r.Get("/fichiers/{name}", o.file)
	r.Get("/fichiers/{width}/{name}", o.file)
	p := Plan{o, r}
	p.See(embraye.Reader, "/office", start)
	for _, wing := range o.wings {
		wing.Routes(p)
	}
}
