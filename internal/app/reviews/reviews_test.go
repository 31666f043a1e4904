package reviews_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/app/reviews"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/storetest"
)

// A stage is several real instances that know each other.
type stage struct {
	*testing.T
	*fedtest.World
}

func each(t *testing.T, hosts []string, play func(s *stage)) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			play(&stage{t, fedtest.New(t, fedtest.Config{Kind: kind}, hosts...)})
		})
	}
}

func (s *stage) must(err error) {
	s.T.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// follow makes one instance gather what another one says.
func (s *stage) follow(who, whom *fedtest.Instance) {
	s.Helper()
	_, err := who.Peers.Add(s.Context(), embraye.Operator(), string(whom.Site.ActorID("organisation")), embraye.PeerChoices{Gather: true})
	s.must(err)
	s.Settle()
}

// constat publishes one of an instance's.
func (s *stage) constat(in *fedtest.Instance) (*embraye.Update, embraye.IRI) {
	s.Helper()
	p, err := in.Constats.Publish(s.Context(), embraye.Operator(), constats.PublishInput{Scope: apptest.Complete().Scope, Content: apptest.Complete().Content})
	s.must(err)
	s.Settle()
	return p.Update, in.Site.UpdateID(p.Update.ID)
}

func contesting(of embraye.IRI) reviews.Input {
	return reviews.Input{Of: string(of), ReviewContent: embraye.ReviewContent{Verdict: embraye.Contests, Reason: "L'appel n'a pas été ouvert.",
		Evidence: []embraye.Evidence{{Href: "https://preuve.example/contre", Name: "Contre-preuve"}}}}
}

func (s *stage) review(in *fedtest.Instance, of embraye.IRI) (*embraye.Review, embraye.IRI) {
	s.Helper()
	p, err := in.Reviews.Publish(s.Context(), embraye.Operator(), contesting(of))
	s.must(err)
	s.Settle()
	return p.Review, in.Site.ReviewID(p.Review.ID)
}

// read gets an address: its status and its text.
func (s *stage) read(url embraye.IRI, accept string) (int, string) {
	s.Helper()
	resp := s.Get(string(url), accept)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	s.must(err)
	return resp.StatusCode, string(body)
}

func codes(err error) (list []string) {
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		for _, p := range invalid.Problems {
			list = append(list, p.Field+" "+p.Code)
		}
	}
	return list
}

func TestAReviewReadsAsAReplyAndHasTwoFaces(t *testing.T) {
	each(t, []string{"a.example", "b.example"}, func(s *stage) {
		a, b := s.Instances[0], s.Instances[1]
		s.follow(b, a)
		_, constat := s.constat(a)
		review, id := s.review(b, constat)

		status, body := s.read(id, fedtest.ActivityType)
		var note map[string]any
		s.must(json.Unmarshal([]byte(body), &note))
		author := string(a.Site.ActorID("mesure2"))
		if status != http.StatusOK || note["inReplyTo"] != string(constat) || note["attributedTo"] != string(b.Site.ActorID("organisation")) ||
			note["embraye:verdict"] != "contests" || note["embraye:reviewedRevision"] != float64(1) || note["embraye:reason"] != "L'appel n'a pas été ouvert." ||
			!strings.Contains(body, `"`+author+`"`) {
			s.Errorf("%d %s", status, body)
		}
		html, _ := note["content"].(string)
		order := []string{`class="u-url mention"`, "Nous contestons ce constat", "n'a pas été ouvert", "https://preuve.example/contre", string(id)}
		rest := strings.ReplaceAll(html, "&#39;", "'")
		for _, part := range order {
			_, after, found := strings.Cut(rest, part)
			if !found {
				s.Errorf("%q is missing or out of order in %s", part, html)
			}
			rest = after
		}
		if status, page := s.read(id, "text/html"); status != http.StatusOK || !strings.Contains(page, "Nous contestons ce constat") {
			s.Errorf("the page: %d", status)
		}
		for _, face := range []string{"text/html", fedtest.ActivityType} {
			if status, _ := s.read(id+"/versions/1", face); status != http.StatusOK {
				s.Errorf("version 1 as %s: %d", face, status)
			}
			for _, collection := range []embraye.IRI{"/likes", "/shares", "/replies"} {
				if status, _ := s.read(id+collection, fedtest.ActivityType); status != http.StatusOK {
					s.Errorf("%s: %d", collection, status)
				}
			}
		}

		revised, err := b.Reviews.Revise(s.Context(), embraye.Operator(), review.ID, reviews.ReviseInput{Kind: embraye.Substance, Change: "Relu.",
			ReviewContent: embraye.ReviewContent{Verdict: embraye.Qualifies, Reason: "Ouvert, mais tard.", Language: "fr"}})
		s.must(err)
		if revised.Review.Revision != 2 || revised.ActivityID == "" || revised.Review.UpdatedAt == nil {
			s.Errorf("corrected: %+v", revised)
		}
		if status, first := s.read(id+"/versions/1", fedtest.ActivityType); status != http.StatusOK || !strings.Contains(first, `"contests"`) {
			s.Errorf("the first version now: %d", status)
		}
		s.must(b.Reviews.Withdraw(s.Context(), embraye.Operator(), review.ID, "Nous nous sommes trompés.", false))
		for _, face := range []string{"text/html", fedtest.ActivityType} {
			if status, body := s.read(id, face); status != http.StatusGone || face == "text/html" && !strings.Contains(body, "Nous nous sommes trompés.") {
				s.Errorf("withdrawn, %s answers %d", face, status)
			}
		}
	})
}

func TestAReviewIsRefusedWithEveryMistakeAtOnce(t *testing.T) {
	each(t, []string{"a.example", "b.example"}, func(s *stage) {
		a, b := s.Instances[0], s.Instances[1]
		s.follow(b, a)
		_, theirs := s.constat(a)
		_, ours := s.constat(b)
		for name, c := range map[string]struct {
			in   reviews.Input
			want string
		}{
			"ourselves":   {contesting(ours), "of is_our_own_constat"},
			"unknown":     {contesting("https://a.example/constats/01jzzzzzzzzzzzzzzzzzzzzzzz"), "of unknown_constat"},
			"no reason":   {reviews.Input{Of: string(theirs), ReviewContent: embraye.ReviewContent{Verdict: embraye.Contests}}, "reason required"},
			"no verdict":  {reviews.Input{Of: string(theirs)}, "verdict required, reason required"},
			"all at once": {reviews.Input{ReviewContent: embraye.ReviewContent{Verdict: "likes", Evidence: []embraye.Evidence{{Href: "x"}}}}, "of required, verdict unknown, reason required, evidence bad_url"},
		} {
			_, err := b.Reviews.Publish(s.Context(), embraye.Operator(), c.in)
			if got := strings.Join(codes(err), ", "); got != c.want {
				s.Errorf("%s: %s (%v), want %s", name, got, err, c.want)
			}
		}
		in := contesting(theirs)
		in.Verdict, in.Reason = embraye.Confirms, ""
		_, err := b.Reviews.Publish(s.Context(), embraye.Operator(), in)
		s.must(err)
		if _, err := b.Reviews.Publish(s.Context(), embraye.Operator(), contesting(theirs)); strings.Join(codes(err), ", ") != "of already_reviewed" {
			s.Errorf("a second review of one constat: %v", err)
		}
	})
}
