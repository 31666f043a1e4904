package files

import (
	"mime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is how much of an original name is kept, in characters.
const maxName = 200

// CleanName makes a file name of a stranger a text for people: no path, no
// control, bidirectional or other invisible characters (evil\u202Egpj.exe), no
// leading dots, no names that Windows reserves. It is never used as a path.
func CleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == utf8.RuneError:
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Join(strings.Fields(name), " ")
	name = strings.TrimSpace(strings.Trim(name, ". "))
	if runes := []rune(name); len(runes) > maxName {
		name = shorten(runes)
	}
	if reserved(name) {
		name = "_" + name
	}
	return name
}

// shorten keeps the extension, which tells people what the file is.
func shorten(runes []rune) string {
	ext := ""
	if i := slices.Index(runes[len(runes)-min(len(runes), 8):], '.'); i >= 0 {
		ext = string(runes[len(runes)-8+i:])
	}
	return strings.TrimRight(string(runes[:maxName-utf8.RuneCountInString(ext)]), ". ") + ext
}

// reserved are the devices of Windows, with any extension.
func reserved(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	base = strings.TrimSpace(base)
	switch base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "COM") || strings.HasPrefix(base, "LPT")) && base[3] >= '0' && base[3] <= '9'
}

// Disposition is the Content-Disposition of a file, well formed for any name
// (RFC 6266). The name gets the extension of what was really stored.
func Disposition(info Info, originalName string) string {
	how := "attachment"
	if info.Inline {
		how = "inline"
	}
	name := CleanName(originalName)
	if name == "" {
		name = info.SHA256[:12]
	}
	lower := strings.ToLower(name)
	if !strings.HasSuffix(lower, "."+info.Ext) && !(info.Ext == "jpg" && strings.HasSuffix(lower, ".jpeg")) {
		name += "." + info.Ext
	}
	return mime.FormatMediaType(how, map[string]string{"filename": name})
}
