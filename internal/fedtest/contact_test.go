package fedtest

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
)

// A server in back-off that speaks to us is back, also when we ignore what it
// says or have seen it before.
func TestT07IgnoredMessagesAreContactToo(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		for host, ignored := range map[string]func(a *Actor) map[string]any{
			"unknown.example":  func(a *Actor) map[string]any { return said(a, "Listen", "https://elsewhere.example/song") },
			"rollback.example": func(a *Actor) map[string]any { return said(a, "Add", a.ID+"/pinned") },
			"nothing.example":  func(a *Actor) map[string]any { return follow(a, "odd", "https://elsewhere.example/users/x") },
			"again.example":    func(a *Actor) map[string]any { return s.like(a) },
		} {
			ann := s.followerOf("mesure2", host, "ann")
			s.send(ann, s.like(ann))
			s.w.Clock.Advance(2 * time.Minute)
			status := http.StatusServiceUnavailable
			ann.Server.Answer(func(*http.Request) int { return status })
			s.publish()
			for range 4 { // each failure doubles the back-off and more
				s.w.Settle()
				s.w.Clock.Advance(10 * time.Minute)
			}
			s.w.Settle()
			status = http.StatusAccepted
			s.w.Clock.Advance(2 * time.Minute)
			s.w.Settle()
			ann.Server.Take()
			s.send(ann, ignored(ann))
			s.w.Settle()
			if got := types(ann.Server.Take()); !slices.Contains(got, "Create") {
				t.Errorf("%s spoke to us and got %v, want what waited", host, got)
			}
		}
	})
}

func said(a *Actor, kind, object string) map[string]any {
	return map[string]any{"id": a.ID + "#" + kind, "type": kind, "actor": a.ID, "object": object, "target": a.ID + "/list"}
}

// The Undo of a boost goes where the boost went: a server that never got it
// would fetch it, the constat and both actors to find out what is undone.
func TestN06UndoOfABoostGoesOnlyWhereTheBoostWent(t *testing.T) {
	each(t, func(t *testing.T, kind string) {
		s := newScene(t, kind)
		measure, organisation := s.followerOf("mesure2", "measure.example", "m"), s.followerOf("organisation", "org.example", "o")
		both := s.followerOf("mesure2", "both.example", "b")
		s.send(both, follow(both, "org", string(s.in.Site.ActorID("organisation"))))
		refuses := s.followerOf("organisation", "refuses.example", "r")
		refuses.Server.Answer(func(*http.Request) int { return http.StatusForbidden })
		s.w.Settle()
		out, err := s.in.Constats.Publish(t.Context(), embraye.Operator(), sample())
		if err != nil {
			t.Fatal(err)
		}
		s.w.Settle()
		late := s.followerOf("organisation", "late.example", "l")
		everybody := []*Actor{measure, organisation, both, refuses, late}
		for _, a := range everybody {
			a.Server.Take()
		}
		if err := s.in.Constats.Withdraw(t.Context(), embraye.Operator(), out.Update.ID, constats.WithdrawInput{Reason: "La source a été retirée"}); err != nil {
			t.Fatal(err)
		}
		s.w.Settle()
		for a, want := range map[*Actor]bool{measure: false, organisation: true, both: true, refuses: false, late: false} {
			if got := slices.Contains(types(a.Server.Take()), "Undo"); got != want {
				t.Errorf("%s got the Undo: %v, want %v", a.Server.Host, got, want)
			}
		}
	})
}
