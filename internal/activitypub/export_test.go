package activitypub

// Read is Peek and then the rest of it.
func Read(body []byte) (*Incoming, error) {
	p, err := Peek(body)
	if err != nil {
		return nil, err
	}
	return p.Read()
}
