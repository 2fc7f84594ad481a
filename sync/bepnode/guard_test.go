package bepnode

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/syncthing/syncthing/lib/protocol"
	"google.golang.org/protobuf/encoding/protowire"
)

// frame makes a frame as a hostile peer would, without any care.
func frame(kind, compression byte, msg []byte) []byte {
	hdr := []byte{0x08, kind, 0x10, compression}
	f := binary.BigEndian.AppendUint16(nil, uint16(len(hdr)))
	f = append(f, hdr...)
	f = binary.BigEndian.AppendUint32(f, uint32(len(msg)))
	return append(f, msg...)
}

func sub(num protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), b)
}

func num(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}

func cat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// configWithID is a ClusterConfig of one folder with one device.
func configWithID(id []byte) []byte {
	return sub(1, cat(sub(1, []byte("s")), sub(16, sub(1, id))))
}

var goodConfig = frame(msgClusterConfig, 0, configWithID(make([]byte, 32)))

// hostile frames: the first four killed lib/protocol v1.30.0 or made it allocate
// without end.
var hostile = map[string][]byte{
	"device ID of 31 bytes":        frame(msgClusterConfig, 0, configWithID(make([]byte, 31))),
	"LZ4 message of 3 bytes":       frame(msgIndex, 1, []byte{1, 2, 3}),
	"LZ4 claims 4 GiB":             frame(msgIndex, 1, []byte{255, 255, 255, 255, 1, 2, 3, 4}),
	"length of 499 MB":             append(frame(msgIndex, 0, nil)[:6], 0x1d, 0xbe, 0x22, 0xe0, 1),
	"device without ID":            frame(msgClusterConfig, 0, sub(1, sub(16, sub(2, []byte("x"))))),
	"device ID as a number":        frame(msgClusterConfig, 0, sub(1, sub(16, cat(sub(1, make([]byte, 32)), num(1, 5))))),
	"second device ID is short":    frame(msgClusterConfig, 0, sub(1, sub(16, cat(sub(1, make([]byte, 32)), sub(1, nil))))),
	"LZ4 of 0 bytes":               frame(msgPing, 1, nil),
	"LZ4 inflates 100 to 4 MiB":    frame(msgIndex, 1, append([]byte{0, 64, 0, 0}, make([]byte, 96)...)),
	"unknown message type":         frame(8, 0, nil),
	"unknown compression":          frame(msgPing, 2, nil),
	"header of 32 KiB":             append([]byte{0x7f, 0xff}, make([]byte, 0x7fff)...),
	"file of unknown type":         frame(msgIndex, 0, sub(2, num(2, 9))),
	"request of negative size":     frame(msgRequest, 0, num(5, 1<<64-1)),
	"request of 17 MiB":            frame(msgRequest, 0, num(5, 17<<20)),
	"name of 2 KiB":                frame(msgIndex, 0, sub(2, sub(1, make([]byte, 2048)))),
	"a group":                      frame(msgPing, 0, []byte{0x0b, 0x0c}),
	"a truncated field":            frame(msgPing, 0, []byte{0x0a, 0x05, 1}),
	"ten thousand and one files":   frame(msgIndexUpdate, 0, bytes.Repeat(sub(2, nil), 10_001)),
	"four thousand folder devices": frame(msgClusterConfig, 0, sub(1, bytes.Repeat(sub(16, sub(1, make([]byte, 32))), 4097))),
	"close of 100 KiB":             frame(msgClose, 0, sub(1, make([]byte, 100<<10))),
}

func TestGuardRefusesHostileFrames(t *testing.T) {
	for name, f := range hostile {
		t.Run(name, func(t *testing.T) {
			g := newGuard(io.MultiReader(bytes.NewReader(goodConfig), bytes.NewReader(f)), nil)
			out, err := io.ReadAll(g)
			var bad *protocolError
			if !errors.As(err, &bad) {
				t.Errorf("not refused: %v", err)
			}
			if len(out) != len(goodConfig)-4 { // re-framed with an empty header
				t.Errorf("%d bytes passed", len(out))
			}
			runLibrary(t, append(append([]byte{}, goodConfig...), f...))
		})
	}
}

func TestGuardTruncated(t *testing.T) {
	whole := frame(msgClose, 0, sub(1, []byte("bye")))
	for n := range whole {
		_, err := io.ReadAll(newGuard(bytes.NewReader(whole[:n]), nil))
		if n == 0 && err != nil || n > 0 && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
}

func TestGuardTellsTheReason(t *testing.T) {
	var got string
	g := newGuard(bytes.NewReader(frame(msgClose, 0, sub(1, []byte("bye")))), func(r string) { got = r })
	if _, err := io.ReadAll(g); err != nil || got != "bye" {
		t.Errorf("%q, %v", got, err)
	}
}

// libModel takes everything, as our own does, and looks at all of it.
type libModel struct{ closed chan struct{} }

func (libModel) Index(_ protocol.Connection, x *protocol.Index) error {
	for _, f := range x.Files {
		_ = f.String() // panics on an unknown type
		plainEntry(x.Folder, f)
	}
	return nil
}

func (m libModel) IndexUpdate(c protocol.Connection, x *protocol.IndexUpdate) error {
	return m.Index(c, &protocol.Index{Folder: x.Folder, Files: x.Files})
}
func (libModel) Request(_ protocol.Connection, r *protocol.Request) (protocol.RequestResponse, error) {
	return response{make([]byte, r.Size), func() {}}, nil
}
func (libModel) ClusterConfig(protocol.Connection, *protocol.ClusterConfig) error       { return nil }
func (libModel) DownloadProgress(protocol.Connection, *protocol.DownloadProgress) error { return nil }
func (m libModel) Closed(protocol.Connection, error)                                    { close(m.closed) }

// runLibrary feeds a stream to the real library behind the guard. A panic there
// would end the test process.
func runLibrary(t testing.TB, stream []byte) {
	t.Helper()
	m := libModel{make(chan struct{})}
	a, b := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, b) }()
	conn := protocol.NewConnection(protocol.DeviceID{1}, newGuard(bytes.NewReader(stream), nil), a, a, m,
		connInfo{}, protocol.CompressionMetadata, testKeys)
	conn.Start()
	conn.ClusterConfig(&protocol.ClusterConfig{}, nil)
	select {
	case <-m.closed:
	case <-time.After(time.Minute):
		t.Error("the library did not end the connection")
		_ = a.Close()
	}
	_ = b.Close()
}

var testKeys = protocol.NewKeyGenerator()

// realStream is what the library itself writes, compression included.
func realStream(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	a, b := net.Pipe()
	read := make(chan struct{})
	go func() {
		_, _ = io.Copy(&buf, b)
		close(read)
	}()
	m := libModel{make(chan struct{})}
	conn := protocol.NewConnection(protocol.DeviceID{1}, blockingReader{m.closed}, a, a, m, connInfo{}, protocol.CompressionAlways, testKeys)
	conn.Start()
	var files []protocol.FileInfo
	for i := range 20 {
		e, _ := sampleEntry(i)
		files = append(files, wireEntry(e, 7, i%2 == 0))
		files = append(files, wireDirs(e, 7, map[string]bool{})...)
	}
	conn.ClusterConfig(&protocol.ClusterConfig{Folders: []protocol.Folder{{ID: "s", Devices: []protocol.Device{{ID: protocol.DeviceID{1}, IndexID: 9, MaxSequence: 5}, {ID: protocol.DeviceID{2}}}}}}, nil)
	_ = conn.Index(t.Context(), &protocol.Index{Folder: "s", Files: files[:5], LastSequence: 9})
	_ = conn.IndexUpdate(t.Context(), &protocol.IndexUpdate{Folder: "s", Files: files[5:], PrevSequence: 9, LastSequence: 99})
	go func() {
		_, _ = conn.Request(t.Context(), &protocol.Request{Folder: "s", Name: "v/x.seg", Size: 4096, Hash: make([]byte, 32)})
	}()
	time.Sleep(20 * time.Millisecond)
	conn.Close(errors.New("done"))
	<-m.closed
	<-read
	return buf.Bytes()
}

type blockingReader struct{ done chan struct{} }

func (b blockingReader) Read([]byte) (int, error) {
	<-b.done
	return 0, io.EOF
}

func TestGuardPassesWhatTheLibraryWrites(t *testing.T) {
	var reason string
	out, err := io.ReadAll(newGuard(bytes.NewReader(realStream(t)), func(r string) { reason = r }))
	if err != nil || reason != "done" || len(out) < 3000 || !strings.Contains(string(out), "v/202611/000019.seg") {
		t.Errorf("%d bytes, reason %q, %v", len(out), reason, err)
	}
}

// Random damage to real and hostile streams: the connection ends, the process lives.
func TestGuardSurvivesMutations(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	seeds := [][]byte{realStream(t)}
	for _, f := range hostile {
		seeds = append(seeds, append(append([]byte{}, goodConfig...), f...))
	}
	for range 1500 {
		b := bytes.Clone(seeds[r.IntN(len(seeds))])
		for range 1 + r.IntN(8) {
			switch at := r.IntN(min(len(b), 4000)); r.IntN(3) {
			case 0:
				b[at] = byte(r.Uint32())
			case 1:
				b = append(b[:at], b[min(len(b), at+1+r.IntN(9)):]...)
			case 2:
				b = append(b[:at], append([]byte{byte(r.Uint32())}, b[at:]...)...)
			}
			if len(b) == 0 {
				break
			}
		}
		runLibrary(t, b)
	}
}

func FuzzGuard(f *testing.F) {
	f.Add(realStream(f))
	for _, h := range hostile {
		f.Add(append(append([]byte{}, goodConfig...), h...))
	}
	f.Fuzz(func(t *testing.T, stream []byte) { runLibrary(t, stream) })
}

func FuzzHello(f *testing.F) {
	f.Add(append([]byte{0x2E, 0xA7, 0xD9, 0x0B, 0, 5}, "hello"...))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = readHello(bytes.NewReader(b)) })
}

func TestEntriesRoundTrip(t *testing.T) {
	for i := range 20 {
		e, size := sampleEntry(i)
		f := wireEntry(e, 7, true)
		back, ok := plainEntry("s", f)
		back.Sequence /= seqStep
		if !ok || back != e || int(f.RawBlockSize) < size {
			t.Errorf("%+v became %+v", e, back)
		}
	}
	for _, name := range []string{"", "/a", "a//b", "../a", "a/..", "A", "a b", "a\\b", "x.sync-conflict-20260101.seg", strings.Repeat("a", 513)} {
		if validName(name) {
			t.Errorf("%q admitted", name)
		}
	}
	told := map[string]bool{}
	e, _ := sampleEntry(1)
	dirs := wireDirs(e, 7, told)
	if len(dirs) != 2 || dirs[0].Name != "v" || dirs[1].Name != "v/202611" || dirs[1].Sequence != e.Sequence*seqStep-1 {
		t.Errorf("directories: %v", dirs)
	}
	if again := wireDirs(e, 7, told); len(again) != 0 {
		t.Errorf("told twice: %v", again)
	}
	sum := sha256.Sum256(nil)
	if !bytes.Equal(wireEntry(e, 7, false).Blocks[0].Hash, e.Hash[:]) || bytes.Equal(e.Hash[:], sum[:]) {
		t.Error("block hash is not the file's hash")
	}
}
