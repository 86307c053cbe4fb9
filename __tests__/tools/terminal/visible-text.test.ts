import { visible } from "../../../tools/terminal/visible-text";

test.each([
  ["a right-to-left override", "a\u202eb", "a\\u202eb"],
  ["a line end", "a\n# b\r\u2028c", "a\\u000a# b\\u000d\\u2028c"],
  ["what is not there at all", "a\u200b\ufeff\u00ad\u3164b", "a\\u200b\\ufeff\\u00ad\\u3164b"],
  ["a space that is none", "a\u00a0\u2003b", "a\\u00a0\\u2003b"],
  ["a mark over another letter", "a\u0338b", "a\\u0338b"],
  ["a colour of terminals", "\u001b[31mred", "\\u001b[31mred"],
  ["half a character", "\ud800", "\\ud800"],
  ["tags beyond the first plane", "\u{e0041}", "\\udb40\\udc41"],
])("%s is written out", (_what, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test("what can be read stays as it is, in any script", () => {
  for (const text of ["aws_lb.main", "서울 ü 😀 → ~", 'x["a/b"] `c`']) expect(visible(text)).toBe(text);
});
