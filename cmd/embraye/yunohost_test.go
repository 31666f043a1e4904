package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// helpersOfYunoHost do what the helpers of that name are for, in the folder of a
// test: no account, no service, no proxy.
const helpersOfYunoHost = `set -euo pipefail
did() { echo "$*" >>"$PLACE/did"; }
chown() { :; }
runuser() { shift 3; "$@"; }
systemctl() { did systemctl "$@"; }
yunohost() { did yunohost "$@"; }
ynh_script_progression() { :; }
ynh_print_info() { :; }
ynh_hide_warnings() { "$@"; }
ynh_config_remove_systemd() { did remove_systemd; }
ynh_config_remove_nginx() { did remove_nginx; }
ynh_die() { echo "$1" >&2; exit 1; }
ynh_setup_source() { mkdir -p "$install_dir"; cp "$PROGRAM" "$install_dir/embraye"; did setup_source "$@"; }
ynh_config_add() {
  local from=${1#--template=} to=${2#--destination=}
  sed -e "s,__INSTALL_DIR__,$install_dir,g; s,__DATA_DIR__,$data_dir,g; s,__DOMAIN__,$domain,g; s,__PORT__,$port,g; s,__LANGUAGE__,$language,g; s,__APP__,$app,g" "../conf/$from" >"$to"
}
ynh_config_add_nginx() { mkdir -p "$PLACE/etc/nginx/conf.d/$domain.d"; ynh_config_add --template=nginx.conf "--destination=$PLACE/etc/nginx/conf.d/$domain.d/$app.conf"; }
ynh_config_add_systemd() { mkdir -p "$PLACE/etc/systemd/system"; ynh_config_add --template=systemd.service "--destination=$PLACE/etc/systemd/system/$app.service"; }
ynh_systemctl() { did ynh_systemctl "$@"; }
ynh_backup() { did backup "$1"; case $1 in "$PLACE"/*) cp -a --parents "$1" . ;; esac; }
ynh_restore() { did restore "$1"; case $1 in "$PLACE"/*) mkdir -p "$(dirname "$1")"; cp -a ".$1" "$(dirname "$1")/" ;; esac; }
`

// yunohost is the package in a folder of its own, with helpers beside it.
type yunohost struct {
	t     *testing.T
	place string
	env   []string
}

func newYunoHost(t *testing.T, port string) *yunohost {
	y := &yunohost{t: t, place: t.TempDir()}
	if err := os.CopyFS(filepath.Join(y.place, "settings"), os.DirFS(filepath.Join("..", "..", "configs", "yunohost"))); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("embraye")
	if err != nil {
		t.Fatal(err)
	}
	helpers := filepath.Join(y.place, "helpers")
	if err := os.WriteFile(helpers, []byte(helpersOfYunoHost), 0o600); err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob(filepath.Join(y.place, "settings", "scripts", "*"))
	if err != nil || len(scripts) != 7 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	for _, name := range scripts {
		text, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(name, []byte(strings.ReplaceAll(string(text), "/usr/share/yunohost/helpers", helpers)), 0o700)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	y.env = append(environment(), "PLACE="+y.place, "PROGRAM="+program, "app=embraye", "install_dir="+filepath.Join(y.place, "app"), "data_dir="+filepath.Join(y.place, "data"),
		"domain=suivi.example.org", "port="+port, "language=en")
	if err := os.MkdirAll(filepath.Join(y.place, "data"), 0o700); err != nil { // the core makes it
		t.Fatal(err)
	}
	return y
}

// script runs one of the package's scripts where YunoHost does.
func (y *yunohost) script(name, in string) (said string, err error) {
	y.t.Helper()
	if err := os.MkdirAll(in, 0o700); err != nil {
		y.t.Fatal(err)
	}
	cmd := exec.Command("bash", filepath.Join(y.place, "settings", "scripts", name))
	cmd.Dir, cmd.Env = in, y.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (y *yunohost) runs(name, in string) {
	y.t.Helper()
	if said, err := y.script(name, in); err != nil {
		y.t.Fatalf("%s: %v\n%s", name, err, said)
	}
}

func (y *yunohost) did(what string) {
	y.t.Helper()
	if all, err := os.ReadFile(filepath.Join(y.place, "did")); err != nil || !strings.Contains(string(all), what) {
		y.t.Errorf("no %q in %s %v", what, all, err)
	}
}

// The scripts of the package install, save, restore and remove an instance; what
// YunoHost itself does is left out.
func TestYunoHostScripts(t *testing.T) {
	_, port, _ := strings.Cut(freeAddress(t), ":")
	y := newYunoHost(t, port)
	scripts, aside := filepath.Join(y.place, "settings", "scripts"), filepath.Join(y.place, "backup")
	y.runs("install", scripts)
	y.did("ynh_systemctl --service=embraye --action=start --wait_until=" + listening[:len(listening)-1])
	config := filepath.Join(y.place, "app", "embraye.env")
	s := beginServe(t, nil, "--config", config)
	s.ready()
	if s.address != "127.0.0.1:"+port || !strings.Contains(s.said, "https://suivi.example.org/setup/") {
		t.Errorf("serve says %q and listens on %s", s.said, s.address)
	}
	var before published
	s.command(&before, append(constat(), "--config", config)...)
	y.runs("backup", aside) // of a running instance

	s.command(nil, append(constat("--title", "Après"), "--config", config)...)
	s.stop()
	y.runs("remove", scripts)
	if err := os.RemoveAll(filepath.Join(y.place, "app")); err != nil {
		t.Fatal(err)
	}
	y.runs("restore", aside)
	y.did("systemctl enable embraye --quiet")
	again := beginServe(t, nil, "--config", config)
	again.ready()
	withInstance(t, "", []string{"EMBRAYE_DATA_DIR=" + filepath.Join(y.place, "data"), "EMBRAYE_BASE_URL=https://suivi.example.org"}, func(i *wired) error {
		n, err := i.Store.Tables().Updates.Count(t.Context())
		if n != 1 {
			t.Errorf("%d constats are back, want the one of the copy", n)
		}
		return err
	})
	if kept, err := filepath.Glob(filepath.Join(y.place, "data.before-*", "embraye.db")); err != nil || len(kept) != 1 {
		t.Errorf("what lay there before is kept %d times, %v", len(kept), err)
	}
	again.stop()
	y.runs("upgrade", scripts)
	if said, err := y.script("change_url", scripts); err == nil || !strings.Contains(said, "for life") {
		t.Errorf("another domain: %v\n%s", err, said)
	}
}
