package counter

import "strings"

// CreditCode is the unified social credit code of an organisation (GB 32100,
// 18 places). It is public and prints as it is.
type CreditCode string

// creditAlphabet leaves out I, O, S, V and Z, which are misread.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// NormalizeCreditCode gives the stored form: ASCII, upper case, no spaces.
func NormalizeCreditCode(s string) CreditCode {
	return CreditCode(strings.ReplaceAll(strings.ToUpper(Compact(s)), "-", ""))
}

// Check proves length, alphabet and check character. The error is an *Error
// with code invalid.
func (c CreditCode) Check() error {
	if len(c) != 18 {
		return E(CodeInvalid, "统一社会信用代码应为18位", "a unified social credit code has 18 places").
			Hint("请对照营业执照或登记证书", "compare it with the licence or certificate")
	}
	sum, weight := 0, 1
	for i := range 18 {
		v := strings.IndexByte(creditAlphabet, c[i])
		if v < 0 {
			return Ef(CodeInvalid, "统一社会信用代码第 %d 位的字符不可用", "place %d of the credit code holds a character that is not used", i+1).
				Hint("代码不含字母 I、O、S、V、Z，请看是否应为 1、0、5、U、2", "the letters I, O, S, V, Z never occur; look for 1, 0, 5, U, 2")
		}
		if i == 17 {
			if v != (31-sum%31)%31 {
				break
			}
			return nil
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return E(CodeInvalid, "统一社会信用代码的校验位不对", "the check character of the credit code is wrong").
		Hint("请逐位核对", "compare it place by place")
}

// VillageCollective reports whether the code belongs to a rural collective
// economic organisation (N1 group, N2 village, N3 township).
func (c CreditCode) VillageCollective() bool {
	return len(c) == 18 && c[0] == 'N' && c[1] >= '1' && c[1] <= '3'
}
