package document

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"onedoor/forms/document/paint"
)

// issuer is a device's signing key with its chain: device, district.
type issuer struct {
	key   *ecdsa.PrivateKey
	chain []*x509.Certificate
}

var sampleTime = time.Date(2026, 11, 20, 9, 30, 15, 0, paint.Zone)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newIssuer(t testing.TB) issuer {
	t.Helper()
	return issuerWith(t, newKey(t))
}

// sameIssuer has the same signing key each time. Signing is chance-free, so the
// QR codes on its papers are the same in every run: whether a scan reads them
// is no matter of luck.
func sameIssuer(t testing.TB) issuer {
	t.Helper()
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{0x1d}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return issuerWith(t, k)
}

func issuerWith(t testing.TB, dev *ecdsa.PrivateKey) issuer {
	t.Helper()
	ca := newKey(t)
	sign := func(serial int64, name string, isCA bool, pub any, parent *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
		c := &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
			NotBefore: sampleTime.AddDate(-1, 0, 0), NotAfter: sampleTime.AddDate(9, 0, 0),
			IsCA: isCA, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
		}
		if isCA {
			c.KeyUsage = x509.KeyUsageCertSign
		}
		if parent == nil {
			parent = c
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, pub, key)
		if err != nil {
			t.Fatal(err)
		}
		out, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	root := sign(1, "测试区 签发", true, ca.Public(), nil, ca)
	leaf := sign(2, "440604100001-01", false, dev.Public(), root, ca)
	return issuer{dev, []*x509.Certificate{leaf, root}}
}

func sample() Notice {
	return Notice{
		Kind: Acceptance, Number: "44060410000120261120010001X", IssuedAt: sampleTime,
		Body: "佛山市禅城区石湾镇街道办事处", Phone: "0757-00000000", Address: "石湾镇街道测试路1号一楼综合窗口", Officer: "王小明",
		Applicant:  Party{Name: "李䶮𠅤", Number: "4406**********201X", NumberLabel: "居民身份证", Phone: "138****0000"},
		Item:       Item{Name: "个体工商户设立登记", Code: "11440604007044000744013100100", Type: "行政许可"},
		Materials:  []Material{{Name: "个体工商户登记（备案）申请书", Originals: 1}, {Name: "经营者身份证件", Copies: 1, Note: "核验原件后退回"}, {Name: "经营场所使用证明", Copies: 1}},
		ReceivedOn: sampleTime, AcceptedOn: sampleTime,
		Statutory: Limit{Days: 20}, Promised: Limit{Days: 3},
		Due:   Due{On: sampleTime.AddDate(0, 0, 5)},
		Query: "凭办件编号到本区任一服务窗口或拨打联系电话查询", Collect: "凭本通知书和有效身份证件到受理窗口领取，也可申请邮寄", Fee: "不收费",
		Copies: 2, CopyNo: 1,
	}
}

// longSample fills several pages with rare names and long texts.
func longSample() Notice {
	n := sample()
	n.Applicant = Party{Name: "佛山市禅城区张槎街道弼塘村第一股份合作经济社（普通合伙）丘鿏分社", Organisation: true, Number: "N2440604MF70000013", LegalRep: "张𬭳明"}
	n.Agent = &Party{Name: "𤧛㛃\ue170某", Number: "4406**********0042"}
	n.Typed = true
	n.Item.Name = "对农村集体经济组织成员因生产生活需要在本集体所有土地上新建、改建、扩建住房（含拆旧建新、异地新建）的宅基地使用与乡村建设规划许可（一件事）"
	n.NotCounted = []string{"现场踏勘", "听证", "专家评审"}
	n.Due.Provisional, n.Due.Reason = true, "2027年节假日安排尚未公布，公布后以重新计算的日期为准"
	n.Reprint, n.CopyNo = 2, 2
	n.NoticeNumber = "禅石受〔2026〕第0001号"
	n.Materials = nil
	for i := range 60 {
		n.Materials = append(n.Materials, Material{Name: fmt.Sprintf("材料%d：宅基地和建房（规划许可）申请表及村民小组会议记录、公示照片（䌷㳇㘵㙦𡐓𣒍𡌶）No.%d", i+1, 1000+i), Originals: i % 3, Copies: (i + 1) % 3})
	}
	return n
}

// TestLook writes one document of each kind for each of three cases, the usual
// one on every paper, for a person to look at (make papers).
func TestLook(t *testing.T) {
	dir := os.Getenv("ONEDOOR_LOOK")
	if dir == "" {
		t.Skip("set ONEDOOR_LOOK=DIR to write sample documents")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	p, is := newPress(t), newIssuer(t)
	for _, kind := range everyKind {
		for name, d := range map[string]Draft{"rare": rareDraft(t, kind), "long": longDraft(t, kind), "minimal": minimalDraft(t, kind)} {
			for _, size := range p.PageOf(d).Papers {
				if size != "a4" && name != "rare" {
					continue
				}
				paper, _ := ParsePaper(size)
				out, err := p.IssueDraft(d, paper, Seal{is.key, is.chain, sampleTime})
				if err != nil {
					t.Fatal(kind, name, err)
				}
				path := filepath.Join(dir, kind+"-"+name+"-"+size)
				if err := os.WriteFile(path+".pdf", out.PDF, 0o600); err != nil {
					t.Fatal(err)
				}
				run(t, "pdftoppm", "-r", "80", "-png", path+".pdf", path)
			}
		}
	}
}
