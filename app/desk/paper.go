package desk

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"onedoor/app/counter"
	"onedoor/forms/document"
)

// Print makes a document of a case and writes it to the file out. The print is
// recorded, durable, before the file appears.
func (s *Session) Print(ctx context.Context, number, kind, out string) (DocumentRef, error) {
	ref, _, err := s.PrintPaper(ctx, PrintRequest{Number: number, Kind: kind, Out: out})
	return ref, err
}

// printNotice prints the acceptance notice of a fresh case into a folder.
func (s *Session) printNotice(ctx context.Context, id uuid.UUID, scope, dir string) (DocumentRef, []string, error) {
	d, err := s.ledger.Entity(ctx, scope, id)
	if err != nil {
		return DocumentRef{}, nil, err
	}
	return s.printCase(ctx, d, PrintRequest{Kind: document.Acceptance, Out: filepath.Join(dir, d.Folded.Case.Number+"-acceptance.pdf")})
}

// notice states the acceptance of a case as it was recorded: printing again
// next year gives the same statements.
func (s *Session) notice(ctx context.Context, d *counter.Dossier) (n document.Notice, err error) {
	c := d.Folded.Case
	if c == nil {
		return n, counter.E(counter.CodeInvalid, "没有有效的受理记录,不能出具受理通知书", "no acceptance stands")
	}
	cat, err := s.catalogue(ctx)
	if err != nil {
		return n, err
	}
	item, err := cat.version(c.Item)
	if err != nil {
		return n, err
	}
	at, err := time.Parse(time.RFC3339, c.AcceptedAt)
	if err != nil {
		return n, damaged(err)
	}
	snap, err := s.applicantOf(ctx, d)
	if err != nil {
		return n, err
	}
	number, err := s.paperNumber(ctx, d)
	if err != nil {
		return n, err
	}
	n = document.Notice{Kind: document.Acceptance, Number: number, IssuedAt: at,
		Body: s.cfg.Device.DistrictName + item.Department, Phone: first(item.Window.Phone, item.Window.Complaint, "12345"), Address: item.Window.Address,
		Officer: s.userName(ctx, d.Scope, c.AcceptedBy), Typed: c.Read == counter.ReadTyped,
		Applicant:  document.Party{Name: snap.Name, Number: receiptNumber(c.Type, snap.Number), Organisation: c.Type == counter.ObjectOrg, LegalRep: snap.LegalPerson, Phone: counter.MaskPhone(snap.Phone)},
		Item:       document.Item{Name: item.Name, Code: item.Code, Type: item.Type.Name(), Basis: basis(&item), Instant: c.Instant},
		ReceivedOn: c.LegalDate.Time(), AcceptedOn: c.LegalDate.Time(),
		Statutory: limit(item.StatutoryLimit()), Promised: limit(c.PromisedDays), NotCounted: notCounted(&item),
		Query:   "凭办件编号或二维码在本区任一窗口查询",
		Collect: first(item.Result.Delivery, "到受理窗口领取"), Fee: fee(&item), Copies: 2, CopyNo: 1}
	if c.Due != nil {
		n.Due = document.Due{On: c.Due.Time(), Provisional: c.DueProvisional}
		if c.DueProvisional {
			n.Due.Reason = "该年度放假安排尚未公布"
		}
	}
	for _, m := range c.Materials {
		n.Materials = append(n.Materials, document.Material{Name: m.Name, Originals: m.Originals, Copies: m.Copies, Note: materialNote(&item, &m)})
	}
	n.NoMaterials = len(n.Materials) == 0
	return n, s.agentOf(ctx, d, &n)
}

func (s *Session) agentOf(ctx context.Context, d *counter.Dossier, n *document.Notice) error {
	ref := d.Folded.Case.Agent
	if ref == nil {
		return nil
	}
	plain, err := s.ledger.Open(ctx, d.Scope, d.Entity, *ref)
	if err != nil {
		return err
	}
	var a Agent
	if err := json.Unmarshal(plain, &a); err != nil {
		return damaged(err)
	}
	n.Agent = &document.Party{Name: a.Name, Number: counter.IDNumber(a.Number).MaskReceipt(), Phone: counter.MaskPhone(a.Phone)}
	return nil
}

// version gives the item version that a case was accepted under.
func (c *catalogue) version(ref counter.ItemRef) (counter.Item, error) {
	for _, it := range c.versions[ref.Code] {
		if it.Version == ref.Version {
			return it, nil
		}
	}
	return counter.Item{}, counter.Ef(counter.CodeNotFound, "目录里没有事项 %s 的第%d版", "version %[2]d of item %[1]s is not in the catalogue", ref.Code, ref.Version).
		Hint("先同步目录再打印", "sync the catalogue, then print")
}

func receiptNumber(typ, number string) string {
	if typ == counter.ObjectOrg {
		return number
	}
	return counter.IDNumber(number).MaskReceipt()
}

func limit(days int) document.Limit {
	if days == 0 {
		return document.Limit{Text: "法律法规未规定"}
	}
	return document.Limit{Days: days}
}

func notCounted(it *counter.Item) (out []string) {
	for _, st := range it.SpecialSteps {
		if !st.Counted {
			out = append(out, st.Name)
		}
	}
	return out
}

func fee(it *counter.Item) string {
	if len(it.Fees) == 0 {
		return "不收费"
	}
	var parts []string
	for _, f := range it.Fees {
		parts = append(parts, f.Name+" "+f.Amount+"元"+f.Unit+"("+f.Basis+")")
	}
	return strings.Join(parts, ";")
}

func basis(it *counter.Item) string {
	if len(it.LegalBasis) == 0 {
		return ""
	}
	law := it.LegalBasis[0].Law
	if !strings.HasPrefix(law, "《") {
		law = "《" + law + "》"
	}
	return law + it.LegalBasis[0].Article
}

func materialNote(it *counter.Item, m *counter.CaseMaterial) string {
	switch want, _ := it.Material(m.Name); {
	case m.Deferred:
		return "容缺,承诺" + itoa(want.PromiseDays) + "个工作日内补交"
	case want.SeenOnly:
		return "核验原件后退还"
	case m.File != nil:
		return "已存电子件"
	}
	return ""
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// paperError tells why a document was not made.
func paperError(err error) error {
	if err == nil {
		return nil
	}
	var e *document.Error
	if !errors.As(err, &e) {
		return counter.E(counter.CodeFailed, "文书没有生成", "the document was not made").Because(err)
	}
	if e.Code == document.UnknownKind {
		return counter.E(counter.CodeUsage, e.Zh, e.En).Hint("种类见 docs/documents.md,例如 acceptance、intake、supplement", "kinds are listed in docs/documents.md, e.g. acceptance, intake, supplement")
	}
	out := counter.E(counter.CodeInvalid, e.Zh, e.En).Hint("补全后用 document print 打印;办件里没有的内容用 --facts 文件给出", "complete it, then use document print; give what the case does not know with --facts FILE")
	for _, m := range e.Missing {
		out = out.With(counter.Problem{Where: m.Zh + " (" + m.Key + ")", What: "缺少 / missing", Fix: m.Basis})
	}
	for _, w := range e.Wrong {
		out = out.With(counter.Problem{Where: w.Where, What: w.Zh})
	}
	return out
}
