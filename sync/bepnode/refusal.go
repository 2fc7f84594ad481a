package bepnode

import (
	"errors"
	"path/filepath"
	"slices"

	"github.com/syncthing/syncthing/lib/protocol"

	"onedoor/sync/segment"
)

// Refuser is optional on a Vault. Refusals lists the files that a peer announces now
// and whose bytes were refused for good, also on an earlier connection.
type Refuser interface {
	Refusals(folder string) ([]segment.FileInfo, error)
}

// maxRefusals bounds what one peer can make us remember of its refusals.
const maxRefusals = 100

var errPeerRefused = errors.New("the peer refused this file of ours")

// refusal names a state of a file.
type refusal struct {
	folder, name string
	version      uint64
}

// tellRefused tells the peer that we do not take a file of it as it is: with the one
// message of BEP that speaks of a single version of a file without claiming it,
// DownloadProgress with "forget". Only our own peers read it so.
func (s *session) tellRefused(files ...segment.FileInfo) {
	if s.isStock() || len(files) == 0 {
		return
	}
	byFolder := map[string][]protocol.FileDownloadProgressUpdate{}
	for _, f := range files[:min(len(files), maxRefusals)] {
		byFolder[f.Folder] = append(byFolder[f.Folder], protocol.FileDownloadProgressUpdate{
			UpdateType: protocol.FileDownloadProgressUpdateTypeForget, Name: f.Name, Version: vector(f.Version)})
	}
	go func() { // the line may be full of something else
		for folder, updates := range byFolder {
			s.conn.DownloadProgress(s.ctx, &protocol.DownloadProgress{Folder: folder, Updates: updates})
		}
	}()
}

// retell tells the refusals of earlier connections, once for each folder.
func (f *fetcher) retell(folder string) error {
	refuser, ok := f.s.n.opt.Vault.(Refuser)
	if !ok || f.retold[folder] {
		return nil
	}
	files, err := refuser.Refusals(folder)
	if err == nil {
		f.retold[folder] = true
		f.s.tellRefused(files...)
	}
	return err
}

// takeRefusals notes what the peer refused of us, and names it.
func (s *session) takeRefusals(p *protocol.DownloadProgress) {
	for _, u := range p.Updates {
		r := refusal{p.Folder, filepath.ToSlash(u.Name), u.Version.Counter(versionCounter)}
		if u.UpdateType != protocol.FileDownloadProgressUpdateTypeForget || !validName(r.name) || !s.shares(r.folder) {
			continue
		}
		s.mu.Lock()
		fresh := len(s.peerRefused) < maxRefusals && !slices.Contains(s.peerRefused, r)
		if fresh {
			s.peerRefused = append(s.peerRefused, r)
		}
		s.mu.Unlock()
		if fresh {
			s.n.fault(s, r.folder, r.name, errPeerRefused)
		}
	}
	poke(s.progress)
}

// refusedByPeer lists the files as "folder/name".
func (s *session) refusedByPeer() (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.peerRefused {
		out = append(out, r.folder+"/"+r.name)
	}
	return out
}
