package settings

import (
	"errors"
	"strconv"
	"strings"
)

func setArchive(s *Settings, value string) error {
	if value != "links" && value != "off" {
		return oneOf("links", "off")
	}
	s.Copies = value == "links"
	return nil
}

// leastCopies is room for a few pages of the greatest size.
const leastCopies = 50 << 20

// setArchiveLimit reads a size as people write it.
func setArchiveLimit(s *Settings, value string) error {
	wrong := errors.New("should be a size of 50MB or more, such as 2GB")
	number, unit := strings.TrimRight(value, "BbOoMmGgTt "), int64(1)
	switch strings.ToUpper(strings.Trim(value, "0123456789 ")) {
	case "MB", "MO", "M":
		unit = 1 << 20
	case "GB", "GO", "G":
		unit = 1 << 30
	case "TB", "TO", "T":
		unit = 1 << 40
	default:
		return wrong
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 32)
	if err != nil || n*unit < leastCopies {
		return wrong
	}
	s.CopiesLimit = n * unit
	return nil
}

func setSPNKeys(s *Settings, value string) error {
	access, secret, ok := strings.Cut(value, ":")
	if !ok || access == "" || secret == "" || strings.ContainsAny(value, " \t\r\n") {
		return errors.New("should be ACCESS:SECRET, as the Internet Archive gives them")
	}
	s.SPNKeys = value
	return nil
}
