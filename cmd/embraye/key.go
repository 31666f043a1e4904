package main

import (
	"context"
	"strings"

	"embraye/internal/embraye"
)

func keyRotate(ctx context.Context, c *call) error {
	c.asFlag()
	c.jsonFlag()
	args, err := c.parse("ACTOR")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		handle, err := i.localHandle(ctx, args[0])
		if err != nil {
			return err
		}
		if err := i.Organisation.RotateKey(ctx, by, handle); err != nil {
			return err
		}
		id := i.App.Site.KeyID(handle)
		return c.print(map[string]string{"actor": string(i.App.Site.ActorID(handle)), "key": id}, "new key for %s: followers' servers are told first, with the old key\n", handle)
	})
}

// localHandle reads an actor of ours: handle, @handle@server, id or measure.
func (i *wired) localHandle(ctx context.Context, name string) (string, error) {
	handle, _, _ := strings.Cut(strings.TrimPrefix(name, "@"), "@")
	if local, ok := i.App.Site.LocalActor(embraye.IRI(name)); ok {
		handle = local
	}
	if m, ok := i.App.Reference().Measure(name); ok {
		handle = m.Handle
	}
	actors, err := i.Store.Tables().Actors.List(ctx)
	if err != nil {
		return "", err
	}
	var allowed []string
	for _, a := range actors {
		if strings.EqualFold(a.Handle, handle) {
			return a.Handle, nil
		}
		allowed = append(allowed, a.Handle)
	}
	return "", &embraye.InvalidError{Problems: []embraye.Problem{{Field: "actor", Code: "unknown", Value: name, Allowed: allowed}}}
}
