package leave

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/export"
)

// Arrival is an export that is read where the organisation arrives. Nothing
// outside its folder is opened, whatever it says.
type Arrival struct {
	dir  string
	root *os.Root
	sums map[string]string
}

// Profile is what an organisation says of itself.
type Profile struct {
	Name    string              `json:"name"`
	Summary string              `json:"summary"`
	Links   []embraye.ActorLink `json:"links"`
}

// Arrive opens an export and compares every file of it with its checksum. All
// that is wrong is said, by file.
func Arrive(dir string) (*Arrival, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	a := &Arrival{dir: dir, root: root, sums: map[string]string{}}
	if err := a.verify(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return a, nil
}

// Close releases the folder.
func (a *Arrival) Close() error { return a.root.Close() }

func (a *Arrival) verify() error {
	list, err := a.root.Open(sumsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return &RefusedError{fmt.Sprintf("%s has no %s: it is no folder of `embraye export`", a.dir, sumsFile)}
	}
	if err != nil {
		return err
	}
	defer list.Close() // only read
	var wrong []string
	lines := bufio.NewScanner(list)
	for n := 1; lines.Scan(); n++ {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok || len(sum) != hex.EncodedLen(sha256.Size) {
			wrong = append(wrong, fmt.Sprintf("%s line %d: not a checksum", sumsFile, n))
			continue
		}
		a.sums[name] = sum
		if got, err := a.sum(name); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: it cannot be read: %v", name, err))
		} else if got != sum {
			wrong = append(wrong, fmt.Sprintf("%s: its checksum is not that of %s line %d", name, sumsFile, n))
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", sumsFile, err)
	}
	if len(wrong) > 0 {
		return &RefusedError{strings.Join(wrong, "\n")}
	}
	return nil
}

func (a *Arrival) sum(name string) (string, error) {
	f, err := a.root.Open(filepath.FromSlash(name))
	if err != nil {
		return "", err
	}
	defer f.Close() // only read
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// Open opens a file that is among the checksums; one that is not there is
// fs.ErrNotExist.
func (a *Arrival) Open(name string) (io.ReadCloser, error) {
	if _, known := a.sums[name]; !known {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return a.root.Open(filepath.FromSlash(name))
}

// Evidence lists the files of evidence, by name.
func (a *Arrival) Evidence() (names []string) {
	for name := range a.sums {
		if folder, file := path.Split(name); folder == "fichiers/" {
			names = append(names, file)
		}
	}
	return names
}

// Reviews is how many reviews there are.
func (a *Arrival) Reviews() (n int) {
	for name := range a.sums {
		if strings.HasPrefix(name, "avis/") && strings.HasSuffix(name, "/versions/1.json") {
			n++
		}
	}
	return n
}

// Profile is that of the organisation; nil in an export of an earlier version.
func (a *Arrival) Profile() (*Profile, error) {
	f, err := a.Open(profileFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close() // only read
	p := new(Profile)
	if err := json.NewDecoder(f).Decode(p); err != nil {
		return nil, &RefusedError{fmt.Sprintf("%s: %v", profileFile, err)}
	}
	return p, nil
}

// Constats reads the versions of each constat that stands, with the line where
// the first one is.
func (a *Arrival) Constats(each func(line int, versions []export.Row) error) error {
	f, err := a.Open(constatsFile)
	if err != nil {
		return err
	}
	defer f.Close() // only read
	rows := json.NewDecoder(bufio.NewReader(f))
	bad := func(line int, err error) error {
		return &RefusedError{fmt.Sprintf("%s line %d: %v", constatsFile, line, err)}
	}
	if _, err := rows.Token(); err != nil {
		return bad(1, err)
	}
	var versions []export.Row
	first := 1
	give := func() error {
		if len(versions) == 0 || versions[0].Withdrawn != "" {
			return nil
		}
		return each(first, versions)
	}
	for line := 1; rows.More(); line++ {
		var row export.Row
		if err := rows.Decode(&row); err != nil {
			return bad(line, err)
		}
		if len(versions) > 0 && versions[0].ID != row.ID {
			if err := give(); err != nil {
				return err
			}
			versions, first = nil, line
		}
		versions = append(versions, row)
	}
	return give()
}
