import { assertEquals, assertStringIncludes } from "@std/assert";
import { openPlace } from "../../core/transfer/layout_place.ts";
import { copy } from "../../scripts/copy.ts";
import { buildImage, distribution } from "../registry/mod.ts";
import { createImageWorld } from "./image_world.ts";

const SRC = "source.example/team/app:1.0";
const DST = "target.example/mirror/app:1.0";

/** In a folder with the file `a.yml` and the folder `things`, which has a file in it. */
const ROWS: readonly (readonly [side: "from" | "to", place: string, code: number, says: string])[] =
  [
    ["to", "oci:FOLDER/a.yml", 2, "FOLDER/a.yml is a file, not a folder"],
    ["to", "oci:FOLDER/a.yml/x", 6, "a part of its path is not a directory"],
    ["to", "oci:FOLDER/things", 2, "no oci-layout"],
    ["to", `oci:FOLDER/${"x".repeat(300)}`, 6, "the name is too long"],
    ["to", "oci-archive:FOLDER/gone/x.tar", 6, "x.tar: the folder is not there"],
    ["to", "oci-archive:FOLDER/things", 2, "FOLDER/things is a folder, not a file"],
    ["from", "oci:FOLDER/gone", 3, "there is no such folder"],
    ["from", "oci:FOLDER/a.yml", 8, "FOLDER/a.yml is a file, not a folder"],
    ["from", "oci:FOLDER/things", 8, "it is no OCI image layout: there is no oci-layout in it"],
    ["from", "oci-archive:FOLDER/gone.tar", 3, "there is no such file"],
    ["from", "oci-archive:FOLDER/a.yml", 8, "it is no tar"],
    ["from", "oci-archive:FOLDER/things", 8, "FOLDER/things is a folder, not a file"],
  ];

for (const [side, place, code, says] of ROWS) {
  Deno.test(`copy ${side} ${place.slice(0, 40)} ends with ${code}`, async () => {
    const world = createImageWorld([
      distribution({
        host: "source.example",
        images: { "team/app": { tags: { "1.0": buildImage() } } },
      }),
      distribution({ host: "target.example", content: {}, users: {} }),
    ]);
    const folder = await Deno.makeTempDir({ prefix: "portolan-copy-" });
    try {
      await Deno.writeTextFile(`${folder}/a.yml`, "a: 1\n");
      await Deno.mkdir(`${folder}/things`);
      await Deno.writeTextFile(`${folder}/things/letter.txt`, "dear");
      const end = place.replace("FOLDER", folder);
      const words = side === "from" ? [end, DST] : [SRC, end];
      const { code: got, stdout, stderr } = await world.run(copy, words);
      assertEquals([got, stdout], [code, ""], stderr);
      assertStringIncludes(stderr, says.replace("FOLDER", folder));
      assertEquals(stderr.includes("the system says"), false, stderr);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

for (const code of ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EIO", "EEXIST", "ENOENT"]) {
  Deno.test(`onDisk() tells ${code} as an end that is not available, in words`, async () => {
    const place = openPlace({ kind: "oci", path: "images" }, "destination");
    const fault = Object.assign(new Error(code), { code });
    const error = await place.onDisk("images/x", () => Promise.reject(fault)).catch((e) => e);
    assertEquals([error.code, error.facts.side], ["unavailable", "destination"]);
    assertEquals(error.message.includes(code), false, error.message);
  });
}
