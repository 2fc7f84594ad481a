package helper

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
)

// maxPicture bounds the line of a picture; one of 102 by 126 points is 52 kB in base64.
const maxPicture = 256 << 10

// Photo is the one line that a decoding process is given.
type Photo struct {
	Photo []byte `json:"photo"`
}

// Picture is the one line that it answers.
type Picture struct {
	Protocol int    `json:"protocol"`
	Library  string `json:"library"` // file name and version
	Bitmap   []byte `json:"bitmap,omitempty"`
	Error    string `json:"error,omitempty"`
}

// decodePicture reads a line of the process.
func decodePicture(line []byte) (p Picture, err error) {
	err = json.Unmarshal(line, &p)
	if err == nil && (p.Protocol != Version || (p.Error == "") == (len(p.Bitmap) == 0)) {
		err = errProtocol
	}
	return p, err
}

// ServePhoto is the process's side of Decode.
func ServePhoto(in io.Reader, out io.Writer, decode func(photo []byte) Picture) error {
	var p Photo
	if err := json.NewDecoder(io.LimitReader(in, maxLine)).Decode(&p); err != nil {
		return errProtocol
	}
	picture := decode(p.Photo)
	defer clear(picture.Bitmap)
	clear(p.Photo)
	return json.NewEncoder(out).Encode(picture)
}

// Decode starts a process that decodes one photo and ends. A crash is ErrGone, a
// process over o.Limit ErrHung, a decoder that says no a *LibraryError.
func Decode(ctx context.Context, o Options, photo []byte) ([]byte, error) {
	folder, err := newFolder()
	if err != nil {
		return nil, err
	}
	defer wipeFolder(folder)
	line, err := json.Marshal(Photo{photo})
	if err != nil {
		return nil, err
	}
	defer clear(line)
	limited, cancel := context.WithTimeoutCause(ctx, o.Limit, ErrHung)
	defer cancel()
	cmd := exec.CommandContext(limited, o.Command[0], o.Command[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = folder, environment(folder), bytes.NewReader(line)
	cmd.WaitDelay = grace
	hide(cmd)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	picture, found := readPicture(stdout)
	if !found {
		_ = cmd.Process.Kill()
	}
	_ = cmd.Wait()
	switch {
	case found && picture.Error != "":
		return nil, &LibraryError{Why: picture.Error}
	case found:
		return picture.Bitmap, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(context.Cause(limited), ErrHung):
		return nil, ErrHung
	}
	return nil, ErrGone
}

// readPicture skips what a library prints.
func readPicture(stdout io.Reader) (Picture, bool) {
	scan := bufio.NewScanner(stdout)
	buf := make([]byte, 0, maxPicture)
	scan.Buffer(buf, maxPicture)
	defer clear(buf[:cap(buf)])
	for scan.Scan() {
		if p, err := decodePicture(scan.Bytes()); err == nil {
			return p, true
		}
	}
	return Picture{}, false
}
