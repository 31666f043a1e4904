package organisation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"embraye/internal/app"
	"embraye/internal/chatons"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// settingChatons is the key of what is said in the files of ChatonsInfos.
const settingChatons = "chatons"

// Chatons returns what an admin says of the instance in the files of
// ChatonsInfos; at first they are off.
func (o *Organisation) Chatons(ctx context.Context) (chatons.Info, error) {
	info := chatons.Info{Separator: chatons.Separators()[0], Values: map[string]string{}}
	said, ok, err := o.desk.Store.Tables().Settings.Get(ctx, settingChatons)
	if err != nil || !ok {
		return info, err
	}
	if err := json.Unmarshal([]byte(said), &info); err != nil {
		return info, fmt.Errorf("organisation: what is said to ChatonsInfos: %w", err)
	}
	return info, nil
}

// SetChatons writes it.
func (o *Organisation) SetChatons(ctx context.Context, by embraye.Acting, info chatons.Info) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("organisation: ChatonsInfos: %w", err)
	}
	info, err := info.Check()
	if err != nil {
		return err
	}
	info.SavedAt = o.desk.Stamp()
	said, err := json.Marshal(info)
	if err != nil {
		return err
	}
	return o.desk.InTx(ctx, func(t store.Tables) error {
		if err := t.Settings.Set(ctx, settingChatons, string(said)); err != nil {
			return err
		}
		t.Changed()
		return o.desk.Record(ctx, t, by, "organisation.chatons", o.desk.Site.Base, "", false)
	})
}

// LastBackup is when the last good backup was made; nil: there is none yet.
func (o *Organisation) LastBackup(ctx context.Context) (*time.Time, error) {
	said, ok, err := o.desk.Store.Tables().Settings.Get(ctx, app.SettingLastBackup)
	if err != nil || !ok {
		return nil, err
	}
	at, err := time.Parse(time.RFC3339, said)
	if err != nil {
		return nil, fmt.Errorf("organisation: the time of the last backup: %w", err)
	}
	return &at, nil
}
