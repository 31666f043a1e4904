package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"embraye/internal/embraye"
)

// officeRoutes are the doors and rooms of the office, each with the least role
// that may enter; POSTs change something, GETs only show.
func (o *office) routes(r chi.Router) {
	get := func(pattern string, handler http.HandlerFunc) {
		r.Get(pattern, handler)
		r.Head(pattern, handler)
	}
	see := func(role embraye.Role, pattern string, act action) { get(pattern, o.room(role, act)) }
	do := func(role embraye.Role, pattern string, act action) { r.Post(pattern, o.room(role, act)) }
	send := func(role embraye.Role, pattern string, act action) { r.Post(pattern, o.roomWithFiles(role, act)) }

	get("/setup/{token}", o.door(setupForm))
	r.Post("/setup/{token}", o.doorWithFiles(setup))
	get("/login", o.door(loginForm))
	r.Post("/login", o.door(login))
	r.Post("/logout", o.door(logout))
	get("/invite/{token}", o.door(inviteForm))
	r.Post("/invite/{token}", o.door(acceptInvite))
	get("/reset", o.door(askResetForm))
	r.Post("/reset", o.door(askReset))
	get("/reset/{token}", o.door(resetForm))
	r.Post("/reset/{token}", o.door(reset))
	get("/fichiers/{name}", o.file)

	see(embraye.Reader, "/office", officeStart)
	see(embraye.Reader, "/office/account", account)
	do(embraye.Reader, "/office/account", changeAccount)

	see(embraye.Reader, "/office/constats", listConstats)
	see(embraye.Editor, "/office/constats/new", newDraftForm)
	send(embraye.Editor, "/office/constats/new", saveDraft)
	do(embraye.Editor, "/office/constats/last", duplicateLast)
	see(embraye.Editor, "/office/drafts/{id}", draftForm)
	send(embraye.Editor, "/office/drafts/{id}", saveDraft)
	see(embraye.Editor, "/office/drafts/{id}/publish", publishForm)
	do(embraye.Editor, "/office/drafts/{id}/publish", publish)
	send(embraye.Editor, "/office/files", uploadFile)
	see(embraye.Editor, "/office/import", importForm)
	see(embraye.Editor, "/office/import/template.csv", importTemplate)
	send(embraye.Editor, "/office/import", importConstats)

	see(embraye.Reader, "/office/constats/{id}", constat)
	see(embraye.Reviewer, "/office/constats/{id}/correct", correctForm)
	send(embraye.Reviewer, "/office/constats/{id}/correct", correct)
	see(embraye.Reviewer, "/office/constats/{id}/withdraw", withdrawForm)
	do(embraye.Reviewer, "/office/constats/{id}/withdraw", withdraw)

	see(embraye.Reader, "/office/conversation", conversation)
	do(embraye.Reviewer, "/office/conversation", changeConversation)
	see(embraye.Reader, "/office/conversation/{id}", conversationOne)
	do(embraye.Reviewer, "/office/conversation/{id}", decide)
	do(embraye.Reviewer, "/office/reports/{id}", closeReport)
	see(embraye.Reader, "/office/interactions", interactions)
	do(embraye.Reviewer, "/office/quotes/{id}", revokeQuote)
	see(embraye.Reader, "/office/followers", followers)
	see(embraye.Reader, "/office/deliveries", deliveries)
	do(embraye.Admin, "/office/deliveries", changeDeliveries)

	see(embraye.Admin, "/office/people", showPeople)
	do(embraye.Admin, "/office/people", changePeople)
	see(embraye.Admin, "/office/organisation", showOrganisation)
	send(embraye.Admin, "/office/organisation", changeOrganisation)
	see(embraye.Admin, "/office/legal", legal)
	do(embraye.Admin, "/office/legal", changeLegal)
	see(embraye.Reviewer, "/office/audit", audit)
}

// sameOrigin refuses what another site's page sends with our reader's cookie
// (SECURITY W19). Inboxes look at no cookie: their senders sign.
func (h *Handler) sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern("POST /inbox")
	protection.AddInsecureBypassPattern("POST /actors/{handle}/inbox")
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.errorPage(r, http.StatusForbidden).unkept().write(w, r)
	}))
	return protection.Handler(next)
}
