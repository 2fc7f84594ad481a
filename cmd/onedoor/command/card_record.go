package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"onedoor/app/cardreader"
	"onedoor/app/cardreader/recording"
	"onedoor/app/counter"
	"onedoor/internal/cli"
)

var recordHelp = cli.T(
	`读一张证，把与读卡器的全部来往记成文本，用于排查和回放（--port sdt+replay:///文件）。
证件文字、照片、指纹和编号在写出前一律换成虚构内容；读卡失败时也会写出记录。`,
	`Reads one card and keeps all that was said to and by the reader as text, for support and for playing back
(--port sdt+replay:///FILE). Text, photo, fingerprints and serial numbers of the card and the module's id are
replaced by fictional ones before anything is written. A failed read is recorded too.`)

func cardRecord(fs *cli.Flags) cli.Run {
	port := fs.String("port", "", cli.T("读卡器地址", "address of the reader"), cli.Required(),
		cli.Meta("sdt+serial:///dev/ttyUSB0|sdt+tcp://HOST:PORT"))
	out := fs.String("out", "", cli.T("写到哪个文件", "the file to write"), cli.Required(), cli.Meta("FILE.rec"))
	timeout := fs.Duration("timeout", 30*time.Second, cli.T("最多等多久", "how long to wait"))
	return func(ctx context.Context, c *cli.Call) error {
		limit, cancel := context.WithTimeout(ctx, *timeout)
		defer cancel()
		rec := recording.NewRecorder(c.Now)
		failed := recordOne(limit, c, *port, rec)
		session := rec.Session()
		if len(session.Events) == 0 {
			return failed
		}
		var text bytes.Buffer
		session.WriteTo(&text)
		if err := writeNew(c.Path(*out), text.Bytes()); err != nil {
			return counter.Ef(counter.CodeFailed, "不能写 %s", "cannot write %s", *out).Because(err)
		}
		v := struct {
			File   string `json:"file"`
			Events int    `json:"events"`
			Read   bool   `json:"read"`
		}{*out, len(session.Events), failed == nil}
		if err := c.Print(v, func(w io.Writer) {
			fmt.Fprintln(w, c.Say("已记录（不含个人信息）:", "recorded, without personal data:"), v.File)
		}); err != nil {
			return err
		}
		return failed
	}
}

// recordOne reads a card for the sake of the recording, and drops it.
func recordOne(ctx context.Context, c *cli.Call, port string, rec *recording.Recorder) error {
	reader, err := cardreader.Open(ctx, port, cardreader.WithNotify(func(e cardreader.Event) {
		switch e.Kind {
		case cardreader.EventPlace:
			prompts{c}.Place()
		case cardreader.EventLift:
			prompts{c}.Lift()
		}
	}), cardreader.WithDial(func(d cardreader.Dial) cardreader.Dial { return cardreader.Record(d, rec) }))
	if err != nil {
		return cardError(err)
	}
	defer reader.Close()
	card, err := reader.ReadCard(ctx)
	if err != nil {
		return cardError(err)
	}
	card.Wipe()
	return nil
}

// writeNew writes a file that must not exist yet.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
