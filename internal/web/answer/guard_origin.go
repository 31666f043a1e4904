package answer

import "net/http"

// SameOrigin refuses what another site's page sends with our reader's cookie
// (W19). Inboxes look at no cookie: their senders sign.
func (h *Server) SameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern("POST /inbox")
	protection.AddInsecureBypassPattern("POST /actors/{handle}/inbox")
	// One click in a mail program, which sends no cookie of ours and knows the
	// reader's token (RFC 8058).
	protection.AddInsecureBypassPattern("POST /suivre/courriel/{token}/quitter")
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.speaker.ErrorPage(r, http.StatusForbidden).Unkept().Write(w, r)
	}))
	return protection.Handler(next)
}
