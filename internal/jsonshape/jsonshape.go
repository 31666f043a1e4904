// Package jsonshape reads JSON of strangers: one walk that judges the shape and
// builds the value at the same time, so that a body is read once and what is too
// much of it is refused before it costs memory. It does no I/O and knows nothing
// of what the JSON says.
//
// What always holds of a document that Parse returns:
//
//   - it is one object, and nothing follows it;
//   - no object names a key twice, however the key is escaped: readers disagree
//     which one counts;
//   - every text is UTF-8, unless OddText without NUL and without half a
//     surrogate pair, which databases and readers disagree about;
//   - it is within the limits, and what encoding/json makes of it is the same.
//
// Start reading at Parse.
package jsonshape

import "errors"

// Limits is how much JSON one document may be. They bound what Parse builds: a
// value costs some 50 bytes, an object some 300.
type Limits struct {
	Values  int // objects, lists, texts, numbers, true, false and null
	Objects int
	Depth   int // of objects and lists in one another
	// OddText lets texts hold NUL and half a surrogate pair (which becomes
	// U+FFFD, as in encoding/json), for whoever cleans them: a profile is not
	// lost for a name that was cut within an emoji.
	OddText bool
}

// Parse reads a document as encoding/json would read it into a map, or says in
// a sentence why not.
func Parse(doc []byte, limits Limits) (map[string]any, error) {
	w := &walker{doc: doc, limits: limits}
	if w.next() != '{' {
		return nil, errors.New("not a JSON object")
	}
	value, err := w.value()
	if err != nil {
		return nil, err
	}
	if w.next(); w.at != len(doc) {
		return nil, errors.New("something follows the JSON object")
	}
	object, _ := value.(map[string]any)
	return object, nil
}
