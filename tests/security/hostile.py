"""Texts that somebody could write so that a program obeys them."""

from __future__ import annotations

HOSTILE: dict[str, str] = {
    "markup": "[bold red]x[/] [@click=app.quit]y[/] :skull:",
    "escape sequences": "a\x1b[2J\x1b]0;OWNED\x07\x1b]52;c;T1dORUQ=\x07\x1bPq#0\x1b\\b",
    "controls of eight bits": "a\x9b2J\x9d0;OWNED\x9cb\x85c\x00d\x7f",
    "sql": "Robert'); DROP TABLE repair_order;--\" OR 1=1 %_",
    "shell": "$(touch OWNED) `touch OWNED`; touch OWNED | touch OWNED && $HOME ~ > OWNED",
    "template": "$name ${customer} $$ {0} {0.__class__} {number} %s %(shop)s %d {{7*7}} {% x %}",
    "typst": '#eval("6*7") #read("/etc/passwd") *b* _i_ $x^2$ @ref <lab> #import "x": y /*c*/ //d',
    "path": "../../../etc/passwd /dev/null C:\\con ..\\x",
    "formula": "=cmd|' /C calc'!A0",
    "formula with a plus": "+33 6 12",
    "formula with a minus": "-2+3+cmd|' /C calc'!A0",
    "formula with an at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula behind a space": " =1+1",
    "formula behind a tab": "\t=1+1",
    "formula behind a line end": "\r=1+1",
    "formula of full width": "＝1+1",
    "an apostrophe": "'=1+1",
    "quotation marks of CSV": 'a","=1+1","b;=1+1',
    "header": "Eve\r\nBcc: all@example.org\r\nX-Owned: 1\r\n\r\nbody",
    "log line": "x\n2026-11-21 10:00:00,000 ERROR convisav: OWNED",
    "html": '<script>alert(1)</script><img src=x onerror=alert(1)> &amp; "><a href=javascript:x>',
    "direction": "\u202egnp.exe\u202c \u2066x\u2069 \ufeff\u200b",
    "service address": "mailto://user:secret@example.org?to=all@example.org&tag=all",
    "json": '{"__proto__": 1, "number": "x"}\\u0000',
    "long": "A" * 3000,
}
"""What is wrong → the text. No surface may show OWNED as anything but text."""
