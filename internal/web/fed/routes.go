package fed

import "embraye/internal/web/answer"

// Routes are the addresses that only servers ask for.
func (h *Handler) Routes(r answer.Routes) {
	only := func(pattern string, build answer.Builder) { r.Get(pattern, h.answers.Serve(answer.StreamsOnly, build)) }
	file := func(pattern string, build answer.Builder) { r.Get(pattern, h.answers.Serve(answer.OtherOnly, build)) }

	r.Get("/actors/{handle}/outbox", h.answers.ServePaged(answer.StreamsOnly, h.outbox))
	only("/actors/{handle}/followers", h.followers)
	only("/actors/{handle}/following", h.following)
	only("/actors/{handle}/featured", h.featured)
	only("/actors/{handle}/measures", h.measures)
	only("/actors/{handle}/collections", h.collections)
	only("/actors/{handle}/collections/{name}", h.collection)
	file("/actors/{handle}/icon.png", h.icon)
	only("/citations/{id}", h.citation)
	only("/mises-en-avant/{id}", h.feature)
	r.Get("/constats/{id}/fil", h.answers.ServePaged(answer.StreamsOnly, h.thread))
	for _, kind := range []string{"/constats", "/notes", "/avis"} {
		r.Get(kind+"/{id}/replies", h.answers.ServePaged(answer.StreamsOnly, h.replies(kind)))
		only(kind+"/{id}/likes", h.reactions(kind, "likes"))
		only(kind+"/{id}/shares", h.reactions(kind, "shares"))
	}

	r.Post(answer.SelfCheckPath, h.selfCheck)
	r.Post("/inbox", h.inbox)
	r.Post("/actors/{handle}/inbox", h.inbox)

	r.Post("/temoin/add-checkpoint", h.addCheckpoint)
	r.Get("/temoin/{hash}/checkpoint", h.witnessed)
	r.Get("/temoin/{hash}/tile/entries/*", h.mirrored)

	r.Get("/.well-known/webfinger", h.webfinger)
	file("/.well-known/host-meta", h.hostMeta)
	file("/.well-known/nodeinfo", h.nodeInfoLinks)
	file("/nodeinfo/2.0", h.nodeInfo("2.0"))
	file("/nodeinfo/2.1", h.nodeInfo("2.1"))
}
