package settings

import "testing"

// A size is written as people do.
func TestTheRoomOfCopies(t *testing.T) {
	for text, want := range map[string]int64{"50MB": 50 << 20, "500 Mo": 500 << 20, "2GB": 2 << 30, "2g": 2 << 30, "1TB": 1 << 40, "2": 0, "49MB": 0, "GB": 0, "-1GB": 0, "1.5GB": 0, "99999999999GB": 0} {
		var s Settings
		if err := setArchiveLimit(&s, text); s.CopiesLimit != want || (err == nil) != (want > 0) {
			t.Errorf("%s: %d, %v", text, s.CopiesLimit, err)
		}
	}
}
