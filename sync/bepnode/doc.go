// Package bepnode carries segment files between devices over BEP, the block
// exchange protocol of Syncthing, inside mutual TLS 1.3. It is the only importer
// of Syncthing's lib/protocol, so that a change there touches one package.
//
// A Node moves bytes and nothing else: what may be shared with whom, what is
// lacking, and whether received bytes are genuine is asked of a segment.Vault.
//
// The library dies on some malformed frames, in goroutines that nobody can
// recover. Therefore nothing of a peer reaches it before the peer's certificate
// was accepted, and every frame passes the guard first.
//
// How BEP's messages are used is specified in docs/formats/transport.md.
package bepnode
