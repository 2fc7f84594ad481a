package station

import (
	"fmt"

	"onedoor/sync/bepnode"
)

// progressWords tells what is still to come on a connection; "" when nothing is.
func progressWords(p bepnode.PeerStatus) (zh, en string) {
	var files, bytes, got int64
	for _, f := range p.Folders {
		files, bytes, got = files+f.WantFiles, bytes+f.WantBytes, got+f.GotBytes
	}
	if !p.Connected || files == 0 {
		return "", ""
	}
	return fmt.Sprintf("正在接收：还差 %d 个文件、%s，已收到 %s", files, size(bytes), size(got)),
		fmt.Sprintf("receiving: %d files, %s to come, %s received", files, size(bytes), size(got))
}

func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.0f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}

// Progress tells in words how far the exchange of the moment is: of a daemon, or of a
// round that Sync is making.
func (s *Station) Progress() (zh, en string) {
	s.mu.Lock()
	node := s.node
	if node == nil {
		node = s.round
	}
	s.mu.Unlock()
	if node == nil {
		return "", ""
	}
	for _, p := range node.Status() {
		if zh, en = progressWords(p); zh != "" {
			return zh, en
		}
		if p.Connected && p.SentBytes+p.ReceivedBytes > 0 {
			zh = fmt.Sprintf("已送出 %s，已收到 %s", size(p.SentBytes), size(p.ReceivedBytes))
			en = fmt.Sprintf("%s sent, %s received", size(p.SentBytes), size(p.ReceivedBytes))
		}
	}
	return zh, en
}
