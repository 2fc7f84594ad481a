package counter

import (
	"bytes"
	"encoding/json"
	"io"
)

// readability of a payload.
type readability int

const (
	readable  readability = iota
	malformed             // not what the kind asks for
	newer                 // readable but for fields that this version does not know
)

// decodePayload reads the payload of a fact strictly. A field that is not
// known means that a newer version wrote it: guessing what it would have
// changed is worse than saying so. An empty payload is an empty object.
func decodePayload(payload []byte, v any) readability {
	if len(payload) == 0 || string(payload) == "{}" || string(payload) == "null" {
		return readable
	}
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		if json.Unmarshal(payload, v) == nil {
			return newer
		}
		return malformed
	}
	if _, err := dec.Token(); err != io.EOF {
		return malformed
	}
	return readable
}
