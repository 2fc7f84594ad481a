package cli

import "onedoor/app/counter"

// NewSecret gives a secret that is being set: from the variable, else asked for
// twice at the terminal, because nobody sees what is typed.
func (c *Call) NewSecret(variable string, what Text) (string, error) {
	if v := c.Getenv(variable); v != "" {
		return v, nil
	}
	first, err := c.Ask(T(what.Zh+": ", "New "+what.En+": "), variable)
	if err != nil {
		return "", err
	}
	again, err := c.Ask(T("再输一遍: ", "Once more: "), variable)
	if err != nil {
		return "", err
	}
	if first != again {
		return "", counter.E(counter.CodeInvalid, "两次输入不一样", "the two entries differ").Hint("请重新执行", "please start again")
	}
	return first, nil
}

// Remember puts a value into the environment of this call alone, so that a secret
// which was typed once goes along when a daemon carries the command out.
func (c *Call) Remember(variable, value string) {
	before, env := c.Getenv, *c.Env
	env.Getenv = func(name string) string {
		if name == variable {
			return value
		}
		return before(name)
	}
	c.Env = &env
}
