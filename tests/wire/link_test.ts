import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RegistryError } from "../../core/errors.ts";
import { nextQuery } from "../../core/wire/link.ts";
import { counted } from "./counted.ts";

const ROWS: readonly (readonly [name: string, header: string, query: string | undefined])[] = [
  ["a relative link", '</v2/a/tags/list?last=12.04&n=2>; rel="next"', "last=12.04&n=2"],
  [
    "an absolute link",
    '<https://registry.example/v2/a/tags/list?n=2&last=x>; rel="next"',
    "n=2&last=x",
  ],
  ["a link to another host", '<https://evil.example/v2/x/tags/list?last=z>; rel="next"', "last=z"],
  [
    "a link to another scheme",
    '<http://registry.example/v2/a/tags/list?last=z>; rel="next"',
    "last=z",
  ],
  ["a link without a scheme", '<//evil.example/x?last=z>; rel="next"', "last=z"],
  ["a link of backslashes", '<\\\\evil.example\\x?last=z>; rel="next"', "last=z"],
  ["a link with a tab", '</\t/evil.example/x?last=z>; rel="next"', "last=z"],
  ["a link with a scheme and no slashes", '<https:evil.example/x?last=z>; rel="next"', "last=z"],
  ["a link to another repository", '</v2/other/secret/tags/list?last=z>; rel="next"', "last=z"],
  ["a link out of the interface", '</v2/%2e%2e/x?last=z>; rel="next"', "last=z"],
  ["a query alone", '<?last=z>; rel="next"', "last=z"],
  ["rel=prev", '</a?b>; rel="prev"', undefined],
  ["rel=nextpage", '</a?b>; rel="nextpage"', undefined],
  ["next in another parameter", '</a?b>; title="next"; rev=next; rel=prev', undefined],
  ["nothing", "", undefined],
  ["commas alone", " , ,", undefined],
  ["an unquoted rel", "</a?b>; rel=next", "b"],
  ["an unquoted rel without a gap", "</a?b>;rel=next", "b"],
  ["upper case", '</a?b>; REL="NEXT"', "b"],
  ["a list of relations", '</a?b>; rel="prev next"', "b"],
  ["a list with tabs", '</a?b>; rel="x\tnext"', "b"],
  ["gaps around =", '</a?b>; rel = "next"', "b"],
  ["an open quote", '</a?b>; rel="next', "b"],
  ["an escape in quotes", '</a?b>; rel="n\\ext"', "b"],
  ["parameters before rel", '</a?b>; title="a;b, c=\\"d\\""; type=x; rel="next"', "b"],
  ["parameters behind rel", '</a?b>; rel="next"; title="x"', "b"],
  ["empty parameters", "</a?b>;;; ;rel=next;", "b"],
  ["the first rel of two", '</a?b>; rel="prev"; rel="next"', undefined],
  ["the second link", '</a?b>; rel="prev", </c?d>; rel="next"', "d"],
  ["the second link without a gap", "</a?b>;rel=prev,</c?d>;rel=next", "d"],
  ["the second link without a comma", "</a?b>; rel=prev </c?d>; rel=next", "d"],
  ["the first of two next links", "</a?b>; rel=next, </c?d>; rel=next", "b"],
  ["a comma and a semicolon in the target", '</a?b=1,2;c>; rel="next"', "b=1,2;c"],
  [
    "a quoted link that is none",
    '</a?b>; title="</x?y>; rel=next"; rel=prev, </c?d>; rel=next',
    "d",
  ],
  ["a value that is opaque", '</a?last=a%2Fb+c%20d==&n=0>; rel="next"', "last=a%2Fb+c%20d==&n=0"],
  ["an empty value", "</a?last=v1&n=2&orderby=>; rel=next", "last=v1&n=2&orderby="],
  [
    "another name for the cursor",
    "</a?n=2&next_page=gAAAA-_=>; rel=next",
    "n=2&next_page=gAAAA-_=",
  ],
  ["a second question mark", "</a?b?c>; rel=next", "b?c"],
  ["a fragment", "</a?b#c>; rel=next", "b"],
  ["a fragment with a question mark", "</a#b?c>; rel=next", ""],
  ["no query", "</v2/a/tags/list>; rel=next", ""],
  ["an empty query", "</a?>; rel=next", ""],
  ["an empty target", "<>; rel=next", ""],
];

for (const [name, header, query] of ROWS) {
  Deno.test(`nextQuery() reads ${name}`, () => assertEquals(nextQuery(header), query));
}

const UNREADABLE: readonly (readonly [name: string, header: string])[] = [
  ["no rel", "</a?b>"],
  ["next in another parameter and no rel", '</a?b>; title="next"; rev=next'],
  ["rel without a value", "</a?b>; rel"],
  ["junk", "next"],
  ["an open target", '</a?b; rel="next"'],
  ["an open target behind a link", '</a?b>; rel="prev", </c?d; rel="next"'],
];

for (const [name, header] of UNREADABLE) {
  Deno.test(`nextQuery() does not take ${name} for the end`, () => {
    assertEquals(assertThrows(() => nextQuery(header), RegistryError).code, "protocol");
  });
}

function readable(header: string): void {
  try {
    nextQuery(header);
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === "protocol")) throw error;
  }
}

Deno.test("nextQuery() refuses a header over 8192 characters", () => {
  assertEquals(nextQuery('<>; rel="' + "x".repeat(8192 - 9)), undefined);
  for (const size of [8193, 300_000]) {
    const error = assertThrows(() => nextQuery("<".repeat(size)), RegistryError, `${size}`);
    assertEquals(error.code, "protocol");
  }
});

Deno.test("nextQuery() looks at each character a few times at most", () => {
  const hostile = [
    "<",
    ">",
    "<>",
    ",",
    ";",
    " ",
    "=",
    '"',
    "a",
    "<a>;",
    "<>,",
    "<>;rel=x,",
    "<>;rel",
    '<>;rel="',
    ";rel=",
  ];
  for (const unit of hostile) {
    for (const start of ["", "<>;", '<>;rel="', "<"]) {
      const text = (start + unit.repeat(Math.floor(8192 / unit.length))).slice(0, 8192);
      const { header, looks } = counted(text);
      readable(header);
      assertLessOrEqual(looks(), 8 * 8192, `${start}${unit}`);
    }
  }
});

Deno.test("nextQuery() gives the query to the letter, whatever stands around it", () => {
  const query = fc.stringMatching(/^[!-~]{0,30}$/).filter((text) => !/[<>#]/.test(text));
  const address = fc.constantFrom("", "/v2/a/tags/list", "https://evil.example/x", "//x", "/\t/x");
  const other = fc.constantFrom(
    "",
    '</p?q>; rel="prev", ',
    '<x>; title="a, <b?c>; rel=next"; rel=up, ',
    ", ",
  );
  const rel = fc.constantFrom("rel=next", 'rel="next"', 'a="b;c,"; REL = "prev next"');
  fc.assert(fc.property(other, address, query, rel, (other, address, query, rel) => {
    assertEquals(nextQuery(`${other}<${address}?${query}>; ${rel}`), query);
  }));
});

Deno.test("nextQuery() throws nothing but protocol", () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    "?",
    "#",
    ";",
    ",",
    "=",
    '"',
    "\\",
    " ",
    "rel",
    "next",
    "a",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (list) => readable(list.join(""))),
    {
      numRuns: 3000,
    },
  );
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => readable(text)));
});
