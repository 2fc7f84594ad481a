package cli

import (
	"onedoor/app/counter"
)

// Login gives who acts (--user) and the password: from ONEDOOR_PASSWORD, else
// asked at the terminal. Without either it is CodeDenied, because nothing may be
// done in nobody's name.
func (c *Call) Login() (user, password string, err error) {
	if c.user == "" {
		return "", "", counter.E(counter.CodeDenied, "这一步需要登录", "this needs a login").
			Hint("请加上 --user 姓名，口令放在环境变量 ONEDOOR_PASSWORD 或按提示输入",
				"add --user NAME; the password comes from ONEDOOR_PASSWORD or a prompt")
	}
	if password = c.Getenv("ONEDOOR_PASSWORD"); password == "" {
		password, err = c.Ask(T(c.user+" 的口令: ", "Password of "+c.user+": "), "ONEDOOR_PASSWORD")
	}
	return c.user, password, err
}

// User gives --user, or "" when nobody was named.
func (c *Call) User() string { return c.user }

// Ask reads a secret from the terminal without echo. With no terminal, or an
// empty answer, it is CodeDenied with a hint to set the variable instead.
func (c *Call) Ask(prompt Text, variable string) (string, error) {
	if c.Prompt == nil {
		return "", counter.E(counter.CodeDenied, "没有口令，也没有终端可以询问", "no password, and no terminal to ask at").
			Hint("请把口令放在环境变量 "+variable, "put the password into the environment variable "+variable)
	}
	secret, err := c.Prompt(prompt.In(c.Lang))
	if err != nil {
		return "", counter.E(counter.CodeDenied, "没有读到口令", "the password could not be read").Because(err)
	}
	if len(secret) == 0 {
		return "", counter.E(counter.CodeDenied, "口令是空的", "the password is empty")
	}
	return string(secret), nil
}
