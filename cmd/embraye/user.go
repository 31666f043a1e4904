package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"embraye/internal/app/people"
	"embraye/internal/embraye"
)

// person is what scripts see of somebody; never the password's hash.
type person struct {
	ID       int64        `json:"id"`
	Email    string       `json:"email"`
	Name     string       `json:"name"`
	Role     embraye.Role `json:"role"`
	Password bool         `json:"password"` // whether one is set
	Disabled bool         `json:"disabled"`
}

func shownPerson(p *embraye.Person) person {
	return person{p.ID, p.Email, p.Name, p.Role, p.PasswordHash != "", p.Disabled}
}

func userAdd(ctx context.Context, c *call) error {
	var in people.NewPerson
	role, fromStdin := "", false
	c.flags.StringVar(&in.Email, "email", "", "`EMAIL` to sign in with")
	c.flags.StringVar(&in.Name, "name", "", "`NAME`, shown to editors only unless the person signs")
	c.flags.StringVar(&role, "role", "", "`ROLE`: "+join(embraye.Roles()))
	c.flags.BoolVar(&fromStdin, "password-stdin", false, "read the password from the first line of standard input")
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	in.Role = embraye.Role(role)
	if fromStdin {
		password, err := c.passwordFromStdin()
		if err != nil {
			return err
		}
		in.Password = password
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		p, err := i.People.Add(ctx, by, in)
		if err != nil {
			return err
		}
		if err := c.print(shownPerson(p), "added %s as %s\n", p.Email, p.Role); err != nil {
			return err
		}
		if !fromStdin {
			fmt.Fprintf(c.stderr, "no password yet: an admin makes a link in the office, or use `embraye user password %s --password-stdin`\n", p.Email)
		}
		return nil
	})
}

func userList(ctx context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		people, err := i.People.List(ctx)
		if err != nil {
			return err
		}
		rows := make([]person, len(people))
		var text strings.Builder
		t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
		for k := range people {
			rows[k] = shownPerson(&people[k])
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", rows[k].Email, rows[k].Role, state(rows[k]), rows[k].Name)
		}
		t.Flush()
		return c.print(rows, "%s", text.String())
	})
}

func state(p person) string {
	switch {
	case p.Disabled:
		return "disabled"
	case !p.Password:
		return "no password"
	}
	return "active"
}

func userRole(ctx context.Context, c *call) error {
	c.asFlag()
	args, err := c.parse("EMAIL", "ROLE")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.People.SetRole(ctx, by, args[0], embraye.Role(args[1])); err != nil {
			return err
		}
		return c.print(nil, "%s is now %s\n", args[0], args[1])
	})
}

func userPassword(ctx context.Context, c *call) error {
	fromStdin := false
	c.flags.BoolVar(&fromStdin, "password-stdin", false, "read the password from the first line of standard input")
	c.asFlag()
	args, err := c.parse("EMAIL")
	if err != nil {
		return err
	}
	if !fromStdin {
		return c.usageError(fmt.Errorf("--password-stdin is missing: the password comes on standard input, where no list of processes shows it"))
	}
	password, err := c.passwordFromStdin()
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.People.SetPassword(ctx, by, args[0], password); err != nil {
			return err
		}
		return c.print(nil, "new password for %s\n", args[0])
	})
}

func userDisable(ctx context.Context, c *call) error {
	c.asFlag()
	args, err := c.parse("EMAIL")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.People.Disable(ctx, by, args[0]); err != nil {
			return err
		}
		return c.print(nil, "%s has no access any more\n", args[0])
	})
}

func userEnable(ctx context.Context, c *call) error {
	c.asFlag()
	args, err := c.parse("EMAIL")
	if err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if err := i.People.Enable(ctx, by, args[0]); err != nil {
			return err
		}
		return c.print(nil, "%s has access again\n", args[0])
	})
}

// userFactor lets in who has lost the second factor; the operator is the one who
// can still be asked.
func userFactor(ctx context.Context, c *call) error {
	email, remove := "", false
	c.flags.StringVar(&email, "email", "", "`EMAIL` to sign in with")
	c.flags.BoolVar(&remove, "remove", false, "take app, passkeys and recovery codes away; the person is told by mail, and signs in with the password alone")
	c.asFlag()
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	if email == "" {
		return c.usageError(fmt.Errorf("--email is missing"))
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		if remove {
			if err := i.People.Second.Remove(ctx, by, email); err != nil {
				return err
			}
		}
		p, err := i.People.Find(ctx, email)
		if err != nil {
			return err
		}
		has, err := i.People.Second.Of(ctx, p.PersonID())
		if err != nil {
			return err
		}
		shown := map[string]any{"email": p.Person.Email, "code_app": has.CodeApp, "passkeys": len(has.Passkeys), "recovery_codes": has.Codes}
		if !has.On() {
			return c.print(shown, "%s signs in with the password alone\n", p.Person.Email)
		}
		return c.print(shown, "%s: code app %t, passkeys %d, recovery codes %d\n", p.Person.Email, has.CodeApp, len(has.Passkeys), has.Codes)
	})
}

// userSetupLink prints the link and nothing else, so that a script can take it.
func userSetupLink(ctx context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	return c.with(ctx, func(i *wired, by embraye.Acting) error {
		url, err := i.People.SetupLink(ctx, by)
		if err != nil {
			return err
		}
		return c.print(map[string]string{"url": url}, "%s\n", url)
	})
}
