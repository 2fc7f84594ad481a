package roster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Small files (request, recovery kit, exported keys) are JSON of one shape: format,
// version, a body, and what proves or seals it. The proof is over the body without
// its insignificant white space, so that a file survives a mail program that changes
// line ends, and a person may look into it.
type envelope struct {
	Format  string          `json:"format"`
	Version int             `json:"version"`
	Body    json.RawMessage `json:"body"`
	Proof   json.RawMessage `json:"proof"`
}

const fileVersion = 1

// signedBytes is what a proof covers: format, version and body.
func signedBytes(format string, body []byte) []byte {
	return append(fmt.Appendf(nil, "%s %d\n", format, fileVersion), body...)
}

// encodeFile writes an envelope; prove gets signedBytes and gives what goes into proof.
func encodeFile(format string, body any, prove func(signed []byte) (any, error)) ([]byte, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	proof, err := prove(signedBytes(format, raw))
	if err != nil {
		return nil, err
	}
	rawProof, err := json.Marshal(proof)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	out, err := json.MarshalIndent(envelope{format, fileVersion, raw, rawProof}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return append(out, '\n'), nil
}

// decodeFile reads an envelope into body and proof and gives what the proof has to
// cover. It checks form only; nothing in body may be believed before the proof is.
func decodeFile(data []byte, format, what string, limit int, body, proof any) (signed []byte, err error) {
	if len(data) > limit {
		return nil, refuse(CodeTooLarge, what, fmt.Sprintf("%d bytes", len(data)))
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if json.Unmarshal(data, &head) != nil || head.Format != format {
		return nil, refuse(CodeWrongFile, what, "not such a file, or cut short")
	}
	if head.Version > fileVersion {
		return nil, refuse(CodeNewer, what, fmt.Sprintf("version %d", head.Version))
	}
	var e envelope
	if err := strictJSON(data, &e); err != nil || e.Version != fileVersion {
		return nil, refuse(CodeAltered, what, "not as this program writes it")
	}
	if strictJSON(e.Body, body) != nil || strictJSON(e.Proof, proof) != nil {
		return nil, refuse(CodeAltered, what, "not as this program writes it")
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, e.Body); err != nil {
		return nil, refuse(CodeAltered, what, "not as this program writes it")
	}
	return signedBytes(format, compact.Bytes()), nil
}

// strictJSON decodes one value with known fields only and nothing behind it.
func strictJSON(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("roster: bytes behind the value")
	}
	return nil
}
