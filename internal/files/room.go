package files

import (
	"fmt"
	"syscall"

	"embraye/internal/embraye"
)

// Disk is how many bytes this program can still write where the files lie, and
// how many there are in all.
func (s *Store) Disk() (free, size int64, err error) {
	dir, err := s.root.Open(".")
	if err != nil {
		return 0, 0, DiskError(fmt.Errorf("opening the folder of files: %w", err))
	}
	defer dir.Close()
	var disk syscall.Statfs_t
	if err := syscall.Fstatfs(int(dir.Fd()), &disk); err != nil {
		return 0, 0, DiskError(fmt.Errorf("asking for the room of the folder of files: %w", err))
	}
	return int64(disk.Bavail) * int64(disk.Bsize), int64(disk.Blocks) * int64(disk.Bsize), nil
}

// Room proves that another file can be kept, by keeping one for a moment: a disk
// that only reads and a quota do not show in Disk.
func (s *Store) Room() error {
	free, _, err := s.Disk()
	if err != nil {
		return err
	}
	if free < s.options.LeastRoom {
		return fmt.Errorf("%d bytes are free in the folder of files: %w", free, embraye.ErrNoRoom)
	}
	probe, err := s.create()
	if err != nil {
		return err
	}
	defer probe.discard()
	if _, err := probe.Write(make([]byte, 4<<10)); err != nil {
		return err
	}
	if err := probe.file.Sync(); err != nil {
		return DiskError(fmt.Errorf("writing a file to the disk: %w", err))
	}
	return nil
}
