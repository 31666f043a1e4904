package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// How many links one person may hand out, and have sent, of each kind.
const (
	linkWindow     = time.Hour
	linksPerPerson = 10
)

// Invite makes the link with which somebody joins; an earlier one for the same
// address ends.
func (pp *People) Invite(ctx context.Context, by embraye.Acting, email string, role embraye.Role) (url string, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return "", fmt.Errorf("people: invite: %w", err)
	}
	wrong := &embraye.InvalidError{}
	email, problem := cleanEmail(email)
	if problem != nil {
		wrong.Problems = append(wrong.Problems, *problem)
	}
	if problem := roleProblem(role); problem != nil {
		wrong.Problems = append(wrong.Problems, *problem)
	}
	if len(wrong.Problems) > 0 {
		return "", wrong
	}
	if err := pp.desk.Pace(ctx, linkWindow, app.LimitOf("invitations of", by, linksPerPerson)...); err != nil {
		return "", err
	}
	err = pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := freeEmail(ctx, t, email); err != nil {
			return err
		}
		if err := pp.links.end(ctx, t, embraye.InviteLink, email); err != nil {
			return err
		}
		token, err := pp.links.give(ctx, t, embraye.Link{Kind: embraye.InviteLink, Email: email, Role: role, CreatedBy: by.Name()}, inviteLasts)
		if err != nil {
			return err
		}
		if err := pp.post.ask(ctx, t, embraye.Mail{Kind: embraye.InviteLink, Email: email, Role: role, Language: pp.desk.Language, AskedBy: askedBy(by)}); err != nil {
			return err
		}
		url = pp.links.url("/invite/", token)
		return pp.desk.Record(ctx, t, by, "person.invite", email, string(role), false)
	})
	return url, err
}

// freeEmail refuses an address that somebody here has.
func freeEmail(ctx context.Context, t store.Tables, email string) error {
	_, err := t.People.ByEmail(ctx, email)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = &embraye.InvalidError{Problems: []embraye.Problem{{Field: "email", Code: "already_here", Value: email}}}
	}
	return err
}

// Invites lists the invitations that nobody has used yet. Of the link that was
// shown and the one that was mailed only the newer counts: they are one
// invitation. By address, it also says whose could not be sent (InvitesNotMailed).
func (pp *People) Invites(ctx context.Context, by embraye.Acting) (open []embraye.Link, notMailed map[string]embraye.AuditEntry, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, nil, fmt.Errorf("people: invitations: %w", err)
	}
	t := pp.desk.Store.Tables()
	if open, err = t.Links.Open(ctx, embraye.InviteLink, pp.desk.Stamp()); err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	open = slices.DeleteFunc(open, func(l embraye.Link) bool {
		twice := seen[l.Email]
		seen[l.Email] = true
		return twice
	})
	failed, err := app.InvitesNotMailed(ctx, pp.desk, t)
	notMailed = map[string]embraye.AuditEntry{}
	for _, e := range failed {
		notMailed[e.Object] = e
	}
	return open, notMailed, err
}

// RevokeInvite ends the invitation of an address.
func (pp *People) RevokeInvite(ctx context.Context, by embraye.Acting, email string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("people: revoke an invitation: %w", err)
	}
	email, problem := cleanEmail(email)
	if problem != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{*problem}}
	}
	return pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := pp.links.end(ctx, t, embraye.InviteLink, email); err != nil {
			return err
		}
		return pp.desk.Record(ctx, t, by, "person.uninvite", email, "", false)
	})
}

// InviteState tells what has become of an invitation, and whose it is.
func (pp *People) InviteState(ctx context.Context, token string) (embraye.LinkState, *embraye.Link, error) {
	return pp.links.state(ctx, embraye.InviteLink, token)
}

// AcceptInvite makes the account that an invitation is for, once (SECURITY
// W13). Its address and role are the invitation's, whatever n says.
func (pp *People) AcceptInvite(ctx context.Context, token string, n NewPerson) (*embraye.Person, error) {
	link, err := pp.links.check(ctx, embraye.InviteLink, token)
	if err != nil {
		return nil, err
	}
	n.Email, n.Role = link.Email, link.Role
	person, err := pp.personWithPassword(ctx, n)
	if err != nil {
		return nil, err
	}
	err = pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := pp.links.use(ctx, t, link); err != nil {
			return err
		}
		if err := freeEmail(ctx, t, strings.ToLower(link.Email)); err != nil {
			return err
		}
		if err := pp.links.end(ctx, t, embraye.InviteLink, link.Email); err != nil {
			return err
		}
		if err := t.People.Insert(ctx, person); err != nil {
			return err
		}
		return pp.desk.Record(ctx, t, embraye.Acting{Person: person}, "person.join", person.Email, string(person.Role), false)
	})
	if err != nil {
		return nil, err
	}
	return person, nil
}
