package endpoint

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
)

// protocol is the version of this package's protocol.
const protocol = 1

// hello opens a connection. Nonce makes every proof good for one connection only.
type hello struct {
	Protocol int    `json:"protocol"`
	Nonce    []byte `json:"nonce"`
}

// proof is the server's answer: it knows the token, and here is its own nonce.
type proof struct {
	Protocol int    `json:"protocol"`
	Nonce    []byte `json:"nonce"`
	MAC      []byte `json:"mac"`
}

// request is a command, with the client's own proof.
type request struct {
	MAC      []byte            `json:"mac"`
	Args     []string          `json:"args"`
	Cwd      string            `json:"cwd"`
	Environ  map[string]string `json:"environ"`
	Terminal bool              `json:"terminal"` // somebody can be asked for a password
}

// answer is what the user typed at a prompt.
type answer struct {
	Text  []byte `json:"text"`
	Error string `json:"error,omitempty"`
}

func newNonce() []byte {
	b := make([]byte, 32)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}

// mac proves knowledge of token to the other side. The role keeps one side's proof
// from being played back as the other's.
func mac(token []byte, role string, client, server []byte) []byte {
	h := hmac.New(sha256.New, token)
	h.Write([]byte("onedoor endpoint " + role + "\x00"))
	// Both nonces have been checked to be 32 bytes, so the concatenation is unambiguous.
	h.Write(client)
	h.Write(server)
	return h.Sum(nil)
}
