package counter

// InForce chooses, of all versions of one item, the one under which a case is
// accepted on the given day: of those whose days include it, the highest
// version. Errors are *Error: not_found without any version, invalid when the
// item is not yet or no longer in force, with the day from or until which it
// is.
func InForce(versions []Item, on Date) (Item, error) {
	if len(versions) == 0 {
		return Item{}, E(CodeNotFound, "没有这个事项", "there is no such item").
			Hint("用 catalog list 查看事项，或先同步", "see catalog list, or sync first")
	}
	best, next, last := -1, Date(""), Date("")
	for i, v := range versions {
		switch {
		case v.EffectiveFrom > on:
			if next == "" || v.EffectiveFrom < next {
				next = v.EffectiveFrom
			}
		case v.EffectiveTo != "" && v.EffectiveTo < on:
			last = max(last, v.EffectiveTo)
		case best < 0 || v.Version > versions[best].Version:
			best = i
		}
	}
	if best >= 0 {
		return versions[best], nil
	}
	return Item{}, notInForce(versions[0], next, last)
}

func notInForce(it Item, next, last Date) *Error {
	if next != "" {
		return Ef(CodeInvalid, "事项 %s（%s）尚未生效，自 %s 起可以受理", "item %s (%s) is not in force before %s", it.Code, it.Name, next).
			Hint("核对受理日期，或等到生效之日", "check the date of acceptance, or wait for that day")
	}
	return Ef(CodeInvalid, "事项 %s（%s）已于 %s 之后失效，不能再受理", "item %s (%s) was in force only until %s", it.Code, it.Name, last).
		Hint("同步最新事项目录后再试；如确需办理请联系区级", "sync the catalogue and try again, or ask the district")
}
