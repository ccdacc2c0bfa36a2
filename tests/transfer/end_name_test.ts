import { assertEquals, assertThrows } from "@std/assert";
import { parseEndName, RegistryError } from "../../mod.ts";

const ROWS: readonly (readonly [text: string, path: string, name?: string, tag?: string])[] = [
  ["oci:images", "images"],
  ["oci:images/app:1.0", "images/app", "1.0", "1.0"],
  ["oci:a:docker.io/library/alpine:3.19", "a", "docker.io/library/alpine:3.19", "3.19"],
  ["oci:a:localhost:5000/app", "a", "localhost:5000/app"],
  [`oci:a:b/c:1@sha256:${"0".repeat(64)}`, "a", `b/c:1@sha256:${"0".repeat(64)}`, "1"],
  [`oci:a:sha256:${"0".repeat(64)}`, "a", `sha256:${"0".repeat(64)}`],
  ["oci:C:\\images", "C:\\images"],
  ["oci:C:\\images:1.0", "C:\\images", "1.0", "1.0"],
  ["oci:c:/images:1.0", "c:/images", "1.0", "1.0"],
  ["oci-archive:app.tar:1.0", "app.tar", "1.0", "1.0"],
];

for (const [text, path, name, tag] of ROWS) {
  Deno.test(`parseEndName() reads ${text}`, () => {
    const kind = text.startsWith("oci:") ? "oci" : "oci-archive";
    const parts = { ...name !== undefined && { name }, ...tag !== undefined && { tag } };
    assertEquals<unknown>(parseEndName(text), { kind, path, ...parts });
  });
}

for (const text of ["oci:", "oci::1.0", "oci:a:", "oci:a\0b", "oci:a:b c", "oci:a:b\n"]) {
  Deno.test(`parseEndName() refuses ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseEndName(text), RegistryError);
    assertEquals(error.code, "reference_invalid");
  });
}
