package configs

import (
	"path/filepath"
	"testing"
)

// What the service may not do does not depend on who installed it: but its data
// lie below /home there.
func TestTheUnitOfYunoHostIsAsHard(t *testing.T) {
	ours, theirs := unit(t, "embraye.service"), unit(t, filepath.Join("yunohost", "conf", "systemd.service"))
	elsewhere := map[string]string{"Description": "", "After": "", "ExecStart": "", "ExecCondition": "", "EnvironmentFile": "", "Environment": "", "User": "", "Group": "", "WorkingDirectory": "",
		"StateDirectory": "", "StateDirectoryMode": "", "RuntimeDirectory": "", "RuntimeDirectoryMode": "", "ProtectHome": "tmpfs"}
	for key, want := range ours {
		other, differs := elsewhere[key]
		if got, there := theirs[key]; !differs && (!there || got != want) || other != "" && got != other {
			t.Errorf("%s=%s (there: %t), here %s", key, got, there, want)
		}
	}
}
